using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// Records as lines of CSV (RFC 4180): UTF-8, CRLF, one column a field in the record's order, the same in every answer. Null is an empty cell, an empty text "".
/// Lists and objects stand as JSON. Numbers are as they are in JSON; a text that a spreadsheet would take for a formula, or that begins with the mark itself, has ' before it.
/// </summary>
public sealed class CsvRecord(IReadOnlyList<string> columns)
{
    private readonly byte[][] names = [.. columns.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Of a dataset's fields those that were asked for.</summary>
    /// <param name="kept">Null: all.</param>
    public static CsvRecord Of(IReadOnlyList<string> fields, IReadOnlyList<string>? kept) => new([.. fields.Where(f => kept is null || kept.Contains(f))]);

    /// <summary>A table of the record that stands as its row's example; of a dataset that is a line of its NDJSON.</summary>
    public static string ExampleOf(ApiRoute list)
    {
        var (columns, row) = list.Table ?? (SelectedFields.Of(list.Dataset!), list.Answers.Single(a => a.MediaType == ApiRoute.NdJson).Schema!);
        var csv = Of(columns, null);
        var text = new ArrayBufferWriter<byte>();
        csv.WriteHead(text);
        csv.Write(Encoding.UTF8.GetBytes(HubSchemas.Component(row).Example), text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The line of column names.</summary>
    public void WriteHead(IBufferWriter<byte> output)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            output.Write(names[i]);
        }

        output.Write("\r\n"u8);
    }

    /// <param name="record">One JSON object whose fields stand in the order of the columns; those that are no column are left out.</param>
    public void Write(ReadOnlySpan<byte> record, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(record);
        reader.Read();
        var column = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = column;
            while (found < names.Length && !reader.ValueTextEquals(names[found])) found++;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (found == names.Length)
            {
                reader.Skip();
                continue;
            }

            for (; column < found; column++) Separate(column, output);
            Separate(column++, output);
            Cell(ref reader, record, start, output);
        }

        for (; column < names.Length; column++) Separate(column, output);
        output.Write("\r\n"u8);
    }

    private static void Separate(int column, IBufferWriter<byte> output)
    {
        if (column > 0) output.Write(","u8);
    }

    private static void Cell(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int start, IBufferWriter<byte> output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                reader.Skip();
                Text(record[start..(int)reader.BytesConsumed], output);
                break;
            case JsonTokenType.String:
                var text = ArrayPool<byte>.Shared.Rent(Math.Max(1, reader.ValueSpan.Length));
                Text(text.AsSpan(0, reader.CopyString(text)), output);
                ArrayPool<byte>.Shared.Return(text);
                break;
            default:
                output.Write(record[start..(int)reader.BytesConsumed]);
                break;
        }
    }

    private static void Text(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var isMarked = text.Length > 0 && "=+-@\t\r'"u8.Contains(text[0]);
        if (text.Length > 0 && text.IndexOfAny(",\"\r\n"u8) < 0)
        {
            if (isMarked) output.Write("'"u8);
            output.Write(text);
            return;
        }

        output.Write(isMarked ? "\"'"u8 : "\""u8);
        for (int quote; (quote = text.IndexOf((byte)'"')) >= 0; text = text[(quote + 1)..])
        {
            output.Write(text[..quote]);
            output.Write("\"\""u8);
        }

        output.Write(text);
        output.Write("\""u8);
    }
}
