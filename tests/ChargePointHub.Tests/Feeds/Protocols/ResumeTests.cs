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

    [Theory]
    [InlineData("charging_sessions")]
    [InlineData("status_changes")]
    [InlineData("charge_points")]
    [InlineData("tariffs")]
    public async Task A_record_that_comes_again_does_not_stand_for_one_that_was_lost(string name)
    {
        var dataset = Dataset.Named(name)!;
        Window? window = dataset.IsSnapshot ? null : PretendFeed.Day;
        var feed = new PretendFeed(url => Cursor(url) is null ? ListOf(dataset, 3, "b", 1, 2) : ListOf(dataset, 3, null, 2));
        var uncut = await feed.PullAsync(Loti, dataset, window: window);
        var (counts, place) = (feed.Counts, feed.Continuations[0]);

        var rest = await feed.PullAsync(Loti, dataset, window: window, resume: place);

        Assert.Equal((FailureKind.ProtocolError, new RecordCounts(3, 2)), (uncut.Failure?.Kind, counts));
        Assert.Equal((uncut.Failure, counts), (rest.Failure, feed.Counts));
    }

    [Fact]
    public async Task A_total_that_only_the_first_page_stated_still_holds()
    {
        var feed = new PretendFeed(url => Cursor(url) is null ? List(4, "b", "S-1", "S-2") : List(null, null, "S-3"));
        await feed.PullAsync(Loti, Dataset.ChargingSessions, window: PretendFeed.Day);

        var rest = await feed.PullAsync(Loti, Dataset.ChargingSessions, window: PretendFeed.Day, resume: feed.Continuations[0]);

        Assert.Equal(FailureKind.ProtocolError, rest.Failure?.Kind);
    }

    [Fact]
    public async Task Of_a_very_long_list_the_newest_records_are_kept_and_the_place_stays_small()
    {
        const int Many = 20_000, Pages = 7;
        static string[] Page(int number) => [.. Enumerable.Range(number * Many, Many).Select(i => $"S-{i}")];
        var feed = new PretendFeed(url => Cursor(url) is { } page ? List(Many * Pages, null, page == $"{Pages - 1}" ? Page(Pages - 1) : []) : List(0, null));
        string? place = null;
        for (var page = 0; page < Pages - 1; page++)
        {
            var (number, at) = (page, 0);
            var part = new PretendFeed(_ => at++ == 0 ? List(Many * Pages, $"{number + 1}", Page(number)) : PretendFeed.Fails(FailureKind.Unreachable));
            await part.PullAsync(Loti, Dataset.ChargingSessions, 10_000, PretendFeed.Day, resume: place);
            place = part.Continuations[0];
        }

        Assert.InRange(place!.Length, 1_000_000, 1_100_000);
        Assert.True((await feed.PullAsync(Loti, Dataset.ChargingSessions, 10_000, PretendFeed.Day, resume: place)).IsProven);
    }

    [Fact]
    public async Task A_place_of_a_version_that_kept_no_records_begins_at_the_beginning()
    {
        var feed = new PretendFeed(_ => List(1, null, "S-1"));

        var pulled = await feed.PullAsync(Loti, Dataset.ChargingSessions, window: PretendFeed.Day, resume: """{"Cursor":"b","Distinct":2,"ChargePoint":null}""");

        Assert.Equal((true, null), (pulled.IsProven, Cursor(Assert.Single(feed.Asked))));
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

    private static FetchResult ListOf(Dataset dataset, int total, string? next, params int[] numbers)
    {
        if (dataset == Dataset.ChargingSessions) return List(total, next, [.. numbers.Select(n => $"S-{n}")]);
        var rows = numbers.Select(n => dataset == Dataset.StatusChanges ? $$"""{"charge_point_id":"A","status":"CHARGING","at":"2026-11-20T08:0{{n}}:00Z"}"""
            : dataset == Dataset.ChargePoints ? $$"""{"charge_point_id":"P{{n}}"}"""
            : $$"""{"tariff_id":"T{{n}}","currency":"GBP"}""");
        return Answer(rows, total, next);
    }

    private static FetchResult List(int? total, string? next, params string[] ids)
    {
        var rows = ids.Select(id =>
            $$"""{"session_id":"{{id}}","charge_point_id":"A","plug_in_at":"2026-11-20T08:00:00Z","plug_out_at":null,"energy_kwh":1,"last_updated":"2026-11-20T08:00:00Z"}""");
        return Answer(rows, total, next);
    }

    private static FetchResult Answer(IEnumerable<string> rows, int? total, string? next) =>
        PretendFeed.Json(
            $$"""{"data":[{{string.Join(',', rows)}}],"next_cursor":{{(next is null ? "null" : $"\"{next}\"")}},"total":{{(total is { } count ? $"{count}" : "null")}},"window":{"from":"{{Instants.Format(PretendFeed.Day.From)}}","to":"{{Instants.Format(PretendFeed.Day.To)}}"} }""");

    private static FetchResult Locations(Uri url, List<string> rows)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        var page = rows.Skip(int.Parse(query["offset"]!, null)).Take(int.Parse(query["limit"]!, null)).Select(id =>
            $$"""{"id":"{{id}}","publish":true,"coordinates":{"latitude":"51.5","longitude":"-0.1"},"evses":[{"uid":"{{id}}-1","status":"AVAILABLE","connectors":[],"last_updated":"2026-11-20T08:00:00Z"}]}""");
        return PretendFeed.Json($$"""{"data":[{{string.Join(',', page)}}],"status_code":1000,"timestamp":"2026-11-20T08:00:00Z"}""", ("X-Total-Count", $"{rows.Count}"));
    }

    private static string? Cursor(Uri url) => HttpUtility.ParseQueryString(url.Query)["cursor"];
}
