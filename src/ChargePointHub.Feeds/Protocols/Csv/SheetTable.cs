using System.Globalization;
using System.Text;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;
using ExcelDataReader;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>One sheet of an XLSX workbook. Cells come as Excel keeps them; dates follow the workbook's own calendar, 1900 or 1904.</summary>
internal sealed class SheetTable : ITable
{
    // Workbooks that name no encoding are read in code page 1252, which the reader looks up by number.
    static SheetTable() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The last row that a sheet can have. A row may claim any number, and the reader brings all that are missing before it.</summary>
    private const int MostRows = 1_048_576;

    private readonly IExcelDataReader? reader;
    private readonly Dictionary<long, Rule> marked = [];
    private readonly HashSet<string> nulls;
    private readonly CancellationToken cancellationToken;

    public SheetTable(Stream content, CsvDialect dialect, CancellationToken cancellationToken)
    {
        this.cancellationToken = cancellationToken;
        nulls = new HashSet<string>(dialect.Cells.Nulls, StringComparer.OrdinalIgnoreCase);
        try
        {
            if (WorkbookGuard.TooLarge(content, dialect.Sheet, cancellationToken) is { } tooLarge)
            {
                Fault = new SubmissionFault(SubmissionFaultKind.TooLarge, null, $"{tooLarge} Send the sheet alone, or as CSV.");
                return;
            }

            content.Position = 0;
            if (!WorkbookGuard.IsXlsx(content))
            {
                Fault = new SubmissionFault(SubmissionFaultKind.NotATable, null, "This is an archive without an XLSX workbook in it: a binary workbook (XLSB), one of another program, or several files packed as one. Save the sheet as XLSX, or as CSV.");
                return;
            }

            content.Position = 0;
            marked = WorkbookGuard.Marked(content, dialect.Sheet, cancellationToken);
            content.Position = 0;
            reader = ExcelReaderFactory.CreateOpenXmlReader(content, new ExcelReaderConfiguration { LeaveOpen = true });
            var names = new List<string>();
            do
            {
                if (dialect.Sheet is null || string.Equals(reader.Name, dialect.Sheet, StringComparison.OrdinalIgnoreCase))
                {
                    WorkbookGuard.Merge(marked, (reader.MergeCells ?? []).Select(m => (m.FromRow + 1, m.ToRow + 1, m.FromColumn + 1, m.ToColumn + 1)), cancellationToken);
                    return;
                }

                names.Add(reader.Name);
            }
            while (reader.NextResult());
            Fault = new SubmissionFault(SubmissionFaultKind.SheetMissing, null, $"The workbook has no sheet {FileNode.Shown(dialect.Sheet)}; it has {string.Join(", ", names.Select(FileNode.Shown))}.");
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            Fault = Damaged(null, damage);
        }
    }

    public bool IsTyped => true;

    public SubmissionFault? Fault { get; private set; }

    public TableRow? Next()
    {
        if (Fault is not null || reader is null) return null;
        try
        {
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.Depth >= MostRows)
                {
                    Fault = new SubmissionFault(SubmissionFaultKind.TooLarge, MostRows, "The sheet goes on after its last possible row: a row says a number that no sheet has. Save it anew, or as CSV.");
                    return null;
                }

                var width = Math.Min(reader.FieldCount, TableHeader.MostColumns + 1);
                if (IsBlank(reader, width)) continue;
                var (row, cells) = (reader.Depth + 1, new TableCell[width]);
                for (var i = 0; i < cells.Length; i++) cells[i] = Cell(reader, row, i);
                if (cells.Any(c => c.Kind != CellKind.Empty)) return new TableRow(row, cells);
            }
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            Fault = Damaged(reader.Depth + 1, damage);
        }

        return null;
    }

    public void Dispose() => reader?.Dispose();

    private TableCell Cell(IExcelDataReader at, int row, int column)
    {
        var value = at.GetValue(column);
        var note = marked.GetValueOrDefault(WorkbookGuard.Place(row, column + 1));
        if (note == TableRules.CellError) return new TableCell(CellKind.Empty, value?.ToString(), note);
        if (note == TableRules.CellMerged && value is not null) note = null;
        return value switch
        {
            null => new TableCell(CellKind.Empty, null, note),
            bool flag => new TableCell(CellKind.Flag, flag ? "true" : "false", note),
            DateTime time => new TableCell(CellKind.Text, Written(time), note),
            TimeSpan span => new TableCell(CellKind.Text, span.ToString("c", CultureInfo.InvariantCulture), note),
            double number when !double.IsFinite(number) => new TableCell(CellKind.Empty, number.ToString(CultureInfo.InvariantCulture), TableRules.CellError),
            IFormattable number and (double or float or int or long or decimal) => new TableCell(CellKind.Number, number.ToString("G15", CultureInfo.InvariantCulture), note),
            _ => Text(value.ToString() ?? "", note),
        };
    }

    private static bool IsBlank(IExcelDataReader at, int width)
    {
        for (var i = 0; i < width; i++) if (at.GetValue(i) is not null) return false;
        return true;
    }

    private TableCell Text(string text, Rule? note) =>
        text.Trim().Length == 0 || nulls.Contains(text.Trim()) ? new TableCell(CellKind.Empty, null, note) : new TableCell(CellKind.Text, text, note);

    /// <summary>Excel counts in parts of a day, so that whole seconds come a little beside themselves.</summary>
    private static string Written(DateTime time)
    {
        var whole = new DateTime((time.Ticks + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);
        if (Math.Abs((time - whole).Ticks) < 2 * TimeSpan.TicksPerMillisecond) time = whole;
        return time.TimeOfDay == TimeSpan.Zero ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF", CultureInfo.InvariantCulture);
    }

    /// <summary>What the reader of workbooks throws at hostile ones is no closed list.</summary>
    private static bool IsDamage(Exception failure) => failure is not (OperationCanceledException or OutOfMemoryException);

    private static SubmissionFault Damaged(int? line, Exception damage) => new(
        SubmissionFaultKind.NotATable, line, $"The workbook is damaged, or no XLSX: it cannot be read from here on ({damage.GetType().Name}). Open it, save it anew as XLSX, or send CSV.");
}
