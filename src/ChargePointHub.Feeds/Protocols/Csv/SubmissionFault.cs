using System.Text.Json.Serialization;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>Why a file is not whole: its period is not claimed. Rows before the place are good, unless <see cref="SubmissionFault.KeepsNothing"/>.</summary>
public enum SubmissionFaultKind
{
    /// <summary>There is no row of column names.</summary>
    [JsonStringEnumMemberName("empty")] Empty,

    /// <summary>Neither delimited text nor an XLSX workbook, or a damaged one.</summary>
    [JsonStringEnumMemberName("not_a_table")] NotATable,

    /// <summary>More than is ever read, packed or unpacked.</summary>
    [JsonStringEnumMemberName("too_large")] TooLarge,

    /// <summary>Bytes that are no text in the declared encoding.</summary>
    [JsonStringEnumMemberName("encoding_wrong")] EncodingWrong,

    /// <summary>Columns that the operator file names are missing.</summary>
    [JsonStringEnumMemberName("header_wrong")] HeaderWrong,

    /// <summary>A quotation mark swallows what follows it.</summary>
    [JsonStringEnumMemberName("quotes_wrong")] QuotesWrong,

    /// <summary>The file ends within a row.</summary>
    [JsonStringEnumMemberName("cut")] Cut,

    /// <summary>The workbook has no such sheet.</summary>
    [JsonStringEnumMemberName("sheet_missing")] SheetMissing,

    /// <summary>Figures are of whole periods, and the one that was stated is not over.</summary>
    [JsonStringEnumMemberName("period_not_over")] PeriodNotOver,

    /// <summary>More rows lie outside of the period that was stated than within.</summary>
    [JsonStringEnumMemberName("period_wrong")] PeriodWrong,

    /// <summary>Times can be read only with day and month exchanged.</summary>
    [JsonStringEnumMemberName("dates_exchanged")] DatesExchanged,

    /// <summary>There are rows, and each was refused.</summary>
    [JsonStringEnumMemberName("all_refused")] AllRefused,

    /// <summary>There are rows, and the mapping passes over each.</summary>
    [JsonStringEnumMemberName("nothing_taken")] NothingTaken,

    /// <summary>What is newer has come already: a list of a later period, or another file since these bytes first came.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,
}

/// <param name="Line">From 1; null: the file as a whole.</param>
/// <param name="Message">What is wrong and what to do, for the operator's engineer.</param>
public sealed record SubmissionFault(SubmissionFaultKind Kind, int? Line, string Message)
{
    /// <summary>The file was read in a way that it was not written in: no row of it is to be kept, accepted or refused.</summary>
    public bool KeepsNothing => Kind is SubmissionFaultKind.PeriodWrong or SubmissionFaultKind.DatesExchanged or SubmissionFaultKind.AllRefused or SubmissionFaultKind.NothingTaken;
}
