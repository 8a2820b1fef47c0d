using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>Several collectors on one database: who collects from whom, that nothing is asked twice, and that nobody writes without a lease.</summary>
public sealed class SeveralCollectorsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Cadence = TimeSpan.FromSeconds(2);
    private readonly string folder = Directory.CreateTempSubdirectory("cph-shared-").FullName;
    private readonly ConcurrentQueue<Poll> polls = new();
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task Two_share_the_operators_and_poll_nothing_twice_while_one_comes_and_goes()
    {
        string[] operators = [.. Enumerable.Range(0, 8).Select(n => $"operator-{n}")];
        using var first = Collector("first", operators);
        using var second = Collector("second", operators);
        await first.StartAsync(CancellationToken.None);
        await UntilAsync(() => operators.All(o => Asked("first", o) >= 2));

        await second.StartAsync(CancellationToken.None);
        await UntilAsync(() => operators.Count(o => Asked("second", o) >= 2) == 4);
        Assert.Equal(4, operators.Count(o => Asked("second", o) > 0));

        await second.StopAsync(CancellationToken.None);
        var before = operators.ToDictionary(o => o, o => Asked("first", o));
        await UntilAsync(() => operators.All(o => Asked("first", o) >= before[o] + 2));
        await first.StopAsync(CancellationToken.None);

        var twice = polls.GroupBy(p => p.OperatorId).SelectMany(g => g.OrderBy(p => p.At).Zip(g.OrderBy(p => p.At).Skip(1)))
            .Where(pair => pair.Second.At - pair.First.At < Cadence / 4).ToList();
        Assert.True(twice.Count == 0, string.Join('\n', twice));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM run WHERE outcome IS DISTINCT FROM 'completed'"));
        Assert.Equal("0", await hub.OneAsync("SELECT (SELECT count(*) FROM operator_lease WHERE holder IS NOT NULL) + (SELECT count(*) FROM instance)"));
    }

    [Fact]
    public async Task What_a_dead_instance_held_is_taken_when_its_lease_expires_and_not_before()
    {
        var leases = new OperatorLeases(hub.Database);
        await leases.TryTakeAsync(Guid.NewGuid(), "held", CancellationToken.None);
        using var collector = Collector("living", "held", "free");
        await collector.StartAsync(CancellationToken.None);
        await UntilAsync(() => Asked("living", "free") >= 2);
        Assert.Equal(0, Asked("living", "held"));

        await hub.OneAsync("UPDATE operator_lease SET expires_at = clock_timestamp() WHERE operator_id = 'held'");
        await UntilAsync(() => Asked("living", "held") >= 1);
        await collector.StopAsync(CancellationToken.None);

        Assert.Equal("2", await hub.OneAsync("SELECT token FROM operator_lease WHERE operator_id = 'held'"));
    }

    [Fact]
    public async Task Who_has_lost_a_lease_writes_nothing_more_of_that_operator_and_goes_on_with_the_others()
    {
        using var collector = Collector("first", "lost", "kept");
        await collector.StartAsync(CancellationToken.None);
        await UntilAsync(() => Asked("first", "lost") >= 2);
        var tick = await TakeAwayAsync("lost");
        var kept = Asked("first", "kept");
        await UntilAsync(() => Asked("first", "kept") >= kept + 4);
        await collector.StopAsync(CancellationToken.None);

        Assert.Equal("0", await hub.OneAsync($"SELECT count(*) FROM coverage_change WHERE operator_id = 'lost' AND tick > {tick}"));
        Assert.NotEqual("0", await hub.OneAsync($"SELECT count(*) FROM coverage_change WHERE operator_id = 'kept' AND tick > {tick}"));
    }

    /// <summary>As a take-over does it, under the lock of the operator's pages; gives the last tick before it.</summary>
    private async Task<string> TakeAwayAsync(string operatorId)
    {
        await using var connection = await hub.Database.Reads.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await AdvisoryLocks.TakePagesAsync(connection, operatorId, CancellationToken.None);
        await using var take = connection.CreateCommand();
        take.CommandText = $"UPDATE operator_lease SET holder = gen_random_uuid(), token = token + 1, expires_at = clock_timestamp() + interval '1 minute' WHERE operator_id = '{operatorId}'";
        await take.ExecuteNonQueryAsync();
        await using var clock = connection.CreateCommand();
        clock.CommandText = "SELECT tick FROM hub_clock";
        var tick = Convert.ToString(await clock.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
        await transaction.CommitAsync();
        return tick;
    }

    private int Asked(string instance, string operatorId) => polls.Count(p => p.Instance == instance && p.OperatorId == operatorId);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come about in time.");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private CollectorService Collector(string instance, params string[] operators)
    {
        var definitions = operators.Select(Definition).ToList();
        var registry = new LiveRegistry(
            new OperatorRegistry(["counting"]), folder, new LoadedRegistry(definitions, "hash", definitions.ToDictionary(o => o.OperatorId, o => o.OperatorId)));
        var runs = new RunLog(hub.Database);
        var places = new PullPlaces(new ContinuationStore(hub.Database), TimeProvider.System);
        var run = new FeedRun(
            new PageWriter(hub.Database), runs, places, new DiscrepancyStore(hub.Database), new AreaIndex([]), TimeProvider.System, NullLogger<FeedRun>.Instance);
        var ledger = new CollectionLedger(new CoverageStore(hub.Database), places, new RereadStore(hub.Database));
        var protocol = new CountingProtocol(instance, polls);
        return new CollectorService(
            registry, new OperatorLeases(hub.Database),
            (definition, lease) => new OperatorCollection(
                definition, lease.Token, [protocol], run, ledger, new StatusSweeper(new PageWriter(hub.Database), new CoverageStore(hub.Database), TimeProvider.System),
                TimeProvider.System, NullLogger.Instance),
            new FeedClients(new FeedClientFactory(TimeProvider.System)), runs, TimeProvider.System, NullLogger<CollectorService>.Instance);
    }

    private static OperatorDefinition Definition(string id) => new(id, id, [], null, null,
    [
        new FeedDefinition
        {
            OperatorId = id,
            OperatorName = id,
            FeedId = "feed",
            Protocol = "counting",
            BaseUrl = new Uri("https://operator.example/"),
            Zone = LondonCalendar.Zone,
            LimitGroup = id,
            Datasets = [new DatasetPlan { Dataset = Dataset.ChargePoints, Cadence = Cadence }],
        },
    ]);

    private sealed record Poll(string Instance, string OperatorId, DateTimeOffset At)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{OperatorId} by {Instance} at {At:O}");
    }

    /// <summary>Notes who asked whom and when; every crawl is whole and empty.</summary>
    private sealed class CountingProtocol(string instance, ConcurrentQueue<Poll> polls) : IFeedProtocol
    {
        public string Name => "counting";

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            polls.Enqueue(new Poll(instance, request.Feed.OperatorId, TimeProvider.System.GetUtcNow()));
            await Task.CompletedTask;
            yield return new PulledPage(1, IsLast: true, new RecordPage(), 1);
        }
    }
}
