using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.FeedHealth;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Notices;

/// <summary>
/// When a dataset is broken: its newest polls all failed, or its newest whole data is older than it may be. It has recovered when a
/// poll came through since, and its data is fresh: one poll that fails now and then is no break, and one that comes through between
/// failures ends one only if it really brought everything. While a failure of the hub's own is among the newest, no break is told.
/// </summary>
public static class BreakJudgement
{
    /// <summary>Cause of a break in which no poll failed: none came to its end in time, or none proved its window.</summary>
    public const string Stale = "stale";

    /// <summary>Null: nothing is broken.</summary>
    /// <param name="watchedSince">Before that nobody looked: the hub's own absence is not the operator's break.</param>
    public static string? CauseOf(DatasetPlan plan, FeedCondition condition, DateTimeOffset watchedSince, DateTimeOffset now)
    {
        var failed = condition.Ended.TakeWhile(e => e.Failure is not null).ToList();
        if (failed.Exists(e => FailureKinds.LieWithTheHub(e.Failure))) return null;
        if (failed.Count == NoticeStore.LatestEnded) return failed[0].Failure;
        return IsStale(plan, condition, watchedSince, now) ? failed is [var newest, ..] ? newest.Failure : Stale : null;
    }

    /// <summary>Of one that is broken.</summary>
    /// <remarks>One that begins in the future was noted by a clock that ran ahead.</remarks>
    public static bool HasRecovered(DatasetPlan plan, FeedCondition condition, DateTimeOffset now) =>
        condition.Ended is [{ Failure: null, At: var at }, ..] && (at > condition.BrokenAt || condition.BrokenAt > now) && !IsStale(plan, condition, DateTimeOffset.MinValue, now);

    /// <summary>When the newest whole data was asked for; null: there is none.</summary>
    public static DateTimeOffset? NewestAt(DatasetPlan plan, FeedCondition condition) =>
        condition.CoveredTo + (plan.Dataset.IsSnapshot ? -plan.Freshness : plan.Settle);

    private static bool IsStale(DatasetPlan plan, FeedCondition condition, DateTimeOffset watchedSince, DateTimeOffset now)
    {
        if (NewestAt(plan, condition) is not { } newest) return false;

        // Data of the future says nothing of its age; the newest poll that came through does.
        if (newest > now) newest = condition.Ended.FirstOrDefault(e => e.Failure is null).At;
        return now - (newest > watchedSince ? newest : watchedSince) > FeedStandings.LongestAge(plan.Freshness, plan.Cadence);
    }
}
