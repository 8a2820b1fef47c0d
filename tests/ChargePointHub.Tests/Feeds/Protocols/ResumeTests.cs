using System.Web;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>A pull that another process goes on with asks for nothing twice and proves the same as one that was never interrupted.</summary>
public sealed class ResumeTests
{
    private static readonly FeedDefinition Loti = PretendFeed.Feed("loti-v1");

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task A_list_goes_on_behind_its_cursor_and_is_held_to_its_whole_total(int total, bool whole)
    {
        var feed = new PretendFeed(url => Cursor(url) is null ? List(total, "b", "S-1", "S-2") : List(total, null, "S-3"));
        await feed.PullAsync(Loti, Dataset.ChargingSessions, window: PretendFeed.Day);
        feed.Asked.Clear();

        var rest = await feed.PullAsync(Loti, Dataset.ChargingSessions, window: PretendFeed.Day, resume: feed.Continuations[0]);

        Assert.Equal("b", Cursor(Assert.Single(feed.Asked)));
        Assert.Equal(whole, rest.IsProven);
        Assert.Equal("example:S-3", Assert.Single(rest.Sessions).Record.SessionId);
        Assert.Equal(whole ? null : new RecordCounts(4, 3), feed.Counts);
    }

    [Fact]
    public async Task The_loop_over_charge_points_goes_on_behind_the_last_that_was_done()
    {
        var ids = Enumerable.Range(0, 50).Select(i => $"P{i:00}").ToList();
        var feed = new PretendFeed(url => url.AbsolutePath == "/feed/charge-points"
            ? PretendFeed.Json($$"""{"data":[{{string.Join(',', ids.Select(i => $$"""{"charge_point_id":"{{i}}"}"""))}}],"next_cursor":null}""")
            : List(1, null, url.Segments[^2].TrimEnd('/')));
        var perPoint = Loti with { Loti = new LotiSettings { SessionsPerChargePoint = true } };
        var all = await feed.PullAsync(perPoint, Dataset.ChargingSessions, window: PretendFeed.Day);
        Assert.Equal(3, all.Pages.Count);
        feed.Asked.Clear();

        var rest = await feed.PullAsync(perPoint, Dataset.ChargingSessions, window: PretendFeed.Day, resume: feed.Continuations[1]);

        Assert.True(rest.IsProven);
        Assert.Equal(all.Pages[2].Records.ChargingSessions.Select(s => s.Record.SessionId), rest.Sessions.Select(s => s.Record.SessionId));
        Assert.Equal(1 + rest.Sessions.Count, feed.Asked.Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(19)]
    public async Task A_walk_by_offset_goes_on_where_it_stood_although_rows_came_and_went_meanwhile(int page)
    {
        var rows = Enumerable.Range(0, 200).Select(i => $"R{i}").ToList();
        var feed = new PretendFeed(url => Locations(url, rows));
        var ocpi = PretendFeed.Feed("ocpi-2.2.1");
        var first = await feed.PullAsync(ocpi, Dataset.ChargePoints, 12);
        Assert.Equal(20, first.Pages.Count);
        feed.Asked.Clear();
        rows.RemoveRange(0, 25);
        rows.Insert(0, "N");

        var rest = await feed.PullAsync(ocpi, Dataset.ChargePoints, 12, resume: feed.Continuations[page - 1]);

        Assert.True(rest.IsProven, rest.Failure?.Detail);
        var seen = first.Pages.Take(page).SelectMany(p => p.Records.ChargePoints).Concat(rest.ChargePoints).Select(c => c.Record.LocationId["example:".Length..]).ToHashSet();
        Assert.Empty(rows.Except(seen));
        Assert.True(feed.Asked.Count < 20 - page + 15, $"{feed.Asked.Count} requests");
    }

    [Theory]
    [InlineData("loti-v1")]
    [InlineData("ocpi-2.2.1")]
    public async Task What_cannot_be_read_begins_at_the_beginning(string protocol)
    {
        var feed = new PretendFeed(url => protocol == "loti-v1" ? PretendFeed.Json("""{"data":[],"next_cursor":null,"total":0}""") : Locations(url, ["A"]));

        var pulled = await feed.PullAsync(PretendFeed.Feed(protocol), Dataset.ChargePoints, resume: "[");

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.DoesNotContain("cursor", Assert.Single(feed.Asked).Query, StringComparison.Ordinal);
    }

    private static FetchResult List(int total, string? next, params string[] ids)
    {
        var rows = ids.Select(id =>
            $$"""{"session_id":"{{id}}","charge_point_id":"A","plug_in_at":"2026-11-20T08:00:00Z","plug_out_at":null,"energy_kwh":1,"last_updated":"2026-11-20T08:00:00Z"}""");
        return PretendFeed.Json(
            $$"""{"data":[{{string.Join(',', rows)}}],"next_cursor":{{(next is null ? "null" : $"\"{next}\"")}},"total":{{total}},"window":{"from":"{{Instants.Format(PretendFeed.Day.From)}}","to":"{{Instants.Format(PretendFeed.Day.To)}}"} }""");
    }

    private static FetchResult Locations(Uri url, List<string> rows)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        var page = rows.Skip(int.Parse(query["offset"]!, null)).Take(int.Parse(query["limit"]!, null)).Select(id =>
            $$"""{"id":"{{id}}","publish":true,"coordinates":{"latitude":"51.5","longitude":"-0.1"},"evses":[{"uid":"{{id}}-1","status":"AVAILABLE","connectors":[],"last_updated":"2026-11-20T08:00:00Z"}]}""");
        return PretendFeed.Json($$"""{"data":[{{string.Join(',', page)}}],"status_code":1000,"timestamp":"2026-11-20T08:00:00Z"}""", ("X-Total-Count", $"{rows.Count}"));
    }

    private static string? Cursor(Uri url) => HttpUtility.ParseQueryString(url.Query)["cursor"];
}
