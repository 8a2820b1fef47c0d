using System.Globalization;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>Which columns of a file hold what the mapping names. Names are compared trimmed and without case.</summary>
/// <param name="Names">By place; null: the column is not read.</param>
/// <param name="Numbers">Names that fill numbers as they are.</param>
/// <param name="Unread">Names of columns that are never looked at.</param>
internal sealed record TableHeader(IReadOnlyList<string?> Names, IReadOnlySet<string> Numbers, IReadOnlyList<string> Unread)
{
    public const int MostColumns = 1000;

    public static (TableHeader? Header, SubmissionFault? Fault) Of(TableRow row, FeedMapping mapping, CsvDialect dialect)
    {
        var columns = row.Cells.Select(c => (c.Text ?? "").Trim()).ToList();
        if (columns.Any(c => c.Contains('\0', StringComparison.Ordinal)))
            return (null, new SubmissionFault(SubmissionFaultKind.EncodingWrong, row.Line, "The file holds null characters: most likely it is UTF-16 without a byte order mark. Save it as UTF-8."));
        if (columns.Count > MostColumns) return (null, new SubmissionFault(SubmissionFaultKind.HeaderWrong, row.Line, $"The file has more than {MostColumns} columns; no more are read."));

        var fields = mapping.Fields.Fields.Concat(mapping.Fields.Connectors.SelectMany(c => c.Fields)).ToList();
        var tests = mapping.Fields.Connectors.Select(c => c.Only).Append(mapping.List.Only).OfType<MappedTest>().Select(t => t.Path);
        List<IReadOnlyList<string>> needed = [.. fields.Select(f => NamesOf(f.Paths)), .. tests.Select(t => NamesOf([t]))];
        var used = needed.SelectMany(n => n).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var missing = needed.Where(n => n.Count > 0 && !n.Any(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase))).Select(n => n[0]).Distinct().ToList();
        if (missing.Count > 0) return (null, Missing(row.Line, missing, used, columns, dialect));
        if (used.FirstOrDefault(u => columns.Count(c => c.Equals(u, StringComparison.OrdinalIgnoreCase)) > 1) is { } twice)
            return (null, new SubmissionFault(SubmissionFaultKind.HeaderWrong, row.Line, $"The column {FileNode.Shown(twice)} stands there twice; only one of the two can be meant."));

        var names = columns.Select(c => used.Find(u => u.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList();
        var numbers = fields.Where(f => f is { Target.Kind: MappedKind.Number, Match: null }).SelectMany(f => NamesOf(f.Paths));
        return (new TableHeader(names, numbers.ToHashSet(StringComparer.Ordinal), [.. columns.Select((c, i) => names[i] is not null || c.Length == 0 ? null : IsName(c) ? c : $"column {i + 1}").OfType<string>()]), null);
    }

    private static IReadOnlyList<string> NamesOf(IReadOnlyList<FieldPath> paths) => [.. paths.Where(p => p.End == FieldPathEnd.Value).Select(p => p.Steps[0])];

    private static SubmissionFault Missing(int line, List<string> missing, List<string> used, List<string> columns, CsvDialect dialect)
    {
        // Where no column is known, the row may be one of records: none of its cells is repeated.
        List<string> names = used.Exists(u => columns.Contains(u, StringComparer.OrdinalIgnoreCase)) ? [.. columns.Where(IsName).Except(used, StringComparer.OrdinalIgnoreCase)] : [];
        var each = missing.Select(m => NearestWord.To(m, names) is { } near ? $"{FileNode.Shown(m)} (is it {FileNode.Shown(near)}?)" : FileNode.Shown(m));
        var hint = columns.Count == 1 ? $" There is one column only, so the delimiter is probably not {FileNode.Shown(dialect.Delimiter.ToString())}, as the operator file says." : "";
        return new SubmissionFault(
            SubmissionFaultKind.HeaderWrong, line, $"Columns are missing: {string.Join(", ", each)}. Line {line} has {columns.Count} cells, {columns.Count(c => used.Contains(c, StringComparer.OrdinalIgnoreCase))} of them names that the operator file knows; the line of the column names is its header_line.{hint}");
    }

    /// <summary>What may be repeated: no address, number, date or long text, as cells of records are.</summary>
    private static bool IsName(string column) =>
        column.Length <= 60 && column.Any(char.IsLetter) && !column.Contains('@', StringComparison.Ordinal) && column.Count(char.IsDigit) <= 4 && !DateTime.TryParse(column, CultureInfo.InvariantCulture, out _);
}
