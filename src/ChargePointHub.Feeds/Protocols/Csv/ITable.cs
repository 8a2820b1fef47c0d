using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Csv;

internal enum CellKind
{
    Empty,
    Text,
    Number,
    Flag,
}

/// <param name="Text">As JSON writes a number or a flag, else the text itself; null: empty.</param>
/// <param name="Note">What is noticed about the cell itself; null: nothing.</param>
internal readonly record struct TableCell(CellKind Kind, string? Text, Rule? Note = null);

/// <param name="Line">Of the file or sheet, from 1: where the row begins.</param>
/// <param name="EndsLine">False: the file ends without an end of line.</param>
internal sealed record TableRow(int Line, IReadOnlyList<TableCell> Cells, bool EndsLine = true);

/// <summary>Rows of a file, the first of them the column names.</summary>
internal interface ITable : IDisposable
{
    /// <summary>Cells say themselves what they are, so that a number kept as text is a mistake.</summary>
    bool IsTyped { get; }

    /// <summary>Null: the end, or <see cref="Fault"/>.</summary>
    TableRow? Next();

    SubmissionFault? Fault { get; }
}
