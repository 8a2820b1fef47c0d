using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;
using Npgsql;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Who asks too much, too long or too large is told so; nobody else notices.</summary>
public sealed partial class LimitTests : IAsyncLifetime
{
    /// <summary>Sixty units of a key and of an address; no more come while a test runs.</summary>
    private static readonly QuotaLimits Sixty = new(KeyUnits: 1, AddressUnits: 1, Answers: 1) { Each = TimeSpan.FromHours(1) };

    private readonly ApiHost host = new();

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public Task A_key_that_has_asked_too_much_is_told_when_to_ask_again_and_others_are_answered() => WithAsync(Sixty, async http =>
    {
        using (var first = await AskAsync(http, "/v1/operators", ApiHost.Key))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.Equal("\"key\";q=60;w=60", Header(first, "RateLimit-Policy"));
            Assert.Equal("\"key\";r=59;t=3600", Header(first, "RateLimit"));
            Assert.Equal(("60", "59", "3600"), (Header(first, "X-RateLimit-Limit"), Header(first, "X-RateLimit-Remaining"), Header(first, "X-RateLimit-Reset")));
        }

        using (var stream = await AskAsync(http, "/v1/charging-sessions?format=ndjson", ApiHost.Key)) Assert.Equal("8", Header(stream, "X-RateLimit-Remaining"));
        using (var counted = await AskAsync(http, "/v1/charging-sessions?count=exact", ApiHost.Key)) await AssertRefusedAsync(counted, "CPH-2007", "14400");
        using (var wrong = await AskAsync(http, "/v1/operators?limit=1", ApiHost.Key)) Assert.Equal((HttpStatusCode.BadRequest, "6"), (wrong.StatusCode, Header(wrong, "X-RateLimit-Remaining")));
        for (var left = 5; left >= 0; left--)
        {
            using var small = await AskAsync(http, "/v1/operators", ApiHost.Key);
            Assert.Equal(left.ToString(System.Globalization.CultureInfo.InvariantCulture), Header(small, "X-RateLimit-Remaining"));
        }

        using (var none = await AskAsync(http, "/v1/operators", ApiHost.Key)) await AssertRefusedAsync(none, "CPH-2007", "3600");
        foreach (var key in new[] { "cph_live_narrow_secret", null })
        {
            using var other = await AskAsync(http, "/v1/operators", key);
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        using var ready = await AskAsync(http, "/health/ready", ApiHost.Key);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.False(ready.Headers.Contains("RateLimit"));
    });

