using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>The collector over a real database, with operators that misbehave as a whole.</summary>
public sealed class CollectorServiceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string folder = Directory.CreateTempSubdirectory("cph-collector-").FullName;

    [Theory]
    [InlineData("hangs")]
    [InlineData("throws")]
    [InlineData("fails")]
    public async Task One_operator_never_delays_another(string trouble)
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        var protocol = new ScriptedProtocol(trouble);
        using var collector = Collector(database.Database, protocol, Definition("troubled"), Definition("well"));

        await collector.StartAsync(CancellationToken.None);
        await UntilAsync(async () =>
            (await new CoverageStore(database.Database).ReadAsync("well", Dataset.ChargingSessions, CancellationToken.None)).Covered.Count > 0
            && protocol.Asked("well") >= 100 && protocol.Asked("troubled") >= 1);
        await collector.StopAsync(CancellationToken.None);

        Assert.Empty((await new CoverageStore(database.Database).ReadAsync("troubled", Dataset.ChargingSessions, CancellationToken.None)).Covered);
    }

    [Fact]
    public async Task History_is_asked_for_newest_first_until_nothing_is_missing()
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        var protocol = new ScriptedProtocol("nothing");
        var well = Definition("well");
        var plan = well.Feeds[0].Datasets[0];
        using var collector = Collector(database.Database, protocol, well);

        await collector.StartAsync(CancellationToken.None);
        await UntilAsync(async () =>
        {
            var ledger = await new CoverageStore(database.Database).ReadAsync("well", Dataset.ChargingSessions, CancellationToken.None);
            return ledger.Covered.Count == 1 && ledger.Covered.Start <= plan.Earliest;
        });
        await collector.StopAsync(CancellationToken.None);

        var history = protocol.Windows.Where(w => w.Length == plan.LongestWindow || w.From == plan.Earliest).ToList();
        Assert.Equal(history.OrderByDescending(w => w.From), history);
        Assert.All(protocol.Windows, w => Assert.True(w.Length <= plan.LongestWindow));
    }

    [Fact]
    public async Task A_fault_of_ours_outside_of_any_pull_is_outlived()
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        var protocol = new ScriptedProtocol("nothing");
        using var collector = Collector(database.Database, protocol, failingStarts: 1, Definition("well"));

        await collector.StartAsync(CancellationToken.None);
        await UntilAsync(() => Task.FromResult(protocol.Asked("well") >= 3));
        await collector.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(0, 25)]
    [InlineData(10, 15)]
    [InlineData(40, 0)]
    public void A_renewal_that_took_long_leaves_less_and_never_less_than_nothing(int tookSeconds, int leftSeconds) =>
        Assert.Equal(TimeSpan.FromSeconds(leftSeconds), CollectorService.LeftAfter(TimeSpan.FromSeconds(tookSeconds)));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static OperatorDefinition Definition(string id)
    {
        var plan = new DatasetPlan
        {
            Dataset = Dataset.ChargingSessions,
            Axis = WindowAxis.LastUpdated,
            Earliest = Instants.ToWholeSecond(TimeProvider.System.GetUtcNow()).AddDays(-5),
            Cadence = TimeSpan.FromMilliseconds(50),
            Settle = TimeSpan.FromSeconds(1),
            Overlap = TimeSpan.FromMinutes(1),
        };
        return new OperatorDefinition(id, id, [], null, null,
        [
            new FeedDefinition
            {
                OperatorId = id, OperatorName = id, FeedId = "feed", Protocol = ScriptedProtocol.ProtocolName, BaseUrl = new Uri("https://operator.example/"),
                Zone = LondonCalendar.Zone, LimitGroup = id, Datasets = [plan],
            },
        ]);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come about in time.");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private CollectorService Collector(Database database, IFeedProtocol protocol, params OperatorDefinition[] operators) => Collector(database, protocol, 0, operators);

    private CollectorService Collector(Database database, IFeedProtocol protocol, int failingStarts, params OperatorDefinition[] operators)
    {
        var registry = new LiveRegistry(
            new OperatorRegistry([protocol.Name]), folder, new LoadedRegistry(operators, "hash", operators.ToDictionary(o => o.OperatorId, o => o.OperatorId)));
        var runs = new RunLog(database);
        var places = new PullPlaces(new ContinuationStore(database), TimeProvider.System);
        var run = new FeedRun(
            new PageWriter(database), runs, places, new DiscrepancyStore(database), new AreaIndex([]), TimeProvider.System, NullLogger<FeedRun>.Instance);
        return new CollectorService(
            registry, new OperatorLeases(database),
            (definition, lease) => failingStarts-- > 0 ? throw new InvalidOperationException("A fault of our own.") : new OperatorCollection(
                definition, lease.Token, [protocol], run, new CollectionLedger(new CoverageStore(database), places, new RereadStore(database)),
                new StatusSweeper(new PageWriter(database), new CoverageStore(database), TimeProvider.System), TimeProvider.System, NullLogger.Instance)
            {
                Slots = new RunSlots(2, TimeProvider.System),
            },
            new FeedClients(new FeedClientFactory(TimeProvider.System)), runs, TimeProvider.System, NullLogger<CollectorService>.Instance);
    }

    /// <summary>Answers every window with an empty page, but for the operator named troubled.</summary>
    private sealed class ScriptedProtocol(string trouble) : IFeedProtocol
    {
        public const string ProtocolName = "scripted";
        private readonly Lock guard = new();
        private readonly List<(string OperatorId, Window Window)> asked = [];

        public string Name => ProtocolName;

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public IReadOnlyList<Window> Windows
        {
            get
            {
                lock (guard) return [.. asked.Select(a => a.Window)];
            }
        }

        public int Asked(string operatorId)
        {
            lock (guard) return asked.Count(a => a.OperatorId == operatorId);
        }

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            lock (guard) asked.Add((request.Feed.OperatorId, request.Window!.Value));
            if (request.Feed.OperatorId == "troubled")
            {
                if (trouble == "hangs") await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                if (trouble == "throws") throw new InvalidOperationException("A fault of our own.");
                yield return new PullFailed(new FeedFailure(FailureKind.ServerError, "Down.", "https://operator.example/"), 1);
                yield break;
            }

            yield return new PulledPage(1, IsLast: true, new RecordPage(), 1);
        }
    }
}
