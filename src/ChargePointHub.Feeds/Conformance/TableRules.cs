using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about rows and cells of files that operators hand in.</summary>
public static class TableRules
{
    private const string Reference = "Clause C14, management information";

    public static readonly Rule RowWidth = new("row-width", Severity.Error, "A row has more or fewer cells than there are columns.",
        "Its values stand under the wrong names.", "Quote cells that hold the delimiter; leave no cell out.", "RFC 4180 section 2");

    public static readonly Rule EndOfLineMissing = new("end-of-line-missing", Severity.Info, "The file's last row has no end of line, as the others have.",
        "It may have been cut within its last cell.", "End each line of a file, the last one too; then have the operator file say ends_with_newline.", "RFC 4180 section 2");

    public static readonly Rule NoRows = new("no-rows", Severity.Warning, "The file has column names and no row; the period is covered with nothing in it.",
        "Where something happened, it is missing, and nobody goes on looking for it.", "Send the rows as a new file, unless nothing happened in the period.", Reference);

    public static readonly Rule CellError = new("cell-error", Severity.Warning, "A cell holds an error of Excel's; it was read as null.",
        "There is no value.", "Mend the formula, or leave the cell empty.", Reference);

    public static readonly Rule CellFormula = new("cell-formula", Severity.Info, "A cell holds a formula; the value that Excel had last worked out was taken.",
        "It may be out of date, or missing.", "Paste values before sending.", Reference);

    public static readonly Rule CellMerged = new("cell-merged", Severity.Warning, "A cell is merged with others and has no value of its own; it was read as null.",
        "Only the first of merged cells holds the value.", "Split merged cells and fill each.", Reference);
}
