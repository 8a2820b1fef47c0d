using System.Globalization;
using System.Text;
using System.Web;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>How lists are asked for, paged and proven.</summary>
public sealed class MappedProtocolTests
{
    private const string Id = """ "fields": {"charge_point_id": "/id"} """;

    [Theory]
    [InlineData(""" "request": {"query": {"offset": "{offset}", "limit": "{limit}"}}, "paging": {"by": "offset", "total": "/total"} """)]
    [InlineData(""" "request": {"query": {"offset": "{offset}", "limit": "{limit}"}}, "paging": {"by": "offset", "total_header": "X-Rows"} """)]
    [InlineData(""" "request": {"query": {"offset": "{offset}", "limit": "{limit}"}}, "paging": {"by": "offset"} """)]
    [InlineData(""" "request": {"query": {"page": "{page}", "limit": "{limit}"}}, "paging": {"by": "page", "total": "/total"} """)]
    [InlineData(""" "request": {"query": {"page": "{page}", "limit": "{limit}"}}, "paging": {"by": "page", "first": 1} """)]
    [InlineData(""" "request": {"query": {"page": "{page}", "limit": "{limit}", "zero": "yes"}}, "paging": {"by": "page", "first": 0, "more": "/more"} """)]
    [InlineData(""" "request": {"query": {"offset": "{cursor}", "limit": "{limit}"}}, "paging": {"by": "cursor", "next": "/cursor"} """)]
    [InlineData(""" "request": {"query": {"limit": "{limit}"}}, "paging": {"by": "next", "next": "/links/next"} """)]
    [InlineData(""" "request": {"query": {"limit": "{limit}"}}, "paging": {"by": "link"} """)]
    public async Task Every_way_of_paging_brings_every_row_once(string list)
    {
        var feed = MappedFeed.With("charge_points", $$"""{ {{list}}, "records": ["/rows"], {{Id}} }""", "\"page_size\": 10,");
        var pretend = new PretendFeed(url => Answer(url, 95));

        var pulled = await pretend.PullAsync(feed, Dataset.ChargePoints);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(95, pulled.ChargePoints.Count);
        Assert.DoesNotContain(pulled.Findings, f => f.Rule == "duplicate-id");
        Assert.InRange(pretend.Asked.Count, 10, 15);

        for (var i = 0; i < pulled.Pages.Count - 1; i++)
        {
            var rest = await new PretendFeed(url => Answer(url, 95)).PullAsync(feed, Dataset.ChargePoints, resume: pretend.Continuations[i]);
            Assert.True(rest.IsProven, rest.Failure?.Detail);
            var before = pulled.Pages.Take(i + 1).SelectMany(p => p.Records.ChargePoints).ToList();
            Assert.Equal(95, before.Count + rest.ChargePoints.Count);
            Assert.Equal(95, before.Concat(rest.ChargePoints).Select(c => c.Record.ChargePointId).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(""" "request": {"query": {"page": "{page}"}}, "paging": {"by": "page", "first": 1, "total": "/total", "more": "/more"} """)]
    [InlineData(""" "request": {"query": {"at": "{cursor}"}}, "paging": {"by": "cursor", "next": "/cursor", "total": "/total"} """)]
    public async Task A_row_that_comes_again_does_not_stand_for_one_that_was_lost_also_where_another_process_goes_on(string list)
    {
        var feed = MappedFeed.With("charge_points", $$"""{ {{list}}, "records": ["/rows"], {{Id}} }""");
        PretendFeed Shifting() => new(url => PretendFeed.Json(url.Query is "" or "?page=1"
            ? """{"total": 3, "more": true, "cursor": "b", "rows": [{"id": 1}, {"id": 2}]}"""
            : """{"total": 3, "more": false, "cursor": null, "rows": [{"id": 2}]}"""));
        var uncut = Shifting();
        var whole = await uncut.PullAsync(feed, Dataset.ChargePoints);
        var cut = Shifting();

        var rest = await cut.PullAsync(feed, Dataset.ChargePoints, resume: uncut.Continuations[0]);

        Assert.Equal((FailureKind.ProtocolError, new RecordCounts(3, 2)), (whole.Failure?.Kind, uncut.Counts));
        Assert.Equal((whole.Failure?.Detail, uncut.Counts), (rest.Failure?.Detail, cut.Counts));
    }

    [Theory]
    [InlineData("""{"rows": null}""", "An array was expected at \"/rows\", and nothing is there; the answer has rows.")]
    [InlineData("""{"error": "no such key", "rows": []}""", "The answer says \"no such key\" at /error, and is accepted with null.")]
    [InlineData("""{"rows": {"a": 1}}""", "An array was expected at \"/rows\", and there is an object.")]
    [InlineData("""{"rows": [{"id": 1}], "total": 2}""", "The operator counts 2 rows and sent 1 different ones.")]
    public async Task What_is_no_list_or_not_the_whole_is_a_failure_and_never_an_empty_list(string answer, string detail)
    {
        var feed = MappedFeed.With("charge_points", $$"""{"records": ["/rows"], "paging": {"by": "none", "total": "/total"}, "accept": {"path": "/error", "is": ["null"]}, {{Id}} }""");

        var pulled = await new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(feed, Dataset.ChargePoints);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(detail, pulled.Failure?.Detail);
    }

    [Theory]
    [InlineData("https://elsewhere.example/feed?x=1", FailureKind.ProtocolError)]
    [InlineData("http://operator.example/feed?x=1", FailureKind.ProtocolError)]
    [InlineData("https://operator.example/feed?x=1", FailureKind.LoopDetected)]
    public async Task A_next_page_elsewhere_or_one_that_came_already_ends_the_pull(string next, FailureKind kind)
    {
        var feed = MappedFeed.With("charge_points", $$"""{"records": ["/rows"], "paging": {"by": "next", "next": "/next"}, {{Id}} }""");

        var pulled = await new PretendFeed(_ => PretendFeed.Json($$"""{"rows": [{"id": 1}], "next": "{{next}}"}""")).PullAsync(feed, Dataset.ChargePoints);

        Assert.Equal(kind, pulled.Failure?.Kind);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
    }

    [Fact]
    public async Task The_secret_goes_where_the_file_says_and_a_parameter_without_a_value_is_left_out()
    {
        var feed = MappedFeed.With(
            "charge_points",
            $$"""{"request": {"path": "v2/list", "query": {"after": "{cursor}", "api_key": "{credential}", "kind": "a b"}, "headers": {"X-Auth": "Key {credential}"} }, "paging": {"by": "cursor", "next": "/next"}, "records": [""], {{Id}} }""",
            feed: "\"credential\": \"env:KEY\",");
        var pretend = new PretendFeed(_ => PretendFeed.Json("[]"));

        var pulled = await pretend.PullAsync(feed, Dataset.ChargePoints, secret: "s3cret");

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal("https://operator.example/feed/v2/list?api_key=s3cret&kind=a%20b", pretend.Asked[0].AbsoluteUri);
        Assert.Equal("Key s3cret", pretend.Headers[0]["X-Auth"]);
        Assert.Equal(FailureKind.CredentialMissing, (await pretend.PullAsync(feed, Dataset.ChargePoints)).Failure?.Kind);
    }

    [Theory]
    [InlineData("rfc3339", "2026-11-19T12:00:00.000Z", "2026-11-20T12:00:00.000Z")]
    [InlineData("epoch_ms", "1795089600000", "1795176000000")]
    [InlineData("epoch_s", "1795089600", "1795176000")]
    [InlineData("date", "2026-11-19", "2026-11-21")]
    [InlineData("dd/MM/yyyy HH:mm", "19/11/2026 12:00", "20/11/2026 12:00")]
    public async Task A_window_is_asked_for_in_the_operators_form_and_never_narrower(string format, string from, string to)
    {
        var feed = MappedFeed.With(
            "charging_sessions",
            $$"""{"request": {"query": {"since": "{from}", "until": "{to}"}, "time_format": "{{format}}"}, "fields": {"session_id": "/id", "charge_point_id": "/cp", "plug_in_at": "/at"} }""",
            "\"axis\": \"plug_in_at\",");
        var pretend = new PretendFeed(_ => PretendFeed.Json("[]"));

        await pretend.PullAsync(feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        var asked = HttpUtility.ParseQueryString(pretend.Asked[0].Query);
        Assert.Equal((from, to), (asked["since"], asked["until"]));
    }

    [Fact]
    public async Task An_answer_of_which_nothing_lies_in_the_window_is_an_answer_to_something_else()
    {
        var feed = Sessions(""" "plug_in_at": {"path": "/at", "format": "epoch_s"}, "energy_kwh": "/kwh" """);

        var pulled = await new PretendFeed(_ => PretendFeed.Json("""[{"id": 1, "cp": "a", "at": 1700000000}, {"id": 2, "cp": "a", "at": 1700000100}]""")).PullAsync(feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.Equal(FailureKind.ProtocolError, pulled.Failure?.Kind);
        Assert.Equal(2, pulled.Sessions.Count);
    }

    [Fact]
    public async Task A_loop_asks_for_each_id_once_and_goes_on_behind_the_last_that_was_done()
    {
        var feed = MappedFeed.With(
            "charging_sessions",
            """
            {"for_each": {"request": {"path": "points"}, "id": "/id"}, "request": {"path": "points/{id}/sessions", "query": {"since": "{from}"}},
             "fields": {"session_id": "/id", "charge_point_id": "#id", "plug_in_at": "/at", "energy_kwh": {"path": "/wh", "unit": "Wh"}}}
            """,
            "\"axis\": \"plug_in_at\",");
        PretendFeed Pretend() => new(url => url.AbsolutePath == "/feed/points"
            ? PretendFeed.Json($"[{string.Join(',', Enumerable.Range(0, 45).Select(i => $"{{\"id\": \"P {i:00}\"}}"))}]")
            : PretendFeed.Json($$"""[{"id": "{{url.Segments[3].TrimEnd('/')}}", "at": "2026-11-19T13:00:00Z", "wh": 7421}]"""));
        var pretend = Pretend();

        var pulled = await pretend.PullAsync(feed, Dataset.ChargingSessions, window: PretendFeed.Day);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(46, pretend.Asked.Count);
        Assert.Equal("/feed/points/P%2000/sessions", pretend.Asked[1].AbsolutePath);
        Assert.Equal(45, pulled.Sessions.Count);
        Assert.Equal(("example:P 00", 7.421m), (pulled.Sessions[0].Record.ChargePointId, pulled.Sessions[0].Record.EnergyKwh));
        Assert.Equal(3, pulled.Pages.Count);
        var rest = await Pretend().PullAsync(feed, Dataset.ChargingSessions, window: PretendFeed.Day, resume: pretend.Continuations[1]);
        Assert.True(rest.IsProven, rest.Failure?.Detail);
        Assert.Equal("example:P 44", rest.Sessions[^1].Record.ChargePointId);
        Assert.Equal(45 - pulled.Pages[0].Records.ChargingSessions.Count - pulled.Pages[1].Records.ChargingSessions.Count, rest.Sessions.Count);
    }

    [Fact]
    public async Task A_refused_record_keeps_what_the_mapping_names_and_passes_when_the_mapping_is_mended()
    {
        const string answer = """{"driver": "top secret", "site": {"phone": "secret"}, "rows": [{"id": 1, "cp": "a", "at": "2026-11-19T13:00:00Z", "kwh": 7421, "email": "secret@b.example", "token": "04AA"}]}""";
        static string Mapping(string unit) => $$"""{"records": ["/rows"], "request": {"query": {"since": "{from}"} }, "fields": {"session_id": "/id", "charge_point_id": "/cp", "plug_in_at": "/at", "energy_kwh": {"path": "/kwh", "unit": "{{unit}}"} } } """;
        var (wrong, right) = (MappedFeed.With("charging_sessions", Mapping("kWh"), "\"axis\": \"plug_in_at\","), MappedFeed.With("charging_sessions", Mapping("Wh"), "\"axis\": \"plug_in_at\","));

        var pulled = await new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(wrong, Dataset.ChargingSessions, window: PretendFeed.Day);

        var refused = Assert.Single(pulled.Refused);
        Assert.Contains(refused.Findings, f => f is { Rule: "energy-too-high", Pointer: "/kwh" });
        Assert.Contains(refused.Findings, f => f is { Rule: "personal-data-present", Pointer: "/email", Value: null });
        var kept = Encoding.UTF8.GetString(refused.Document.Span);
        Assert.DoesNotContain("secret", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("04AA", kept, StringComparison.Ordinal);
        Assert.Single(ProtocolCatalogue.JudgeAgain(wrong, Dataset.ChargingSessions, refused.Document, PretendFeed.Now)!.Refused);
        var released = Assert.Single(ProtocolCatalogue.JudgeAgain(right, Dataset.ChargingSessions, refused.Document, PretendFeed.Now)!.ChargingSessions);
        Assert.Equal(7.421m, released.Record.EnergyKwh);
        Assert.NotEqual(JudgeVersion.Of(wrong), JudgeVersion.Of(right));
    }

    private static ChargePointHub.Feeds.Registry.FeedDefinition Sessions(string fields) => MappedFeed.With(
        "charging_sessions",
        $$"""{"request": {"query": {"since": "{from}", "until": "{to}"} }, "fields": {"session_id": "/id", "charge_point_id": "/cp", {{fields}} } }""",
        "\"axis\": \"plug_in_at\",");

    private static FetchResult Answer(Uri url, int count)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        var limit = int.Parse(query["limit"]!, CultureInfo.InvariantCulture);
        var page = query["page"] is { } number ? int.Parse(number, CultureInfo.InvariantCulture) - (query["zero"] is null ? 1 : 0) : 0;
        var from = query["offset"] is { } offset ? int.Parse(offset, CultureInfo.InvariantCulture) : page * limit;
        var rows = Enumerable.Range(0, count).Skip(from).Take(limit).Select(i => $"{{\"id\": \"{i}\"}}");
        var end = from + limit;
        var next = end < count ? $"\"{end}\"" : "null";
        var link = $"https://operator.example/feed?limit={limit}&offset={end}";
        return PretendFeed.Json(
            $$"""{"rows": [{{string.Join(',', rows)}}], "total": {{count}}, "cursor": {{next}}, "more": {{(end < count ? "true" : "false")}}, "links": {"next": {{(end < count ? $"\"{link}\"" : "null")}} } }""",
            end < count ? [("X-Rows", $"{count}"), ("Link", $"<{link}>; rel=\"next\"")] : [("X-Rows", $"{count}")]);
    }
}
