using System.Net;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Entity tags, codings, caches, other sites' pages, counts: what HTTP lets a careful client ask.</summary>
public sealed class ConditionalTests : IAsyncLifetime
{
    private const string Day = "period=2026-11-19";

    /// <summary>Every route with data; the last five need no key.</summary>
    private static readonly string[] Routes =
    [
        "/v1/charging-sessions?" + Day, "/v1/status-changes?" + Day, "/v1/charge-points/alpha:P1/charging-sessions?" + Day, "/v1/operators/alpha/findings",
        "/v1/charging-sessions?format=ndjson&" + Day,
        "/v1/charge-points", "/v1/charge-points.geojson", "/v1/charge-points?format=ndjson", "/v1/charge-points/alpha:P1", "/v1/charge-points/alpha:P1.geojson", "/v1/tariffs?limit=1",
        "/v1/operators", "/v1/operators/alpha", "/v1/coverage", "/v1/gaps", "/v1/errors", "/v1/errors/CPH-1001",
    ];

    /// <summary>Where no key is looked at, so that nothing of it can be in the answer.</summary>
    private static readonly string[] KeylessRoutes = ["/openapi/v1.json", "/health/live", "/health/ready"];

    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.AddChargePointAsync("alpha:P1");
        await host.AddSessionAsync("alpha:S1", Now.AddDays(-1));
        await host.AddTariffAsync("alpha:T1");
        await host.AddTariffAsync("alpha:T2");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Who_holds_an_answer_gets_304_for_every_route_and_coding_and_under_every_key()
    {
        foreach (var route in Routes.Concat(KeylessRoutes))
        {
            var tags = new HashSet<string>();
            foreach (var coding in new[] { "identity", "gzip", "br" })
            {
                var first = await host.GetAsync(route, headers: ("Accept-Encoding", coding));
                var tag = first.Headers["ETag"];
                Assert.Matches("^\"[^\"]+\"$", tag);
                Assert.True(tags.Add(tag), $"{route}: {coding} has another's tag");

                var again = await host.GetAsync(route, headers: [("Accept-Encoding", coding), ("If-None-Match", $"\"other\", {tag}")]);
                var head = await host.GetAsync(route, method: HttpMethod.Head, headers: [("Accept-Encoding", coding), ("If-None-Match", tag)]);
                var rotated = await host.GetAsync(route, ApiHost.OtherKey, headers: [("Accept-Encoding", coding), ("If-None-Match", tag)]);
                var weak = await host.GetAsync(route, headers: [("Accept-Encoding", coding), ("If-None-Match", "W/" + tag)]);

                foreach (var answer in new[] { again, head, rotated, weak })
                {
                    Assert.True(answer.Status == HttpStatusCode.NotModified, $"{route} {coding}: {answer.Status}");
                    Assert.Empty(answer.Body);
                    Assert.Equal(tag, answer.Headers["ETag"]);
                    foreach (var name in new[] { "Cache-Control", "Vary" }) Assert.Equal(first.Headers[name], answer.Headers[name]);
                }
            }

            Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync(route, headers: ("If-None-Match", "*"))).Status);
        }
    }

    [Fact]
    public async Task Whatever_changes_the_answer_changes_its_tag()
    {
        const string Points = "/v1/charge-points";
        var seen = new HashSet<string>();
        async Task IsNewAsync(string route, string? key = null, string accept = "*/*")
        {
            var tag = (await host.GetAsync(route, key, headers: ("Accept", accept))).Headers["ETag"];
            Assert.True(seen.Add(tag), $"{route} has a tag that was another answer's");
            Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync(route, key, headers: [("Accept", accept), ("If-None-Match", tag)])).Status);
        }

        await IsNewAsync(Points);
        await IsNewAsync(Points + "?limit=1");
        await IsNewAsync(Points + "?limit=2");
        await IsNewAsync(Points + "?operator=alpha");
        await IsNewAsync(Points + "?select=status");
        await IsNewAsync(Points + "?count=exact");
        await IsNewAsync(Points, accept: "application/geo+json");
        await IsNewAsync(Points, accept: "application/x-ndjson");
        await IsNewAsync(Points, ApiHost.Key);
        await host.CoverAsync("alpha", Dataset.ChargePoints, new Window(Now.AddMinutes(-5), Now.AddMinutes(10)));
        await IsNewAsync(Points);
        await host.ExecuteAsync("UPDATE charge_point_status SET status = 'CHARGING'");
        await host.TickAsync(2);
        await IsNewAsync(Points);
        host.Directory = host.Directory with { Operators = [host.Directory.Operators[0] with { Attribution = "Other words" }, host.Directory.Operators[1]] };
        await IsNewAsync(Points);
    }

    [Fact]
    public async Task A_later_page_is_another_answer_once_what_is_joined_has_changed()
    {
        await host.AddChargePointAsync("alpha:P2");
        await host.TickAsync(1);
        var next = "/v1/charge-points?limit=1&cursor=" + (await host.GetAsync("/v1/charge-points?limit=1", key: null)).NextCursor;
        var tag = (await host.GetAsync(next, key: null)).Headers["ETag"];
        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync(next, key: null, headers: ("If-None-Match", tag))).Status);

        await host.TickAsync(2);

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(next, key: null, headers: ("If-None-Match", tag))).Status);
    }

    [Fact]
    public async Task A_304_reads_no_records()
    {
        var route = "/v1/charging-sessions?" + Day;
        var tag = (await host.GetAsync(route)).Headers["ETag"];
        await host.ExecuteAsync("ALTER TABLE charging_session RENAME TO elsewhere");

        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync(route, headers: ("If-None-Match", tag))).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await host.GetAsync(route)).Status);
    }

    [Fact]
    public async Task A_page_with_a_next_one_is_held_though_it_was_asked_for_at_another_time()
    {
        const string Route = "/v1/tariffs?limit=1";
        var tag = (await host.GetAsync(Route, key: null)).Headers["ETag"];
        Assert.Contains('.', tag);

        var earlier = tag[..tag.IndexOf('.', StringComparison.Ordinal)] + ".1\"";

        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync(Route, key: null, headers: ("If-None-Match", earlier))).Status);
    }

    /// <summary>Only a time of the hub's own form is left out of the comparison: what else a client writes comes back to nobody.</summary>
    [Theory]
    [InlineData("/v1/tariffs?limit=1", ".\u00e9")]
    [InlineData("/v1/tariffs?limit=1", ".<script>")]
    [InlineData("/v1/tariffs?limit=1", ".")]
    [InlineData("/v1/tariffs?limit=1", ".1.2")]
    [InlineData("/v1/tariffs?limit=1", ".00000000000000001")]
    [InlineData("/v1/tariffs?limit=1", "")]
    [InlineData("/v1/operators", ".1")]
    [InlineData("/v1/tariffs?format=ndjson", ".1")]
    public async Task A_tag_that_the_hub_cannot_have_made_is_not_held(string route, string time)
    {
        var tag = (await host.GetAsync(route, key: null)).Headers["ETag"];
        using var http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, route);
        request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{tag.Trim('"').Split('.')[0]}{time}\"");

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(tag, answer.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task Public_answers_may_be_kept_and_restricted_ones_may_not()
    {
        foreach (var route in Routes)
        {
            var answer = await host.GetAsync(route);
            Assert.Equal("no-store", answer.Headers["Cache-Control"]);
            Assert.Equal("Accept, Accept-Encoding, Authorization, X-API-Key", answer.Headers["Vary"]);
            if (Array.IndexOf(Routes, route) >= 5) Assert.Equal("public, no-cache", (await host.GetAsync(route, key: null)).Headers["Cache-Control"]);
        }

        foreach (var route in KeylessRoutes) Assert.Equal("public, no-cache", (await host.GetAsync(route)).Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("gzip;q=1, br;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("br;q=0, *;q=0.1", "gzip")]
    [InlineData("identity;q=1, br;q=0.5", null)]
    [InlineData("deflate", null)]
    [InlineData("", null)]
    [InlineData("identity;q=0, gzip;q=0.001", "gzip")]
    public async Task The_coding_is_the_one_the_caller_likes_best(string accepted, string? coding)
    {
        var answer = await host.GetAsync("/v1/charge-points", key: null, headers: ("Accept-Encoding", accepted));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(coding, answer.Headers.GetValueOrDefault("Content-Encoding"));
    }

    [Theory]
    [InlineData("identity;q=0")]
    [InlineData("*;q=0")]
    [InlineData("deflate, identity;q=0")]
    public async Task Who_refuses_every_coding_is_told(string accepted)
    {
        var answer = await host.GetAsync("/v1/charge-points", key: null, headers: ("Accept-Encoding", accepted));

        Assert.Equal(HttpStatusCode.NotAcceptable, answer.Status);
        Assert.Equal("CPH-1016", answer.Code);
        Assert.Equal("Accept-Encoding: br, gzip", answer.Fault.GetProperty("example").GetString());
    }

    [Theory]
    [InlineData("/v1/charge-points", "text/csv", "text/csv")]
    [InlineData("/v1/charge-points", "text/*", "text/csv")]
    [InlineData("/v1/charge-points", "application/xml", null)]
    [InlineData("/v1/charge-points/alpha:P1", "text/csv", null)]
    [InlineData("/v1/charge-points", "application/json;q=0, application/geo+json;q=0, application/x-ndjson;q=0, text/csv;q=0, */*", null)]
    [InlineData("/v1/charge-points", "application/json;q=0, */*", "application/geo+json")]
    [InlineData("/v1/charge-points", "text/plain, application/*;q=0.1", "application/json")]
    [InlineData("/v1/charge-points", "application/*, application/x-ndjson", "application/x-ndjson")]
    [InlineData("/v1/charge-points", "application/*;q=0.2, application/json;q=0.1", "application/geo+json")]
    [InlineData("/v1/charge-points", "text/html, image/gif, *; q=.2, */*; q=.2", "application/json")]
    [InlineData("/v1/charge-points", "", "application/json")]
    [InlineData("/v1/charge-points", "csv", "application/json")]
    [InlineData("/v1/charge-points?format=ndjson", "application/json", "application/x-ndjson")]
    [InlineData("/v1/charge-points.geojson", "application/json", "application/geo+json")]
    [InlineData("/v1/operators", "text/csv", null)]
    [InlineData("/v1/schemas/hub/v1/values", "application/json", "application/schema+json")]
    [InlineData("/v1/errors/CPH-1001", "text/*", "text/html")]
    [InlineData("/health/ready", "text/plain", "application/json")]
    public async Task The_form_is_one_that_Accept_admits_or_the_answer_is_406(string route, string accept, string? form)
    {
        var answer = await host.GetAsync(route, key: null, headers: ("Accept", accept));

        Assert.Equal(form is null ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK, answer.Status);
        Assert.Equal(form ?? "application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
        if (form is null) Assert.Contains("application/json", answer.Fault.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()));
    }

    [Fact]
    public async Task Pages_of_other_sites_read_open_data_and_nothing_else()
    {
        (string, string)[] preflight = [("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "if-none-match")];
        foreach (var route in Routes)
        {
            var answer = await host.GetAsync(route, key: null, method: HttpMethod.Options, headers: preflight);
            if (Array.IndexOf(Routes, route) < 5)
            {
                Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
                Assert.False(answer.Headers.ContainsKey("Access-Control-Allow-Origin"));
                Assert.False((await host.GetAsync(route, headers: preflight[0])).Headers.ContainsKey("Access-Control-Allow-Origin"));
                continue;
            }

            Assert.Equal(HttpStatusCode.NoContent, answer.Status);
            Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
            Assert.Equal("GET, HEAD", answer.Headers["Access-Control-Allow-Methods"]);
            Assert.Contains("If-None-Match", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
            Assert.DoesNotContain("Authorization", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
            Assert.Equal("86400", answer.Headers["Access-Control-Max-Age"]);
            var read = await host.GetAsync(route, key: null, headers: preflight[0]);
            Assert.Equal("*", read.Headers["Access-Control-Allow-Origin"]);
            Assert.Contains("Hub-Completeness", read.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Options_that_ask_nothing_and_for_other_methods_are_405()
    {
        var bare = await host.GetAsync("/v1/charge-points", key: null, method: HttpMethod.Options);
        var post = await host.GetAsync("/v1/charge-points", key: null, method: HttpMethod.Options, headers: [("Origin", "https://e.example"), ("Access-Control-Request-Method", "POST")]);

        foreach (var answer in new[] { bare, post })
        {
            Assert.Equal("CPH-1013", answer.Code);
            Assert.Equal("GET, HEAD", answer.Headers["Allow"]);
        }
    }

    [Fact]
    public async Task An_exact_count_is_of_all_records_and_stays_through_the_pages()
    {
        var first = await host.GetAsync("/v1/tariffs?limit=1&count=exact", key: null);
        await host.ExecuteAsync("INSERT INTO tariff SELECT operator_id, 'alpha:T3', valid_from, valid_to, last_updated, content_hash, findings, feed_id, run_id, 2, recorded_at, document FROM tariff WHERE tariff_id = 'alpha:T1'");
        await host.TickAsync(2);
        var second = await host.GetAsync("/v1/tariffs?limit=1&count=exact&cursor=" + first.NextCursor, key: null);

        foreach (var page in new[] { first, second })
        {
            Assert.Equal(2, page.Json.GetProperty("meta").GetProperty("count").GetInt32());
            Assert.Equal("2", page.Headers["Hub-Count"]);
        }

        Assert.Equal("3", (await host.GetAsync("/v1/tariffs?count=exact", key: null)).Headers["Hub-Count"]);
        Assert.Equal("1", (await host.GetAsync("/v1/charging-sessions?count=exact&format=ndjson&power_band=slow&" + Day)).Headers["Hub-Count"]);
        Assert.Equal("0", (await host.GetAsync("/v1/charging-sessions?count=exact&power_band=rapid&" + Day)).Headers["Hub-Count"]);
        Assert.Equal("1", (await host.GetAsync("/v1/charge-points.geojson?count=exact&status=MISSING", key: null)).Headers["Hub-Count"]);
        Assert.Equal("1", (await host.GetAsync("/v1/charge-points/alpha:P1/charging-sessions?count=exact&" + Day)).Headers["Hub-Count"]);
        Assert.Equal("CPH-1003", (await host.GetAsync("/v1/tariffs?count=about", key: null)).Code);
    }

    [Fact]
    public async Task A_count_counts_what_was_current_at_its_tick()
    {
        // T2 was replaced after tick 1 and counts as it was; a late version of T1 was current at no tick and does not count.
        await host.ExecuteAsync("INSERT INTO tariff_version SELECT *, 2, now() FROM tariff WHERE tariff_id = 'alpha:T2'; UPDATE tariff SET tick = 2 WHERE tariff_id = 'alpha:T2'");
        await host.ExecuteAsync("INSERT INTO tariff_version SELECT *, tick, now() FROM tariff WHERE tariff_id = 'alpha:T1'");

        Assert.Equal("2", (await host.GetAsync("/v1/tariffs?count=exact", key: null)).Headers["Hub-Count"]);
    }

    [Fact]
    public async Task A_count_that_takes_too_long_is_refused()
    {
        await using var other = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await other.OpenAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("LOCK TABLE tariff", other, holding)) await hold.ExecuteNonQueryAsync();

        var answer = await host.GetAsync("/v1/tariffs?count=exact", key: null, headers: ("Accept-Encoding", "br"));

        Assert.Equal("CPH-1017", answer.Code);
        Assert.Equal("/v1/tariffs", answer.Fault.GetProperty("example").GetString());
        foreach (var name in new[] { "Content-Encoding", "ETag", "Hub-Completeness", "Hub-Count", "Link" }) Assert.DoesNotContain(name, answer.Headers.Keys);
    }

    [Fact]
    public async Task Every_answer_carries_a_request_id()
    {
        foreach (var (path, method) in new[] { ("/v1/tariffs", "GET"), ("/nowhere", "GET"), ("/v1/tariffs", "POST"), ("/v1/charging-sessions", "GET"), ("/openapi/v1.json", "GET"), ("/health/live", "HEAD") })
        {
            Assert.Equal("mine-1", (await host.GetAsync(path, null, new HttpMethod(method), ("X-Request-Id", "mine-1"))).Headers["X-Request-Id"]);
            foreach (var bad in new[] { "two words", "<script>", new string('a', 101) })
                Assert.Matches("^[0-9a-f]{32}$", (await host.GetAsync(path, null, new HttpMethod(method), ("X-Request-Id", bad))).Headers["X-Request-Id"]);
        }
    }
}
