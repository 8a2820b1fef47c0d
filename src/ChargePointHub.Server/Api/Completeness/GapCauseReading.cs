using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>Why open gaps are open: decided here alone, so that the ledger and each answer's completeness say the same of the same gap.</summary>
internal static class GapCauseReading
{
    /// <summary>A cause for each gap; one that is lost knows its own.</summary>
    /// <param name="gaps">On their datasets' own axes, whole; the plan says how the dataset comes in, null: it no longer does.</param>
    public static async Task<IReadOnlyList<string?>> ReadAsync(
        LedgerQueries ledger, IReadOnlyList<(ListedGap Gap, ListedDataset? Plan)> gaps, Scope scope, CancellationToken cancellationToken)
    {
        var open = gaps.Where(g => g.Gap.State == GapState.Open).Distinct().ToList();
        var failures = await ledger.ReadFailuresAsync([.. open.Select(g => new OpenGap(g.Gap.OperatorId, g.Gap.Dataset, RunsOf(g.Gap, g.Plan)))], scope, cancellationToken);
        var causes = open.Zip(failures).ToDictionary(p => p.First, p => GapCauses.Of(p.Second, p.First.Plan));
        return [.. gaps.Select(g => causes.TryGetValue(g, out var cause) ? cause : g.Gap.Cause)];
    }

    /// <summary>The gap of the ledger that an answer's stated gap comes of: of several the newest. Pure. Null: none is open.</summary>
    /// <param name="stated">In the time that the answer is about, cut to what was asked.</param>
    /// <param name="field">What the answer's window is about.</param>
    public static ListedGap? Of(StatedGap stated, JudgedOperator o, TimeField field, DateTimeOffset now)
    {
        var (back, on) = Judge.Reach(o.Plan!.Axis, field);
        var axis = new Window(stated.Window.From - on, stated.Window.To + back);
        return GapList.Of(o, now).Where(g => g.Window.Overlaps(axis)).OrderBy(g => g.State == GapState.Open).ThenBy(g => g.Window.From).LastOrDefault();
    }

    /// <summary>Crawls that would have kept the gap from opening were due while the last one was still fresh.</summary>
    private static Window RunsOf(ListedGap gap, ListedDataset? plan) =>
        gap.Dataset.IsSnapshot && plan is not null ? new Window(gap.Window.From - plan.Freshness, gap.Window.To) : gap.Window;
}
