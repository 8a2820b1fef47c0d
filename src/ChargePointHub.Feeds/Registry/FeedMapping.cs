using System.Text.RegularExpressions;

namespace ChargePointHub.Feeds.Registry;

/// <summary>
/// How one dataset of a <c>mapped-json</c> feed is asked for and read, or of a <c>csv-v1</c> feed read. The references are in
/// <c>Protocols/MappedJson/README.md</c> and <c>Protocols/Csv/README.md</c>.
/// </summary>
/// <param name="List">The list of records; with a loop, asked for once for each id. Of a file, whose rows are the records, only what tells them apart.</param>
/// <param name="Loop">Ids for each of which the list is asked for; null: it is asked for once.</param>
/// <param name="Status">Charge points only: a list of its own that says their status; null: none.</param>
/// <param name="Written">As it stands in the file: another text may judge otherwise.</param>
public sealed record FeedMapping(MappedList List, MappedFields Fields, MappedLoop? Loop, MappedStatus? Status, string Written);

/// <summary>A list of an operator's API: how it is asked for, how it pages, and where its records stand.</summary>
/// <param name="Accept">What an answer must say to be one, where errors come with status 200.</param>
/// <param name="Records">Each step leads into the items of the one before; never empty.</param>
/// <param name="Only">Other records are not this dataset's.</param>
public sealed record MappedList(MappedRequest Request, MappedPaging Paging, MappedTest? Accept, IReadOnlyList<RecordStep> Records, MappedTest? Only)
{
    /// <summary>Of delimited text, of each field and test the columns one of which must be there.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Columns { get; init; } = [];
}

/// <param name="Path">Below the base address; empty: that itself. Holds placeholders, as do values of query and headers.</param>
/// <param name="TimeFormat">Of <c>{from}</c> and <c>{to}</c>: <c>rfc3339</c>, <c>epoch_s</c>, <c>epoch_ms</c>, <c>date</c>, or a pattern.</param>
public sealed record MappedRequest(
    string Path, IReadOnlyList<KeyValuePair<string, string>> Query, IReadOnlyDictionary<string, string> Headers, string TimeFormat)
{
    /// <summary>JSON with placeholders in its texts, sent by POST; null: a GET.</summary>
    public string? Body { get; init; }

    /// <summary>Each line of an answer is a JSON document, and they are the answer's array.</summary>
    public bool AnswersLines { get; init; }

    /// <summary>An answer is delimited text, written so; null: it is JSON.</summary>
    public CsvDialect? Csv { get; init; }

    /// <summary>An answer is a zip archive, and its file of this name is read; null: the answer itself is.</summary>
    public string? ZipEntry { get; init; }

    /// <summary>A GET, answered with one JSON document.</summary>
    public bool IsPlain => Body is null && !AnswersLines && Csv is null && ZipEntry is null;

    public bool Uses(string placeholder) => Path.Contains(placeholder, StringComparison.Ordinal)
        || Body?.Contains(placeholder, StringComparison.Ordinal) == true
        || Query.Select(q => q.Value).Concat(Headers.Values).Any(v => v.Contains(placeholder, StringComparison.Ordinal));
}

public enum PagingKind
{
    None,
    Offset,
    Page,
    Cursor,
    Next,
    Link,
}

/// <param name="First">Number of the first page.</param>
/// <param name="Key">What tells one row of the list from another; null: its bytes.</param>
/// <param name="Total">JSON Pointer to the number of rows of the whole list; null: not stated.</param>
/// <param name="TotalHeader">The same in a response header.</param>
/// <param name="Next">JSON Pointer to the next cursor or address.</param>
/// <param name="More">JSON Pointer to a boolean: there is more.</param>
public sealed record MappedPaging(PagingKind By, int First, FieldPath? Key, string? Total, string? TotalHeader, string? Next, string? More);

/// <summary>True where the value, as text, is one of the words. A missing value is the word <c>null</c>.</summary>
public sealed record MappedTest(FieldPath Path, IReadOnlyList<string> Is);

public enum RecordStepKind
{
    /// <summary>An array of records.</summary>
    List,

    /// <summary>An object whose values are the records; their names are <c>#key</c>.</summary>
    Object,

    /// <summary>One record.</summary>
    One,
}

/// <param name="At">JSON Pointer; empty: the whole.</param>
public sealed record RecordStep(string At, RecordStepKind As);

/// <param name="Id">The loop's id in each record of its list.</param>
public sealed record MappedLoop(MappedList List, FieldPath Id);

/// <param name="Fields"><c>charge_point_id</c>, <c>status</c>, <c>status_since</c>.</param>
public sealed record MappedStatus(MappedList List, IReadOnlyList<MappedField> Fields);

public sealed record MappedFields(IReadOnlyList<MappedField> Fields, IReadOnlyList<MappedConnectors> Connectors);

/// <summary>Connectors of a charge point. Without <paramref name="At"/> the charge point itself is one.</summary>
public sealed record MappedConnectors(RecordStep? At, MappedTest? Only, IReadOnlyList<MappedField> Fields);

/// <summary>How one of our fields is filled.</summary>
/// <param name="Target">Ours.</param>
/// <param name="Paths">The first that holds a value; all of them where there is <paramref name="Join"/>.</param>
/// <param name="Constant">Where nothing stands there; null: unknown.</param>
/// <param name="Factor">From the operator's unit to ours.</param>
/// <param name="Format">Of times: <c>rfc3339</c>, <c>epoch_s</c>, <c>epoch_ms</c>, or a pattern.</param>
/// <param name="Words">The operator's words and ours, compared without case.</param>
/// <param name="Ignore">Words that say nothing.</param>
/// <param name="Otherwise">What a word means that is neither in the table nor ours; null: unknown, with a finding.</param>
/// <param name="Match">The first group of this expression is the value.</param>
/// <param name="Split">Between the words of a list written as one text.</param>
public sealed record MappedField(
    MappedTarget Target, IReadOnlyList<FieldPath> Paths, string? Join, string? Constant, decimal Factor, string Format,
    IReadOnlyDictionary<string, string> Words, IReadOnlyList<string> Ignore, string? Otherwise, Regex? Match, string? Split)
{
    /// <summary>Of files, whose cells are text by nature, and of numbers in text with a decimal comma; null: JSON says what a value is.</summary>
    public CellText? Cells { get; init; }
}
