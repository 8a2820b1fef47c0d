using System.Buffers;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Loti;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Records of any form become ours, judged, on the page being built: written as <c>loti-v1</c> has them and read as that.</summary>
internal sealed class MappedMapping
{
    private readonly DatasetPlan _plan;
    private readonly FeedMapping _mapping;
    private readonly LotiMapping _loti;
    private readonly MappedWriter _writer;
    private readonly IReadOnlyList<AllowList> _allowed;
    private readonly bool _readsPlainRecords;
    private readonly bool _isOfTable;
    private readonly bool _saysNoPeriod;

    /// <param name="now">When the pull began.</param>
    public MappedMapping(FeedDefinition feed, DatasetPlan plan, DateTimeOffset now)
    {
        (_plan, _mapping) = (plan, plan.Mapping!);
        _loti = new LotiMapping(feed, now);
        var silent = new RecordReader(feed, naiveIsUtc: false);
        _writer = new MappedWriter(Findings, value => silent.Instant(value, ""));
        _allowed = MappedAllowList.Of(_mapping);
        _isOfTable = (feed.Csv ?? _mapping.List.Request.Csv) is not null;
        _saysNoPeriod = plan.Dataset == Dataset.ReportedUsage && !_mapping.Fields.Fields.Any(f => MappedTargets.Periods.Contains(f.Target.Name));
        _readsPlainRecords = _mapping.Fields.Fields.Any(f => f.Paths.Any(p => p is { Up: 0, End: FieldPathEnd.Self }));
    }

    /// <summary>Times so far that could be read only with day and month exchanged.</summary>
    public int TimesExchanged => _writer.TimesExchanged;

    private Findings Findings => _loti.Reader.Findings;

    /// <param name="status">The row of the list of status that speaks of this charge point; null: none does.</param>
    /// <param name="notes">Of a table, what its cells themselves gave to notice.</param>
    public void AddRow(MappedRow row, MappedRow? status, PageBuilder page, Window? window, params IReadOnlyList<CellNote> notes)
    {
        page.AsSent = () => Kept(row, window);
        page.PlaceOf = Findings.PlaceOf;
        _loti.Reader.At = "";
        Findings.Within = _isOfTable ? $"/{row.Levels[^1].Key}" : "";
        foreach (var note in notes) Findings.Add(note.Rule, note.Column.Length == 0 ? "" : FieldPath.Of(note.Column), note.Value, note.Message);
        if (row.Record.ValueKind != JsonValueKind.Object && !_readsPlainRecords)
        {
            _loti.AddRow(row.Record, _plan.Dataset, page, window, _plan.Axis);
        }
        else
        {
            if (!_isOfTable && row.Record.ValueKind == JsonValueKind.Object) foreach (var property in row.Record.EnumerateObject()) OcpiWords.TellIfPersonal(_loti.Reader, property);
            using var written = _writer.Write(row, _mapping.Fields, status, _mapping.Status?.Fields, _saysNoPeriod && window is { } stated ? Period.Of(stated) : null);
            Findings.Places = _writer.Places;
            _loti.AddRow(written.RootElement, _plan.Dataset, page, window, _plan.Axis);
            Findings.Places = null;
        }

        (page.AsSent, page.PlaceOf) = (null, null);
    }

    /// <summary>As <see cref="ProtocolCatalogue.JudgeAgain"/>; null where today's file does not bring the dataset by a mapping.</summary>
    public static RecordPage? JudgeAgain(FeedDefinition feed, Dataset dataset, ReadOnlyMemory<byte> document, DateTimeOffset arrivedAt)
    {
        if (feed.Datasets.FirstOrDefault(d => d.Dataset == dataset && d.Mapping is not null) is not { } plan) return null;
        using var kept = JsonDocument.Parse(document);
        var page = new PageBuilder(StringComparer.Ordinal);
        new MappedMapping(feed, plan, arrivedAt).AddRow(Row(kept.RootElement), null, page, PeriodOf(kept.RootElement));
        return page.Take();
    }

    /// <summary>Every level cut to what the mapping names, with what stands around the record: of figures also the period that they were handed in for.</summary>
    private ReadOnlyMemory<byte> Kept(MappedRow row, Window? window)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, HubJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("id", row.Id);
            if (_plan.Dataset == Dataset.ReportedUsage && window is { } stated) writer.WriteString("period", Period.Of(stated)?.Text);
            writer.WriteStartArray("levels");
            foreach (var (level, allowed) in row.Levels.Zip(_allowed))
            {
                writer.WriteStartObject();
                writer.WriteString("key", level.Key?.Replace("\0", "\uFFFD", StringComparison.Ordinal));
                writer.WriteNumber("index", level.Index);
                writer.WritePropertyName("item");
                writer.WriteRawValue(allowed.Cut(level.Item).Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static Window? PeriodOf(JsonElement kept) => kept.TryGetProperty("period", out var text) ? Period.Parse(text.GetString())?.Window : null;

    private static MappedRow Row(JsonElement kept) => new(
        [
            .. kept.GetProperty("levels").EnumerateArray()
                .Select(l => new MappedLevel(l.GetProperty("item"), l.GetProperty("key").GetString(), l.GetProperty("index").GetInt32())),
        ],
        kept.GetProperty("id").GetString());
}
