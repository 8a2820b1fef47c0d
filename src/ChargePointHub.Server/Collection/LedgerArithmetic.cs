using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// What is wanted, asked for and claimed of a windowed dataset: pure arithmetic on its axis. Windows begin and end on whole
/// seconds, as many APIs answer no finer.
/// </summary>
public static class LedgerArithmetic
{
    /// <summary>The next live window: from before the end of what is covered (late records show up there) to now.</summary>
    public static Window LiveWindow(DatasetPlan plan, Coverage covered, DateTimeOffset now)
    {
        var to = Instants.ToWholeSecond(now);
        var from = (covered.End is { } end && end < to ? end : to) - plan.Overlap;
        if (from < to - plan.LongestWindow) from = to - plan.LongestWindow;
        if (plan.Earliest is { } earliest && from < earliest) from = earliest;
        if (plan.LookBack is { } lookBack && from < to - lookBack) from = to - lookBack;
        from = Instants.ToWholeSecond(from);
        return from < to ? new Window(from, to) : new Window(to.AddSeconds(-1), to);
    }

    /// <summary>The part of an asked window that a completed pull proves: what had settled when it was asked for.</summary>
    public static Window? Claimable(DatasetPlan plan, Window asked, DateTimeOffset askedAt)
    {
        var settled = Instants.ToWholeSecond(askedAt - plan.Settle);
        return Window.Between(asked.From, asked.To < settled ? asked.To : settled);
    }

    /// <summary>Gap = wanted - covered - unavailable; wanted runs from the earliest date to now less the settle time.</summary>
    /// <param name="settled">Covered or unavailable: what needs no fetching.</param>
    public static Coverage Gaps(DatasetPlan plan, Coverage settled, DateTimeOffset now) =>
        (plan.Earliest ?? settled.Start) is { } start && Window.Between(start, now - plan.Settle) is { } wanted
            ? settled.GapsWithin(wanted)
            : Coverage.None;

    /// <summary>The part of the gaps that the operator no longer answers for.</summary>
    public static Coverage BeyondLookBack(DatasetPlan plan, Coverage gaps, DateTimeOffset now) =>
        plan.LookBack is { } lookBack && gaps.Start is { } start && Window.Between(start, now - lookBack) is { } gone
            ? gaps.Intersect(gone)
            : Coverage.None;
}
