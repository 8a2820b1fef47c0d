using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>One operator's share in an answer: how its dataset comes in, and what the ledger holds of it.</summary>
/// <param name="Plan">Null: the operator provides no such dataset.</param>
/// <param name="Covered">On the dataset's axis.</param>
/// <param name="Lost">On the dataset's axis, with causes.</param>
public sealed record JudgedOperator(string OperatorId, ListedDataset? Plan, Coverage Covered, IReadOnlyList<LostWindow> Lost);

/// <summary>A window that can never be had.</summary>
public sealed record LostWindow(Window Window, string? Cause);

/// <summary>
/// Says how much of an answer is here. Pure: the ledger and the clock come in, a statement comes out.
/// </summary>
public static class Judge
{
    /// <summary>A record counts as findable on the axis <c>last_updated</c> until this long after its event.</summary>
    public static readonly TimeSpan LateTolerance = TimeSpan.FromDays(7);

    /// <summary>
    /// An answer about times in <paramref name="window"/>. Each operator is judged up to where it has settled itself, so that
    /// an operator who settles late hides nothing of another's gaps; up to the least of these all have.
    /// </summary>
    /// <param name="field">What the window is about. What the hub recorded in a window is all there: what is missing would be recorded later.</param>
    public static CompletenessStatement OfWindow(Window window, DateTimeOffset now, IReadOnlyList<JudgedOperator> operators, long quarantined, TimeField field = TimeField.Event)
    {
        var providing = operators.Where(o => o.Plan is not null).ToList();
        var notProvided = operators.Where(o => o.Plan is null).Select(o => o.OperatorId).ToList();
        DateTimeOffset? settledTo = providing.Count == 0 ? null : providing.Min(o => SettledTo(o.Plan!, o.Covered, now));
        if (settledTo is not { } settled || settled <= window.From)
            return new CompletenessStatement(false, settledTo, null, [], notProvided, quarantined);

        var gaps = new List<StatedGap>();
        var share = 0.0;
        foreach (var o in providing)
        {
            var own = SettledTo(o.Plan!, o.Covered, now);
            var judged = new Window(window.From, window.To < own ? window.To : own);
            var missing = field == TimeField.Recorded ? [] : MissingOf(o, judged, own, field);
            gaps.AddRange(missing);
            share += 1 - Coverage.Of(missing.Select(g => g.Window)).ShareOf(judged);
        }

        var complete = gaps.Count == 0 && notProvided.Count == 0;
        return new CompletenessStatement(complete, settled, Percent(share / providing.Count, complete), gaps, notProvided, quarantined);
    }

    /// <summary>An answer about the present of a snapshot dataset: good for as long as the last complete crawl is fresh.</summary>
    public static CompletenessStatement OfPresent(DateTimeOffset now, IReadOnlyList<JudgedOperator> operators, long quarantined)
    {
        var providing = operators.Where(o => o.Plan is not null).ToList();
        var notProvided = operators.Where(o => o.Plan is null).Select(o => o.OperatorId).ToList();
        var gaps = new List<StatedGap>();
        DateTimeOffset? settledTo = null;
        foreach (var o in providing)
        {
            if (o.Covered.End is { } end && end - o.Plan!.Freshness is var crawledAt && (settledTo is null || crawledAt < settledTo)) settledTo = crawledAt;
            if (o.Covered.Contains(now)) continue;
            var from = o.Covered.LastOrDefault(w => w.To <= now) is { To: var last } && last > DateTimeOffset.MinValue ? last : o.Plan!.Earliest ?? now - o.Plan.Freshness;
            gaps.Add(new StatedGap(o.OperatorId, new Window(from < now ? from : now - Instants.Resolution, now), GapState.Open, null));
        }

        var complete = gaps.Count == 0 && notProvided.Count == 0 && providing.Count > 0;
        double? percent = providing.Count == 0 ? null : Percent((providing.Count - gaps.Count) / (double)providing.Count, complete);
        return new CompletenessStatement(complete, settledTo, percent, gaps, notProvided, quarantined);
    }

