using System.Globalization;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>What the headers of a paged answer say.</summary>
/// <param name="Total">X-Total-Count.</param>
/// <param name="ServerLimit">X-Limit; some say 0 and mean nothing by it.</param>
/// <param name="Next">Link with rel="next".</param>
internal sealed record OcpiPaging(int? Total, int? ServerLimit, string? Next)
{
    public static OcpiPaging Read(IReadOnlyDictionary<string, string> headers) =>
        new(Number(headers, "X-Total-Count"), Number(headers, "X-Limit"), headers.TryGetValue("Link", out var link) ? NextOf(link) : null);

    /// <summary>True when there is no next page, or it is on the feed's own host.</summary>
    public bool StaysAt(Uri feed, Uri asked) => Next is null || (Uri.TryCreate(asked, Next, out var next) && FeedAddress.IsSameHost(feed, next));

    private static int? Number(IReadOnlyDictionary<string, string> headers, string name) =>
        headers.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? NextOf(string link)
    {
        foreach (var part in link.Split('<', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf('>', StringComparison.Ordinal);
            if (end < 0) continue;
            var relation = part[(end + 1)..].Replace(" ", "", StringComparison.Ordinal);
            if (relation.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase) || relation.Contains("rel=next", StringComparison.OrdinalIgnoreCase)) return part[..end];
        }

        return null;
    }
}