    [Fact]
    public Task Keys_that_are_refused_cost_the_address_they_come_from_and_good_keys_nothing() => WithAsync(Sixty, async http =>
    {
        for (var i = 0; i < 60; i++)
        {
            using var guess = await AskAsync(http, "/v1/operators", $"cph_live_guess_{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, guess.StatusCode);
        }

        using var more = await AskAsync(http, "/v1/operators", "cph_live_guess_60");
        using var anyone = await AskAsync(http, "/v1/operators", null);
        using var good = await AskAsync(http, "/v1/operators", ApiHost.Key);

        await AssertRefusedAsync(more, "CPH-2007", "3600");
        await AssertRefusedAsync(anyone, "CPH-2007", "3600");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    });

    [Theory]
    [InlineData("/v1/quarantine?limit=50000", "9")]
    [InlineData("/v1/operators/alpha/access-log?limit=50000", "9")]
    [InlineData("/v1/operators/alpha/findings", "49")]
    [InlineData("/v1/gaps?state=closed", "49")]
    [InlineData("/v1/gaps", "59")]
    public Task What_may_take_long_to_read_costs_more_than_asking(string path, string left) => WithAsync(Sixty, async http =>
    {
        using var answer = await AskAsync(http, path, ApiHost.Key);
        Assert.Equal((HttpStatusCode.OK, left), (answer.StatusCode, Header(answer, "X-RateLimit-Remaining")));
    });

    /// <summary>150 charge points of alpha since November, one of beta for ever.</summary>
    [Theory]
    [InlineData("/v1/reliability?from=2015-01-01&to=2026-11-20&group_by=operator&operator=beta&limit=1", "59")]
    [InlineData("/v1/reliability?from=2026-01-01&to=2026-11-20&group_by=operator&limit=1", "55")] // 323 days of 151
    [InlineData("/v1/usage?from=2026-01-01&to=2026-11-20&group_by=operator&limit=1", "55")]
    [InlineData("/v1/usage?from=2026-01-01&to=2026-11-20&group_by=operator,day&limit=1", "59")] // two days of them show whether there is more
    [InlineData("/v1/usage?from=2026-01-01&to=2026-11-20&group_by=charge_point,day&limit=300", "55")] // up to November there is one row a day
    [InlineData("/v1/usage?from=2026-01-01&to=2026-11-20&group_by=day&limit=300", "55")] // 301 days
    [InlineData("/v1/usage?from=2026-01-01&to=2026-11-20&group_by=day&limit=400&format=csv", "55")]
    [InlineData("/v1/usage/profile?from=2026-09-01&to=2026-11-20&group_by=operator&limit=168", "58")] // 80 days
    [InlineData("/v1/usage/profile?from=2026-09-01&to=2026-11-20&group_by=operator&operator=beta&limit=168", "59")]
    [InlineData("/v1/reliability?from=2015-01-01&to=2026-11-20&group_by=operator&limit=1", "0")] // all that there is: 4,341 days would be 65
    public Task Figures_cost_what_they_are_read_from_however_few_they_are(string path, string left) => WithAsync(Sixty, async http =>
    {
        await AddNetworkAsync();
        using var answer = await AskAsync(http, path, ApiHost.Key);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal(left, Header(answer, "X-RateLimit-Remaining"));
    });

    [Fact]
    public Task Figures_that_the_quota_does_not_hold_are_refused_and_small_ones_answered() => WithAsync(Sixty, async http =>
    {
        await AddNetworkAsync();
        using var first = await AskAsync(http, "/v1/reliability?from=2019-01-01&to=2026-11-20&group_by=operator&limit=1", ApiHost.Key);
        Assert.Equal((HttpStatusCode.OK, "16"), (first.StatusCode, Header(first, "X-RateLimit-Remaining")));

        using var second = await AskAsync(http, "/v1/reliability?from=2019-01-02&to=2026-11-20&group_by=operator&limit=1", ApiHost.Key);
        using var small = await AskAsync(http, "/v1/reliability?period=2026-10&group_by=operator&limit=10", ApiHost.Key);

        await AssertRefusedAsync(second, "CPH-2007", "100800"); // 43 units, 28 more than are left
        Assert.Equal((HttpStatusCode.OK, "14"), (small.StatusCode, Header(small, "X-RateLimit-Remaining")));
    });

    [Fact]
    public Task What_has_not_changed_costs_the_asking_alone() => WithAsync(Sixty, async http =>
    {
        using var first = await AskAsync(http, "/v1/tariffs?limit=20000", null);
        Assert.Equal("39", Header(first, "X-RateLimit-Remaining"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/tariffs?limit=20000");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await http.SendAsync(request);

        Assert.Equal((HttpStatusCode.NotModified, "38"), (again.StatusCode, Header(again, "X-RateLimit-Remaining")));
    });

    [Theory]
    [InlineData(HttpStatusCode.RequestUriTooLong, 17_000, 0)]
    [InlineData(HttpStatusCode.RequestHeaderFieldsTooLarge, 0, 66_000)]
    public async Task What_is_more_than_twice_too_long_is_refused_by_the_server_itself(HttpStatusCode status, int address, int header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/operators?x=" + new string('a', address));
        if (header > 0) request.Headers.TryAddWithoutValidation("Cookie", new string('a', header));

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_that_is_announced_as_too_large_is_refused_unread()
    {
        var address = host.Http.BaseAddress!;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(address.Host, address.Port, limit.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/charge-points HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 10485761\r\n\r\n"), limit.Token);
        using var answer = new StreamReader(new NetworkStream(socket), Encoding.UTF8);

        var said = await answer.ReadToEndAsync(limit.Token);

        Assert.StartsWith("HTTP/1.1 413 ", said, StringComparison.Ordinal);
        Assert.Contains("Connection: close", said, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"CPH-1020\"", said, StringComparison.Ordinal);
        Assert.Contains("\"in\":\"body\"", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_takes_too_long_is_given_up_by_the_database_and_told()
    {
        await using var hurried = Database.Open(new NpgsqlConnectionStringBuilder(host.ConnectionString) { Options = "-c statement_timeout=200ms" }.ConnectionString);
        await using var holder = new NpgsqlConnection(host.ConnectionString);
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE tariff IN ACCESS EXCLUSIVE MODE", holder)) await hold.ExecuteNonQueryAsync();
        var (app, http) = await host.StartAsync(hurried);
        await using (app)
        using (http)
        {
            using var held = await AskAsync(http, "/v1/tariffs", null);
            using var free = await AskAsync(http, "/v1/charge-points", null);

            await AssertRefusedAsync(held, "CPH-5004", "5", HttpStatusCode.ServiceUnavailable);
            Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        }
    }

    private async Task AddNetworkAsync()
    {
        await WriteAsync("alpha", Enumerable.Range(1, 150).Select(n => ChargePoint($"P{n}", op: "alpha") with { CommissionedOn = new DateOnly(2026, 11, 1) }));
        await WriteAsync("beta", [ChargePoint("Q1", op: "beta")]);

        Task WriteAsync(string operatorId, IEnumerable<ChargePoint> points) =>
            host.WritePageAsync(operatorId, Dataset.ChargePoints, new RecordPage { ChargePoints = [.. points.Select(Accept)] });
    }

    private async Task WithAsync(QuotaLimits quotas, Func<HttpClient, Task> test)
    {
        var (app, http) = await host.StartAsync(host.Database, quotas: quotas);
        await using (app)
        using (http) await test(http);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await http.SendAsync(request);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string code, string retryAfter, HttpStatusCode status = HttpStatusCode.TooManyRequests)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode} {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(retryAfter, Header(answer, "Retry-After"));
        using var problem = JsonDocument.Parse(body);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal("service", problem.RootElement.GetProperty("errors")[0].GetProperty("in").GetString());
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
