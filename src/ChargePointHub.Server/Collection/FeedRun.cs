using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>How a run ended: whole, or with the operator's failure.</summary>
/// <param name="GoesOn">It failed, and the next pull of the same window can go on where it stood.</param>
public sealed record RunResult(FeedFailure? Failure, int Pages, int Records, bool GoesOn = false)
{
    public bool Completed => Failure is null;

    /// <summary>As in the run log.</summary>
    public Guid RunId { get; init; }
}

/// <summary>What one run is to pull.</summary>
/// <param name="Window">Null for snapshot datasets.</param>
/// <param name="StatusesAreEvidence">The operator reports no status changes itself: what crawls see is all there is.</param>
/// <param name="LeaseToken">Of the lease under which the operator is collected from; null: none is needed.</param>
public sealed record Pull(DatasetSchedule Schedule, RunKind Kind, Window? Window, bool StatusesAreEvidence, long? LeaseToken = null);

/// <summary>The story of one pull: open the run, pull, place, save page by page, claim with the last page, close the run.</summary>
public sealed partial class FeedRun(
    PageWriter writer, RunLog runs, PullPlaces places, DiscrepancyStore discrepancies, AreaIndex areas, TimeProvider time, ILogger<FeedRun> log)
{
    /// <summary>
    /// The one place where a fault of our own is caught: it ends this run as what it is, with its stack in the log, and
    /// costs the same pause and narrowing as any other failure. Only cancellation, a lost lease and the database's absence go further.
    /// </summary>
    /// <param name="betweenPages">Awaited after each page but the last, so that fresher work can go first.</param>
    public async Task<RunResult> ExecuteAsync(Pull pull, Func<Task> betweenPages, CancellationToken cancellationToken)
    {
        var key = new FeedKey(pull.Schedule.Feed.OperatorId, pull.Schedule.Feed.FeedId, pull.Schedule.Plan.Dataset);
        var askedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var run = await runs.OpenAsync(key, pull.Kind, pull.Window, askedAt, cancellationToken, pull.LeaseToken);
        var place = await places.FindAsync(key, pull, askedAt, cancellationToken);
        var progress = new Progress();
        using var scope = RunScope(log, key.OperatorId, key.Dataset.Name, pull.Window, run);
        FeedFailure? failure;
        try
        {
            failure = await PullAsync(pull, key, run, place, progress, betweenPages, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not LeaseLostException && !DatabaseGone.Explains(fault))
        {
            LogFault(log, fault, key, pull.Window);
            failure = new FeedFailure(
                FailureKind.HubFault, $"The hub failed on this answer ({fault.GetType().Name}): a fault of the hub and not of the operator. The hub's log has the details.", pull.Schedule.Feed.BaseUrl.GetLeftPart(UriPartial.Path));
        }

        await runs.CloseAsync(
            run, failure is null ? RunOutcome.Completed : RunOutcome.Failed, time.GetUtcNow(), progress.Counts, cancellationToken,
            failure is null ? null : Words<FailureKind>.Of(failure.Kind), failure?.Detail);
        var goesOn = await places.EndedAsync(place, failure, progress.Counts.Pages, cancellationToken);
        var outcome = failure is null ? "completed" : Words<FailureKind>.Of(failure.Kind);
        HubMeter.RunEnded(key, pull.Kind, outcome, progress.Counts, time.GetElapsedTime(started));
        LogEnded(log, outcome, progress.Counts.Pages, progress.Counts.Requests);
        return new RunResult(failure, progress.Counts.Pages, progress.Records, goesOn) { RunId = run };
    }

    /// <summary>Null: whole. Otherwise the failure that ended it.</summary>
    private async Task<FeedFailure?> PullAsync(
        Pull pull, FeedKey key, Guid run, PullPlace place, Progress progress, Func<Task> betweenPages, CancellationToken cancellationToken)
    {
        var (schedule, _, window, statusesAreEvidence, leaseToken) = pull;
        var (feed, plan) = (schedule.Feed, schedule.Plan);
        var (isCrawl, judgedWith) = (window is null, JudgeVersion.Of(feed));
        var asked = time.GetUtcNow();
        await foreach (var step in schedule.Protocol.PullAsync(new PullRequest(feed, plan, window, place.State), cancellationToken))
        {
            if (step is PullFailed failed)
            {
                if (failed.Counts is { } counts)
                    await discrepancies.SeenAsync(key.OperatorId, key.Dataset, window, counts.Stated, counts.Received, time.GetUtcNow(), cancellationToken, leaseToken);
                progress.Counts = progress.Counts with { Requests = progress.Counts.Requests + failed.Requests };
                return failed.Failure;
            }

            var page = (PulledPage)step;
            if (isCrawl) place.Names.Add(key.OperatorId, page.Records);
            var claims = page.IsLast ? Claims(feed, plan, window, place.AskedAt) : [];
            var isOfChargePoints = isCrawl && plan.Dataset == Dataset.ChargePoints;
            var records = page.IsLast && place.Names.SetAside.Count > 0
                ? page.Records with { ChargePoints = [.. place.Names.SetAside, .. page.Records.ChargePoints] }
                : page.Records;
            var written = await writer.WriteAsync(
                new PageToWrite
                {
                    Feed = key,
                    RunId = run,
                    LeaseToken = leaseToken,
                    PageNumber = place.Pages + page.Number,
                    AskedAt = asked,
                    Records = records,
                    JudgedWith = judgedWith,
                    Areas = Place(records.ChargePoints),
                    LastUpdatedLies = feed.LastUpdatedLies,
                    LaterArrivalWins = plan.LaterArrivalWins,
                    StatusesAreEvidence = statusesAreEvidence,
                    Asked = window,
                    Claims = claims,
                    IsOfCrawl = isOfChargePoints,
                    Whole = isOfChargePoints && page.IsLast ? place.Names.Whole : null,
                    WholeTariffs = isCrawl && claims.Any(c => c.Dataset == Dataset.Tariffs) ? place.Names.Whole : null,
                },
                cancellationToken);
            progress.Counts = progress.Counts.Plus(written, page.Requests);
            progress.Records += page.Records.Count;
            place.Names.Put(written.SetAside, page.Records);
            if (isCrawl) schedule.Crawl = new CrawlUnderWay(place.AskedAt, place.Names.All);
            if (written.IsHeldAnew) LogHeld(log, key.OperatorId);
            foreach (var (dataset, ofWaiting) in written.OverflowingAnew)
            {
                if (ofWaiting) LogWaitedInVain(log, PageWriter.MostInQuarantine, key.OperatorId);
                else LogOverflow(log, PageWriter.MostInQuarantine, dataset, key.OperatorId);
            }

            if (page.IsLast) await discrepancies.AgreedAsync(key.OperatorId, key.Dataset, window, time.GetUtcNow(), cancellationToken, leaseToken);
            else await places.ReachedAsync(place, page, cancellationToken);
            if (!page.IsLast) await betweenPages();
            asked = time.GetUtcNow();
        }

        return null;
    }

    /// <summary>What the run log says of the operator's live polls and crawls: the newest of each dataset.</summary>
    public Task<List<Run>> LatestLiveAsync(string operatorId, CancellationToken cancellationToken) => runs.LatestLiveAsync(operatorId, cancellationToken);

    /// <summary>What the operator can no longer serve is claimed as unavailable, so that every answer says so.</summary>
    public Task ClaimLostAsync(DatasetSchedule schedule, Coverage gone, long? leaseToken, CancellationToken cancellationToken) => writer.WriteAsync(
        new PageToWrite
        {
            Feed = new FeedKey(schedule.Feed.OperatorId, schedule.Feed.FeedId, schedule.Plan.Dataset),
            RunId = Guid.CreateVersion7(time.GetUtcNow()),
            LeaseToken = leaseToken,
            PageNumber = 1,
            AskedAt = time.GetUtcNow(),
            Records = new RecordPage(),
            Claims = [.. gone.Select(w => new Claim(schedule.Plan.Dataset, w, ClaimKind.Unavailable, LedgerArithmetic.BeyondLookBackCause))],
        },
        cancellationToken);

    private Dictionary<string, AreaCodes> Place(IReadOnlyList<Judged<ChargePoint>> chargePoints)
    {
        var placed = new Dictionary<string, AreaCodes>(chargePoints.Count);
        foreach (var (chargePoint, _) in chargePoints)
            placed[chargePoint.ChargePointId] = areas.Place(chargePoint.Latitude, chargePoint.Longitude);
        return placed;
    }

    /// <summary>A whole crawl says what is so until it goes stale; a whole window says that all of it that had settled is here.</summary>
    private static List<Claim> Claims(FeedDefinition feed, DatasetPlan plan, Window? window, DateTimeOffset askedAt)
    {
        if (window is { } asked)
            return LedgerArithmetic.Claimable(plan, asked, askedAt) is { } settled
                ? [new Claim(plan.Dataset, settled, ClaimKind.Covered, Late: new Lateness(plan.Settle, 2 * plan.Cadence))]
                : [];
        return
        [
            .. feed.Datasets
                .Where(d => d.Dataset == plan.Dataset || d.CarriedBy == plan.Dataset)
                .Select(d => new Claim(d.Dataset, new Window(askedAt, askedAt + d.Freshness), ClaimKind.Covered)),
        ];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "More than a fifth of the charge points of {Operator} would vanish or move at once: this crawl is held. If that is true, release it: feeds release {Operator}")]
    private static partial void LogHeld(ILogger log, string Operator);

    [LoggerMessage(Level = LogLevel.Error, Message = "Quarantine holds {Most} {Dataset} of {Operator}: the oldest make way for newer ones, and their content is gone. What is refused and why: quarantine list {Operator}")]
    private static partial void LogOverflow(ILogger log, int most, Dataset dataset, string Operator);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Most} charging sessions of {Operator} wait for charge points that it does not list: the oldest make way for newer ones, and are lost. Which charge points: quarantine list {Operator}, or /v1/quarantine")]
    private static partial void LogWaitedInVain(ILogger log, int most, string Operator);

    /// <summary>What every log line about a run carries as fields: operator, dataset, window, run.</summary>
    internal static readonly Func<ILogger, string, string, Window?, Guid, IDisposable?> RunScope =
        LoggerMessage.DefineScope<string, string, Window?, Guid>("{Operator} {Dataset} {Window} {Run}");

    [LoggerMessage(Level = LogLevel.Debug, Message = "The run ended: {Outcome}, {Pages} pages, {Requests} requests")]
    private static partial void LogEnded(ILogger log, string outcome, int pages, int requests);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub while pulling {Feed} {Window}")]
    private static partial void LogFault(ILogger log, Exception fault, FeedKey feed, Window? window);

    /// <summary>What a run has done so far, also when it ends early.</summary>
    private sealed class Progress
    {
        public RunCounts Counts { get; set; } = new();

        public int Records { get; set; }
    }
}