    /// <summary>Up to where an operator's dataset is judged: what came later may still be on its way.</summary>
    public static DateTimeOffset SettledTo(ListedDataset plan, Coverage covered, DateTimeOffset now)
    {
        var due = now - plan.Settle;
        return covered.End is { } end && end < due && due - end <= 2 * plan.Cadence ? end : due;
    }

    /// <summary>Times of events in a window, up to where the operator has settled, of which records may be missing.</summary>
    public static Coverage MissingOf(JudgedOperator o, Window window, DateTimeOffset now)
    {
        var settled = SettledTo(o.Plan!, o.Covered, now);
        return Window.Between(window.From, window.To < settled ? window.To : settled) is { } judged
            ? Coverage.Of(MissingOf(o, judged, settled, TimeField.Event).Select(g => g.Window)) : Coverage.None;
    }

    /// <summary>First instant that is wanted at all; null: nothing was ever collected and no date was named.</summary>
    public static DateTimeOffset? WantedFrom(JudgedOperator o) =>
        o.Plan!.Earliest ?? o.Covered.Union(Coverage.Of(o.Lost.Select(l => l.Window))).Start;

    /// <summary>Times within <paramref name="judged"/> that this operator's missing axis time may hold.</summary>
    /// <param name="settled">Where the operator's own axis ends for now.</param>
    /// <param name="field">What the window is about.</param>
    private static List<StatedGap> MissingOf(JudgedOperator o, Window judged, DateTimeOffset settled, TimeField field)
    {
        var missing = new List<StatedGap>();
        var (back, on) = Reach(o.Plan!.Axis, field);
        var axisFrom = judged.From;
        if (WantedFrom(o) is { } wantedFrom && wantedFrom > judged.From)
        {
            var end = wantedFrom < judged.To ? wantedFrom : judged.To;
            missing.Add(new StatedGap(o.OperatorId, new Window(judged.From, end), GapState.NotOffered, null));
            axisFrom = wantedFrom;
        }
        else
        {
            axisFrom = WantedFrom(o) is { } first && first > judged.From - on ? first : judged.From - on;
        }

        var axisTo = judged.To + back < settled ? judged.To + back : settled;
        if (Window.Between(axisFrom, axisTo) is not { } axis) return missing;

        var lost = Coverage.None;
        foreach (var cause in o.Lost.GroupBy(l => l.Cause))
        {
            var windows = Coverage.Of(cause.Select(l => l.Window)).Subtract(o.Covered);
            lost = lost.Union(windows);
            Add(windows.Intersect(axis), GapState.Lost, cause.Key);
        }

        Add(o.Covered.Union(lost).GapsWithin(axis), GapState.Open, null);
        return missing;

        void Add(Coverage axisGaps, GapState state, string? cause)
        {
            var touched = Coverage.Of(axisGaps.Select(g => new Window(g.From - back, g.To + on))).Intersect(judged);
            missing.AddRange(touched.Select(w => new StatedGap(o.OperatorId, w, state, cause)));
        }
    }

    /// <summary>
    /// How far before and after itself a gap of the axis touches what the window is about. A record changes, and so stands on the axis <c>last_updated</c>, up to the
    /// tolerance after its event; what began within the tolerance before may end, or have changed, in a gap's wake.
    /// </summary>
    internal static (TimeSpan Back, TimeSpan On) Reach(WindowAxis? axis, TimeField field) => (axis, field) switch
    {
        (WindowAxis.LastUpdated, TimeField.LastUpdated) => (TimeSpan.Zero, TimeSpan.Zero),
        (WindowAxis.LastUpdated, _) => (LateTolerance, TimeSpan.Zero),
        (WindowAxis.PlugOutAt, TimeField.PlugOut) or (_, TimeField.Event) => (TimeSpan.Zero, TimeSpan.Zero),
        _ => (TimeSpan.Zero, LateTolerance),
    };

    /// <summary>Cut to one decimal, never rounded up: 100 is said of what is complete, and of nothing else.</summary>
    private static double Percent(double share, bool complete)
    {
        if (complete) return 100;
        var percent = Math.Round(share * 100, 1, MidpointRounding.ToZero);
        return Math.Clamp(percent, 0, 99.9);
    }
}
