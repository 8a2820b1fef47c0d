using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>How a feed fares, told to anyone and to those who may know why.</summary>
public sealed class FeedHealthTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Directory = new OperatorDirectory([host.Directory.Operators[0] with
        {
            Feeds = [new ListedFeed("main", true, "Host.Example", [new ListedLimit(3, TimeSpan.FromHours(1)), new ListedLimit(100, TimeSpan.FromDays(1))])],
        }, host.Directory.Operators[1]]);
        await RunAsync(Dataset.ChargePoints, Now.AddMinutes(-1), null);
        await RunAsync(Dataset.ChargingSessions, Now.AddDays(-8), "too_large");
        await RunAsync(Dataset.ChargingSessions, Now.AddDays(-2), "server_error");
        await RunAsync(Dataset.ChargingSessions, Now.AddHours(-3), null);
        await RunAsync(Dataset.ChargingSessions, Now.AddHours(-2), "unauthorised");
        await RunAsync(Dataset.ChargingSessions, Now.AddHours(-1), "unauthorised");
        await RunAsync(Dataset.StatusChanges, Now.AddHours(-5), null);
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-30), Now.AddHours(-3)));
        await host.CoverAsync("alpha", Dataset.ChargePoints, new Window(Now.AddHours(-1), Now.AddMinutes(14)));
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Anyone_reads_the_state_and_nothing_of_causes()
    {
        var answer = await host.GetAsync("/v1/operators/alpha/feed-health", key: null);
        var data = answer.Json.GetProperty("data");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("failing", data.GetProperty("state").GetString());
        Assert.Equal(["operator_id", "state", "datasets"], data.EnumerateObject().Select(p => p.Name));
        Assert.All(data.GetProperty("datasets").EnumerateArray(), d =>
            Assert.Equal(["dataset", "feed_id", "state", "last_success_at", "freshness", "days"], d.EnumerateObject().Select(p => p.Name)));
        Assert.DoesNotContain("unauthorised", answer.Body, StringComparison.Ordinal);
        Assert.Equal("public, no-cache", answer.Headers["Cache-Control"]);
        Assert.Equal(["ok", "not_begun", "failing", "overdue"], data.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task The_lists_of_operators_tell_the_same_states()
    {
        var all = (await host.GetAsync("/v1/operators", key: null)).Data;
        var one = (await host.GetAsync("/v1/operators/alpha", key: null)).Json.GetProperty("data");

        Assert.Equal(["failing", "not_begun"], all.Select(o => o.GetProperty("state").GetString()));
        Assert.Equal(one.GetRawText(), all[0].GetRawText());
        Assert.Equal(["ok", "not_begun", "failing", "overdue"], one.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Under_a_key_it_tells_causes_findings_limits_certificate_quarantine_holds_and_what_to_do()
    {
        await host.AddChargePointAsync("alpha:P1", findings: """[{"rule":"word-case","severity":"info","pointer":"/status","value":"x","message":"m"}]""");
        await host.ExecuteAsync(
            """
            INSERT INTO quarantine VALUES ('alpha', 'charging_sessions', 'S1', '\x01', NULL, '[{"rule":"time-missing","severity":"error","pointer":"","message":"m"}]', 'main', gen_random_uuid(), 1, NULL, now(), '{}');
            INSERT INTO quarantine VALUES ('alpha', 'charging_sessions', 'S2', '\x01', 'alpha:P9', '[]', 'main', gen_random_uuid(), 1, NULL, now(), '{}');
            INSERT INTO limit_group (limit_group, passed) VALUES ('host.example', ARRAY[clock_timestamp() - interval '1 min', clock_timestamp() - interval '2 h']);
            INSERT INTO crawl_hold VALUES ('alpha', '2026-11-20T10:00Z', '2026-11-20T11:00Z', 100, 30, 4), ('beta', '2026-11-20T10:00Z', '2026-11-20T11:00Z', 7, 7, 7);
            INSERT INTO feed_break VALUES ('alpha', 'main', 'charging_sessions', '2026-11-20T10:30Z', 'unauthorised');
            INSERT INTO feed_break VALUES ('alpha', 'main', 'charge_points', '2026-11-19T10:30Z', 'unreachable', '2026-11-19T11:30Z');
            """);
        await new FeedTlsStore(host.Database).SaveAsync("alpha", "main", new SeenTls("1.2", Now.AddDays(5.5), Now.AddMinutes(-1)), null, CancellationToken.None);

        var data = (await host.GetAsync("/v1/operators/alpha/feed-health")).Json.GetProperty("data");
        var sessions = data.GetProperty("datasets")[2];

        Assert.Equal(
            ["failing", "overdue", "certificate", "hold", "quarantine", "not_begun"], data.GetProperty("to_do").EnumerateArray().Select(a => a.GetProperty("matter").GetString()));
        Assert.Equal(["charging_sessions", "unauthorised", "because", "2026-11-20T10:30:00.000Z", "2026-11-20T09:00:00.000Z", "2026-11-20T11:00:00.000Z"],
            new[] { "dataset", "failure", "detail", "broken_at", "last_success_at", "last_attempt_at" }.Select(n => sessions.GetProperty(n).GetString()));
        Assert.Equal("""{"newest_at":"2026-11-20T09:15:00.000Z","age_seconds":9900,"limit_seconds":900}""", sessions.GetProperty("freshness").GetRawText());
        Assert.Equal("""[{"failure":"unauthorised","last_24_hours":2,"last_7_days":2},{"failure":"server_error","last_24_hours":0,"last_7_days":1}]""", sessions.GetProperty("failures").GetRawText());
        Assert.Equal("""[{"rule":"time-missing","severity":"error","count":1}]""", sessions.GetProperty("findings").GetRawText());
        Assert.Equal("""{"refused":1,"waiting":1}""", sessions.GetProperty("quarantine").GetRawText());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("datasets")[0].GetProperty("broken_at").ValueKind);
        Assert.Equal(
            """[{"feed_id":"main","active":true,"tls":{"version":"1.2","certificate_expires_at":"2026-11-26T00:00:00.000Z","days_left":5,"seen_at":"2026-11-20T11:59:00.000Z"},"limits":[{"requests":3,"interval_seconds":3600,"used":1},{"requests":100,"interval_seconds":86400,"used":2}]}]""",
            data.GetProperty("feeds").GetRawText());
        Assert.Equal(100, data.GetProperty("hold").GetProperty("known").GetInt32());
        Assert.Equal("no-store", (await host.GetAsync("/v1/operators/alpha/feed-health")).Headers["Cache-Control"]);
    }

    [Fact]
    public async Task Polls_that_a_clock_dated_ahead_say_nothing_of_the_present()
    {
        await RunAsync(Dataset.ChargePoints, Now.AddYears(1), "timed_out");
        await RunAsync(Dataset.StatusChanges, Now.AddYears(1), null);

        var data = (await host.GetAsync("/v1/operators/alpha/feed-health")).Json.GetProperty("data");

        Assert.Equal(["ok", "not_begun", "failing", "overdue"], data.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_certificate_seen_under_a_lost_lease_is_not_noted()
    {
        await host.ExecuteAsync("INSERT INTO operator_lease VALUES ('alpha', gen_random_uuid(), 7, now(), now())");
        var store = new FeedTlsStore(host.Database);
        await store.SaveAsync("alpha", "main", new SeenTls("1.3", Now.AddDays(60), Now), 7, CancellationToken.None);
        await store.SaveAsync("alpha", "main", new SeenTls("1.2", Now.AddDays(1), Now), 6, CancellationToken.None);

        var tls = (await host.GetAsync("/v1/operators/alpha/feed-health")).Json.GetProperty("data").GetProperty("feeds")[0].GetProperty("tls");

        Assert.Equal("1.3", tls.GetProperty("version").GetString());
    }

    [Fact]
    public async Task An_unknown_operator_is_told_who_was_meant()
    {
        var answer = await host.GetAsync("/v1/operators/alfa/feed-health");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("alpha", answer.Fault.GetProperty("did_you_mean").GetString());
    }

    private async Task RunAsync(Dataset dataset, DateTimeOffset at, string? failure)
    {
        var log = new RunLog(host.Database);
        var run = await log.OpenAsync(
            new FeedKey("alpha", "main", dataset), dataset.IsSnapshot ? RunKind.Crawl : RunKind.Live, dataset.IsSnapshot ? null : new Window(at.AddMinutes(-1), at), at, CancellationToken.None);
        await log.CloseAsync(run, failure is null ? RunOutcome.Completed : RunOutcome.Failed, at, new RunCounts(), CancellationToken.None, failure, failure is null ? null : "because");
    }
}
