using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// What is wanted, asked for and claimed of a windowed dataset: pure arithmetic on its axis. Windows begin and end on whole
/// seconds, as many APIs answer no finer.
/// </summary>
public static class LedgerArithmetic
{
    /// <summary>Cause of windows that the operator can no longer serve.</summary>
    public const string BeyondLookBackCause = "beyond_look_back";

    /// <summary>The next live window: from before the end of what is covered (late records show up there) to now.</summary>
    public static Window LiveWindow(DatasetPlan plan, Coverage covered, DateTimeOffset now)
    {
        var to = Instants.ToWholeSecond(now);
        var from = (covered.End is { } end && end < to ? end : to) - plan.Overlap;
        if (from < to - plan.LongestWindow) from = to - plan.LongestWindow;
        if (plan.Earliest is { } earliest && from < earliest) from = earliest;
        if (plan.LookBack is { } lookBack && from < to - lookBack + plan.Cadence) from = to - lookBack + plan.Cadence;
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

    /// <summary>
    /// What needs no fetching: covered, or known never to come. What was given up because it lay beyond the look-back limit is
    /// wanted again where the limit has been widened since.
    /// </summary>
    public static Coverage Settled(DatasetPlan plan, Ledger ledger, DateTimeOffset now) => ledger.Covered.Union(Coverage.Of(ledger.Unavailable
        .Where(u => u.Cause != BeyondLookBackCause || (plan.LookBack is { } lookBack && u.Window.To <= now - lookBack + plan.Cadence))
        .Select(u => u.Window)));

    /// <summary>The part of the gaps that the operator no longer answers for; in steps of at least a cadence, not a sliver at every look.</summary>
    public static Coverage BeyondLookBack(DatasetPlan plan, Coverage gaps, DateTimeOffset now)
    {
        if (plan.LookBack is not { } lookBack || gaps.Start is not { } start) return Coverage.None;
        var limit = Instants.ToWholeSecond(now - lookBack);
        return Window.Between(start, limit) is { } gone ? Coverage.Of(gaps.Intersect(gone).Where(w => w.Length >= plan.Cadence || w.To <= limit - plan.Cadence)) : Coverage.None;
    }

    /// <summary>The part of the gaps that can be asked for: a cadence inside the look-back limit, so that the question is not too late when it arrives.</summary>
    public static Coverage Askable(DatasetPlan plan, Coverage gaps, DateTimeOffset now)
    {
        if (plan.LookBack is not { } lookBack || gaps.End is not { } end) return gaps;
        return Window.Between(Instants.ToWholeSecond(now - lookBack + plan.Cadence).AddSeconds(1), end) is { } within ? gaps.Intersect(within) : Coverage.None;
    }
}
