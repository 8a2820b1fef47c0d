using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Commands;
using ChargePointHub.Store;

namespace ChargePointHub.Sandbox;

/// <summary>How far the first backfill has come: the share of all wanted history that is here.</summary>
public sealed class BackfillProgress(LiveRegistry registry, CoverageStore ledger, TimeProvider time)
{
    private readonly DateTimeOffset started = time.GetUtcNow();
    private double shareAtStart = -1;

    /// <summary>0 to 1 over all windowed datasets of all operators; 1 when no gap is open but what the next poll brings.</summary>
    public async Task<double> ShareAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var all = await ledger.ReadAllAsync(cancellationToken);
        double wanted = 0, missing = 0;
        foreach (var plan in registry.Current.Operators.SelectMany(o => o.Feeds.SelectMany(f => f.Datasets.Where(d => d.Earliest is not null && !d.Dataset.IsSnapshot).Select(d => (o.OperatorId, Plan: d)))))
        {
            var settled = all.GetValueOrDefault((plan.OperatorId, plan.Plan.Dataset), Ledger.Empty).Settled;
            var end = now - plan.Plan.Settle;
            wanted += Math.Max(0, (end - plan.Plan.Earliest!.Value).TotalSeconds);
            missing += LedgerArithmetic.Gaps(plan.Plan, settled, now).Where(g => g.To < end || g.Length > 2 * plan.Plan.Cadence).Sum(g => g.Length.TotalSeconds);
        }

        return wanted <= 0 ? 1 : 1 - (missing / wanted);
    }

    /// <summary>One line: share done, rate, and time left at that rate.</summary>
    public string Line(double share)
    {
        if (shareAtStart < 0) shareAtStart = share;
        return ProgressLine.Line("Backfill of history", share, share - shareAtStart, time.GetUtcNow() - started);
    }
}
