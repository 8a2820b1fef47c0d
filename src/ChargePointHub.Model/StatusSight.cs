namespace ChargePointHub.Model;

/// <summary>
/// When the hub could see an operator's statuses, and what it therefore knows. Of an operator that reports its changes a gap may hide one: a status is
/// known up to the gap, and then nothing until the next change after it, or until a crawl has seen what it is. A crawl sees every status, so that after a gap between crawls what was last seen holds again. Times
/// before the first report of changes are seen by crawls, and so are those after the last where the operator reports none any longer.
/// </summary>
public sealed class StatusSight
{
    private readonly Window[] events;
    private readonly Window[] crawls;

    /// <summary>From the first (inclusive) to the last (exclusive): in between reports alone are believed.</summary>
    private readonly (DateTimeOffset From, DateTimeOffset To) reported;

    /// <param name="events">Covered times of its status changes, on the axis of their feed.</param>
    /// <param name="crawls">Covered times of its charge points.</param>
    /// <param name="reports">It reports its changes now: crawls tell nothing of what comes after.</param>
    public StatusSight(Coverage events, Coverage crawls, bool reports)
    {
        (this.events, this.crawls) = ([.. events], [.. crawls]);
        reported = (events.Start ?? (reports ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue), reports ? DateTimeOffset.MaxValue : events.End ?? DateTimeOffset.MaxValue);
    }

    /// <summary>
    /// What counts, by time. Of reported times what a crawl saw counts wherever no change is known since reports go on without a gap: from when it was so by the operator's word, or from when these
    /// reports begin if that is later; what followed would have been told.
    /// </summary>
    /// <param name="known">By time.</param>
    public IReadOnlyList<StatusFrom> Told(IReadOnlyList<StatusFrom> known)
    {
        if (!known.Any(k => k.SeenAt is not null)) return known;
        var told = new List<StatusFrom>(known.Count);
        Window? held = null;
        foreach (var each in known.SelectMany(k => k.SeenAt is { } seenAt ? Places(k, seenAt) : [k]).OrderBy(k => k.At).ThenBy(k => k.SeenAt is not null))
        {
            var window = each.At >= reported.From && each.At < reported.To ? Holding(events, each.At) : null;
            if (each.SeenAt is not null && (window is null || window == held)) continue;
            told.Add(each);
            held = each.Status == Status.Missing ? null : window;
        }

        return told;
    }

    /// <summary>The parts of [at, until) in which it is known that the status is what it became at the first; nothing is known to have followed until the second.</summary>
    public IEnumerable<Window> Known(DateTimeOffset at, DateTimeOffset until)
    {
        foreach (var window in Seen(at, until < reported.From ? until : reported.From)) yield return window;
        if (at >= reported.From && at < reported.To && Holding(events, at) is { } holding
            && Window.Between(at, Earlier(until, Earlier(holding.To, reported.To))) is { } told) yield return told;
        foreach (var window in Seen(at > reported.To ? at : reported.To, until)) yield return window;
    }

    /// <summary>In each window of reports that meets the time from when it was so up to when it was seen.</summary>
    private IEnumerable<StatusFrom> Places(StatusFrom seen, DateTimeOffset seenAt)
    {
        for (var i = Math.Max(0, Before(events, seen.At)); i < events.Length && events[i].From <= seenAt; i++)
        {
            var from = seen.At > events[i].From ? seen.At : events[i].From;
            if (from < events[i].To) yield return seen with { At = from };
        }
    }

    private IEnumerable<Window> Seen(DateTimeOffset from, DateTimeOffset to)
    {
        for (var i = Math.Max(0, Before(crawls, from)); i < crawls.Length && crawls[i].From < to; i++)
        {
            if (Window.Between(crawls[i].From > from ? crawls[i].From : from, Earlier(crawls[i].To, to)) is { } seen) yield return seen;
        }
    }

    private static Window? Holding(Window[] windows, DateTimeOffset at) => Before(windows, at) is >= 0 and var i && windows[i].Contains(at) ? windows[i] : null;

    /// <summary>Place of the last window that begins at or before an instant; -1: none.</summary>
    private static int Before(Window[] windows, DateTimeOffset at)
    {
        var (low, high) = (0, windows.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (windows[middle].From <= at) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
