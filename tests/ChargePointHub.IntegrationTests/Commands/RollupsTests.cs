using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>rollups verify</c> and <c>rollups rebuild</c>.</summary>
public sealed class RollupsTests : IAsyncLifetime, IDisposable
{
    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync() => database = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Days_of_sessions_and_of_status_are_held_against_what_they_are_made_of_and_made_anew()
    {
        var (none, nothing, _) = await hub.RunAsync(Line("rollups verify"));
        Assert.Equal(((int)ExitCode.Done, "There are no sessions, and so no days of them.\n0 charge point days of status out of what was reported and seen: no difference."), (none, nothing.Trim()));

        var pages = new PageWriter(database.Database);
        foreach (var page in new[] { Points("1", "2"), Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", op: "old-mill"))] }, Dataset.ChargePoints, "old-mill"), Sessions(Session("s1"), Session("s2", "2")), Changes(Change(Noon.AddDays(-2), Status.Available), Change(Noon, Status.OutOfOrder)), Seen() }) await pages.WriteAsync(page, CancellationToken.None);
        var statuses = new StatusRollup(database.Database);
        await statuses.MakeAsync(new StatusDaysWanted(Operator, true, new DateOnly(2026, 11, 21), new Dictionary<string, OpeningHours>()), CancellationToken.None);
        var (whole, holds, _) = await hub.RunAsync(Line("rollups verify --period 2026-11"));
        Assert.Equal(
            ((int)ExitCode.Done, "2 charge point days from 2026-11-01 to 2026-11-30 out of 2 sessions: no difference.\n8 charge point days of status out of what was reported and seen: no difference."), (whole, holds.Trim()));

        await database.OneAsync("UPDATE usage_day SET energy_wh = energy_wh + 1 WHERE charge_point_id = 'char-gy:1'");
        await database.OneAsync("UPDATE status_day SET available_us = 0, reserved_us = available_us WHERE day = '2026-11-19'");
        var (differs, told, _) = await hub.RunAsync(Line("rollups verify char-gy"));
        Assert.Equal((int)ExitCode.Done, (await hub.RunAsync(Line("rollups verify old-mill"))).Code);
        var (unknown, _, whom) = await hub.RunAsync(Line("rollups verify char-gyy"));
        var (nobody, _, nobodys) = await hub.RunAsync(Line("rollups rebuild char-gyy"));
        Assert.Equal((int)ExitCode.Refused, differs);
        Assert.Contains("char-gy:1 on 2026-11-20: the roll-up has 1 sessions, 7124 Wh, 120 min plugged in, 0 min charging, GBP 0.00; its sessions add up to 1 sessions, 7123 Wh,", told, StringComparison.Ordinal);
        Assert.Contains("char-gy:1 on 2026-11-19: the roll-up has 1440 min RESERVED; by its status changes it was 1440 min AVAILABLE.", told, StringComparison.Ordinal);
        Assert.Contains("`rollups rebuild OPERATOR` makes an operator's days anew.", told, StringComparison.Ordinal);
        Assert.Equal(((int)ExitCode.WrongUse, "There is nothing of 'char-gyy' in this database. Was char-gy meant? Operators: char-gy, old-mill."), (unknown, whom.Trim()));
        Assert.Equal((unknown, whom), (nobody, nobodys));

        var (rebuilt, made, _) = await hub.RunAsync(Line("rollups rebuild char-gy"));
        Assert.Equal(((int)ExitCode.Done, "The days of char-gy were made anew of 2 sessions. A hub makes its days of status anew."), (rebuilt, made.Trim()));
        Assert.Equal((int)ExitCode.Done, (await hub.RunAsync(Line("rollups verify"))).Code);
        Assert.Equal("0", await database.OneAsync("SELECT count(*) FROM status_day"));
    }

    private static PageToWrite Seen() => Page(new RecordPage(), Dataset.StatusChanges, Operator, new Claim(Dataset.StatusChanges, new Window(Noon.AddDays(-2), Noon.AddDays(4)), ClaimKind.Covered));

    private string Line(string arguments) => $"{arguments} --database '{database.ConnectionString}'";
}
