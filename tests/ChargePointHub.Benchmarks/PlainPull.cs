using System.Diagnostics;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.Benchmarks;

/// <summary>One pull after another, with nothing around it: what plain ingest means.</summary>
internal sealed class PlainPull : IDisposable
{
    private readonly FeedClientFactory factory = new(TimeProvider.System);
    private readonly FeedClients clients;
    private readonly IReadOnlyList<IFeedProtocol> protocols;
    private readonly FeedRun run;

    public PlainPull(Database database)
    {
        clients = new FeedClients(factory);
        protocols = ProtocolCatalogue.Create(clients.FetchFor, _ => null, TimeProvider.System);
        run = new FeedRun(
            new PageWriter(database), new RunLog(database), new PullPlaces(new ContinuationStore(database), TimeProvider.System), new DiscrepancyStore(database),
            new AreaIndex([]), TimeProvider.System, NullLogger<FeedRun>.Instance);
    }

    /// <summary>Seconds from the first request to the last commit.</summary>
    /// <param name="window">Null: a crawl.</param>
    public async Task<double> TimeAsync(FeedDefinition feed, Dataset dataset, Window? window)
    {
        var schedule = new DatasetSchedule(feed, feed.Datasets.Single(d => d.Dataset == dataset), protocols.Single(p => p.Name == feed.Protocol));
        var clock = Stopwatch.StartNew();
        var result = await run.ExecuteAsync(
            new Pull(schedule, window is null ? RunKind.Crawl : RunKind.Backfill, window, StatusesAreEvidence: false), () => Task.CompletedTask, CancellationToken.None);
        return result.Completed ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"The pull failed: {result.Failure}");
    }

    public static FeedDefinition Definition(string operatorId, RenderedFeed feed) => new()
    {
        OperatorId = operatorId,
        OperatorName = operatorId,
        FeedId = "management",
        Protocol = "loti-v1",
        BaseUrl = feed.BaseUrl,
        Zone = LondonCalendar.Zone,
        CaFile = feed.CaFile,
        AllowPrivateHosts = ["localhost"],
        LimitGroup = operatorId,
        Datasets =
        [
            new DatasetPlan { Dataset = Dataset.ChargePoints, PageSize = IngestBenchmark.PageSize },
            new DatasetPlan { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated, PageSize = IngestBenchmark.PageSize, Earliest = feed.Window.From },
        ],
    };

    public void Dispose()
    {
        clients.Dispose();
        factory.Dispose();
    }
}
