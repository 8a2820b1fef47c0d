using ChargePointHub.Model;

namespace ChargePointHub.Store.Bulk;

/// <summary>One dataset's records of one month, as files for one scope.</summary>
/// <param name="Mark">Of the scope; open data is everybody's, under that of <see cref="Scope.Public"/>.</param>
/// <param name="Month">First day, in London.</param>
/// <param name="MadeAt">When it was published; where times are cut, the beginning of the unit.</param>
/// <param name="Revision">From 1; one more each time that it was made anew, also after it was taken out.</param>
/// <param name="SeenTick">Every change up to here is in it.</param>
/// <param name="ChangedTick">The newest change of what it holds that was found.</param>
/// <param name="StaleSince">When it was found to be no longer what the hub holds; null: it is.</param>
/// <param name="Rows">Records of all operators.</param>
/// <param name="Operators">Whose records it holds, and how many of each.</param>
/// <param name="Statement">What the answer that it was made of said of itself: one JSON object.</param>
/// <param name="Judged">Of that what would make it another file.</param>
/// <param name="Forms">Each way in which it comes.</param>
public sealed record BulkFile(
    Guid FileId, string Mark, Dataset Dataset, DateOnly Month, DateTimeOffset MadeAt, int Revision, long SeenTick, long ChangedTick, DateTimeOffset? StaleSince, long Rows,
    IReadOnlyList<(string OperatorId, long Rows)> Operators, byte[] Statement, string Judged, IReadOnlyList<BulkForm> Forms)
{
    /// <summary>Those that come as files. Outages do not: some are worked out anew when they are asked for, so that no tick says when one changed.</summary>
    public static readonly IReadOnlyList<Dataset> Datasets = [.. Dataset.All.Where(d => d != Dataset.Outages)];

    /// <summary>Compressed bytes that are kept together; the last of a form are fewer.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>From its first midnight in London to that of the month after.</summary>
    public Window Window => LondonCalendar.Month(Month.Year, Month.Month);
}

/// <summary>One form of a file.</summary>
/// <param name="Name"><c>ndjson</c> or <c>csv</c>.</param>
/// <param name="Bytes">Compressed.</param>
/// <param name="Sha256">Of the compressed bytes.</param>
/// <param name="PlainBytes">Unpacked.</param>
/// <param name="PlainSha256">Of the unpacked bytes.</param>
/// <param name="ReplacesSha256">Of the compressed bytes that stood in its place before; null: none did.</param>
public sealed record BulkForm(string Name, long Bytes, byte[] Sha256, long PlainBytes, byte[] PlainSha256, byte[]? ReplacesSha256);

/// <summary>A file to be made.</summary>
/// <param name="IsOfAreas">Its rights name boroughs.</param>
public sealed record BulkOrder(string Mark, Dataset Dataset, DateOnly Month, bool IsOfAreas);

/// <summary>What became of making a file.</summary>
public enum BulkOutcome
{
    /// <summary>It is there for its readers.</summary>
    Made,

    /// <summary>What stands there already is the same.</summary>
    Same,

    /// <summary>Something was withheld or purged meanwhile that it might hold: it was thrown away.</summary>
    Overtaken,
}

/// <summary>How it stands with bulk files.</summary>
/// <param name="Files">Months of a dataset and a scope.</param>
/// <param name="Bytes">Of all their forms, compressed.</param>
/// <param name="Waiting">Months that are still to be made.</param>
/// <param name="LearntAt">When the hub last learnt something.</param>
/// <param name="LookedAt">Up to what was learnt then files have been held against it; null: never.</param>
public sealed record BulkFacts(long Files, long Bytes, long Waiting, DateTimeOffset LearntAt, DateTimeOffset? LookedAt);
