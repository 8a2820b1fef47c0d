using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Writes MISSING at its deadline: where crawls are all that is known of an operator's statuses, and the last whole one has gone
/// stale. Runs beside the collection, for it is needed most while the operator hangs.
/// </summary>
public sealed class StatusSweeper(PageWriter writer, CoverageStore coverage, TimeProvider time)
{
    /// <summary>Until cancelled, or until the lease is lost.</summary>
    public async Task SweepAsync(OperatorDefinition definition, long? leaseToken, CancellationToken cancellationToken)
    {
        var feeds = definition.Feeds.Where(f => f.Active).SelectMany(f => f.Datasets.Select(d => (Feed: f, Plan: d))).ToList();
        if (feeds.Any(f => f.Plan.Dataset == Dataset.StatusChanges) || feeds.FirstOrDefault(f => f.Plan.Dataset == Dataset.ChargePoints) is not { Feed: { } feed, Plan: { } plan }) return;
        var swept = DateTimeOffset.MinValue;
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = time.GetUtcNow();
            var deadline = (await coverage.ReadAsync(definition.OperatorId, Dataset.ChargePoints, cancellationToken)).Covered.End;
            if (deadline <= now && deadline > swept)
            {
                await writer.WriteAsync(Sweep(new FeedKey(definition.OperatorId, feed.FeedId, Dataset.ChargePoints), leaseToken, deadline.Value, now), cancellationToken);
                swept = deadline.Value;
            }

            var wait = deadline > now ? deadline.Value - now : plan.Cadence;
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
