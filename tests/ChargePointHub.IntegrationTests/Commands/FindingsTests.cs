using ChargePointHub.IntegrationTests.Findings;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Findings;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>findings check</c>.</summary>
public sealed class FindingsTests : IAsyncLifetime, IDisposable
{
    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        hub.WriteOperator("old-mill", """{"dataset": "charge_points"}, {"dataset": "status_changes", "axis": "at"}, {"dataset": "charging_sessions", "axis": "plug_in_at"}""");
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task It_judges_a_period_and_tells_rule_number_worst_and_what_to_do_and_what_it_could_not_judge()
    {
        await StoredSample.WriteAsync(database, "old-mill", StoredSample.Read("sessions-overlap", "failing.json"), null);

        var (code, output, remarks) = await hub.RunAsync(Line("findings check old-mill --period 2026-11-03"));
        var json = (await hub.JsonAsync(Line("findings check --period 2026-11-04"))).EnumerateArray().Single();
        var (unknown, _, whom) = await hub.RunAsync(Line("findings check old-mil"));
        var (wrong, _, period) = await hub.RunAsync(Line("findings check --period november"));
        await using var turn = await new FindingStore(database.Database).TryEnterAsync(CancellationToken.None);
        var (busy, _, who) = await hub.RunAsync(Line("findings check"));

        Assert.Equal((int)ExitCode.Done, code);
        Assert.Matches(@"OPERATOR\s+RULE\s+OPEN\s+ENDED\s+WORST", output);
        Assert.Matches(@"old-mill\s+sessions-overlap\s+1\s+0\s+old-mill:B: At old-mill:1 it overlaps old-mill:A by 30 minutes, from 2026-11-03T10:30:00.000Z\.", output);
        Assert.Contains("sessions-overlap: Close the earlier session when its vehicle leaves", output, StringComparison.Ordinal);
        Assert.Contains("old-mill: 1 found, 1 of them new, 0 of before ended.", remarks, StringComparison.Ordinal);
        Assert.Contains("old-mill: not judged, as not all that they need of that time is here: session-not-occupied, occupied-without-session", remarks, StringComparison.Ordinal);
        Assert.Equal((1, 2), (json.GetProperty("begun").GetInt32(), json.GetProperty("rules").EnumerateArray().Single(r => r.GetProperty("rule").GetString() == "sessions-overlap").GetProperty("open").GetInt32()));
        Assert.Equal(((int)ExitCode.WrongUse, "There is no operator file of 'old-mil'. Was old-mill meant? Operators: old-mill."), (unknown, whom.Trim()));
        Assert.Equal((int)ExitCode.WrongUse, wrong);
        Assert.Contains("--period is 'november'; it must be a London day,", period, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Refused, busy);
        Assert.Contains("A hub is at its nightly round", who, StringComparison.Ordinal);
    }

    private string Line(string arguments) => $"{arguments} --database '{database.ConnectionString}'";
}
