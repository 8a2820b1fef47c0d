using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Trial;

/// <summary>A kept record beside what was sent, field by field.</summary>
public static class TrialFields
{
    /// <summary>A record of the dataset as it is kept, with its status of now, the first unless said; and how many records there are.</summary>
    internal static (JsonDocument? Record, int Kept) Record(Dataset dataset, RecordPage records, int at = 0)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var kept = 0;
        if (dataset == Dataset.ChargePoints && (kept = records.ChargePoints.Count) > at) HubJson.Write(buffer, records.ChargePoints[at].Record);
        else if (dataset == Dataset.Tariffs && (kept = records.Tariffs.Count) > at) HubJson.Write(buffer, records.Tariffs[at].Record);
        else if (dataset == Dataset.StatusChanges && (kept = records.StatusChanges.Count) > at) HubJson.Write(buffer, records.StatusChanges[at].Record);
        else if (dataset == Dataset.ChargingSessions && (kept = records.ChargingSessions.Count) > at) HubJson.Write(buffer, records.ChargingSessions[at].Record);
        else if (dataset == Dataset.Outages && (kept = records.Outages.Count) > at) HubJson.Write(buffer, records.Outages[at].Record);
        if (kept <= at) return (null, kept);
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        if (dataset == Dataset.ChargePoints && records.Statuses.FirstOrDefault(s => s.ChargePointId == records.ChargePoints[at].Record.ChargePointId) is { } status)
        {
            var since = status.Since is { } when ? $"\"{Instants.Format(when)}\"" : "null";
            text = $"{text.TrimEnd()[..^1]},\"status\":\"{Words<Status>.Of(status.Status)}\",\"status_since\":{since}}}";
        }

