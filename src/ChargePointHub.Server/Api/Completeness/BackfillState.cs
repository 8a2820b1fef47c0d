using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>How far the filling of one dataset's gaps has come.</summary>
/// <param name="Missing">Length of the open gaps, on the dataset's axis.</param>
/// <param name="HerePercent">Share of what is wanted and can be had that is here; one decimal, never rounded up.</param>
/// <param name="FilledLastHour">Missing time that came in the last hour.</param>
/// <param name="TimeLeft">At the pace of the last hour; null: nothing came in it, or so little that it would take a century.</param>
public sealed record BackfillState(
    string OperatorId, Dataset Dataset, TimeSpan Missing, decimal HerePercent, TimeSpan FilledLastHour, TimeSpan? TimeLeft)
{
    /// <summary>A hundred years: more is not a time that anybody waits for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_525);

    /// <summary>Of each windowed dataset with an open gap. Pure.</summary>
    public static IReadOnlyList<BackfillState> Of(IEnumerable<JudgedOperator> operators, IReadOnlyList<ClosedLately> lately, DateTimeOffset now) =>
        [.. operators.Select(o => Of(o, lately, now)).OfType<BackfillState>()];

    private static BackfillState? Of(JudgedOperator o, IReadOnlyList<ClosedLately> lately, DateTimeOffset now)
    {
        if (o.Plan is not { Dataset.IsSnapshot: false } plan || GapList.Wanted(o, now) is not { } wanted) return null;
        var missing = Coverage.Of(GapList.Of(o, now).Where(g => g.State == GapState.Open).Select(g => g.Window)).Total;
        if (missing == TimeSpan.Zero) return null;
        var here = o.Covered.Intersect(wanted).Total;
        var filled = lately.FirstOrDefault(l => l.OperatorId == o.OperatorId && l.Dataset == plan.Dataset);
        var pace = filled is null || filled.FirstAt >= now ? 0 : filled.Length / (now - filled.FirstAt);
        var percent = Math.Round((decimal)here.Ticks / (here + missing).Ticks * 100, 1, MidpointRounding.ToZero);
        return new BackfillState(
            o.OperatorId, plan.Dataset, missing, Math.Min(percent, 99.9m), filled?.Length ?? TimeSpan.Zero,
            missing / Longest < pace ? missing / pace : null);
    }
}
