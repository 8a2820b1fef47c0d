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
                // One more than is ever read, so that too many are seen.
                var cells = Enumerable.Range(0, Math.Min(parser.Count, TableHeader.MostColumns + 1)).Select(i => parser[i]).ToList();
                var quotes = QuotedRow.EndOf(raw, dialect.Delimiter, dialect.Quote);
                if (quotes == QuotedRowEnd.Open)
                {
                    Fault = new SubmissionFault(SubmissionFaultKind.Cut, line, "The file ends within quotation marks: it was cut, or a quotation mark in this row is not closed. Close it and send the whole file.");
                    return null;
                }

                if (quotes == QuotedRowEnd.Torn || cells.Exists(c => HoldsRows(c, cells.Count)))
                {
                    Fault = new SubmissionFault(SubmissionFaultKind.QuotesWrong, line, "A cell of this row goes on over what looks like the next rows: a quotation mark is not closed. Close it, or double it where it is part of the text.");
                    return null;
                }

                if (!cells.TrueForAll(string.IsNullOrWhiteSpace)) return new TableRow(line, [.. cells.Select(Cell)], ends);
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

    /// <summary>From a quotation mark that is not closed to the next one in the same column there are as many delimiters as in whole rows.</summary>
    private bool HoldsRows(string cell, int columns)
    {
        var lines = cell.AsSpan().Count('\n');
        return lines > 0 && columns > 2 && cell.AsSpan().Count(dialect.Delimiter) == lines * (columns - 1);
    }

    private static TableCell Cell(string text) => text.Length == 0 ? new TableCell(CellKind.Empty, null) : new TableCell(CellKind.Text, text);
}
