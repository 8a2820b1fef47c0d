using System.Globalization;
using System.Web;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Feeds.Protocols;

public sealed class OcpiProtocolTests
{
    private static readonly FeedDefinition Feed = PretendFeed.Feed("ocpi-2.2.1");

    private static readonly FeedDefinition Discovering = Feed with { Ocpi = new OcpiSettings() };

    [Fact]
    public async Task Versions_lead_to_details_and_details_to_the_module()
    {
        var feed = new PretendFeed(url => url.AbsolutePath switch
        {
            "/feed" => Enveloped("""[{"version":"2.1.1","url":"https://operator.example/211"},{"version":"2.2.1","url":"https://operator.example/221"}]"""),
            "/221" => Enveloped("""{"version":"2.2.1","endpoints":[{"identifier":"locations","role":"RECEIVER","url":"https://operator.example/no"},{"identifier":"locations","role":"SENDER","url":"https://operator.example/221/locations"}]}"""),
            "/221/locations" => PretendFeed.Json(Body("[]"), ("X-Total-Count", "0")),
            _ => throw new InvalidOperationException(url.AbsoluteUri),
        });

        var pulled = await feed.PullAsync(Discovering with { Credential = "env:KEY" }, Dataset.ChargePoints, secret: "secret");

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(3, pulled.Pages[0].Requests);
        Assert.All(feed.Headers, h => Assert.Equal("Token c2VjcmV0", h["Authorization"]));
        Assert.Equal(6, feed.Headers.SelectMany(h => new[] { h["X-Request-ID"], h["X-Correlation-ID"] }).Distinct().Count());
    }

    [Theory]
    [InlineData("""[{"version":"2.2.1","url":"https://elsewhere.example/221"}]""")]
    [InlineData("""[{"version":"2.2.1","url":"http://operator.example/221"}]""")]
    [InlineData("""[{"version":"2.2.1","url":"https://operator.example:8443/221"}]""")]
    [InlineData("""[{"version":"2.2.1","url":"/221"}]""")]
    [InlineData("""[{"version":"2.1.1","url":"https://operator.example/211"}]""")]
    [InlineData("""{}""")]
    public async Task An_address_elsewhere_or_no_address_is_a_protocol_error(string versions)
    {
        var feed = new PretendFeed(_ => Enveloped(versions));

        var pulled = await feed.PullAsync(Discovering, Dataset.ChargePoints);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Single(feed.Asked);
    }

    [Fact]
    public async Task A_raw_token_is_sent_as_it_is()
    {
        var feed = new PretendFeed(_ => PretendFeed.Json(Body("[]"), ("X-Total-Count", "0")));

        await feed.PullAsync(Feed with { Credential = "env:KEY", Ocpi = Feed.Ocpi with { TokenIsRaw = true } }, Dataset.Tariffs, secret: "secret");

        Assert.Equal("Token secret", feed.Headers[0]["Authorization"]);
        Assert.Equal("/feed/tariffs", feed.Asked[0].AbsolutePath);
    }

