using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Writes MISSING at its deadline: where crawls are all that is known of an operator's statuses, and the last whole one has gone
/// stale. Runs beside the collection, for it is needed most while the operator hangs.
/// </summary>
public sealed class StatusSweeper(PageWriter writer, CoverageStore coverage, TimeProvider time)
{
    private static readonly TimeSpan WhileDatabaseIsAway = TimeSpan.FromSeconds(10);

    /// <summary>Until cancelled. The database's absence is waited out: the collection may not notice it while its operator hangs.</summary>
    /// <param name="underWay">The crawl of charge points that has begun: what it has seen is not missing while that is fresh.</param>
    /// <exception cref="LeaseLostException">Another instance collects from the operator now.</exception>
    public async Task SweepAsync(OperatorDefinition definition, long? leaseToken, Func<CrawlUnderWay?> underWay, CancellationToken cancellationToken)
    {
        var feeds = definition.Feeds.Where(f => f.IsCollected).SelectMany(f => f.Datasets.Select(d => (Feed: f, Plan: d))).ToList();
        if (feeds.Any(f => f.Plan.Dataset == Dataset.StatusChanges) || feeds.FirstOrDefault(f => f.Plan.Dataset == Dataset.ChargePoints) is not { Feed: { } feed, Plan: { } plan }) return;
        var key = new FeedKey(definition.OperatorId, feed.FeedId, Dataset.ChargePoints);
        var swept = DateTimeOffset.MinValue;
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                var now = time.GetUtcNow();
                var deadline = (await coverage.ReadAsync(definition.OperatorId, Dataset.ChargePoints, cancellationToken)).Covered.End;
                if (deadline <= now && deadline > swept)
                {
                    var seen = underWay() is { } crawl && crawl.AskedAt + plan.Freshness > now ? crawl.Named : [];
                    await writer.WriteAsync(Sweep(key, leaseToken, deadline.Value, now) with { SeenMeanwhile = seen }, cancellationToken);
                    if (seen.Count == 0) swept = deadline.Value;
                }

                wait = deadline > now ? deadline.Value - now : plan.Cadence;
            }
            catch (Exception gone) when (DatabaseGone.Explains(gone))
            {
                wait = WhileDatabaseIsAway;
            }

            await time.DelayAsync(wait, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static PageToWrite Sweep(FeedKey feed, long? leaseToken, DateTimeOffset deadline, DateTimeOffset now) => new()
    {
        Feed = feed,
        RunId = Guid.CreateVersion7(now),
        LeaseToken = leaseToken,
        PageNumber = 1,
        AskedAt = now,
        Records = new RecordPage(),
        StatusesAreEvidence = true,
        StaleAt = deadline,
    };
}
