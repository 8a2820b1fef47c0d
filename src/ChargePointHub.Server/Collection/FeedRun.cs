using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>How a run ended: whole, or with the operator's failure.</summary>
public sealed record RunResult(FeedFailure? Failure, int Pages, int Records)
{
    public bool Completed => Failure is null;
}

/// <summary>What one run is to pull.</summary>
/// <param name="Window">Null for snapshot datasets.</param>
/// <param name="StatusesAreEvidence">The operator reports no status changes itself: what crawls see is all there is.</param>
public sealed record Pull(DatasetSchedule Schedule, RunKind Kind, Window? Window, bool StatusesAreEvidence);

/// <summary>The story of one pull: open the run, pull, place, save page by page, claim with the last page, close the run.</summary>
public sealed class FeedRun(PageWriter writer, RunLog runs, AreaIndex areas, TimeProvider time)
{
    /// <param name="betweenPages">Awaited after each page but the last, so that fresher work can go first.</param>
    public async Task<RunResult> ExecuteAsync(
        Pull pull, Func<Task> betweenPages, CancellationToken cancellationToken)
    {
        var (schedule, kind, window, statusesAreEvidence) = pull;
        var (feed, plan) = (schedule.Feed, schedule.Plan);
        var key = new FeedKey(feed.OperatorId, feed.FeedId, plan.Dataset);
        var askedAt = time.GetUtcNow();
        var run = await runs.OpenAsync(key, kind, window, askedAt, cancellationToken);
        var counts = new RunCounts();
        var records = 0;
        FeedFailure? failure = null;
        await foreach (var step in schedule.Protocol.PullAsync(new PullRequest(feed, plan, window), cancellationToken))
        {
            if (step is PullFailed failed)
            {
                counts = counts with { Requests = counts.Requests + failed.Requests };
                failure = failed.Failure;
                break;
            }

            var page = (PulledPage)step;
            var written = await writer.WriteAsync(
                new PageToWrite
                {
                    Feed = key,
                    RunId = run,
                    PageNumber = page.Number,
                    AskedAt = askedAt,
                    Records = page.Records,
                    Areas = Place(page.Records.ChargePoints),
                    LastUpdatedLies = feed.LastUpdatedLies,
                    StatusesAreEvidence = statusesAreEvidence,
                    Claims = page.IsLast ? Claims(feed, plan, window, askedAt) : [],
                },
                cancellationToken);
            counts = counts.Plus(written, page.Requests);
            records += page.Records.Count;
            if (!page.IsLast) await betweenPages();
        }

        await runs.CloseAsync(
            run, failure is null ? RunOutcome.Completed : RunOutcome.Failed, time.GetUtcNow(), counts, cancellationToken,
            failure is null ? null : Words<FailureKind>.Of(failure.Kind), failure?.Detail);
        return new RunResult(failure, counts.Pages, records);
    }

    /// <summary>What the operator can no longer serve is claimed as unavailable, so that every answer says so.</summary>
    public Task ClaimLostAsync(DatasetSchedule schedule, Coverage gone, CancellationToken cancellationToken) => writer.WriteAsync(
        new PageToWrite
        {
            Feed = new FeedKey(schedule.Feed.OperatorId, schedule.Feed.FeedId, schedule.Plan.Dataset),
            RunId = Guid.CreateVersion7(time.GetUtcNow()),
            PageNumber = 1,
            AskedAt = time.GetUtcNow(),
            Records = new RecordPage(),
            Claims = [.. gone.Select(w => new Claim(schedule.Plan.Dataset, w, ClaimKind.Unavailable, "beyond_look_back"))],
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
            return LedgerArithmetic.Claimable(plan, asked, askedAt) is { } settled ? [new Claim(plan.Dataset, settled, ClaimKind.Covered)] : [];
        return
        [
            .. feed.Datasets
                .Where(d => d.Dataset == plan.Dataset || d.CarriedBy == plan.Dataset)
                .Select(d => new Claim(d.Dataset, new Window(askedAt, askedAt + d.Freshness), ClaimKind.Covered)),
        ];
    }
}