        return (JsonDocument.Parse(text), kept);
    }

    /// <summary>The first records that a file gave.</summary>
    /// <param name="page">The first page of the file.</param>
    /// <param name="rows">Its first rows, as objects of the columns that the mapping names.</param>
    public static IReadOnlyList<IReadOnlyList<TriedField>> OfFile(FeedDefinition feed, DatasetPlan plan, RecordPage page, IReadOnlyList<string> rows)
    {
        var mapping = plan.Mapping! with { List = plan.Mapping.List with { Records = [new RecordStep("", RecordStepKind.List)] } };
        var shown = new List<IReadOnlyList<TriedField>>();
        using var all = JsonDocument.Parse($"[{string.Join(',', rows)}]");
        for (var at = 0; at < rows.Count && Record(plan.Dataset, page, at).Record is { } record; at++)
        {
            // The row in the same place is the record's, unless an id came twice.
            using var own = JsonDocument.Parse($"[{rows[at]}]");
            shown.Add(Of(record, mapping, [all, own], feed.OperatorId));
        }

        return shown;
    }

    /// <param name="mapping">Null: nothing is known of where fields came from.</param>
    internal static IReadOnlyList<TriedField> Of(JsonDocument kept, FeedMapping? mapping, IReadOnlyList<JsonDocument> answers, string operatorId)
    {
        using (kept)
        {
            var sources = mapping is null ? [] : Sources(kept.RootElement, mapping, answers, operatorId);
            var fields = new List<TriedField>();
            Flatten(kept.RootElement, "", sources, fields);
            return fields;
        }
    }

    /// <summary>By our field: where it came from, and what stood there.</summary>
    private static Dictionary<string, (string Path, string? Sent)> Sources(JsonElement kept, FeedMapping mapping, IReadOnlyList<JsonDocument> answers, string operatorId)
    {
        var sources = new Dictionary<string, (string, string?)>(StringComparer.Ordinal);
        var idField = mapping.Fields.Fields.FirstOrDefault(f => f.Target.Name is "charge_point_id" or "tariff_id") is { } named && kept.TryGetProperty("session_id", out _) is false
            ? named
            : mapping.Fields.Fields.FirstOrDefault(f => f.Target.Name == "session_id");
        if (idField is null || !kept.TryGetProperty(idField.Target.Name, out var id)) return sources;
        foreach (var answer in answers.Reverse())
        {
            var root = new MappedRow([new MappedLevel(answer.RootElement, null, 0)], null);
            if (MappedRow.Items(answer.RootElement, mapping.List.Records[0]) is null) continue;
            // In a loop the id of the turn is no longer known: then the first record of the answer is the one.
            var rows = MappedRow.Below(root, mapping.List.Records).Where(r => r.Passes(mapping.List.Only));
            if (rows.FirstOrDefault(r => idField.Paths.Any(p => p.End == FieldPathEnd.Id) || $"{operatorId}:{Id(idField, r)}".Equals(id.GetString(), StringComparison.OrdinalIgnoreCase)) is not { } row) continue;
            foreach (var field in mapping.Fields.Fields) Add(sources, field, row, "");
            Connectors(sources, mapping, row);
            break;
        }

        if (mapping.Status is { } status && answers.Count > 0 && MappedRow.Items(answers[0].RootElement, status.List.Records[0]) is not null)
        {
            var field = status.Fields.First(f => f.Target.Name == "charge_point_id");
            var rows = MappedRow.Below(new MappedRow([new MappedLevel(answers[0].RootElement, null, 0)], null), status.List.Records);
            if (rows.FirstOrDefault(r => $"{operatorId}:{MappedWriter.Plain(field, r)}" == id.GetString()) is { } row)
                foreach (var each in status.Fields.Where(f => f != field)) Add(sources, each, row, "");
        }

        return sources;
    }

    private static string? Id(MappedField field, MappedRow row) => field.Join is { } between
        ? string.Join(between, field.Paths.Select(p => row.At(p) is { } value ? MappedText.Of(value) : null).Where(t => !string.IsNullOrEmpty(t)))
        : MappedWriter.Plain(field, row);

    private static void Connectors(Dictionary<string, (string, string?)> sources, FeedMapping mapping, MappedRow row)
    {
        var count = 0;
        foreach (var each in mapping.Fields.Connectors)
        {
            IEnumerable<MappedRow> rows = each.At is null ? [row] : (MappedRow.Items(row.Record, each.At) ?? []).Select(row.Below);
            foreach (var connector in rows.Where(r => r.Passes(each.Only)))
            {
                foreach (var field in each.Fields) Add(sources, field, connector, $"connectors/{count}/");
                count++;
            }
        }
    }

    private static void Add(Dictionary<string, (string, string?)> sources, MappedField field, MappedRow row, string at)
    {
        if (field.Paths.Count == 0)
        {
            sources[at + field.Target.Name] = ("constant", null);
            return;
        }

        var found = field.Paths.Select(p => (Path: p, Value: row.At(p))).Where(f => f.Value is not null).ToList();
        var name = field.Target.Name switch
        {
            MappedTargets.TwentyFourSeven => "opening_hours",
            MappedTargets.PricePerKwh => "elements",
            var other => other,
        };
        sources[at + name] = field.Join is not null && found.Count > 0
            ? (string.Join(" + ", found.Select(f => f.Path.Text)), string.Join(" + ", found.Select(f => Raw(f.Value!.Value))))
            : found.Count > 0 ? (found[0].Path.Text, Raw(found[0].Value!.Value)) : (field.Paths[0].Text, null);
    }

    private static void Flatten(JsonElement value, string at, Dictionary<string, (string Path, string? Sent)> sources, List<TriedField> fields)
    {
        if (value.ValueKind == JsonValueKind.Object && (at.Length == 0 || at.StartsWith("connectors/", StringComparison.Ordinal)))
        {
            foreach (var property in value.EnumerateObject()) Flatten(property.Value, at.Length == 0 ? property.Name : $"{at}/{property.Name}", sources, fields);
            return;
        }

        if (at == "connectors" && value.GetArrayLength() > 0)
        {
            foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i))) Flatten(item, $"{at}/{i.ToString(CultureInfo.InvariantCulture)}", sources, fields);
            return;
        }

        var source = sources.TryGetValue(at, out var found) ? found : ((string Path, string? Sent)?)null;
        fields.Add(new TriedField(at, Raw(value), source?.Path, source?.Sent));
    }

    private static string Raw(JsonElement value) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
}
