using ChargePointHub.Feeds.Fetching;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>What one pull may bring, so that no operator's answers take all the memory or never end. One for each pull.</summary>
/// <param name="mostRows">Rows in one answer.</param>
internal sealed class PullBounds(int mostRows)
{
    public const int MostPages = 100_000;

    /// <summary>Rows of a page that are no JSON objects, which are kept as refused records; more of them are no list of records.</summary>
    public const int MostNotObjects = 100;

    private int _pages;

    /// <summary>For a list asked for in pages: room for operators who do not heed the limit.</summary>
    public static PullBounds Paged(int limit) => new((int)Math.Max(10L * limit, 20_000));

    /// <summary>For a list that is one answer.</summary>
    public static PullBounds Unpaged() => new(200_000);

    /// <summary>Counts the answer as a page. Null: within bounds.</summary>
    public FeedFailure? Fault(int rows, Uri url)
    {
        if (rows > mostRows)
        {
            return new FeedFailure(FailureKind.ProtocolError, $"The answer holds {rows} rows, and {mostRows} are the most that the hub takes at once.", FeedAddress.Shown(url));
        }

        return ++_pages <= MostPages ? null
            : new FeedFailure(FailureKind.LoopDetected, $"The list goes on after {MostPages} pages.", FeedAddress.Shown(url));
    }

    /// <summary>To be asked after a page was mapped. Null: within bounds.</summary>
    public static FeedFailure? Fault(PageBuilder page, Uri url) => page.NotObjects <= MostNotObjects ? null
        : new FeedFailure(FailureKind.ProtocolError, $"{page.NotObjects} records of the answer are not JSON objects; the first {MostNotObjects} were kept.", FeedAddress.Shown(url));
}
