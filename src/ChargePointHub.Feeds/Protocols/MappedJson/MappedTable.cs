using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>
/// One answer that is delimited text, read as an object: the number of each row's line, and the row as an object of its columns. So the mapping
/// walks it as any other answer.
/// </summary>
/// <param name="columns">As <see cref="TableHeader.Needed"/>.</param>
internal sealed class MappedTable(CsvDialect dialect, IReadOnlyList<IReadOnlyList<string>> columns)
{
    private readonly Dictionary<string, List<CellNote>> _notes = new(StringComparer.Ordinal);

    /// <summary>What ended the reading before the table's end; null: it was read whole. Rows before it are good.</summary>
    public SubmissionFault? Fault { get; private set; }

    /// <summary>What the row's cells gave to notice.</summary>
    public IReadOnlyList<CellNote> Notes(MappedRow row) => row.Levels[^1].Key is { } line && _notes.TryGetValue(line, out var notes) ? notes : [];

    /// <summary>Implements <see cref="TableReading"/>.</summary>
    public JsonDocument? Read(ReadOnlySequence<byte> body, int largest, out FailureKind kind, out string fault)
    {
        _notes.Clear();
        Fault = null;
        (kind, fault) = (FailureKind.ProtocolError, "It is a zip archive or a workbook; zip_entry in the request names the file of an archive that is to be read.");
        var bytes = body.ToArray();
        if (bytes.AsSpan().StartsWith("PK\u0003\u0004"u8)) return null;
        using var table = new CsvTable(new MemoryStream(bytes), dialect);
        var (header, wrong) = TableHeader.Read(table, columns, dialect);
        if (header is null)
        {
            (kind, fault) = (KindOf(wrong!), wrong!.Message);
            return null;
        }

        fault = "";
        var buffer = new ArrayBufferWriter<byte>();
        var cells = 0L;
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            while (Fault is null && table.Next() is { } row)
            {
                Fault = header.CutWithin(row, dialect);
                if (Fault is not null) break;
                Write(writer, row, header, isFirst: cells == 0);
                cells += row.Cells.Count;
                if (writer.BytesCommitted + writer.BytesPending <= largest && cells <= StrictJson.MostTokens / 2) continue;
                (kind, fault) = (FailureKind.TooLarge, $"It is more than the hub takes in one answer, at line {row.Line}: {cells:N0} cells. Ask the operator for smaller files.");
                return null;
            }

            Fault ??= table.Fault;
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    public static FailureKind KindOf(SubmissionFault fault) => fault.Kind == SubmissionFaultKind.Cut ? FailureKind.Truncated : FailureKind.ProtocolError;

    private void Write(Utf8JsonWriter writer, TableRow row, TableHeader header, bool isFirst)
    {
        var line = row.Line.ToString(CultureInfo.InvariantCulture);
        var notes = header.Notes(row, isTyped: false);
        // Where cells are too few or too many, values stand under the wrong names: nothing of the row is read.
        var isWhole = !notes.Exists(n => n.Rule == TableRules.RowWidth);
        if (isFirst) notes.AddRange(TableHeader.Personal(header.Unread).Select(c => new CellNote(ValueRules.PersonalDataPresent, c, null, null)));
        if (notes.Count > 0) _notes[line] = notes;
        writer.WriteStartObject(line);
        foreach (var (cell, name) in isWhole ? row.Cells.Zip(header.All) : [])
        {
            if (name is not null && cell.Kind != CellKind.Empty) writer.WriteString(name, cell.Text);
        }

        writer.WriteEndObject();
    }
}
