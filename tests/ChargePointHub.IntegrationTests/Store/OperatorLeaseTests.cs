using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class OperatorLeaseTests : IAsyncLifetime
{
    private static readonly HubInstance First = new(Guid.NewGuid(), "first", "same");
    private static readonly HubInstance Second = new(Guid.NewGuid(), "second", "same");
    private HubDatabase hub = null!;
    private OperatorLeases leases = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        leases = new OperatorLeases(hub.Database);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task One_instance_holds_an_operator_and_the_token_grows_with_each_take_over()
    {
        await leases.RenewAsync(First, CancellationToken.None);
        var lease = await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None);

        Assert.Equal(new OperatorLease(Operator, 1), lease);
        Assert.Null(await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None));
        Assert.Equal([lease!], await leases.RenewAsync(First, CancellationToken.None));
        Assert.Empty(await leases.RenewAsync(Second, CancellationToken.None));
        var board = await leases.ReadAsync(CancellationToken.None);
        Assert.Equal([First, Second], board.Instances);
        Assert.Equal(First.InstanceId, board.Holders[Operator]);

        await ExpireAsync();
        Assert.Empty((await leases.ReadAsync(CancellationToken.None)).Holders);
        Assert.Equal(2, (await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None))!.Token);
        Assert.Empty(await leases.RenewAsync(First, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_clock_left_that_ran_ahead_is_free_and_a_small_step_back_frees_nothing()
    {
        await leases.RenewAsync(First, CancellationToken.None);
        await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None);
        await hub.OneAsync("UPDATE operator_lease SET expires_at = expires_at + interval '10 s'");
        Assert.Null(await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None));
        Assert.Equal([Operator], (await leases.ReadAsync(CancellationToken.None)).Holders.Keys);

        await hub.OneAsync("UPDATE operator_lease SET expires_at = expires_at + interval '1 hour'");
        await hub.OneAsync("UPDATE instance SET seen_at = seen_at + interval '1 hour'");
        var board = await leases.ReadAsync(CancellationToken.None);
        Assert.Empty(board.Holders);
        Assert.Empty(board.Instances);
        Assert.Equal(2, (await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None))!.Token);
    }

    [Fact]
    public async Task Of_many_who_take_at_once_one_gets_it()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => leases.TryTakeAsync(Guid.NewGuid(), Operator, CancellationToken.None)));

        Assert.Equal(1, Assert.Single(taken, t => t is not null)!.Token);
    }

    [Fact]
    public async Task What_is_given_back_or_left_behind_by_nobody_is_free_at_once()
    {
        await leases.RenewAsync(First, CancellationToken.None);
        await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None);
        await leases.TryTakeAsync(First.InstanceId, "other", CancellationToken.None);
        await leases.ReleaseAsync(First.InstanceId, [Operator], CancellationToken.None);
        Assert.Equal(["other"], (await leases.ReadAsync(CancellationToken.None)).Holders.Keys);
        Assert.Equal(2, (await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None))!.Token);

        await leases.LeaveAsync(First.InstanceId, CancellationToken.None);
        var board = await leases.ReadAsync(CancellationToken.None);
        Assert.Empty(board.Instances);
        Assert.Equal([Operator], board.Holders.Keys);
        await leases.ForgetAllAsync(CancellationToken.None);
        Assert.Equal(3, (await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None))!.Token);
    }

    [Fact]
    public async Task A_page_under_a_lease_that_another_took_writes_nothing()
    {
        var writer = new PageWriter(hub.Database);
        var old = await TakenOverAsync();
        var page = Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1"))] }, Dataset.ChargePoints, Operator, Covered(0, 1)) with { LeaseToken = old.Token };

        Assert.Equal(Operator, (await Assert.ThrowsAsync<LeaseLostException>(() => writer.WriteAsync(page, CancellationToken.None))).OperatorId);
        Assert.Equal("0", await hub.OneAsync("SELECT (SELECT count(*) FROM charge_point) + (SELECT count(*) FROM coverage) + (SELECT count(*) FROM hub_tick)"));

        Assert.Equal(1, (await writer.WriteAsync(page with { LeaseToken = old.Token + 1 }, CancellationToken.None)).Added);
    }

    [Fact]
    public async Task Without_the_fence_it_would()
    {
        var old = await TakenOverAsync();
        var buggy = new PageWriter(hub.Database) { Planted = PlantedBug.NoFencing };

        Assert.Equal(1, (await buggy.WriteAsync(Points("1") with { LeaseToken = old.Token }, CancellationToken.None)).Added);
    }

    [Fact]
    public async Task A_run_under_a_lease_that_another_took_is_not_opened()
    {
        var runs = new RunLog(hub.Database);
        var feed = new FeedKey(Operator, "main", Dataset.ChargingSessions);
        var old = await TakenOverAsync();

        await Assert.ThrowsAsync<LeaseLostException>(() => runs.OpenAsync(feed, RunKind.Live, null, Noon, CancellationToken.None, old.Token));
        Assert.Empty(await runs.LatestAsync(CancellationToken.None));
        await runs.OpenAsync(feed, RunKind.Live, null, Noon, CancellationToken.None, old.Token + 1);
        Assert.Equal(1, await runs.AbandonOpenAsync(Operator, Noon, CancellationToken.None));
        Assert.Equal(0, await runs.AbandonOpenAsync("other", Noon, CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_else_is_written_either_under_a_lease_that_another_took()
    {
        var (feed, day) = (new FeedKey(Operator, "main", Dataset.ChargingSessions), new Window(Noon.AddDays(-1), Noon));
        var old = await TakenOverAsync();
        var (places, rereads, discrepancies, runs) = (
            new ContinuationStore(hub.Database), new RereadStore(hub.Database), new DiscrepancyStore(hub.Database), new RunLog(hub.Database));
        var place = new PullContinuation(feed, RunKind.Backfill, day, Noon, Noon, 1, "cursor", []);
        var read = new RereadProgress(Dataset.ChargingSessions, 7, Noon, Noon.AddDays(-7));
        await places.SaveAsync(place, CancellationToken.None, old.Token + 1);
        await discrepancies.SeenAsync(Operator, Dataset.ChargingSessions, day, 5, 4, Noon, CancellationToken.None, old.Token + 1);
        await runs.OpenAsync(feed, RunKind.Backfill, day, Noon, CancellationToken.None, old.Token + 1);

        await Assert.ThrowsAsync<LeaseLostException>(() => places.SaveAsync(place with { Pages = 9 }, CancellationToken.None, old.Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => rereads.SaveAsync(Operator, read, CancellationToken.None, old.Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => discrepancies.SeenAsync(Operator, Dataset.ChargingSessions, day, 7, 4, Noon, CancellationToken.None, old.Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => discrepancies.AgreedAsync(Operator, Dataset.ChargingSessions, day, Noon, CancellationToken.None, old.Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => discrepancies.SeenAsync(Operator, Dataset.Tariffs, null, 7, 4, Noon, CancellationToken.None, old.Token));
        await places.DropAsync(feed, RunKind.Backfill, CancellationToken.None, old.Token);
        Assert.Equal(0, await runs.AbandonOpenAsync(Operator, Noon, CancellationToken.None, old.Token));

        Assert.Equal("1|0|5|0", await hub.OneAsync(
            "SELECT concat_ws('|', (SELECT pages FROM pull_continuation), (SELECT count(*) FROM reread), (SELECT stated FROM discrepancy WHERE closed_at IS NULL), (SELECT count(*) FROM run WHERE ended_at IS NOT NULL))"));
        await rereads.SaveAsync(Operator, read, CancellationToken.None, old.Token + 1);
        await discrepancies.AgreedAsync(Operator, Dataset.ChargingSessions, day, Noon, CancellationToken.None, old.Token + 1);
        await places.DropAsync(feed, RunKind.Backfill, CancellationToken.None, old.Token + 1);
        Assert.Equal(1, await runs.AbandonOpenAsync(Operator, Noon, CancellationToken.None, old.Token + 1));
        Assert.Equal("0|1|0|1", await hub.OneAsync(
            "SELECT concat_ws('|', (SELECT count(*) FROM pull_continuation), (SELECT count(*) FROM reread), (SELECT count(*) FROM discrepancy WHERE closed_at IS NULL), (SELECT count(*) FROM run WHERE ended_at IS NOT NULL))"));
    }

    [Fact]
    public async Task A_holder_that_stands_still_inside_a_transaction_holds_up_nobody_once_its_lease_expired()
    {
        var lease = (await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None))!;
        var (inside, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        var paused = new PageWriter(hub.Database)
        {
            AtPoint = (point, _) =>
            {
                if (point != CommitPoint.RowsWritten) return ValueTask.CompletedTask;
                inside.SetResult();
                return new ValueTask(never.Task);
            },
        };
        var stale = paused.WriteAsync(Points("1") with { LeaseToken = lease.Token }, CancellationToken.None);
        await inside.Task;

        await ExpireAsync();
        var next = (await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None))!;
        Assert.Equal(1, (await new PageWriter(hub.Database).WriteAsync(Points("2") with { LeaseToken = next.Token }, CancellationToken.None)).Added);
        never.SetResult();

        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => stale);
        Assert.Equal([$"{Operator}:2"], await hub.ManyAsync("SELECT charge_point_id FROM charge_point"));
    }

    private async Task<OperatorLease> TakenOverAsync()
    {
        var old = await leases.TryTakeAsync(First.InstanceId, Operator, CancellationToken.None);
        await ExpireAsync();
        await leases.TryTakeAsync(Second.InstanceId, Operator, CancellationToken.None);
        return old!;
    }

    private Task<string> ExpireAsync() => hub.OneAsync("UPDATE operator_lease SET expires_at = clock_timestamp()");
}
