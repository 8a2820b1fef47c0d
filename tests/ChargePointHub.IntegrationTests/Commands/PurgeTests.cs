using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>purge record</c> and <c>purge list</c>.</summary>
public sealed class PurgeTests : IAsyncLifetime, IDisposable
{
    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        var writer = new PageWriter(database.Database);
        await writer.WriteAsync(Samples.Points("1"), CancellationToken.None);
        await writer.WriteAsync(Samples.Sessions(Samples.Session("S1")), CancellationToken.None);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task It_shows_first_takes_out_with_yes_and_is_on_record()
    {
        var (_, _, none) = await hub.RunAsync(Line("purge list"));
        var (dryCode, dry, _) = await hub.RunAsync(Line("purge record charging_sessions char-gy:S1 --reason 'request 12'"));
        Assert.Equal("1", await database.OneAsync("SELECT count(*) FROM charging_session"));
        var (code, done, _) = await hub.RunAsync(Line("purge record charging_sessions char-gy:S1 --reason 'request 12' --by 'data office' --yes"));
        var (_, _, again) = await hub.RunAsync(Line("purge record charging_sessions char-gy:S1 --reason 'request 12' --yes"));
        var (_, listed, _) = await hub.RunAsync(Line("purge list"));
        var json = (await hub.JsonAsync(Line("purge list"))).EnumerateArray().Single();

        Assert.Equal("Nothing has been purged.", none.Trim());
        Assert.Equal(((int)ExitCode.Done, "charging_session: 1\nNothing has been changed. --yes takes these rows out, and keeps it from coming again until it is purged as --mended."), (dryCode, dry.Trim()));
        Assert.Equal((int)ExitCode.Done, code);
        Assert.StartsWith("charging_session: 1\nPurged. What its operator sends of it from now on is left out.", done, StringComparison.Ordinal);
        Assert.Equal("0", await database.OneAsync("SELECT count(*) FROM charging_session"));
        Assert.Equal("It was purged so before, and nothing of it has come since.", again.Trim());
        Assert.Matches(@"OPERATOR\s+DATASET\s+RECORD\s+PURGED\s+BY\s+ROWS\s+FROM THEN ON\s+REASON\s+char-gy\s+charging_sessions\s+char-gy:S1\s+\S+Z\s+data office\s+1\s+kept out\s+request 12", listed);
        Assert.Equal(("char-gy:S1", "data office"), (json.GetProperty("record_id").GetString(), json.GetProperty("purged_by").GetString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --yes")]
    public async Task A_withheld_charge_point_is_not_taken_out_from_over_its_sessions(string yes)
    {
        await database.OneAsync("UPDATE charge_point SET published = false");

        var (code, _, error) = await hub.RunAsync(Line($"purge record charge_points char-gy:1 --reason x --mended{yes}"));

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("char-gy:1 is withheld by its operator", error, StringComparison.Ordinal);
        Assert.Contains("Purge it without --mended", error, StringComparison.Ordinal);
        Assert.Equal("1", await database.OneAsync("SELECT count(*) FROM charge_point"));
    }

    [Theory]
    [InlineData("purge record charging_session char-gy:S1 --reason x", "DATASET is 'charging_session'; allowed: charge_points, tariffs, charging_sessions, outages, reported_usage. Was charging_sessions meant?")]
    [InlineData("purge record charging_sessions S1 --reason x", "RECORD-ID is 'S1'; the hub's ids are the operator_id, a colon, and the operator's own id, as in lamplight:S1.")]
    [InlineData("purge record charging_sessions char-gy:S1 --reason ' '", "--reason must not be blank.")]
    [InlineData("purge record charging_sessions char-gy:S1", "--reason")]
    public async Task Wrong_arguments_are_told_and_nothing_goes(string line, string told)
    {
        var (code, _, error) = await hub.RunAsync(Line($"{line} --yes"));

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Equal("1", await database.OneAsync("SELECT count(*) FROM charging_session"));
    }

    private string Line(string command) => $"{command} --database '{database.ConnectionString}'";
}
