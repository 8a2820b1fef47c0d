using System.Diagnostics.Metrics;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Metrics;

/// <summary>
/// Reads the ledger, the quarantine and the leases a few times a minute and shows them as gauges, so that reading metrics asks
/// nothing of the database.
/// </summary>
internal sealed class LedgerGauges(HubServices hub, GaugeQueries counts, OperatorLeases leases, TimeProvider time, ILogger<LedgerGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(15);

    private volatile Seen seen = new([], [], [], [], [], []);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var meter = HubMeter.Gauges(() => seen.Gaps, () => seen.Lags, () => seen.Quarantine, () => seen.Leases, () => seen.Months, () => seen.Bytes);
        using var timer = new PeriodicTimer(Each, time);
        do
        {
            try
            {
                seen = await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A fault in measuring must not end the host: whatever it is, the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // What nobody can know now is not shown as it was.
                seen = new Seen([], [], [], [], [], []);
                if (failure is ServingExhaustedException || DatabaseGone.Explains(failure)) logger.LogWarning("The ledger could not be measured: {Reason}", failure.Message);
                else logger.LogError(failure, "The ledger could not be measured");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Seen> LookAsync(CancellationToken cancellationToken)
    {
        var (gaps, lags) = (new List<Measurement<double>>(), new List<Measurement<double>>());
        var windows = await hub.Ledger.ReadAsync(Dataset.All, null, Scope.Everything, cancellationToken);
        var now = time.GetUtcNow();
        foreach (var o in Dataset.All.SelectMany(d => CompletenessReader.Judged(hub.Directory.Operators, d, windows)))
        {
            if (o.Plan is not { } plan) continue;
            KeyValuePair<string, object?> from = new("operator", o.OperatorId), dataset = new("dataset", plan.Dataset.Name);
            if (o.Covered.End is { } end) lags.Add(new(Math.Max(0, (now - end).TotalSeconds), from, dataset));
            var missing = GapList.Of(o, now).ToLookup(g => g.State, g => g.Window);
            foreach (var state in new[] { GapState.Open, GapState.Lost })
                gaps.Add(new(Coverage.Of(missing[state]).Total.TotalSeconds, from, dataset, new("state", Words<GapState>.Of(state))));
        }

        var bulk = await counts.BulkAsync(Scope.Everything, cancellationToken);
        return new Seen(
            gaps,
            lags,
            [.. (await counts.QuarantineAsync(Scope.Everything, cancellationToken)).Select(q => new Measurement<long>(q.Records, new("operator", q.OperatorId), new("dataset", q.Dataset)))],
            [new((await leases.ReadAsync(cancellationToken)).Holders.Count)],
            [.. bulk.Select(b => new Measurement<long>(b.Months, new KeyValuePair<string, object?>("dataset", b.Dataset)))],
            [.. bulk.Select(b => new Measurement<long>(b.Bytes, new KeyValuePair<string, object?>("dataset", b.Dataset)))]);
    }

    private sealed record Seen(
        IReadOnlyList<Measurement<double>> Gaps, IReadOnlyList<Measurement<double>> Lags, IReadOnlyList<Measurement<long>> Quarantine, IReadOnlyList<Measurement<long>> Leases,
        IReadOnlyList<Measurement<long>> Months, IReadOnlyList<Measurement<long>> Bytes);
}
