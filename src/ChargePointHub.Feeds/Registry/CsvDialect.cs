using System.Text;

namespace ChargePointHub.Feeds.Registry;

/// <summary>How an operator writes its files: the <c>csv</c> object of a <c>csv-v1</c> feed.</summary>
/// <param name="Delimiter">Between cells of a line.</param>
/// <param name="Quote">Around cells; doubled within them.</param>
/// <param name="Encoding">Of bytes without a byte order mark; throws on what it cannot read.</param>
/// <param name="Cells">What the text of a cell means.</param>
/// <param name="Times">Form of instants where a field names none.</param>
/// <param name="Dates">Form of dates where a field names none.</param>
/// <param name="HeaderLine">Line of the column names, from 1.</param>
/// <param name="Sheet">Of a workbook; null: its first.</param>
/// <param name="EndsWithNewline">The last line of delimited text ends as the others do; one that does not was cut.</param>
public sealed record CsvDialect(
    char Delimiter, char Quote, Encoding Encoding, CellText Cells, string Times, string Dates, int HeaderLine, string? Sheet, bool EndsWithNewline)
{
    public static readonly CsvDialect Plain = new(',', '"', new UTF8Encoding(false, throwOnInvalidBytes: true), CellText.Plain, "rfc3339", "rfc3339", 1, null, false);
}

/// <summary>How values that are text by nature are read: numbers are no fault there.</summary>
/// <param name="Decimal">The decimal sign.</param>
/// <param name="Group">Between thousands; null: nothing may stand there.</param>
/// <param name="Nulls">Words that mean unknown, compared without case.</param>
public sealed record CellText(char Decimal, char? Group, IReadOnlyList<string> Nulls)
{
    public static readonly CellText Plain = new('.', null, []);

    /// <summary>1.234,5 for 1234.5.</summary>
    public static readonly CellText DecimalComma = new(',', '.', []);
}
