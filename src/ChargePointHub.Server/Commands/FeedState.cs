using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.FeedHealth;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Commands;

/// <summary>How collecting one dataset goes: the operator files, the run log and the ledger taken together.</summary>
internal sealed record FeedState
{
    public required string OperatorId { get; init; }

    public required string FeedId { get; init; }

    public required Dataset Dataset { get; init; }

    public required FeedStanding Standing { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>Slug; null while it works.</summary>
    public string? Failure { get; init; }

    public string? Detail { get; init; }

    /// <summary>Of all that is wanted; null: nothing yet.</summary>
    public decimal? CoveredPercent { get; init; }

    public required int OpenGaps { get; init; }

    public required TimeSpan OpenTime { get; init; }

    public DateTimeOffset? OldestGapFrom { get; init; }

    /// <summary>Known never to come.</summary>
    public required TimeSpan LostTime { get; init; }

    /// <summary>Null while it fails, as the hub then pauses, and before the first attempt.</summary>
    public DateTimeOffset? NextDueAt { get; init; }

    public bool IsOverdue => Standing == FeedStanding.Overdue;

    public DateTimeOffset? LastBackfillAt { get; init; }

    public string? BackfillFailure { get; init; }

    /// <summary>A crawl of charge points that is not believed; null: none, or its release has been asked for.</summary>
    public CrawlHold? Hold { get; init; }

    /// <summary>How far the filling of gaps has come; null: there is none that can be filled. The time left is told while history comes.</summary>
    public BackfillState? Filling { get; init; }

    public bool IsAtFault => Standing is FeedStanding.Failing or FeedStanding.Overdue || Hold is not null;

    public string Word => Words<FeedStanding>.Of(Standing);

    public static async Task<IReadOnlyList<FeedState>> ReadAsync(
        IReadOnlyList<OperatorDefinition> operators, Database database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var plans = operators.SelectMany(o => o.Feeds.SelectMany(f => f.Datasets.Select(d => (Feed: f, Plan: d)))).ToList();
        var ledger = new LedgerQueries(database);
        var windows = await ledger.ReadAsync(Dataset.All, null, Scope.Everything, cancellationToken);
        var lately = await ledger.ReadClosedLatelyAsync(now, Scope.Everything, cancellationToken);
        var holds = (await new CrawlHolds(database).ReadAsync(cancellationToken)).Where(h => h.ReleasedAt is null).ToDictionary(h => h.OperatorId);
        var activities = await new FeedActivityQueries(database).ReadAsync(
            [.. plans.Select(p => (p.Feed.OperatorId, p.Plan.CarriedBy ?? p.Plan.Dataset))], now, Scope.Everything, cancellationToken);
        var listed = RegistryDirectory.Of(operators).ToDictionary(o => o.OperatorId);
        return [.. plans.Zip(activities, (p, activity) =>
        {
            var judged = CompletenessReader.Judged([listed[p.Feed.OperatorId]], p.Plan.Dataset, windows).Single();
            return Of(p.Feed, p.Plan, judged, activity, now) with
            {
                Hold = p.Plan.Dataset == Dataset.ChargePoints ? holds.GetValueOrDefault(p.Feed.OperatorId) : null,
                Filling = FillingOf(p.Feed, p.Plan, judged, activity, lately, now),
            };
        })];
    }

    private static BackfillState? FillingOf(FeedDefinition feed, DatasetPlan plan, JudgedOperator judged, FeedActivity activity, IReadOnlyList<ClosedLately> lately, DateTimeOffset now)
    {
        var open = Coverage.Of(GapList.Of(judged, now).Where(g => g.State == GapState.Open).Select(g => g.Window));
        if (LedgerArithmetic.Askable(plan, open, now).IsEmpty || BackfillState.Of([judged], lately, now).SingleOrDefault() is not { } filling) return null;
        return feed.Active && !activity.IsFailing && activity.BackfillFailure is null ? filling : filling with { TimeLeft = null };
    }

    private static FeedState Of(FeedDefinition feed, DatasetPlan plan, JudgedOperator judged, FeedActivity activity, DateTimeOffset now)
    {
        var gaps = GapList.Of(judged, now).ToList();
        var open = gaps.Where(g => g.State == GapState.Open).ToList();
        return new FeedState
        {
            OperatorId = feed.OperatorId,
            FeedId = feed.FeedId,
            Dataset = plan.Dataset,
            Standing = FeedStandings.Of(feed.Active, plan.Cadence, activity, now),
            LastAttemptAt = activity.LastAttemptAt,
            LastSuccessAt = activity.LastSuccessAt,
            Failure = activity.Failure,
            Detail = activity.Detail,
            CoveredPercent = GapList.Wanted(judged, now) is { } wanted ? GapList.CoveredPercent(judged, wanted) : null,
            OpenGaps = open.Count,
            OpenTime = Sum(open),
            OldestGapFrom = open.Count == 0 ? null : open.Min(g => g.Window.From),
            LostTime = Sum(gaps.Where(g => g.State == GapState.Lost)),
            NextDueAt = feed.Active && activity.Failure is null ? activity.LastAttemptAt + plan.Cadence : null,
            LastBackfillAt = activity.LastBackfillAt,
            BackfillFailure = activity.BackfillFailure,
        };
    }

    private static TimeSpan Sum(IEnumerable<ListedGap> gaps) => gaps.Aggregate(TimeSpan.Zero, (sum, gap) => sum + gap.Window.Length);
}