    [Fact]
    public async Task A_token_in_the_query_goes_along_everywhere_and_shows_nowhere()
    {
        var feed = new PretendFeed(url => url.AbsolutePath switch
        {
            "/feed" => Enveloped("""[{"version":"2.2.1","url":"https://operator.example/221"}]"""),
            "/221" => Enveloped("""{"version":"2.2.1","endpoints":[{"identifier":"locations","url":"https://operator.example/221/locations?area=1"}]}"""),
            _ => PretendFeed.Json("""{"status_code":2000}"""),
        });

        var pulled = await feed.PullAsync(Discovering with { Credential = "env:KEY", Ocpi = new OcpiSettings { TokenParameter = "apiKey" } }, Dataset.ChargePoints, secret: "se cret");

        Assert.Equal(["?apiKey=se%20cret", "?apiKey=se%20cret", "?area=1&offset=0&limit=1000&apiKey=se%20cret"], feed.Asked.Select(u => u.Query));
        Assert.All(feed.Headers, h => Assert.False(h.ContainsKey("Authorization")));
        Assert.Equal("https://operator.example/221/locations", pulled.Failure?.Url);
        Assert.DoesNotContain("cret", pulled.Failure!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"data":[],"status_code":2001,"status_message":"Invalid parameters","timestamp":"2026-11-20T08:00:00Z"}""", "OCPI 2001: Invalid parameters")]
    [InlineData("""{"status_code":3002,"timestamp":"2026-11-20T08:00:00Z"}""", "OCPI 3002: no message")]
    [InlineData("""{"data":[]}""", "The answer has no OCPI envelope with a status_code.")]
    [InlineData("""{"data":null,"status_code":1000}""", "No array of records stands at \"/data\".")]
    public async Task No_inside_an_HTTP_200_is_a_failure_and_never_an_empty_list(string answer, string detail)
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(Feed, Dataset.ChargePoints);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(detail, pulled.Failure?.Detail);
        Assert.Empty(pulled.Pages);
    }

    [Fact]
    public async Task Sessions_and_CDRs_of_a_window_are_both_asked_by_both_ends_and_the_window_is_whole_when_both_have_answered()
    {
        var feed = new PretendFeed(url => PretendFeed.Json(url.AbsolutePath.EndsWith("cdrs", StringComparison.Ordinal) ? Body(Cdr("C1")) : Body(Session("S1"), Session("S2")), ("X-Total-Count", url.AbsolutePath.EndsWith("cdrs", StringComparison.Ordinal) ? "1" : "2")));

        var pulled = await feed.PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal([SessionPartKind.Session, SessionPartKind.Session, SessionPartKind.Cdr], pulled.Sessions.Select(s => s.Record.Part!.Kind));
        Assert.Equal(["/feed/sessions", "/feed/cdrs"], feed.Asked.Select(u => u.AbsolutePath));
        Assert.All(feed.Asked, u => Assert.Equal(("2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z"), (HttpUtility.ParseQueryString(u.Query)["date_from"], HttpUtility.ParseQueryString(u.Query)["date_to"])));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public async Task A_last_updated_that_lies_makes_no_session_late(bool lies, int late)
    {
        string Late(string row) => row.Replace("2026-11-20T08:00:00Z\"}", "2026-12-20T08:00:00Z\"}", StringComparison.Ordinal);
        var feed = new PretendFeed(url => PretendFeed.Json(Body(Late(url.AbsolutePath.EndsWith("cdrs", StringComparison.Ordinal) ? Cdr("C1") : Session("S1"))), ("X-Total-Count", "1")));

        var pulled = await feed.PullAsync(Feed with { LastUpdatedLies = lies }, Dataset.ChargingSessions);

        Assert.Equal((2, late), (pulled.Sessions.Count, pulled.Findings.Count(f => f.Rule == "session-late")));
    }

    [Fact]
    public async Task A_pull_goes_on_with_the_module_where_another_process_left_it()
    {
        var feed = new PretendFeed(url => PretendFeed.Json(url.AbsolutePath.EndsWith("cdrs", StringComparison.Ordinal) ? Body(Cdr("C1")) : Body(Session("S1")), ("X-Total-Count", "1")));
        await feed.PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);
        var place = feed.Continuations[0];
        feed.Asked.Clear();

        var rest = await feed.PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated, resume: place);

        Assert.True(rest.IsProven);
        Assert.Equal(["/feed/cdrs"], feed.Asked.Select(u => u.AbsolutePath));
    }

    [Fact]
    public async Task One_module_that_fails_proves_nothing_and_an_operator_may_have_one_alone()
    {
        static FetchResult Answer(Uri url) => url.AbsolutePath.EndsWith("cdrs", StringComparison.Ordinal) ? PretendFeed.Fails(FailureKind.ServerError) : PretendFeed.Json(Body(Session("S1")), ("X-Total-Count", "1"));

        var both = await new PretendFeed(Answer).PullAsync(Feed, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);
        var alone = await new PretendFeed(Answer).PullAsync(Feed with { Ocpi = Feed.Ocpi with { SessionModules = ["sessions"] } }, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);

        Assert.Equal((FailureKind.ServerError, 1, false), (both.Failure?.Kind, both.Sessions.Count, both.Pages.Any(p => p.IsLast)));
        Assert.True(alone.IsProven);
    }

    [Fact]
    public async Task A_list_of_nothing_but_another_time_is_an_answer_to_another_question()
    {
        var window = new Window(PretendFeed.Day.From.AddDays(-30), PretendFeed.Day.To.AddDays(-30));
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Body(Session("S1"), Session("S2")), ("X-Total-Count", "2"))).PullAsync(Feed, Dataset.ChargingSessions, window: window, axis: WindowAxis.LastUpdated);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Contains("outside it", pulled.Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_without_a_module_say_what_the_operator_file_can_say_of_it()
    {
        var feed = new PretendFeed(url => Enveloped(url.AbsolutePath == "/feed"
            ? """[{"version":"2.2.1","url":"https://operator.example/221"}]"""
            : """{"version":"2.2.1","endpoints":[{"identifier":"sessions","role":"SENDER","url":"https://operator.example/221/sessions"}]}"""));

        var pulled = await feed.PullAsync(Discovering, Dataset.ChargingSessions, window: PretendFeed.Day, axis: WindowAxis.LastUpdated);

        Assert.Equal(
            "The version details name no SENDER endpoint for cdrs. Where the operator has only one of sessions and cdrs, ocpi.session_modules of the operator file says which.", pulled.Failure?.Detail);
    }

    [Theory]
    [InlineData("<https://elsewhere.example/locations?offset=50>; rel=\"next\"")]
    [InlineData("<http://operator.example/locations?offset=50>; rel=\"next\"")]
    public async Task A_next_page_on_another_host_or_without_TLS_is_refused(string link)
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Body("[]"), ("Link", link))).PullAsync(Feed, Dataset.ChargePoints);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
    }

    [Fact]
    public async Task A_Link_that_is_not_to_the_next_page_means_nothing()
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Body(Row("A")), ("Link", "<https://wordpress.example/>; rel=\"https://api.w.org/\""), ("X-Total-Count", "1")))
            .PullAsync(Feed, Dataset.ChargePoints);

        Assert.True(pulled.IsProven);
    }

    [Theory]
    [InlineData(0, 1000, 1000)]
    [InlineData(7, 1000, 7)]
    [InlineData(50, 20, 20)]
    public async Task The_servers_limit_is_honoured_where_it_says_one(int serverLimit, int pageSize, int expectedLimit)
    {
        var list = new ChangingList(60, serverLimit == 0 ? 25 : serverLimit) { StatesLimit = serverLimit };
        var feed = new PretendFeed(list.Answer);

        var pulled = await feed.PullAsync(Feed, Dataset.ChargePoints, pageSize);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(60, pulled.ChargePoints.Count);
        Assert.Equal(expectedLimit.ToString(CultureInfo.InvariantCulture), HttpUtility.ParseQueryString(feed.Asked[^1].Query)["limit"]);
    }

    [Fact]
    public async Task An_answer_that_ignores_the_offset_is_one_page()
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Body(Row("A"), Row("B"), Row("C")))).PullAsync(Feed, Dataset.ChargePoints);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(3, pulled.ChargePoints.Count);
    }

    [Fact]
    public async Task An_answer_that_ignores_the_offset_and_says_there_is_more_is_a_loop()
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Body(Row("A"), Row("B"), Row("C")), ("X-Total-Count", "9"))).PullAsync(Feed, Dataset.ChargePoints);

        Assert.Equal(FailureKind.LoopDetected, pulled.Failure?.Kind);
        Assert.Equal(3, pulled.ChargePoints.Count);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Fact]
    public async Task A_total_beyond_what_the_list_gives_proves_nothing()
    {
        var list = new ChangingList(30, 10) { StatesTotal = 31 };

        var pulled = await new PretendFeed(list.Answer).PullAsync(Feed, Dataset.ChargePoints, 10);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(30, pulled.ChargePoints.Count);
    }

    [Fact]
    public void Rows_that_were_there_throughout_are_never_missed_while_others_come_and_go() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                var list = new ChangingList(random.Next(0, 400), random.Next(5, 40))
                {
                    StatesLimit = random.Next(2) == 0 ? null : 0,
                    StatesTotal = random.Next(2) == 0 ? null : -1,
                    BeforeAnswer = rows =>
                    {
                        if (random.Next(3) > 0) return;
                        for (var changes = random.Next(1, 5); changes > 0; changes--)
                        {
                            if (random.Next(2) == 0) rows.Insert(random.Next(rows.Count + 1), $"new{random.Next()}");
                            else if (rows.Count > 0) rows.RemoveAt(random.Next(rows.Count));
                        }
                    },
                };
                var before = list.Rows.ToHashSet();
                var pulled = new PretendFeed(list.Answer).PullAsync(Feed, Dataset.ChargePoints, 30).GetAwaiter().GetResult();

                before.IntersectWith(list.Rows);
                before.ExceptWith(pulled.ChargePoints.Select(c => c.Record.LocationId["example:".Length..]));
                Assert.True(pulled.IsProven, pulled.Failure?.Detail);
                Assert.Empty(before);
                return true;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rows_that_move_to_the_front_when_they_change_are_never_missed() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                var list = new ChangingList(random.Next(50, 400), 20)
                {
                    StatesTotal = -1,
                    BeforeAnswer = rows =>
                    {
                        if (random.Next(3) > 0) return;
                        var place = random.Next(rows.Count);
                        var row = rows[place];
                        rows.RemoveAt(place);
                        rows.Insert(0, row);
                    },
                };
                var pulled = new PretendFeed(list.Answer).PullAsync(Feed, Dataset.ChargePoints, 20).GetAwaiter().GetResult();
                Assert.True(pulled.IsProven, pulled.Failure?.Detail);
                Assert.Equal(list.Rows.Count, pulled.ChargePoints.Count);
                return true;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_list_without_any_order_is_given_up_and_proves_nothing()
    {
        var random = new Random(7);
        var list = new ChangingList(2000, 20) { StatesTotal = -1, BeforeAnswer = rows => random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows)) };

        var pulled = await new PretendFeed(list.Answer).PullAsync(Feed, Dataset.ChargePoints, 20);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    private static string Row(string id) =>
        $$"""{"id":"{{id}}","publish":true,"address":"x","coordinates":{"latitude":"51.5","longitude":"-0.1"},"evses":[{"uid":"{{id}}-1","status":"AVAILABLE","connectors":[],"last_updated":"2026-11-20T08:00:00Z"}]}""";

    private static string Session(string id) =>
        $$"""{"id":"{{id}}","start_date_time":"2026-11-20T08:00:00Z","kwh":5,"evse_uid":"E","connector_id":"1","status":"ACTIVE","currency":"GBP","last_updated":"2026-11-20T08:00:00Z"}""";

    private static string Cdr(string id) =>
        $$"""{"id":"{{id}}","start_date_time":"2026-11-20T08:00:00Z","end_date_time":"2026-11-20T10:00:00Z","cdr_location":{"evse_uid":"E"},"total_energy":5,"last_updated":"2026-11-20T08:00:00Z"}""";

    private static string Body(params string[] rows) => Body(rows is ["[]"] ? "[]" : $"[{string.Join(',', rows)}]", 1000);

    private static string Body(string data, int status) => $$"""{"data":{{data}},"status_code":{{status}},"timestamp":"2026-11-20T08:00:00Z"}""";

    private static FetchResult Enveloped(string data) => PretendFeed.Json(Body(data, 1000));

    /// <summary>A server's list, most rows at once, that changes between answers.</summary>
    private sealed class ChangingList(int count, int most)
    {
        public List<string> Rows { get; } = [.. Enumerable.Range(0, count).Select(i => $"row{i}")];

        /// <summary>X-Limit; null: not sent.</summary>
        public int? StatesLimit { get; init; }

        /// <summary>X-Total-Count; null: not sent; -1: the truth.</summary>
        public int? StatesTotal { get; init; } = -1;

        public Action<List<string>>? BeforeAnswer { get; init; }

        public FetchResult Answer(Uri url)
        {
            BeforeAnswer?.Invoke(Rows);
            var query = HttpUtility.ParseQueryString(url.Query);
            var offset = int.Parse(query["offset"]!, CultureInfo.InvariantCulture);
            var limit = Math.Min(most, int.Parse(query["limit"]!, CultureInfo.InvariantCulture));
            var page = Rows.Skip(offset).Take(limit).Select(Row).ToArray();
            var headers = new List<(string, string)>();
            if (StatesLimit is { } stated) headers.Add(("X-Limit", $"{stated}"));
            if (StatesTotal is { } total) headers.Add(("x-total-count", $"{(total < 0 ? Rows.Count : total)}"));
            return PretendFeed.Json(Body(page), [.. headers]);
        }
    }
}
