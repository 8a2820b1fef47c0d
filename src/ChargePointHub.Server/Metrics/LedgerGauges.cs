using System.Diagnostics.Metrics;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Metrics;

/// <summary>
/// Reads the ledger, the quarantine and the leases a few times a minute and shows them as gauges, so that reading metrics asks
/// nothing of the database.
/// </summary>
internal sealed class LedgerGauges(
    LiveRegistry registry, CoverageStore ledger, GaugeQueries counts, OperatorLeases leases, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(15);

    private volatile Seen seen = new([], [], [], []);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var meter = HubMeter.Gauges(() => seen.Gaps, () => seen.Lags, () => seen.Quarantine, () => seen.Leases);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                seen = await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception away) when (DatabaseGone.Explains(away))
            {
                // What nobody can know now is not shown as it was.
                seen = new Seen([], [], [], []);
            }

            await Task.Delay(Each, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Seen> LookAsync(CancellationToken cancellationToken)
    {
        var (gaps, lags) = (new List<Measurement<double>>(), new List<Measurement<double>>());
        var all = await ledger.ReadAllAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var (id, plan) in registry.Current.Operators.SelectMany(o => o.Feeds.SelectMany(f => f.Datasets).Select(d => (o.OperatorId, d))))
        {
            var state = all.GetValueOrDefault((id, plan.Dataset), Ledger.Empty);
            KeyValuePair<string, object?> from = new("operator", id), dataset = new("dataset", plan.Dataset.Name);
            if (state.Covered.Count > 0) lags.Add(new(Math.Max(0, (now - state.Covered.End!.Value).TotalSeconds), from, dataset));
            if (plan.Dataset.IsSnapshot) continue;
            gaps.Add(new(LedgerArithmetic.Gaps(plan, state.Settled, now).Sum(w => w.Length.TotalSeconds), from, dataset, new("state", "open")));
            gaps.Add(new(Coverage.Of(state.Unavailable.Select(u => u.Window)).Subtract(state.Covered).Sum(w => w.Length.TotalSeconds), from, dataset, new("state", "lost")));
        }

        return new Seen(
            gaps,
            lags,
            [.. (await counts.QuarantineAsync(cancellationToken)).Select(q => new Measurement<long>(q.Records, new("operator", q.OperatorId), new("dataset", q.Dataset)))],
            [new((await leases.ReadAsync(cancellationToken)).Holders.Count)]);
    }

    private sealed record Seen(
        IReadOnlyList<Measurement<double>> Gaps, IReadOnlyList<Measurement<double>> Lags, IReadOnlyList<Measurement<long>> Quarantine, IReadOnlyList<Measurement<long>> Leases);
}
