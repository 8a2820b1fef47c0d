using System.Globalization;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>Which columns of a file hold what the mapping names. Names are compared trimmed and without case.</summary>
/// <param name="Line">Where they stand, from 1.</param>
/// <param name="Names">By place; null: the column is not read.</param>
/// <param name="Numbers">Names that fill numbers as they are.</param>
/// <param name="Unread">Names of columns that are never looked at.</param>
internal sealed record TableHeader(int Line, IReadOnlyList<string?> Names, IReadOnlySet<string> Numbers, IReadOnlyList<string> Unread)
{
    public const int MostColumns = 1000;

    /// <summary>By place, columns that are not read too; null: the column has no name.</summary>
    public IReadOnlyList<string?> All { get; private init; } = [];

    /// <summary>Of the columns that are not read, those whose name says that they concern a person.</summary>
    public static IEnumerable<string> Personal(IEnumerable<string> unread) => unread.Where(c => OcpiWords.IsPersonal(c.Replace(' ', '_').Replace('-', '_')));

    /// <summary>Of a file, whose rows are the records of a mapping.</summary>
    public static (TableHeader? Header, SubmissionFault? Fault) Read(ITable table, FeedMapping mapping, CsvDialect dialect)
    {
        var tests = mapping.Fields.Connectors.Select(c => c.Only).Append(mapping.List.Only).OfType<MappedTest>().Select(t => t.Path);
        var numbers = mapping.Fields.Fields.Concat(mapping.Fields.Connectors.SelectMany(c => c.Fields)).Where(f => f is { Target.Kind: MappedKind.Number, Match: null });
        var (header, fault) = Read(table, Needed(mapping.Fields, tests), dialect);
        return (header is null ? null : header with { Numbers = numbers.SelectMany(f => NamesOf(f.Paths)).ToHashSet(StringComparer.Ordinal) }, fault);
    }

    /// <param name="needed">As <see cref="Needed"/>.</param>
    public static (TableHeader? Header, SubmissionFault? Fault) Read(ITable table, IReadOnlyList<IReadOnlyList<string>> needed, CsvDialect dialect)
    {
        while (table.Next() is { } first)
        {
            if (first.Line >= dialect.HeaderLine) return Of(first, needed, dialect);
        }

        return (null, table.Fault ?? new SubmissionFault(SubmissionFaultKind.Empty, null, $"There is no row of column names: line {dialect.HeaderLine} and all below it are empty."));
    }

    /// <summary>Of each field and test the columns one of which must be there.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Needed(MappedFields fields, IEnumerable<FieldPath> tests) =>
        [.. fields.Fields.Concat(fields.Connectors.SelectMany(c => c.Fields)).Select(f => NamesOf(f.Paths)), .. tests.Select(t => NamesOf([t]))];

    private static (TableHeader? Header, SubmissionFault? Fault) Of(TableRow row, IReadOnlyList<IReadOnlyList<string>> needed, CsvDialect dialect)
    {
        var columns = row.Cells.Select(c => (c.Text ?? "").Trim()).ToList();
        if (columns.Any(c => c.Contains('\0', StringComparison.Ordinal)))
            return (null, new SubmissionFault(SubmissionFaultKind.EncodingWrong, row.Line, "The file holds null characters: most likely it is UTF-16 without a byte order mark. Save it as UTF-8."));
        if (columns.Count > MostColumns) return (null, new SubmissionFault(SubmissionFaultKind.HeaderWrong, row.Line, $"The file has more than {MostColumns} columns; no more are read."));

        var used = needed.SelectMany(n => n).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var missing = needed.Where(n => n.Count > 0 && !n.Any(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase))).Select(n => n[0]).Distinct().ToList();
        if (missing.Count > 0) return (null, Missing(row.Line, missing, used, columns, dialect));
        if (used.FirstOrDefault(u => columns.Count(c => c.Equals(u, StringComparison.OrdinalIgnoreCase)) > 1) is { } twice)
            return (null, new SubmissionFault(SubmissionFaultKind.HeaderWrong, row.Line, $"The column {FileNode.Shown(twice)} stands there twice; only one of the two can be meant."));

        var names = columns.Select(c => used.Find(u => u.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList();
        var unread = columns.Select((c, i) => names[i] is not null || c.Length == 0 ? null : IsName(c) ? c : $"column {i + 1}").ToList();
        return (new TableHeader(row.Line, names, new HashSet<string>(), [.. unread.OfType<string>()]) { All = [.. names.Zip(unread, (name, other) => name ?? other)] }, null);
    }

    /// <summary>Null where the row is whole as far as can be seen.</summary>
    public SubmissionFault? CutWithin(TableRow row, CsvDialect dialect)
    {
        if (row.EndsLine || (row.Cells.Count >= Names.Count && !dialect.EndsWithNewline)) return null;
        var found = row.Cells.Count < Names.Count ? $", which has {row.Cells.Count} cells of {Names.Count}" : " and not with its end of line, as the operator file has it";
        return new SubmissionFault(SubmissionFaultKind.Cut, row.Line, $"The file ends within this row{found}: it was cut. Send the whole file.");
    }

    /// <summary>What the row's cells give to notice before it is read.</summary>
    public List<CellNote> Notes(TableRow from, bool isTyped)
    {
        var notes = new List<CellNote>();
        var isWide = from.Cells.Count > MostColumns || from.Cells.Skip(Names.Count).Any(c => c.Kind != CellKind.Empty);
        if (isWide || from.Cells.Count < Names.Count)
            notes.Add(new CellNote(TableRules.RowWidth, "", null, $"The row has {from.Cells.Count} cells, and there are {Names.Count} columns."));
        if (!from.EndsLine) notes.Add(new CellNote(TableRules.EndOfLineMissing, "", null, null));
        foreach (var (cell, name) in from.Cells.Zip(Names))
        {
            if (name is null) continue;
            if (cell.Note is { } rule) notes.Add(new CellNote(rule, name, cell.Text, null));
            if (isTyped && cell.Kind == CellKind.Text && Numbers.Contains(name)) notes.Add(new CellNote(ValueRules.NumberAsText, name, cell.Text, null));
        }

        return notes;
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
