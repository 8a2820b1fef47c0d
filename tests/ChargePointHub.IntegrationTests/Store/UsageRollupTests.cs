using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>The days of sessions after each thing that can happen to them; and that a recompute finds the same, or the fault.</summary>
public sealed class UsageRollupTests : IAsyncLifetime
{
    private HubDatabase hub = null!;
    private PageWriter pages = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        pages = new PageWriter(hub.Database);
        await WriteAsync(Points("1", "2"));
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_correction_takes_back_what_it_replaces_wherever_that_was()
    {
        await WriteAsync(Sessions(Session("s1"), Session("s2", kwh: 3m)));
        Assert.Equal(["1 2026-11-20: 2, 10123 Wh, 240 min"], await DaysAsync());

        // To another charge point, over midnight, with more energy.
        await WriteAsync(Sessions(Session("s1", "2", Noon.AddHours(30), 8m) with { PlugOutAt = Noon.AddHours(24) }));
        Assert.Equal(["1 2026-11-20: 1, 3000 Wh, 120 min", "2 2026-11-20: 1, 4000 Wh, 720 min", "2 2026-11-21: 0, 4000 Wh, 720 min"], await DaysAsync());

        // What is older than what is there changes nothing, nor does the same again.
        await WriteAsync(Sessions(Session("s1"), Session("s2", kwh: 3m)));
        await WriteAsync(Sessions(Session("s2", lastUpdated: Noon.AddHours(31), kwh: 0m) with { PlugOutAt = Noon }));
        Assert.Equal(["1 2026-11-20: 1, 0 Wh, 0 min", "2 2026-11-20: 1, 4000 Wh, 720 min", "2 2026-11-21: 0, 4000 Wh, 720 min"], await DaysAsync());
        await AssertHoldsAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_another_one_replaces_counts_nowhere_whichever_comes_first(bool replacedFirst)
    {
        PageToWrite[] both = [Sessions(Session("old", kwh: 9m)), Sessions(Session("new", kwh: 2m) with { CorrectsSessionId = $"{Operator}:old" })];
        foreach (var page in replacedFirst ? both : both.Reverse()) await WriteAsync(page);
        Assert.Equal(["1 2026-11-20: 1, 2000 Wh, 120 min"], await DaysAsync());
        await AssertHoldsAsync();

        // A change of the one that is replaced is none of the figures, until the other no longer replaces it.
        await WriteAsync(Sessions(Session("old", lastUpdated: Noon.AddHours(30), kwh: 10m)));
        Assert.Equal(["1 2026-11-20: 1, 2000 Wh, 120 min"], await DaysAsync());
        await WriteAsync(Sessions(Session("new", lastUpdated: Noon.AddHours(30), kwh: 2m)));
        Assert.Equal(["1 2026-11-20: 2, 12000 Wh, 240 min"], await DaysAsync());
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task What_is_purged_leaves_the_figures()
    {
        await WriteAsync(Sessions(Session("s1"), Session("s2", "2"), Session("old", kwh: 9m), Session("new", kwh: 2m) with { CorrectsSessionId = $"{Operator}:old" }));
        var purge = new PurgeStore(hub.Database);

        await purge.PurgeAsync(new Purge(Dataset.ChargingSessions, Operator, $"{Operator}:new", false, false, "test", "test"), CancellationToken.None);
        Assert.Equal(["1 2026-11-20: 2, 16123 Wh, 240 min", "2 2026-11-20: 1, 7123 Wh, 120 min"], await DaysAsync());
        await purge.PurgeAsync(new Purge(Dataset.ChargePoints, Operator, $"{Operator}:1", false, false, "test", "test"), CancellationToken.None);
        Assert.Equal(["2 2026-11-20: 1, 7123 Wh, 120 min"], await DaysAsync());
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task A_recompute_finds_each_fault_and_making_anew_mends_all()
    {
        await WriteAsync(Sessions(Session("s1"), Session("s2", "2"), Session("s3", "2") with { PlugInAt = Noon.AddDays(-1), PlugOutAt = Noon }, Session("s4", kwh: 1m) with { CorrectsSessionId = $"{Operator}:s1" }));
        var whole = await DaysAsync();
        await hub.OneAsync("UPDATE usage_day SET energy_wh = energy_wh + 1 WHERE charge_point_id = 'char-gy:1'");
        await hub.OneAsync("DELETE FROM usage_day WHERE charge_point_id = 'char-gy:2' AND day = '2026-11-19'");
        await hub.OneAsync("INSERT INTO usage_day SELECT operator_id, day - 5, charge_point_id, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0 FROM usage_day WHERE charge_point_id = 'char-gy:1'");
        await hub.OneAsync("DELETE FROM session_correction");

        var rollup = new UsageRollup(hub.Database);
        var found = new List<UsageDifference>();
        var check = await rollup.CompareAsync(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30), null, found.Add, null, CancellationToken.None);
        Assert.Equal((3L, 4L, 4L), (check.Differences, check.Sessions, check.Compared));
        Assert.Equal(["2026-11-15 char-gy:1", "2026-11-19 char-gy:2", "2026-11-20 char-gy:1"], found.Select(f => $"{f.Day:yyyy-MM-dd} {f.ChargePointId}"));

        await rollup.RebuildAsync(Operator, null, CancellationToken.None);
        Assert.Equal(whole, await DaysAsync());
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task The_turn_is_free_for_another_hub_once_it_is_given_back()
    {
        await using var other = Database.Open(hub.ConnectionString);
        await using (var turn = await new UsageRollup(hub.Database).TryTakeTurnAsync(CancellationToken.None))
        {
            Assert.NotNull(turn);
            Assert.Null(await new UsageRollup(other).TryTakeTurnAsync(CancellationToken.None));
        }

        await using var next = await new UsageRollup(other).TryTakeTurnAsync(CancellationToken.None);
        Assert.NotNull(next);
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => pages.WriteAsync(page, CancellationToken.None);

    private Task<List<string>> DaysAsync() => hub.ManyAsync(
        "SELECT split_part(charge_point_id, ':', 2) || ' ' || day || ': ' || sessions || ', ' || energy_wh || ' Wh, ' || plugged_us / 60000000 || ' min' FROM usage_day ORDER BY charge_point_id, day");

    private async Task AssertHoldsAsync()
    {
        var rollup = new UsageRollup(hub.Database);
        var (first, last) = (await rollup.ReadSpanAsync(CancellationToken.None))!.Value;
        var check = await rollup.CompareAsync(first, last, null, _ => { }, null, CancellationToken.None);
        Assert.Equal(0, check.Differences);
        Assert.True(check.Compared > 0);
    }
}
