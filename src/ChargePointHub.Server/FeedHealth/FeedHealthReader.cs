using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>Gathers the facts. What a scope may not read is left empty.</summary>
public sealed class FeedHealthReader(Database database)
{
    private readonly FeedActivityQueries activities = new(database);
    private readonly FeedHealthQueries health = new(database);
    private readonly FindingQueries findings = new(database);
    private readonly LedgerQueries ledger = new(database);

    /// <summary>The word for each dataset of each operator, in their order.</summary>
    public async Task<IReadOnlyList<(ListedOperator Operator, IReadOnlyList<FeedStanding> Datasets)>> ReadStandingsAsync(
        IReadOnlyList<ListedOperator> operators, DateTimeOffset now, Scope scope, CancellationToken cancellationToken)
    {
        var read = await activities.ReadAsync([.. operators.SelectMany(Asked)], now, scope, cancellationToken);
        var next = 0;
        return
        [
            .. operators.Select(o => (o, (IReadOnlyList<FeedStanding>)
                [.. o.Datasets.Select(d => FeedStandings.Of(d.IsActive, d.Cadence, read[next++], now))])),
        ];
    }

    public async Task<FeedHealthFacts> ReadAsync(ListedOperator o, DateTimeOffset now, Scope scope, CancellationToken cancellationToken)
    {
        var read = await activities.ReadAsync([.. Asked(o)], now, scope, cancellationToken);
        var windows = await ledger.ReadAsync([.. o.Datasets.Select(d => d.Dataset)], null, scope, cancellationToken);
        var datasets = o.Datasets.Select((plan, i) => Of(o, plan, read[i], windows, now)).ToList();
        if (!scope.ReadsQuality(o.OperatorId)) return new FeedHealthFacts(o.OperatorId, now, datasets, [], null);

        List<RuleCount> found =
        [
            .. await findings.CountAsync(o.OperatorId, scope, cancellationToken),
            .. (await findings.ReadOfDatasetsAsync(o.OperatorId, scope, cancellationToken)).Where(s => s.Open > 0)
                .Select(s => new RuleCount(s.Rule.Dataset.Name, s.Rule.Code, Words<Severity>.Of(RuleCatalogue.Named(s.Rule.Code)!.Severity), s.Open, [])),
        ];
        var rows = await health.ReadAsync(o.OperatorId, [.. o.Feeds.SelectMany(f => f.Limits.Select(l => (f.LimitGroup, l.Interval)))], now, scope, cancellationToken);
        return new FeedHealthFacts(
            o.OperatorId,
            now,
            [
                .. datasets.Select(d => d with
                {
                    Failures = [.. rows.Failures.Where(f => f.Dataset == (d.Plan.CarriedBy ?? d.Plan.Dataset).Name)],
                    Findings = [.. found.Where(f => f.Dataset == d.Plan.Dataset.Name)],
                    Quarantine = (scope.ReadsFindings(d.Plan.Dataset, o.OperatorId) ? rows.Quarantine.GetValueOrDefault(d.Plan.Dataset.Name) : null) ?? d.Quarantine,
                    BrokenAt = rows.Breaks.TryGetValue((d.Plan.FeedId, (d.Plan.CarriedBy ?? d.Plan.Dataset).Name), out var at) ? at : null,
                }),
            ],
            [
                .. o.Feeds.Select(f => new FeedFacts(
                    f.FeedId, f.IsActive, rows.Tls.GetValueOrDefault(f.FeedId),
                    [.. f.Limits.Select(l => new LimitUse(l, rows.Used.GetValueOrDefault((f.LimitGroup.ToLowerInvariant(), l.Interval))))])),
            ],
            rows.Hold)
        {
            Receivers = [.. o.Receivers.Select(r => rows.Receivers.GetValueOrDefault(r) ?? new ReceiverState(r, 0, 0, null, null, null, null))],
        };
    }

    private static IEnumerable<(string OperatorId, Dataset Dataset)> Asked(ListedOperator o) => o.Datasets.Select(d => (o.OperatorId, d.CarriedBy ?? d.Dataset));

    private static DatasetHealth Of(ListedOperator o, ListedDataset plan, FeedActivity activity, IReadOnlyList<LedgerWindow> windows, DateTimeOffset now)
    {
        var judged = CompletenessReader.Judged([o], plan.Dataset, windows).Single();

        // A crawl is good until it goes stale; what a window's answer had not settled is left out of the claim.
        var newest = judged.Covered.End + (plan.Dataset.IsSnapshot ? -plan.Freshness : plan.Settle);
        return new DatasetHealth
        {
            Plan = plan,
            Standing = FeedStandings.Of(plan.IsActive, plan.Cadence, activity, now),
            Activity = activity,
            NewestAt = newest > now ? now : newest,
            Days = CoverageByDay.Of(judged, now),
            OpenTime = new TimeSpan(GapList.Of(judged, now).Where(g => g.State == GapState.Open).Sum(g => g.Window.Length.Ticks)),
        };
    }
}
