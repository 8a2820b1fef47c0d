using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>Whole crawls of two pages with boundaries loaded: areas follow what is believed, and nothing else.</summary>
public sealed class HeldCrawlTests : IAsyncLifetime
{
    private const string West = "E09000001", East = "E09000002";

    private readonly string file = Path.GetTempFileName();
    private HubDatabase hub = null!;
    private AreaIndex areas = null!;
    private DateTimeOffset now = Samples.Noon;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        await File.WriteAllTextAsync(file, $$"""
            {"type": "FeatureCollection", "name": "halves", "features": [{{Half(West, -1, 0)}}, {{Half(East, 0, 1)}}]}
            """);
        areas = new AreaIndex([BoundaryLayer.Load(file)]);
    }

    public async Task DisposeAsync()
    {
        File.Delete(file);
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task Areas_follow_a_move_that_is_believed_and_none_of_a_crawl_that_is_held()
    {
        await CrawlAsync(movedEast: 0);
        Assert.Equal(("10", "0"), await CountAsync());

        await CrawlAsync(movedEast: 1);
        Assert.Equal(("9", "1"), await CountAsync());
        Assert.Equal(East, await hub.OneAsync($"SELECT borough_gss FROM charge_point_area WHERE charge_point_id = '{Samples.Operator}:P0'"));

        await CrawlAsync(movedEast: 8);
        Assert.Single(await new CrawlHolds(hub.Database).ReadAsync(CancellationToken.None));
        Assert.Equal(("9", "1"), await CountAsync());
    }

    [Fact]
    public async Task What_a_crawl_has_seen_so_far_is_known_until_it_ends()
    {
        CrawlUnderWay? between = null;
        var schedule = await CrawlAsync(movedEast: 0, s => between = s.Crawl);

        Assert.Equal((now, 5), (between!.AskedAt, between.Named.Count));
        schedule.Ended(new RunResult(null, 2, 10), null, now);
        Assert.Null(schedule.Crawl);
    }

    private async Task<(string West, string East)> CountAsync() => (
        await hub.OneAsync($"SELECT count(*) FROM charge_point_area WHERE borough_gss = '{West}'"),
        await hub.OneAsync($"SELECT count(*) FROM charge_point_area WHERE borough_gss = '{East}'"));

    private async Task<DatasetSchedule> CrawlAsync(int movedEast, Action<DatasetSchedule>? betweenPages = null)
    {
        now += TimeSpan.FromHours(1);
        var protocol = new TwoPages([.. Enumerable.Range(0, 10).Select(n => Samples.ChargePoint($"P{n}") with { Longitude = n < movedEast ? 0.5m : -0.5m })]);
        var plan = new DatasetPlan { Dataset = Dataset.ChargePoints };
        var run = CollectedHub.Run(hub.Database, new PageWriter(hub.Database), new StandingClock(now), areas);
        var schedule = new DatasetSchedule(CollectedHub.Feed(protocol.Name, plan), plan, protocol);
        var result = await run.ExecuteAsync(
            new Pull(schedule, RunKind.Crawl, null, StatusesAreEvidence: false),
            () =>
            {
                betweenPages?.Invoke(schedule);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.True(result.Completed);
        return schedule;
    }

    private static string Half(string code, int from, int to) =>
        $$$"""
        {"type": "Feature", "properties": {"LAD22CD": "{{{code}}}", "LAD22NM": "{{{code}}}"}, "geometry": {"type": "Polygon", "coordinates":
            [[[{{{from}}}, 51], [{{{to}}}, 51], [{{{to}}}, 52], [{{{from}}}, 52], [{{{from}}}, 51]]]}}
        """;

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class TwoPages(IReadOnlyList<ChargePoint> points) : IFeedProtocol
    {
        public string Name => "two-pages";

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return new PulledPage(1, IsLast: false, new RecordPage { ChargePoints = [.. points.Take(5).Select(Samples.Accept)] }, 1);
            yield return new PulledPage(2, IsLast: true, new RecordPage { ChargePoints = [.. points.Skip(5).Select(Samples.Accept)] }, 1);
        }
    }
}
