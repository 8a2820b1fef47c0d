using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>A crawl of 119 pages at 30 requests an hour takes four hours: it must survive whatever ends the process, or the pull.</summary>
public sealed class LongPullTests : IAsyncLifetime
{
    private static readonly Window Day = new(Samples.Noon.AddDays(-3), Samples.Noon.AddDays(-2));
    private readonly Clock clock = new() { Now = Samples.Noon };
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Theory]
    [InlineData(RunKind.Backfill)]
    [InlineData(RunKind.Crawl)]
    public async Task It_goes_on_at_the_page_where_the_hub_went_away(RunKind kind)
    {
        var operatorApi = new LongList(clock, pages: 119);
        using var away = new CancellationTokenSource();
        operatorApi.BeforePage = page =>
        {
            if (page == 56 && operatorApi.Asked.Count == 56) away.Cancel();
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(operatorApi, kind, away.Token));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM coverage"));

        var rest = await RunAsync(operatorApi, kind, CancellationToken.None);

        Assert.True(rest.Completed);
        Assert.Equal(Enumerable.Range(1, 56).Concat(Enumerable.Range(56, 64)), operatorApi.Asked);
        Assert.Equal("119", await hub.OneAsync("SELECT count(*) FROM charge_point"));
        var ledger = await new CoverageStore(hub.Database).ReadAsync(Samples.Operator, Plan(kind).Dataset, CancellationToken.None);
        Assert.Equal(kind == RunKind.Backfill ? Day : new Window(Samples.Noon, Samples.Noon.AddHours(9)), Assert.Single(ledger.Covered));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM pull_continuation"));
    }

    [Fact]
    public async Task It_goes_on_after_the_operator_had_enough_of_it_for_now()
    {
        var operatorApi = new LongList(clock, pages: 119);
        operatorApi.BeforePage = page => page > 55 && operatorApi.Asked.Count == 56 ? FailureKind.Forbidden : null;
        var stopped = await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None);
        Assert.True(stopped.GoesOn);

        Assert.True((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).Completed);
        Assert.Equal(120, operatorApi.Asked.Count);
    }

    [Theory]
    [InlineData(FailureKind.Forbidden)]
    [InlineData(FailureKind.ServerError)]
    public async Task Several_refusals_in_a_row_lose_no_page_and_refusals_for_hours_do(FailureKind refusal)
    {
        var operatorApi = new LongList(clock, pages: 100);
        operatorApi.BeforePage = page => page == 56 && operatorApi.Asked.Count <= 58 ? refusal : null;
        for (var n = 0; n < 3; n++) Assert.True((await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None)).GoesOn);
        Assert.True((await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None)).Completed);
        Assert.Equal([55, 56, 56, 56, 56, 57], operatorApi.Asked.Skip(54).Take(6));

        var refusing = new LongList(clock, pages: 100);
        refusing.BeforePage = page => page == 56 ? refusal : null;
        Assert.True((await RunAsync(refusing, RunKind.Backfill, CancellationToken.None)).GoesOn);
        clock.Now += TimeSpan.FromHours(3);
        Assert.False((await RunAsync(refusing, RunKind.Backfill, CancellationToken.None)).GoesOn);
        await RunAsync(refusing, RunKind.Backfill, CancellationToken.None);
        Assert.Equal([55, 56, 56, 1, 2], refusing.Asked.Skip(54).Take(5));
    }

    [Fact]
    public async Task Where_the_operator_refuses_to_go_on_it_begins_anew()
    {
        var operatorApi = new LongList(clock, pages: 10);
        operatorApi.BeforePage = page => operatorApi.Asked.Count is 6 or 7 ? FailureKind.UnexpectedStatus : null;
        Assert.True((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).GoesOn);
        Assert.False((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).GoesOn);

        Assert.True((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).Completed);
        Assert.Equal([1, 2, 3, 4, 5, 6, 6, 1, 2], operatorApi.Asked.Take(9));
    }

    [Fact]
    public async Task What_stood_still_for_too_long_is_not_gone_on_with()
    {
        var operatorApi = new LongList(clock, pages: 10);
        operatorApi.BeforePage = page => operatorApi.Asked.Count is 6 ? FailureKind.Unreachable : null;
        await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None);
        clock.Now += TimeSpan.FromHours(25);

        Assert.True((await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None)).Completed);
        Assert.Equal(1, operatorApi.Asked[6]);
    }

    [Fact]
    public async Task What_a_clock_kept_while_it_ran_ahead_is_not_gone_on_with()
    {
        var operatorApi = new LongList(clock, pages: 10);
        operatorApi.BeforePage = page => operatorApi.Asked.Count is 6 ? FailureKind.Unreachable : null;
        clock.Now += TimeSpan.FromDays(365);
        Assert.True((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).GoesOn);
        clock.Now = Samples.Noon;

        Assert.True((await RunAsync(operatorApi, RunKind.Crawl, CancellationToken.None)).Completed);
        Assert.Equal(1, operatorApi.Asked[6]);
        var ledger = await new CoverageStore(hub.Database).ReadAsync(Samples.Operator, Dataset.ChargePoints, CancellationToken.None);
        Assert.Equal(Samples.Noon, ledger.Covered.Start);
    }

    [Fact]
    public async Task A_fault_of_the_hub_is_told_as_its_own_and_drops_the_place()
    {
        var operatorApi = new LongList(clock, pages: 10);
        operatorApi.BeforePage = page => page == 6 ? throw new InvalidOperationException("A bug.") : null;

        var result = await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None);

        Assert.Equal((FailureKind.HubFault, false), (result.Failure!.Kind, result.GoesOn));
        Assert.Equal("hub_fault", await hub.OneAsync("SELECT failure FROM run"));
        Assert.Contains("not of the operator", await hub.OneAsync("SELECT detail FROM run"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_of_counts_is_an_open_discrepancy_until_a_pull_agrees()
    {
        var operatorApi = new LongList(clock, pages: 2) { Lies = true };
        await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None);
        clock.Now += TimeSpan.FromHours(1);
        await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None);
        Assert.Equal("3|2|true|true", await hub.OneAsync(
            "SELECT concat_ws('|', stated, received, (last_seen_at - first_seen_at > '1 hour')::text, (closed_at IS NULL)::text) FROM discrepancy"));

        operatorApi.Lies = false;
        await RunAsync(operatorApi, RunKind.Backfill, CancellationToken.None);

        Assert.Equal("1|0", await hub.OneAsync("SELECT concat_ws('|', count(*), count(*) FILTER (WHERE closed_at IS NULL)) FROM discrepancy"));
    }

    private Task<RunResult> RunAsync(LongList operatorApi, RunKind kind, CancellationToken cancellationToken)
    {
        // Everything anew: nothing but the database outlives the process.
        var run = CollectedHub.Run(hub.Database, new PageWriter(hub.Database), clock);
        var plan = Plan(kind);
        var feed = CollectedHub.Feed(operatorApi.Name, plan);
        var pull = new Pull(new DatasetSchedule(feed, plan, operatorApi), kind, kind == RunKind.Crawl ? null : Day, StatusesAreEvidence: false);
        return run.ExecuteAsync(pull, () => Task.CompletedTask, cancellationToken);
    }

    private static DatasetPlan Plan(RunKind kind) => kind == RunKind.Crawl
        ? new DatasetPlan { Dataset = Dataset.ChargePoints, Freshness = TimeSpan.FromHours(9) }
        : new DatasetPlan { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.PlugInAt };

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>One charge point a page, a page every two minutes.</summary>
    private sealed class LongList(Clock clock, int pages) : IFeedProtocol
    {
        public string Name => "long";

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public List<int> Asked { get; } = [];

        public Func<int, FailureKind?> BeforePage { get; set; } = _ => null;

        /// <summary>Counts one record more than it has.</summary>
        public bool Lies { get; set; }

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            var first = request.Resume is { } done ? int.Parse(done, CultureInfo.InvariantCulture) + 1 : 1;
            for (var page = first; page <= pages; page++)
            {
                clock.Now += TimeSpan.FromMinutes(2);
                Asked.Add(page);
                if (BeforePage(page) is { } failure)
                {
                    yield return new PullFailed(new FeedFailure(failure, "As the test has it.", "https://operator.example/"), 1);
                    yield break;
                }

                cancellationToken.ThrowIfCancellationRequested();
                var here = page;
                var records = new RecordPage { ChargePoints = [Samples.Accept(Samples.ChargePoint($"P{page}"))] };
                yield return new PulledPage(page - first + 1, page == pages && !Lies, records, 1, () => here.ToString(CultureInfo.InvariantCulture));
            }

            if (Lies) yield return new PullFailed(new FeedFailure(FailureKind.ProtocolError, "Counts differ.", "https://operator.example/"), 0, new RecordCounts(pages + 1, pages));
        }
    }
}
