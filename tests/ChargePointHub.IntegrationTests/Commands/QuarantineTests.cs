using System.Text;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>quarantine list</c> and <c>quarantine recheck</c>.</summary>
public sealed class QuarantineTests : IAsyncLifetime, IDisposable
{
    private static readonly Finding Wrong = new("rule-of-before", Severity.Error, "/energy_kwh", null, "Wrong.");

    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        hub.WriteOperator("old-mill", """{"dataset": "charge_points"}, {"dataset": "status_changes", "axis": "at"}, {"dataset": "charging_sessions", "axis": "last_updated"}""");
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task List_and_recheck_tell_what_is_there_what_would_go_and_what_went()
    {
        await RefuseAsync("old-mill", "S1", 7);
        await RefuseAsync("old-mill", "S2", -1);
        await RefuseAsync("lost-mill", "S1", 7);

        var (_, listed, _) = await hub.RunAsync(Line("quarantine list"));
        var rules = await hub.JsonAsync(Line("quarantine list old-mill --dataset charging_sessions"));
        var (dryCode, dry, dryRemarks) = await hub.RunAsync(Line("quarantine recheck --dry-run"));
        var (code, output, _) = await hub.RunAsync(Line("quarantine recheck old-mill"));
        var again = (await hub.JsonAsync(Line("quarantine recheck old-mill --dataset charging_sessions"))).EnumerateArray().Single();

        Assert.Matches(@"OPERATOR\s+DATASET\s+RULE\s+RECORDS\s+OLDEST\s+NEWEST\s+FOR EXAMPLE", listed);
        Assert.Matches(@"old-mill\s+charging_sessions\s+rule-of-before\s+2\s+\S+Z\s+\S+Z\s+old-mill:S2", listed);
        Assert.Matches(@"lost-mill\s+charging_sessions\s+rule-of-before\s+1", listed);
        Assert.Equal(2, rules.EnumerateArray().Single().GetProperty("records").GetInt32());
        Assert.Equal((int)ExitCode.Done, dryCode);
        Assert.Equal("old-mill: 1 would be released, 1 still refused (energy-negative 1).", dry.Trim());
        Assert.Contains("lost-mill has no operator file in ", dryRemarks, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Equal("old-mill: 0 released, 1 pass and wait for their charge point, 1 still refused (energy-negative 1).", output.Trim());
        Assert.Equal((0, 1), (again.GetProperty("released").GetInt32(), again.GetProperty("refused_by").GetProperty("energy-negative").GetInt32()));
    }

    [Fact]
    public async Task Nothing_to_show_and_wrong_arguments_are_said_in_a_sentence()
    {
        var (noneCode, _, none) = await hub.RunAsync(Line("quarantine list"));
        var (known, _, empty) = await hub.RunAsync(Line("quarantine list old-mill"));
        var (unknown, _, whom) = await hub.RunAsync(Line("quarantine list old-mil"));
        var (_, _, nothing) = await hub.RunAsync(Line("quarantine recheck"));
        var (wrong, _, operators) = await hub.RunAsync(Line("quarantine recheck old-mil"));
        var (dataset, _, datasets) = await hub.RunAsync(Line("quarantine recheck --dataset tariffs"));
        var (alone, _, which) = await hub.RunAsync("quarantine");

        Assert.Equal(((int)ExitCode.Done, "Nothing of this is in quarantine."), (noneCode, none.Trim()));
        Assert.Equal(((int)ExitCode.Done, "Nothing of this is in quarantine."), (known, empty.Trim()));
        Assert.Equal(((int)ExitCode.WrongUse, "There is no operator file of 'old-mil'. Was old-mill meant? Operators: old-mill."), (unknown, whom.Trim()));
        Assert.Equal("There was no refused record to check again.", nothing.Trim());
        Assert.Equal(((int)ExitCode.WrongUse, "There is no operator file of 'old-mil'. Was old-mill meant? Operators: old-mill."), (wrong, operators.Trim()));
        Assert.Equal((int)ExitCode.WrongUse, dataset);
        Assert.Contains("--dataset is 'tariffs'; allowed: status_changes, charging_sessions, outages, reported_usage.", datasets, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.WrongUse, alone);
        Assert.Contains("quarantine alone does nothing; name one of: list, recheck.", which, StringComparison.Ordinal);
    }

    private string Line(string arguments) => $"{arguments} --database '{database.ConnectionString}'";

    private Task<PageWritten> RefuseAsync(string operatorId, string id, int kwh)
    {
        var document = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { session_id = id, charge_point_id = "P1", plug_in_at = "2026-11-20T10:00:00Z", energy_kwh = kwh }));
        return new PageWriter(database.Database).WriteAsync(
            Samples.Page(new RecordPage { Refused = [new RefusedRecord(Dataset.ChargingSessions, id, document, [Wrong])] }, op: operatorId), CancellationToken.None);
    }
}
