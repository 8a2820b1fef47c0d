using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ChargePointHub.Mirror;

/// <summary>
/// A record as the hub writes it into a table: null is an empty cell, an empty text "", numbers as they came, lists and objects as JSON, and a text that a spreadsheet would
/// take for a formula has ' before it.
/// </summary>
internal static class CsvRow
{
    private const string Marks = "=+-@\t\r'";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    /// <param name="columns">In the order of the table.</param>
    /// <param name="unknown">A field that is no column: the hub is newer than the table. Null: there is none.</param>
    public static string Of(JsonElement record, IReadOnlyList<string> columns, out string? unknown)
    {
        var row = new StringBuilder();
        var known = 0;
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0) row.Append(',');
            if (!record.TryGetProperty(columns[i], out var value)) continue;
            known++;
            Append(row, value);
        }

        unknown = known == record.GetPropertyCount() ? null : record.EnumerateObject().First(p => !columns.Contains(p.Name)).Name;
        return row.Append("\r\n").ToString();
    }

    /// <summary>The text that a cell stands for.</summary>
    public static string TextOf(string cell) => cell.Length > 1 && cell[0] == '\'' && Marks.Contains(cell[1], StringComparison.Ordinal) ? cell[1..] : cell;

    private static void Append(StringBuilder row, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                AppendText(row, value.GetString()!);
                break;
            case JsonValueKind.Array or JsonValueKind.Object:
                AppendText(row, value.GetRawText());
                break;
            default:
                row.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendText(StringBuilder row, string text)
    {
        var mark = text.Length > 0 && Marks.Contains(text[0], StringComparison.Ordinal) ? "'" : "";
        if (text.Length > 0 && text.AsSpan().IndexOfAny(Quoted) < 0) row.Append(mark).Append(text);
        else row.Append('"').Append(mark).Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
