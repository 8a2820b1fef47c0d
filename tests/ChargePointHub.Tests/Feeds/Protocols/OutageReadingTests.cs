using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Protocols.Csv;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>Outages by every way in which an operator may give them, and what of their free texts is kept.</summary>
public sealed class OutageReadingTests
{
    private const string Fields = """
        {"outage_id": "/Ref", "charge_point_id": "/Bay", "started_at": "/From", "ended_at": "/To", "category": {"path": "/Kind", "words": {"no power": "POWER_SUPPLY"}, "otherwise": "OTHER"},
         "cause": "/What", "exempt": {"path": "/Ours", "words": {"no": "true", "yes": "false"}}}
        """;

    [Theory]
    [InlineData(WindowAxis.StartedAt, "https://operator.example/feed/outages?from=2026-11-19T12%3A00%3A00.000Z&to=2026-11-20T12%3A00%3A00.000Z&limit=1000")]
    [InlineData(WindowAxis.LastUpdated, "https://operator.example/feed/outages?updated_from=2026-11-19T12%3A00%3A00.000Z&updated_to=2026-11-20T12%3A00%3A00.000Z&limit=1000")]
    public async Task A_window_is_asked_for_by_the_axis_and_what_lies_outside_of_it_is_told(WindowAxis axis, string asked)
    {
        var feed = new PretendFeed(_ => PretendFeed.Json("""
            {"data": [{"outage_id": "1", "charge_point_id": "A", "started_at": "2026-11-20T08:00:00Z", "last_updated": "2026-11-20T09:00:00Z"},
             {"outage_id": "2", "charge_point_id": "A", "started_at": "2026-11-20T12:00:00Z", "last_updated": "2026-11-20T12:00:00Z"}],
             "next_cursor": null, "window": {"from": "2026-11-19T12:00:00Z", "to": "2026-11-20T12:00:00Z"}}
            """));

        var pulled = await feed.PullAsync(PretendFeed.Feed("loti-v1"), Dataset.Outages, window: PretendFeed.Day, axis: axis);

        Assert.Equal(asked, feed.Asked.Single().AbsoluteUri);
        Assert.Equal(["outside-window 1"], pulled.FindingCounts);
        Assert.Equal(["example:1", "example:2"], pulled.Outages.Select(o => o.Record.OutageId));
    }

    [Fact]
    public void A_file_gives_them_row_by_row_and_the_last_of_an_id_counts()
    {
        var handed = HandedIn.Of(Feed("csv-v1"), "Ref,Bay,From,To,Kind,What,Ours\n1,A,2026-11-19T08:00:00Z,,no power,Feeder,no\n1,A,2026-11-19T08:00:00Z,2026-11-19T09:30:00Z,no power,Feeder,no\n2,B,2026-11-19T10:00:00Z,,screen,\"ring 020 7946 0958\",yes\n");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        var (first, second) = (handed.Outages[0].Record, handed.Outages[1].Record);
        Assert.Equal(("example:1", OutageCategory.PowerSupply, "Feeder", true), (first.OutageId, first.Category, first.Cause, first.Exempt));
        Assert.Equal(TimeSpan.FromMinutes(90), first.EndedAt - first.StartedAt);
        Assert.Equal((OutageCategory.Other, null, false, null), (second.Category, second.Cause, second.Exempt, second.LastUpdated));
        Assert.Equal(["duplicate-id 1", "outage-exempt-unexplained 1", "text-personal 1", "word-unknown 1"], handed.FindingCounts);
    }

    [Theory]
    [InlineData("ring 020 7946 0958")]
    [InlineData("0044 20 7946 0958")]
    [InlineData("44 7700 900123")]
    [InlineData("+44 (0)20 7946 0958")]
    [InlineData("07700/900123")]
    [InlineData("07700\u2013900\u2011123")]
    [InlineData("07700\u00a0900\u00a0123")]
    [InlineData("Tel07700900123")]
    [InlineData("\uff10\uff17\uff17\uff10\uff10 900123")]
    [InlineData("blocked by AB12 CDE")]
    [InlineData("Ab12 CDE")]
    [InlineData("ab12cde")]
    [InlineData("write to a.b@example.org")]
    public async Task What_looks_like_a_person_s_is_not_kept(string cause) => Assert.Equal((null, "text-personal 1"), await CauseAsync(cause));

    [Theory]
    [InlineData("Feeder fault since 01/11/2026 10:30")]
    [InlineData("from 01-11-2026 to 05-11-2026")]
    [InlineData("1.11.26 08.00 to 2.11.26 09.00")]
    [InlineData("2026-11-01 10:30:00")]
    [InlineData("cp01 has failed")]
    [InlineData("230 V at 50.0123456789 Hz")]
    [InlineData("firmware 10.04.7700.900123")]
    [InlineData("DNO job 7946095812")]
    [InlineData("44 bays, 7 of them out")]
    public async Task What_does_not_is(string cause) => Assert.Equal((cause, null), await CauseAsync(cause));

