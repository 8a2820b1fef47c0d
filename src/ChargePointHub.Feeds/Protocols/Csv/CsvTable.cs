using System.Globalization;
using System.Text;
using ChargePointHub.Feeds.Registry;
using CsvHelper;
using CsvHelper.Configuration;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>Delimited text. A byte order mark goes before the declared encoding.</summary>
internal sealed class CsvTable : ITable
{
    /// <summary>Characters of a cell: beyond it an unclosed quotation mark is likelier than text.</summary>
    private const int LongestCell = 10_000;

    private readonly CsvDialect dialect;
    private readonly CsvParser parser;

    public CsvTable(Stream content, CsvDialect dialect)
    {
        this.dialect = dialect;
        var settings = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = dialect.Delimiter.ToString(),
            Quote = dialect.Quote,
            Escape = dialect.Quote,
            IgnoreBlankLines = false,
            MaxFieldSize = LongestCell,
            // A quotation mark within a cell that does not begin with one is a character as any other.
            BadDataFound = null,
        };
        parser = new CsvParser(new StreamReader(content, dialect.Encoding, detectEncodingFromByteOrderMarks: true, leaveOpen: true), settings);
    }

    public bool IsTyped => false;

    public SubmissionFault? Fault { get; private set; }

    public TableRow? Next()
    {
        if (Fault is not null) return null;
        var line = parser.RawRow + 1;
        try
        {
            while (parser.Read())
            {
                var raw = parser.RawRecord.AsSpan();
                var ends = raw.Length > 0 && raw[^1] is '\n' or '\r';
                if (!ends && raw.Count(dialect.Quote) % 2 == 1)
                {
                    Fault = new SubmissionFault(SubmissionFaultKind.Cut, line, "The file ends within quotation marks: it was cut, or a quotation mark in this row is not closed. Send the whole file.");
                    return null;
                }

                var cells = parser.Record!;
                if (!cells.All(string.IsNullOrWhiteSpace)) return new TableRow(line, [.. cells.Select(Cell)], ends);
                line = parser.RawRow + 1;
            }
        }
        catch (MaxFieldSizeException)
        {
            Fault = new SubmissionFault(SubmissionFaultKind.QuotesWrong, line, $"A cell of this row is longer than {LongestCell} characters: a quotation mark that is not closed swallows what follows. Close it, or double it where it is part of the text.");
        }
        catch (DecoderFallbackException)
        {
            Fault = new SubmissionFault(SubmissionFaultKind.EncodingWrong, line, $"What follows here is no {dialect.Encoding.WebName}. Save the file in that encoding, or have the operator file name the other one.");
        }

        return null;
    }

    public void Dispose() => parser.Dispose();

    private static TableCell Cell(string text) => text.Length == 0 ? new TableCell(CellKind.Empty, null) : new TableCell(CellKind.Text, text);
}
