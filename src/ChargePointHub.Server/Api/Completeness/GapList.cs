using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>A window that is wanted and not here, on the dataset's own axis.</summary>
/// <param name="Since">When it was first late: its first instant had settled and was still missing.</param>
public sealed record ListedGap(string OperatorId, Dataset Dataset, Window Window, GapState State, string? Cause, DateTimeOffset Since);

/// <summary>Works gaps out of the ledger: they are never stored. Pure.</summary>
public static class GapList
{
    public static IEnumerable<ListedGap> Of(JudgedOperator o, DateTimeOffset now)
    {
        if (o.Plan is not { } plan) yield break;
        var lost = Coverage.None;
        foreach (var cause in o.Lost.GroupBy(l => l.Cause))
        {
            var windows = Coverage.Of(cause.Select(l => l.Window)).Subtract(o.Covered).Subtract(lost);
            lost = lost.Union(windows);
            foreach (var window in windows) yield return Gap(window, GapState.Lost, cause.Key);
        }

        if (Wanted(o, now) is not { } wanted) yield break;
        foreach (var window in o.Covered.Union(lost).GapsWithin(wanted))
        {
            // A crawl brings the present back, never the past: only the gap that still lasts is open.
            if (plan.Dataset.IsSnapshot && window.To < now) yield return Gap(window, GapState.Lost, GapCauses.NoHistoryOffered);
            else yield return Gap(window, GapState.Open, null);
        }

        ListedGap Gap(Window window, GapState state, string? cause)
        {
            var since = plan.Dataset.IsSnapshot ? window.From : window.From + plan.Settle;
            return new ListedGap(o.OperatorId, plan.Dataset, window, state, cause, since < now ? since : now);
        }
    }

    /// <summary>From the first instant offered (else collected) to what has settled; null: nothing yet.</summary>
    public static Window? Wanted(JudgedOperator o, DateTimeOffset now)
    {
        var plan = o.Plan!;
        var end = plan.Dataset.IsSnapshot ? now : Judge.SettledTo(plan, o.Covered, now);
        var start = Judge.WantedFrom(o) ?? (plan.Dataset.IsSnapshot ? now - plan.Freshness : end);
        return Window.Between(start, end);
    }

    /// <summary>Cut to one decimal, never rounded up: 100 is said of what is whole, and of nothing else.</summary>
    public static decimal CoveredPercent(JudgedOperator o, Window wanted) =>
        o.Covered.Covers(wanted) ? 100m : Math.Min(99.9m, Math.Round((decimal)o.Covered.ShareOf(wanted) * 100, 1, MidpointRounding.ToZero));
}
