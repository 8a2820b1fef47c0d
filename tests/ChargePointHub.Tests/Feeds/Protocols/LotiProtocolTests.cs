using System.Web;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

public sealed class LotiProtocolTests
{
    private static readonly FeedDefinition Feed = PretendFeed.Feed("loti-v1");

    [Theory]
    [InlineData(WindowAxis.PlugInAt, "from", "to")]
    [InlineData(WindowAxis.PlugOutAt, "ended_from", "ended_to")]
    [InlineData(WindowAxis.LastUpdated, "updated_from", "updated_to")]
    public async Task A_window_is_asked_for_by_the_parameters_of_its_axis(WindowAxis axis, string from, string to)
    {
        var feed = new PretendFeed(_ => Page([], null));

        await feed.PullAsync(Feed, Dataset.ChargingSessions, 500, PretendFeed.Day, axis);

        Assert.Equal(
            $"https://operator.example/feed/charging-sessions?{from}=2026-11-19T12%3A00%3A00.000Z&{to}=2026-11-20T12%3A00%3A00.000Z&limit=500",
            Assert.Single(feed.Asked).AbsoluteUri);
    }

    [Fact]
    public async Task Pages_follow_the_cursor_and_only_the_last_one_proves_the_chain()
    {
        var feed = new PretendFeed(url => Cursor(url) switch
        {
            null => Page([Session("S-1")], "a/b", 3),
            "a/b" => Page([Session("S-2"), Session("S-3")], null, 3),
            _ => throw new InvalidOperationException(),
        });

        var pulled = await feed.PullAsync(Feed with { Credential = "env:KEY" }, Dataset.ChargingSessions, window: PretendFeed.Day, secret: "secret\n");

        Assert.True(pulled.IsProven);
        Assert.Equal(["example:S-1", "example:S-2", "example:S-3"], pulled.Sessions.Select(s => s.Record.SessionId));
        Assert.Equal([1, 2], pulled.Pages.Select(p => p.Number));
        Assert.All(feed.Headers, h => Assert.Equal("Bearer secret", h["Authorization"]));
    }

