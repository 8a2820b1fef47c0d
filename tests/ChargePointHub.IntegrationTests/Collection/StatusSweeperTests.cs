using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>The sweeper on a clock that jumps: it must write MISSING whatever happens to the database meanwhile, and never wait in a circle.</summary>
public sealed class StatusSweeperTests : IAsyncLifetime
{
    /// <summary>No timer can be set to this fraction of a millisecond.</summary>
    private static readonly DateTimeOffset Deadline = Samples.Noon.AddMinutes(5).AddMicroseconds(400);

    private HubDatabase hub = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        var point = Samples.ChargePoint("P1");
        await new PageWriter(hub.Database).WriteAsync(
            Samples.Page(
                new RecordPage { ChargePoints = [Samples.Accept(point)], Statuses = [new StatusObservation(point.ChargePointId, Status.Available, null)] },
                Dataset.ChargePoints, claims: new Claim(Dataset.ChargePoints, new Window(Samples.Noon.AddHours(-1), Deadline), ClaimKind.Covered)) with
            { AskedAt = Samples.Noon.AddMinutes(-10), StatusesAreEvidence = true },
            CancellationToken.None);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_deadline_between_two_milliseconds_is_reached() => Assert.Equal("MISSING", await SweptAsync(beforeJump: null));

    [Fact]
    public async Task It_outlives_the_loss_of_every_connection()
    {
        var cuts = 0;
        Assert.Equal("MISSING", await SweptAsync(() =>
        {
            if (++cuts == 1) CutConnections();
        }));
        Assert.True(cuts > 1);
    }

    /// <summary>A crawl that began in time and goes on: what it has seen is so, until it would be stale itself or the crawl has failed.</summary>
    [Theory]
    [InlineData(120, 60, "AVAILABLE")]
    [InlineData(20, 60, "MISSING")]
    [InlineData(120, 30, "MISSING")]
    public async Task What_a_crawl_under_way_has_seen_waits_for_its_end(int freshMinutes, int crawlEndsAfterMinutes, string expected)
    {
        var crawl = new CrawlUnderWay(Samples.Noon.AddMinutes(3), [Samples.ChargePoint("P1").ChargePointId]);
        Assert.Equal(expected, await SweptAsync(beforeJump: null, TimeSpan.FromMinutes(freshMinutes), now => now < Samples.Noon.AddMinutes(crawlEndsAfterMinutes) ? crawl : null));
        Assert.Equal(expected == "MISSING" ? "2026-11-20 12:05:00.0004+00" : "", await hub.OneAsync("SELECT since::text FROM charge_point_status WHERE status = 'MISSING'"));
    }

    /// <summary>The status after an hour.</summary>
    private async Task<string> SweptAsync(Action? beforeJump, TimeSpan? freshness = null, Func<DateTimeOffset, CrawlUnderWay?>? underWay = null)
    {
        using var over = new CancellationTokenSource();
        var clock = new JumpingClock(Samples.Noon, Samples.Noon.AddHours(1), over) { BeforeJump = beforeJump };
        var feed = CollectedHub.Feed("ocpi-2.2.1", new DatasetPlan { Dataset = Dataset.ChargePoints, Cadence = TimeSpan.FromMinutes(5), Freshness = freshness ?? TimeSpan.FromMinutes(15) });
        var sweeper = new StatusSweeper(new PageWriter(hub.Database), new CoverageStore(hub.Database), clock);

        await sweeper.SweepAsync(new OperatorDefinition(Samples.Operator, "char.gy", [], null, null, [feed]), null, () => underWay?.Invoke(clock.GetUtcNow()), over.Token).WaitAsync(TimeSpan.FromMinutes(1));

        return await hub.OneAsync("SELECT status FROM charge_point_status");
    }

    private void CutConnections()
    {
        var elsewhere = new NpgsqlConnectionStringBuilder(hub.ConnectionString) { Database = "postgres", Pooling = false };
        using var connection = new NpgsqlConnection(elsewhere.ConnectionString);
        connection.Open();
        using var cut = new NpgsqlCommand("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", connection);
        cut.Parameters.Add(new() { Value = new NpgsqlConnectionStringBuilder(hub.ConnectionString).Database });
        cut.ExecuteNonQuery();
    }
}
