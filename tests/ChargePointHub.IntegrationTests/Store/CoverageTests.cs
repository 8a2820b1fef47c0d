using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class CoverageTests : IAsyncLifetime
{
    private HubDatabase hub = null!;
    private PageWriter writer = null!;
    private CoverageStore coverage = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database);
        coverage = new CoverageStore(hub.Database);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task Touching_claims_become_one_row_and_a_claim_within_them_says_nothing()
    {
        await ClaimAsync(Covered(0, 1));
        await ClaimAsync(Covered(2, 3));
        await ClaimAsync(Covered(1, 2));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM coverage"));
        Assert.Null((await ClaimAsync(Covered(0.5, 2.5))).Tick);
        Assert.Equal(Coverage.Of(Covered(0, 3).Window), (await ReadAsync()).Covered);
    }

    [Fact]
    public async Task Having_it_wins_over_having_given_it_up()
    {
        await ClaimAsync(Lost(0, 10));
        await ClaimAsync(Covered(3, 5));
        await ClaimAsync(Lost(2, 12));
        var ledger = await ReadAsync();
        Assert.Equal(Coverage.Of(Covered(3, 5).Window), ledger.Covered);
        Assert.Equal([new(Lost(0, 3).Window, "beyond_look_back"), new UnavailableWindow(Lost(5, 12).Window, "beyond_look_back")], ledger.Unavailable);
    }

    [Fact]
    public async Task A_hub_whose_clock_is_ahead_claims_nothing_beyond_what_has_settled_by_the_database_s_clock()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddDays(1);
        var settle = TimeSpan.FromMinutes(15);
        await ClaimAsync(Covered(0, 1), new Claim(Dataset.ChargingSessions, new Window(Noon.AddHours(1), ahead), ClaimKind.Covered, Late: new Lateness(settle, TimeSpan.Zero)));
        var covered = (await ReadAsync()).Covered;
        Assert.Equal(Noon, Assert.Single(covered).From);
        Assert.InRange(covered.End!.Value, Noon.AddHours(1), TimeProvider.System.GetUtcNow() - settle);

        var crawled = new Window(ahead, ahead.AddMinutes(10));
        await ClaimAsync(new Claim(Dataset.ChargePoints, crawled, ClaimKind.Covered));
        Assert.True((await coverage.ReadAsync(Operator, Dataset.ChargePoints, CancellationToken.None)).Covered.IsEmpty);
    }

    [Fact]
    public async Task Neighbours_with_different_causes_stay_apart()
    {
        await ClaimAsync(Lost(0, 1, "beyond_look_back"));
        await ClaimAsync(Lost(1, 2, "no_history_offered"));
        Assert.Equal(["beyond_look_back", "no_history_offered"], (await ReadAsync()).Unavailable.Select(u => u.Cause));
    }

    [Fact]
    public async Task What_was_claimed_later_is_not_there_as_of_an_earlier_tick()
    {
        await ClaimAsync(Covered(0, 1));
        await ClaimAsync(Covered(1, 2));
        Assert.Equal(Coverage.Of(Covered(0, 1).Window), (await ReadAsync(asOfTick: 1)).Covered);
        Assert.Equal(Coverage.Of(Covered(0, 2).Window), (await ReadAsync(asOfTick: 2)).Covered);
    }

    [Fact]
    public async Task Never_more_is_covered_than_was_claimed_down_to_the_tick_of_the_clock()
    {
        var exact = Covered(0, 1);
        var finer = exact with { Window = new Window(exact.Window.From.AddTicks(1), exact.Window.To.AddTicks(-1)) };
        await ClaimAsync(finer);
        Assert.True(finer.Window.Contains(Assert.Single((await ReadAsync()).Covered)));
    }

    [Fact]
    public async Task Any_sequence_of_claims_gives_what_the_model_gives()
    {
        var random = new Random(20261120);
        var covered = Coverage.None;
        var lost = Coverage.None;
        var covers = new List<(long Tick, Coverage State)>();
        for (var i = 0; i < 150; i++)
        {
            var claims = Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
            {
                var from = random.Next(0, 60);
                var to = from + random.Next(1, 9);
                return random.Next(3) == 0 ? Lost(from, to, random.Next(2) == 0 ? "a" : "b") : Covered(from, to);
            }).ToArray();
            var (coveredBefore, lostBefore) = (covered, lost);
            foreach (var claim in claims)
            {
                if (claim.Kind == ClaimKind.Covered) covered = covered.Union(claim.Window);
                else lost = lost.Union(claim.Window);
                lost = lost.Subtract(covered);
            }

            var written = await ClaimAsync(claims);
            if (covered.Equals(coveredBefore) && lost.Equals(lostBefore)) Assert.Null(written.Tick);
            var ledger = await ReadAsync();
            Assert.Equal(covered, ledger.Covered);
            Assert.Equal(lost, Coverage.Of(ledger.Unavailable.Select(u => u.Window)));
            if (written.Tick is { } tick) covers.Add((tick, covered));
            if (covered.Total > TimeSpan.FromHours(55)) break;
        }

        foreach (var (tick, state) in covers) Assert.Equal(state, (await ReadAsync(tick)).Covered);
        Assert.Equal("true", await hub.OneAsync(
            """
            SELECT (NOT EXISTS (
                SELECT FROM coverage a JOIN coverage b ON (a.kind, a.from_at) <> (b.kind, b.from_at)
                    AND a.from_at < b.to_at AND b.from_at < a.to_at))::text
            """));
    }

    [Fact]
    public async Task All_operators_are_read_at_once()
    {
        await ClaimAsync(Covered(0, 1));
        await writer.WriteAsync(Page(new RecordPage(), op: "other", claims: Covered(5, 6)), CancellationToken.None);
        var all = await coverage.ReadAllAsync(CancellationToken.None);
        Assert.Equal(Coverage.Of(Covered(5, 6).Window), all[("other", Dataset.ChargingSessions)].Covered);
        Assert.Equal(2, all.Count);
    }

    private Task<PageWritten> ClaimAsync(params Claim[] claims) => writer.WriteAsync(Page(new RecordPage(), claims: claims), CancellationToken.None);

    private Task<Ledger> ReadAsync(long? asOfTick = null) =>
        coverage.ReadAsync(Operator, Dataset.ChargingSessions, CancellationToken.None, asOfTick);
}
