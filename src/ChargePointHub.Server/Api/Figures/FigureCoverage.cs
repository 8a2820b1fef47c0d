using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>How much of each operator's records of each period is here; of figures of several, by how many charge points each has in them.</summary>
internal sealed class FigureCoverage
{
    private readonly Dictionary<string, (DateTimeOffset Settled, Coverage Missing)> byOperator;

    private FigureCoverage(Dictionary<string, (DateTimeOffset Settled, Coverage Missing)> byOperator, IReadOnlySet<string> unmade) => (this.byOperator, Unmade) = (byOperator, unmade);

    /// <summary>Operators whose days have still to be made of records from before the roll-up: what there is of them is no figure, and nothing of it is covered.</summary>
    public IReadOnlySet<string> Unmade { get; }

    public static async Task<FigureCoverage> ReadAsync(HubRequest request, Dataset basis, IReadOnlyList<ListedOperator> operators, Window window, DateTimeOffset now)
    {
        var ledger = await request.Hub.Ledger.ReadAsync([basis], null, request.Scope, request.Aborted);
        var unmade = basis == Dataset.ChargingSessions ? (await request.Hub.Rollup.ReadUnbuiltAsync(request.Aborted)).ToHashSet(StringComparer.Ordinal) : [];
        return new FigureCoverage(CompletenessReader.Judged(operators, basis, ledger).Where(o => o.Plan is not null && !unmade.Contains(o.OperatorId))
            .ToDictionary(o => o.OperatorId, o => (Judge.SettledTo(o.Plan!, o.Covered, now), Judge.MissingOf(o, window, now)), StringComparer.Ordinal), unmade);
    }

    /// <summary>The covered share of a window, up to where the operator has settled; null: nothing of it has. An operator that does not provide the records, or is no longer known, covers nothing.</summary>
    public decimal? ShareOf(string operatorId, Window window)
    {
        if (!byOperator.TryGetValue(operatorId, out var known)) return 0;
        if (Window.Between(window.From, window.To < known.Settled ? window.To : known.Settled) is not { } judged) return null;
        return known.Missing.IsEmpty ? 1 : 1 - ((decimal)known.Missing.Intersect(judged).Total.Ticks / judged.Length.Ticks);
    }

    /// <summary>Cut to one decimal: 100 is said of what is whole, and of nothing else. Null: there is nothing to judge.</summary>
    /// <param name="shares">Of each operator its share and its charge points.</param>
    public static decimal? Percent(IEnumerable<(decimal? Share, long ChargePoints)> shares)
    {
        var (sum, weight) = (0m, 0L);
        foreach (var (share, points) in shares.Where(s => s.Share is not null)) (sum, weight) = (sum + (share!.Value * points), weight + points);
        return weight == 0 ? null : Math.Floor(sum / weight * 1000) / 10;
    }
}