    [Fact]
    public async Task A_cursor_that_comes_again_is_a_loop()
    {
        var pulled = await new PretendFeed(url => Page([Session($"S-{Cursor(url)}")], "again")).PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.LoopDetected, pulled.Failure?.Kind);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Fact]
    public async Task A_list_that_goes_on_for_ever_without_records_is_a_loop()
    {
        var next = 0;

        var pulled = await new PretendFeed(_ => Page([], $"c{next++}")).PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.LoopDetected, pulled.Failure?.Kind);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task A_total_that_is_not_the_number_of_different_records_keeps_the_rows_and_proves_nothing(int total)
    {
        var pulled = await new PretendFeed(_ => Page([Session("S-1"), Session("S-2")], null, total)).PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(2, pulled.Sessions.Count);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":null,"next_cursor":null}""")]
    [InlineData("""{"data":[],"next_cursor":7}""")]
    [InlineData("""{"data":[],"next_cursor":null,"total":"3"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"data":[],"next_cursor":null}""")]
    [InlineData("""{"data":[],"next_cursor":null,"window":null}""")]
    [InlineData("""{"data":[],"next_cursor":null,"window":{"from":"2026-11-19T12:00:00Z"}}""")]
    [InlineData("""{"data":[],"next_cursor":null,"window":{"from":"2026-11-19T12:00:00Z","to":"tomorrow"}}""")]
    [InlineData("""{"data":[],"next_cursor":null,"window":{"from":"2026-11-19T12:00:00Z","to":"2026-11-20T11:59:59Z"}}""")]
    public async Task An_answer_from_which_completeness_cannot_be_told_is_a_protocol_error(string answer)
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Empty(pulled.Pages);
    }

    [Fact]
    public async Task A_window_is_not_narrower_for_ending_where_the_question_as_it_was_written_ends()
    {
        var finer = new Window(PretendFeed.Day.From.AddTicks(3), PretendFeed.Day.To.AddTicks(7));
        var answer = $$"""{"data":[],"next_cursor":null,"window":{"from":"{{Instants.Format(finer.From)}}","to":"{{Instants.Format(finer.To)}}"} }""";

        var pulled = await new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(Feed, Dataset.ChargingSessions, window: finer);

        Assert.Null(pulled.Failure);
        Assert.True(Assert.Single(pulled.Pages).IsLast);
    }

    [Fact]
    public async Task A_failed_request_ends_the_pull_as_it_is()
    {
        var pulled = await new PretendFeed(url => Cursor(url) is null ? Page([Session("S-1")], "n") : PretendFeed.Fails(FailureKind.Throttled))
            .PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.Throttled, pulled.Failure?.Kind);
        Assert.Single(pulled.Pages);
        Assert.False(pulled.Pages[0].IsLast);
    }

    [Fact]
    public async Task Without_its_secret_a_feed_is_not_asked()
    {
        var feed = new PretendFeed(_ => throw new InvalidOperationException());

        var pulled = await feed.PullAsync(Feed with { Credential = "env:KEY" }, Dataset.ChargePoints);

        Assert.Equal(FailureKind.CredentialMissing, pulled.Failure?.Kind);
    }

    [Fact]
    public async Task Sessions_are_collected_charge_point_by_charge_point_where_the_operator_needs_it()
    {
        var feed = new PretendFeed(url => (url.AbsolutePath, Cursor(url)) switch
        {
            ("/feed/charge-points", null) => PretendFeed.Json("""{"data":[{"charge_point_id":"A/1"},{"charge_point_id":"B"}],"next_cursor":"2","total":3}"""),
            ("/feed/charge-points", _) => PretendFeed.Json("""{"data":[{"charge_point_id":"C"}],"next_cursor":null,"total":3}"""),
            ("/feed/charge-points/A%2F1/charging-sessions", null) => Page([Session("S-1"), Session("S-2")], "more", 3),
            ("/feed/charge-points/A%2F1/charging-sessions", _) => Page([Session("S-3")], null, 3),
            ("/feed/charge-points/B/charging-sessions", _) => Page([], null, 0),
            ("/feed/charge-points/C/charging-sessions", _) => Page([Session("S-4")], null, 1),
            _ => throw new InvalidOperationException(url.AbsoluteUri),
        });

        var pulled = await feed.PullAsync(PerChargePoint, Dataset.ChargingSessions, pageSize: 3, window: PretendFeed.Day);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal([3, 1], pulled.Pages.Select(p => p.Records.ChargingSessions.Count));
        Assert.Equal(6, feed.Asked.Count);
        Assert.Equal(6, pulled.Pages.Sum(p => p.Requests));
    }

    [Fact]
    public async Task One_charge_point_that_does_not_answer_leaves_the_window_unproven_and_its_neighbours_rows_kept()
    {
        var feed = new PretendFeed(url => url.AbsolutePath switch
        {
            "/feed/charge-points" => PretendFeed.Json("""{"data":[{"charge_point_id":"A"},{"charge_point_id":"B"}],"next_cursor":null}"""),
            "/feed/charge-points/A/charging-sessions" => Page([Session("S-1")], null),
            _ => PretendFeed.Fails(FailureKind.ServerError),
        });

        var pulled = await feed.PullAsync(PerChargePoint, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.ServerError, pulled.Failure?.Kind);
        Assert.Single(pulled.Sessions);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Fact]
    public async Task A_status_is_observed_with_the_time_since_when_it_holds()
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(
            """{"data":[{"charge_point_id":"A","status":"CHARGING","status_since":"2026-11-20T07:00:00Z"},{"charge_point_id":"B","status":null}],"next_cursor":null}"""))
            .PullAsync(Feed, Dataset.ChargePoints);

        Assert.Equal([new StatusObservation("example:A", Status.Charging, new DateTimeOffset(2026, 11, 20, 7, 0, 0, TimeSpan.Zero))], pulled.Statuses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_of_records_that_all_lie_outside_the_window_proves_nothing(bool perChargePoint)
    {
        var outside = Session("S-2").Replace("11-20", "11-18", StringComparison.Ordinal);
        var feed = new PretendFeed(url => url.AbsolutePath.EndsWith("charge-points", StringComparison.Ordinal)
            ? PretendFeed.Json("""{"data":[{"charge_point_id":"A"}],"next_cursor":null}""")
            : Cursor(url) is null ? Page([Session("S-1"), outside], "more") : Page([outside.Replace("S-2", "S-3", StringComparison.Ordinal)], null));

        var pulled = await feed.PullAsync(perChargePoint ? PerChargePoint : Feed, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Contains("outside", pulled.Failure!.Detail, StringComparison.Ordinal);
        Assert.Equal(3, pulled.Sessions.Count);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task A_list_of_charge_points_to_ask_is_held_to_its_total(int total, bool whole)
    {
        var feed = new PretendFeed(url => url.AbsolutePath == "/feed/charge-points"
            ? PretendFeed.Json($$"""{"data":[{"charge_point_id":"aB"},{"charge_point_id":"Ab"},{"charge_point_id":null}],"next_cursor":null,"total":{{total}}}""")
            : Page([], null, 0));

        var pulled = await feed.PullAsync(PerChargePoint, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(whole, pulled.IsProven);
        Assert.Equal(whole ? null : FailureKind.ProtocolError, pulled.Failure?.Kind);
    }

    [Fact]
    public async Task Ids_that_differ_in_case_are_different_records()
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json("""{"data":[{"charge_point_id":"aB"},{"charge_point_id":"Ab"}],"next_cursor":null,"total":2}"""))
            .PullAsync(Feed, Dataset.ChargePoints);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(["example:aB", "example:Ab"], pulled.ChargePoints.Select(c => c.Record.ChargePointId));
    }

    private static FeedDefinition PerChargePoint => Feed with { Loti = new LotiSettings { SessionsPerChargePoint = true } };

    private static string Session(string id) =>
        $$"""{"session_id":"{{id}}","charge_point_id":"A","plug_in_at":"2026-11-20T08:00:00Z","plug_out_at":null,"energy_kwh":1,"last_updated":"2026-11-20T08:00:00Z"}""";

    private static FetchResult Page(string[] rows, string? next, int? total = null) => PretendFeed.Json(
        $$"""{"data":[{{string.Join(',', rows)}}],"next_cursor":{{(next is null ? "null" : $"\"{next}\"")}}{{(total is null ? "" : $",\"total\":{total}")}},"window":{{Window}}}""");

    private static string Window => $$"""{"from":"{{Instants.Format(PretendFeed.Day.From)}}","to":"{{Instants.Format(PretendFeed.Day.To)}}"}""";

    private static string? Cursor(Uri url) => HttpUtility.ParseQueryString(url.Query)["cursor"];
}