    [Theory]
    [InlineData("loti-v1")]
    [InlineData("csv-v1")]
    [InlineData("mapped-json")]
    public async Task Of_a_refused_one_no_free_text_is_kept_and_it_is_judged_again_alike(string protocol)
    {
        var feed = Feed(protocol);
        var refused = protocol switch
        {
            "csv-v1" => HandedIn.Of(feed, "Ref,Bay,From,To,Kind,What,Ours\n1,A,2026-11-19T08:00:00Z,2026-11-19T07:00:00Z,no power,Told by Ada,no\n").Refused,
            "mapped-json" => (await Answering("""[{"Ref": "1", "Bay": "A", "From": "2026-11-19T08:00:00Z", "To": "2026-11-19T07:00:00Z", "Kind": "no power", "What": "Told by Ada", "Ours": "no"}]""").PullAsync(feed, Dataset.Outages, window: PretendFeed.Day)).Refused,
            _ => (await Answering("""{"data": [{"outage_id": "1", "charge_point_id": "A", "started_at": "2026-11-19T08:00:00Z", "ended_at": "2026-11-19T07:00:00Z", "cause": "Told by Ada", "exempt_reason": "Ada", "last_updated": "2026-11-20T08:00:00Z"}], "next_cursor": null}""")
                .PullAsync(feed, Dataset.Outages)).Refused,
        };

        var kept = Encoding.UTF8.GetString(Assert.Single(refused).Document.Span);
        Assert.DoesNotContain("Ada", kept, StringComparison.Ordinal);
        Assert.Contains("2026-11-19T07:00:00Z", kept, StringComparison.Ordinal);
        Assert.Equal(("1", "A"), (refused[0].OwnId, refused[0].ChargePoint));
        var again = Assert.Single(ProtocolCatalogue.JudgeAgain(feed, Dataset.Outages, refused[0].Document, PretendFeed.Now)!.Refused);
        Assert.Contains(again.Findings, f => f.Rule == OutageRules.EndsBeforeStart.Code);
    }

    [Theory]
    [InlineData("""{"dataset": "outages"}""", "axis-missing")]
    [InlineData("""{"dataset": "outages", "axis": "at"}""", "axis-not-possible")]
    public void An_operator_file_says_by_which_time_they_are_asked_for(string dataset, string fault)
    {
        using var files = new OperatorFiles();
        files.Write("a.json", $$"""{"operator_id": "op", "name": "Op", "feeds": [{"feed_id": "one", "protocol": "loti-v1", "base_url": "https://a.example", "datasets": [{{dataset}}]}]}""");

        Assert.Equal([$"/feeds/0/datasets/0/axis {fault}"], files.Faults().Select(f => $"{f.Pointer} {f.Code}"));
    }

    private static async Task<(string? Cause, string? Found)> CauseAsync(string cause)
    {
        var pulled = await Answering($$"""{"data": [{"outage_id": "1", "charge_point_id": "A", "started_at": "2026-11-20T08:00:00Z", "cause": {{JsonSerializer.Serialize(cause)}}, "last_updated": "2026-11-20T09:00:00Z"}], "next_cursor": null, "window": {"from": "2026-11-19T12:00:00Z", "to": "2026-11-20T12:00:00Z"} }""")
            .PullAsync(PretendFeed.Feed("loti-v1"), Dataset.Outages, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);
        return (Assert.Single(pulled.Outages).Record.Cause, pulled.FindingCounts.SingleOrDefault(f => f.StartsWith("text-", StringComparison.Ordinal)));
    }

    private static PretendFeed Answering(string json) => new(_ => PretendFeed.Json(json));

    private static FeedDefinition Feed(string protocol) => protocol switch
    {
        "loti-v1" => PretendFeed.Feed("loti-v1"),
        "csv-v1" => HandedIn.Read($$"""
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London",
             "datasets": [{"dataset": "outages", "axis": "started_at", "mapping": {"fields": {{Fields}} } }]}]}
            """).Feeds.Single(),
        _ => HandedIn.Read($$"""
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "api", "protocol": "mapped-json", "base_url": "https://operator.example/feed", "zone": "Europe/London",
             "datasets": [{"dataset": "outages", "axis": "started_at", "mapping": {"request": {"query": {"since": "{from}"} }, "fields": {{Fields}} } }]}]}
            """).Feeds.Single(),
    };
}
