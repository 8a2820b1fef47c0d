using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class LedgerTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.ExecuteAsync("UPDATE hub_clock SET recorded_at = '2020-01-01'");
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-20), Now.AddHours(-6)));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-4), Now.AddHours(-3)));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-2), Now.AddMinutes(-10)));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-30), Now.AddDays(-20)), "unavailable", cause: "beyond_look_back");
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Open_gaps_tell_their_cause_under_a_key_and_only_there()
    {
        await RunAsync(Now.AddHours(-6), Now.AddHours(-4), Now.AddHours(-5), "unreachable");
        await RunAsync(Now.AddHours(-6), Now.AddHours(-4), Now.AddHours(-4.5), "throttled");

        var gaps = (await host.GetAsync("/v1/gaps?dataset=charging_sessions")).Data;
        var unkeyed = (await host.GetAsync("/v1/gaps?dataset=charging_sessions", key: null)).Data;

        Assert.Equal(["2026-11-20T06:00:00.000Z", "2026-11-20T09:00:00.000Z"], gaps.Select(g => g.GetProperty("from").GetString()));
        Assert.Equal(["throttled", "hub_down"], gaps.Select(g => g.GetProperty("cause").GetString()));
        Assert.All(unkeyed, g => Assert.False(g.TryGetProperty("cause", out _)));
        Assert.Single((await host.GetAsync("/v1/gaps?dataset=charging_sessions&cause=throttled")).Data);
        Assert.Single((await host.GetAsync("/v1/gaps?dataset=charging_sessions&from=2026-11-20T08:30:00Z")).Data);
    }

    [Fact]
    public async Task What_comes_as_files_is_missing_because_nobody_handed_it_in()
    {
        host.Directory = new([.. host.Directory.Operators.Select(o => o with { Datasets = [.. o.Datasets.Select(d => d with { IsHandedIn = d.Dataset == Dataset.ChargingSessions })] })]);
        await RunAsync(Now.AddHours(-6), Now.AddHours(-4), Now.AddHours(-5), "unreachable");

        var gaps = (await host.GetAsync("/v1/gaps?dataset=charging_sessions&cause=not_handed_in")).Data;
        var sessions = await host.GetAsync("/v1/charging-sessions");

        Assert.Equal(2, gaps.Count);
        Assert.All(
            sessions.Json.GetProperty("meta").GetProperty("completeness").GetProperty("gaps").EnumerateArray().Where(g => g.GetProperty("state").GetString() == "open"),
            g => Assert.Equal("not_handed_in", g.GetProperty("cause").GetString()));
    }

    [Fact]
    public async Task What_is_lost_is_listed_apart()
    {
        var lost = Assert.Single((await host.GetAsync("/v1/gaps?state=lost&dataset=charging_sessions")).Data);

        Assert.Equal("beyond_look_back", lost.GetProperty("cause").GetString());
        Assert.Equal("lost", lost.GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_was_missing_and_came_is_listed_with_how_it_opened_and_closed()
    {
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Live, Now.AddHours(-12), new Window(Now.AddHours(-12.27), Now.AddHours(-12.25)));
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Backfill, Now.AddHours(-12).AddMinutes(1), new Window(Now.AddDays(-50), Now.AddDays(-40)));
        await RunAsync(Now.AddHours(-12.25), Now.AddHours(-9), Now.AddHours(-9), "throttled");
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Live, Now.AddHours(-8), new Window(Now.AddHours(-10), Now.AddHours(-8.25)));
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Live, Now.AddHours(-8).AddMinutes(1), new Window(Now.AddHours(-9), Now.AddHours(-8.25).AddMinutes(1)));
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Backfill, Now.AddHours(-8).AddMinutes(1), new Window(Now.AddHours(-11), Now.AddHours(-10)));
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Backfill, Now.AddHours(-7), new Window(Now.AddHours(-12.25), Now.AddHours(-11)));

        var closed = (await host.GetAsync("/v1/gaps?state=closed&dataset=status_changes")).Data;

        Assert.Equal(
            ["2026-10-01T12:00:00.000Z 2026-11-20T00:01:00.000Z  backfill", "2026-11-19T23:45:00.000Z 2026-11-20T05:00:00.000Z throttled backfill", "2026-11-20T02:00:00.000Z 2026-11-20T04:00:00.000Z throttled live"],
            closed.Select(g => $"{g.GetProperty("from").GetString()} {g.GetProperty("closed_at").GetString()} {g.GetProperty("cause").GetString()} {g.GetProperty("closed_by").GetString()}"));
        Assert.Equal(
            ["2026-11-20T00:00:00.000Z", "2026-11-20T00:00:00.000Z", "2026-11-20T02:15:00.000Z"], closed.Select(g => g.GetProperty("since").GetString()));
        Assert.Single((await host.GetAsync("/v1/gaps?state=closed&dataset=status_changes&from=2026-11-20T03:00:00Z")).Data);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/gaps?state=closed", key: null)).Status);
    }

    [Fact]
    public async Task Counts_that_differ_are_listed_with_both()
    {
        await using var database = ChargePointHub.Store.Database.Open(host.ConnectionString);
        var store = new DiscrepancyStore(database);
        await store.SeenAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-6), Now.AddHours(-4)), 100, 90, Now.AddHours(-3), CancellationToken.None);
        await store.AgreedAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-5), Now.AddHours(-4)), Now.AddHours(-2), CancellationToken.None);
        await store.SeenAsync("beta", Dataset.ChargePoints, null, 5, 4, Now.AddHours(-1), CancellationToken.None);

        var answer = await host.GetAsync("/v1/gaps?state=discrepancy");
        Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Body);
        var open = answer.Data;

        Assert.Equal([100, 5], open.Select(d => d.GetProperty("counted_by_operator").GetInt32()));
        Assert.Equal(["2026-11-20T07:00:00.000Z", null], open.Select(d => d.GetProperty("to").GetString()));
        Assert.Single((await host.GetAsync("/v1/gaps?state=discrepancy&dataset=charge_points")).Data);
        await store.AgreedAsync("beta", Dataset.ChargePoints, null, Now, CancellationToken.None);
        Assert.Single((await host.GetAsync("/v1/gaps?state=discrepancy")).Data);
    }

    [Fact]
    public async Task Gaps_say_how_fast_they_are_being_filled()
    {
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Backfill, Now.AddMinutes(-30), new Window(Now.AddDays(-10), Now.AddDays(-9)));

        var filling = Assert.Single(
            (await host.GetAsync("/v1/gaps?dataset=status_changes")).Json.GetProperty("meta").GetProperty("backfill").EnumerateArray());

        Assert.Equal(24m, filling.GetProperty("filled_last_hour_hours").GetDecimal());
        var missing = filling.GetProperty("missing_hours").GetDecimal();
        Assert.Equal((24 * 29) - 0.25m, missing);
        Assert.Equal(Math.Round(missing / 48, 2), filling.GetProperty("hours_left").GetDecimal());
    }

    [Fact]
    public async Task An_answer_states_the_gaps_that_touch_it_with_cause_under_a_key()
    {
        await RunAsync(Now.AddHours(-6), Now.AddHours(-4), Now.AddHours(-5), "forbidden");

        var gaps = (await host.GetAsync("/v1/charging-sessions?operator=alpha")).Json.GetProperty("meta").GetProperty("completeness").GetProperty("gaps");

        Assert.Equal(["refused", "hub_down"], gaps.EnumerateArray().Select(g => g.GetProperty("cause").GetString()));
    }

    [Fact]
    public async Task Coverage_lists_what_is_here_and_what_is_lost()
    {
        var entry = Assert.Single((await host.GetAsync("/v1/coverage?dataset=charging_sessions&from=2026-11-20", key: null)).Data);

        Assert.Equal("plug_in_at", entry.GetProperty("axis").GetString());
        Assert.Equal(3, entry.GetProperty("covered").GetArrayLength());
        Assert.Equal(0, entry.GetProperty("unavailable").GetArrayLength());
        Assert.InRange(entry.GetProperty("covered_percent").GetDouble(), 70, 80);
    }

    [Fact]
    public async Task Quarantined_records_of_the_window_are_counted()
    {
        await host.ExecuteAsync(
            "INSERT INTO quarantine VALUES ('alpha', 'charging_sessions', 'X1', '\\x00', NULL, '[]', 'main', @run, 1, @at, now(), '{}'), "
                + "('alpha', 'charging_sessions', 'X2', '\\x00', NULL, '[]', 'main', @run, 1, @before, now(), '{}')",
            ("run", Guid.Empty), ("at", Now.AddHours(-1)), ("before", Now.AddDays(-3)));

        var answer = await host.GetAsync("/v1/charging-sessions");

        Assert.Equal(1, answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("quarantined").GetInt32());
    }

    [Fact]
    public async Task Findings_are_counted_by_rule_with_samples_from_records_and_quarantine()
    {
        const string finding = """[{"rule":"power-unit-suspected-kw","severity":"Warning","pointer":"/connectors/0","value":"50","message":"Read as kW."}]""";
        for (var i = 0; i < 7; i++) await host.AddChargePointAsync($"alpha:P{i}", findings: finding);
        await host.ExecuteAsync(
            "INSERT INTO quarantine VALUES ('alpha', 'charge_points', 'X1', '\\x00', NULL, @findings::json, 'main', @run, 1, NULL, now(), '{}')",
            ("run", Guid.Empty), ("findings", """[{"rule":"id-missing","severity":"Error","pointer":"","value":null,"message":"No id."}]"""));

        var findings = (await host.GetAsync("/v1/operators/alpha/findings")).Data;

        Assert.Equal([("power-unit-suspected-kw", "warning", 7, 5), ("id-missing", "error", 1, 1)], findings.Select(f => (
            f.GetProperty("rule").GetString()!, f.GetProperty("severity").GetString()!, f.GetProperty("count").GetInt32(), f.GetProperty("samples").GetArrayLength())));
    }

    [Fact]
    public async Task Findings_are_counted_over_the_newest_records_that_have_some_and_no_more()
    {
        for (var i = 0; i < 5; i++) await host.AddSessionAsync($"alpha:S{i}", Now.AddHours(-i));
        await host.ExecuteAsync("""UPDATE charging_session SET findings = '[{"rule":"energy-low","severity":"info","pointer":"","value":null,"message":"m"}]' WHERE session_id <> 'alpha:S0'""");
        await host.ExecuteAsync(
            """
            INSERT INTO quarantine SELECT 'alpha', 'tariffs', 'T' || n, '\x00', NULL, '[{"rule":"id-missing","severity":"error","pointer":"","value":null,"message":"m"}]',
                'main', gen_random_uuid(), 1, NULL, now() - n * interval '1 min', '{}' FROM generate_series(1, 4) n
            """);

        var counts = await new FindingQueries(host.Database) { Bound = 3 }.CountAsync("alpha", Scope.Everything, CancellationToken.None);

        Assert.Equal([("energy-low", 3L), ("id-missing", 3L)], counts.Select(c => (c.Rule, c.Count)));
        Assert.Equal(["alpha:S1", "alpha:S2", "alpha:S3"], counts[0].Samples.Select(s => s.RecordId));
        Assert.Equal(["alpha:T1", "alpha:T2", "alpha:T3"], counts[1].Samples.Select(s => s.RecordId));
    }

    [Fact]
    public async Task Operators_are_listed_with_how_their_datasets_come_in()
    {
        var all = (await host.GetAsync("/v1/operators", key: null)).Data;
        var one = (await host.GetAsync("/v1/operators/beta", key: null)).Json.GetProperty("data");

        Assert.Equal(["alpha", "beta"], all.Select(o => o.GetProperty("operator_id").GetString()));
        Assert.Equal("charge_points", Assert.Single(one.GetProperty("datasets").EnumerateArray()).GetProperty("dataset").GetString());
    }

    private Task RunAsync(DateTimeOffset from, DateTimeOffset to, DateTimeOffset startedAt, string failure) => host.ExecuteAsync(
        "INSERT INTO run (run_id, operator_id, feed_id, dataset, kind, from_at, to_at, started_at, ended_at, outcome, failure) "
            + "SELECT gen_random_uuid(), 'alpha', 'main', unnest('{charging_sessions,status_changes}'::text[]), 'live', @from, @to, @started, @started, 'failed', @failure",
        ("from", from), ("to", to), ("started", startedAt), ("failure", failure));
}
