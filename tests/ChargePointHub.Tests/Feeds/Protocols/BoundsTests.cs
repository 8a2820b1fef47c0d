using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>What one operator's answers may take of the hub.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData("loti-v1", true, 100, 20_000)]
    [InlineData("loti-v1", true, 3000, 30_000)]
    [InlineData("ocpi-2.2.1", true, 100, 20_000)]
    [InlineData("ocpi-2.2.1", false, 100, 200_000)]
    public async Task An_answer_of_far_more_rows_than_were_asked_for_is_a_protocol_error_and_leaves_nothing(string protocol, bool paged, int pageSize, int most)
    {
        var feed = PretendFeed.Feed(protocol, f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = paged } });
        var rows = new string(',', most).Replace(",", "0,", StringComparison.Ordinal) + "0";

        var pulled = await new PretendFeed(_ => Answer(rows)).PullAsync(feed, Dataset.ChargePoints, pageSize);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Contains($"{most + 1} rows", pulled.Failure!.Detail, StringComparison.Ordinal);
        Assert.Empty(pulled.Refused);
    }

    [Theory]
    [InlineData("loti-v1", 100, true)]
    [InlineData("loti-v1", 101, false)]
    [InlineData("ocpi-2.2.1", 100, true)]
    [InlineData("ocpi-2.2.1", 101, false)]
    public async Task At_most_a_hundred_rows_that_are_no_objects_are_kept(string protocol, int count, bool proven)
    {
        var feed = PretendFeed.Feed(protocol, f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = false } });

        var pulled = await new PretendFeed(_ => Answer(string.Join(',', Enumerable.Range(0, count)))).PullAsync(feed, Dataset.ChargePoints);

        Assert.Equal(proven, pulled.IsProven);
        Assert.Equal(proven ? null : FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(100, pulled.Refused.Count);
    }

    [Fact]
    public async Task A_list_of_more_than_a_hundred_thousand_pages_is_a_loop()
    {
        var next = 0;
        var feed = new PretendFeed(_ => PretendFeed.Json($$"""{"data":[{"tariff_id":"T-{{next}}"}],"next_cursor":"{{next++}}"}"""));

        var pulled = await feed.PullAsync(PretendFeed.Feed("loti-v1"), Dataset.Tariffs);

        Assert.Equal(FailureKind.LoopDetected, pulled.Failure?.Kind);
        Assert.Equal(100_001, feed.Asked.Count);
    }

    private static FetchResult Answer(string rows) => PretendFeed.Json($$"""{"data":[{{rows}}],"next_cursor":null,"status_code":1000}""");
}
