using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>feeds check</c> and <c>feeds status</c>.</summary>
public sealed class FeedsTests : IAsyncLifetime, IDisposable
{
    private const string Sessions = """{"dataset": "charge_points"}, {"dataset": "charging_sessions", "axis": "last_updated", "earliest": "2026-11-01T00:00:00Z"}""";

    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync() => database = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Check_tells_every_fault_and_asks_nobody()
    {
        hub.WriteOperator("old-mill", """{"dataset": "sessions"}, {"dataset": "tariffs", "axis": "at", "cadense": "PT1M"}""");

        var (code, output, _) = await hub.RunAsync("feeds check");
        var json = await hub.JsonAsync("feeds check operators/old-mill.json");

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Equal(["/feeds/0/datasets/0/dataset", "/feeds/0/datasets/1/axis", "/feeds/0/datasets/1/cadense"],
            json.GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("pointer").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains("old-mill.json /feeds/0/datasets/0/dataset: ", output, StringComparison.Ordinal);
        Assert.Contains("Allowed: charge_points, tariffs, status_changes, charging_sessions, outages, reported_usage.", output, StringComparison.Ordinal);
        Assert.Contains("Was cadence meant?", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"operator_id\": \"old-mill\",\n  \"name\": 'Old Mill' }", "line 2, byte 11: ''' is an invalid start of a value.")]
    [InlineData("{ \"operator_id\": \"old-mill\", }", "line 1, byte 30: The JSON object contains a trailing comma at the end which is not supported in this mode.")]
    public async Task Check_tells_where_and_why_a_file_is_not_JSON(string text, string said)
    {
        hub.WriteOperator("old-mill");
        await File.WriteAllTextAsync(Path.Combine(hub.Folder, "operators", "old-mill.json"), text);

        var (code, output, _) = await hub.RunAsync("feeds check");

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains($"The file is not JSON: {said}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_shows_what_right_files_collect_and_what_is_probably_not_meant()
    {
        hub.WriteOperator("old-mill", """{"dataset": "status_changes", "axis": "at", "look_back": "P90D"}""");
        File.WriteAllText(
            Path.Combine(hub.Folder, "operators", "old-mill.json"),
            (await File.ReadAllTextAsync(Path.Combine(hub.Folder, "operators", "old-mill.json"))).Replace("\"protocol\"", "\"credential\": \"env:NOT_SET_ANYWHERE\", \"protocol\"", StringComparison.Ordinal));

        var (code, output, _) = await hub.RunAsync("feeds check");

        Assert.Equal((int)ExitCode.Done, code);
        Assert.Matches(@"old-mill\s+main\s+loti-v1\s+status_changes\s+PT1M\s+at\s+from now on\s+P90D\s+none", output);
        Assert.Contains("warning: old-mill/main: The credential env:NOT_SET_ANYWHERE is not set", output, StringComparison.Ordinal);
        Assert.Contains("names no earliest for status_changes", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", ExitCode.WrongUse, "URL must be an address such as https://api.example.org/v1/locations.")]
    [InlineData("http://api.example.org/", ExitCode.WrongUse, "URL begins with http; nothing is ever asked without TLS: https.")]
    [InlineData("https://me:hidden@api.example.org/", ExitCode.WrongUse, "URL holds a user name or password.")]
    [InlineData("'https://api.example.org/?apiKey=hidden'", ExitCode.WrongUse, "URL holds a secret in its parameter apiKey.")]
    [InlineData("https://api.example.org/ --credential hidden", ExitCode.WrongUse, "--credential must be a reference, env:NAME or file:PATH;")]
    [InlineData("https://api.example.org/ --credential env:NOT_SET_ANYWHERE", ExitCode.WrongUse, "env:NOT_SET_ANYWHERE holds nothing.")]
    [InlineData("https://127.0.0.1/", ExitCode.Unreachable, "address_refused: ")]
    [InlineData("https://api.nowhere.invalid/", ExitCode.Unreachable, "unreachable: ")]
    public async Task Discover_says_what_is_wrong_with_an_address_and_proposes_nothing(string arguments, ExitCode expected, string said)
    {
        var (code, output, error) = await hub.RunAsync($"feeds discover {arguments}");

        Assert.Equal((int)expected, code);
        Assert.Empty(output);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_lets_a_held_crawl_through_and_says_what_will_be_believed()
    {
        hub.WriteOperator("old-mill");
        await using (var insert = database.Database.Reads.CreateCommand(
            "INSERT INTO crawl_hold VALUES ('old-mill', '2026-11-20T12:00Z', '2026-11-20T13:00Z', 100, 30, 4)")) await insert.ExecuteNonQueryAsync();

        var (wrong, _, error) = await hub.RunAsync($"feeds release new-mill --database '{database.ConnectionString}'");
        var (code, output, _) = await hub.RunAsync($"feeds release old-mill --database '{database.ConnectionString}'");

        Assert.Equal((int)ExitCode.Refused, wrong);
        Assert.Equal("No crawl of 'new-mill' is held. Held: old-mill.", error.Trim());
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Equal("old-mill: held since 2026-11-20T12:00:00.000Z; of 100 charge points 30 would vanish and 4 move. The next whole crawl is believed.", output.Trim());
        Assert.NotNull((await new CrawlHolds(database.Database).ReadAsync(CancellationToken.None)).Single().ReleasedAt);
    }

    [Fact]
    public async Task Status_tells_attempts_failures_coverage_gaps_and_what_is_due()
    {
        var now = DateTimeOffset.UtcNow;
        hub.WriteOperator("old-mill", Sessions);
        hub.WriteOperator("new-mill");
        await RunAsync("old-mill", Dataset.ChargePoints, RunKind.Crawl, now.AddSeconds(-20), RunOutcome.Completed);
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Live, now.AddHours(-5), RunOutcome.Completed);
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Live, now.AddMinutes(-3), RunOutcome.Failed, "forbidden");
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Backfill, now.AddMinutes(-2), RunOutcome.Failed, "throttled");
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var cover = source.CreateCommand(
                """
                INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at, cause)
                VALUES ('old-mill', 'charging_sessions', 'covered', '2026-11-02', now() - interval '5 hours', NULL),
                       ('old-mill', 'charging_sessions', 'unavailable', '2026-11-01', '2026-11-02', 'beyond_look_back')
                """);
            await cover.ExecuteNonQueryAsync();
        }

        var all = (await hub.JsonAsync(Line("feeds status"))).EnumerateArray().ToList();
        var (code, output, _) = await hub.RunAsync(Line("feeds status old-mill"));

        Assert.Equal(["new-mill", "old-mill", "old-mill"], all.Select(s => s.GetProperty("operator_id").GetString()));
        Assert.Equal(["not_begun", "ok", "failing"], all.Select(s => s.GetProperty("state").GetString()));
        var failing = all[2];
        Assert.Equal("forbidden", failing.GetProperty("failure").GetString());
        Assert.Equal("throttled", failing.GetProperty("backfill_failure").GetString());
        Assert.Equal(1, failing.GetProperty("open_gaps").GetInt32());
        Assert.Equal(TimeSpan.FromDays(1).TotalSeconds, failing.GetProperty("lost_seconds").GetDouble());
        Assert.InRange(failing.GetProperty("covered_percent").GetDecimal(), 80, 99.9m);
        Assert.Equal(Instants.Format(now.AddHours(-5)), failing.GetProperty("last_success_at").GetString());
        Assert.Equal(Instants.Format(now.AddSeconds(40)), all[1].GetProperty("next_due_at").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, failing.GetProperty("next_due_at").ValueKind);
        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("old-mill charging_sessions: forbidden: because", output, StringComparison.Ordinal);
        Assert.DoesNotContain("new-mill", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tells_holds_how_gaps_are_filled_and_hubs_with_other_operator_files()
    {
        var now = DateTimeOffset.UtcNow;
        hub.WriteOperator("old-mill", Sessions);
        await RunAsync("old-mill", Dataset.ChargePoints, RunKind.Crawl, now.AddSeconds(-20), RunOutcome.Completed);
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Live, now.AddSeconds(-20), RunOutcome.Completed);
        await new OperatorLeases(database.Database).RenewAsync(new HubInstance(Guid.NewGuid(), "thames", "another"), CancellationToken.None);
        await using (var insert = database.Database.Reads.CreateCommand(
            """
            INSERT INTO crawl_hold VALUES ('old-mill', now() - interval '3 hours', now(), 100, 30, 4);
            INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at) VALUES ('old-mill', 'charging_sessions', 'covered', '2026-11-10', now())
            """)) await insert.ExecuteNonQueryAsync();

        var (code, output, error) = await hub.RunAsync(Line("feeds status"));
        var sessions = (await hub.JsonAsync(Line("feeds status"))).EnumerateArray().ToList();
        var doctor = await hub.RunAsync(Line("doctor --offline"));

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("old-mill charge_points: held for 3 h: of 100 charge points 30 would vanish and 4 move. If that is true: feeds release old-mill", output, StringComparison.Ordinal);
        Assert.Matches(@"old-mill charging_sessions: \d+\.\d % is here, 9 d are missing; 0 s came in the last hour, how long the rest takes cannot be told yet", output);
        Assert.Contains("Other operator files than these are in use on: thames (", error, StringComparison.Ordinal);
        Assert.Equal(["ok", "ok"], sessions.Select(s => s.GetProperty("state").GetString()));
        Assert.Equal(30, sessions[0].GetProperty("hold").GetProperty("vanishing").GetInt32());
        Assert.Equal(TimeSpan.FromDays(9).TotalSeconds, sessions[1].GetProperty("filling").GetProperty("missing_seconds").GetDouble());
        Assert.Matches(@"warning\s+operator files\s+Other operator files than these are in use on: thames", doctor.Output);
    }

    [Theory]
    [InlineData("P90D", null, true, true)]
    [InlineData("P90D", "throttled", true, false)]
    [InlineData("P2D", null, false, false)]
    public async Task Status_tells_a_time_left_of_history_that_comes_and_of_no_other(string lookBack, string? failure, bool isToldOf, bool hasTimeLeft)
    {
        var now = DateTimeOffset.UtcNow;
        hub.WriteOperator("old-mill", $$"""{"dataset": "charging_sessions", "axis": "last_updated", "earliest": "{{now.AddDays(-9):yyyy-MM-dd}}T00:00:00Z", "look_back": "{{lookBack}}"}""");
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Live, now.AddSeconds(-20), RunOutcome.Completed);
        await RunAsync("old-mill", Dataset.ChargingSessions, RunKind.Backfill, now.AddSeconds(-10), failure is null ? RunOutcome.Completed : RunOutcome.Failed, failure);
        await using (var insert = database.Database.Reads.CreateCommand(
            """
            INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at) VALUES ('old-mill', 'charging_sessions', 'covered', now() - interval '5 days', now());
            INSERT INTO hub_tick VALUES (1, now() - interval '10 min');
            INSERT INTO coverage_change (tick, operator_id, dataset, kind, from_at, to_at, late_since)
            VALUES (1, 'old-mill', 'charging_sessions', 'covered', now() - interval '5 days', now() - interval '4 days', now() - interval '5 days')
            """)) await insert.ExecuteNonQueryAsync();

        var (_, output, _) = await hub.RunAsync(Line("feeds status"));
        var filling = (await hub.JsonAsync(Line("feeds status"))).EnumerateArray().Single().GetProperty("filling");

        Assert.Equal((isToldOf, hasTimeLeft), (output.Contains(" % is here", StringComparison.Ordinal), output.Contains("at that pace", StringComparison.Ordinal)));
        Assert.Equal(isToldOf, filling.ValueKind == System.Text.Json.JsonValueKind.Object);
        if (isToldOf) Assert.Equal(hasTimeLeft, filling.GetProperty("seconds_left").ValueKind == System.Text.Json.JsonValueKind.Number);
    }

    [Fact]
    public async Task Status_says_when_nobody_collects_and_names_the_operator_that_was_meant()
    {
        hub.WriteOperator("old-mill");
        await RunAsync("old-mill", Dataset.ChargePoints, RunKind.Crawl, DateTimeOffset.UtcNow.AddHours(-3), RunOutcome.Completed);

        var overdue = await hub.RunAsync(Line("feeds status"));
        var unknown = await hub.RunAsync(Line("feeds status old-mil"));

        Assert.Equal((int)ExitCode.Refused, overdue.Code);
        Assert.Contains("does a hub run that collects?", overdue.Output, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.WrongUse, unknown.Code);
        Assert.Contains("Was old-mill meant?", unknown.Error, StringComparison.Ordinal);
    }

    private string Line(string command) => $"{command} --database '{database.ConnectionString}'";

    private async Task RunAsync(string operatorId, Dataset dataset, RunKind kind, DateTimeOffset at, RunOutcome outcome, string? failure = null)
    {
        var log = new RunLog(database.Database);
        var run = await log.OpenAsync(new FeedKey(operatorId, "main", dataset), kind, dataset.IsSnapshot ? null : new Window(at.AddMinutes(-1), at), at, CancellationToken.None);
        await log.CloseAsync(run, outcome, at, new RunCounts(), CancellationToken.None, failure, failure is null ? null : "because");
    }
}
