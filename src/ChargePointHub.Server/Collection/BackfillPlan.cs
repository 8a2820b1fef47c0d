using ChargePointHub.Model;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Which window of history to ask for next, of one dataset of one feed. Gaps come from coverage each time; all that is
/// remembered here, and only in memory, is which pieces failed, so that one window which an operator cannot answer does not
/// hold up the rest: it is halved from its edges until the failing part stands alone, then tried again once a cadence.
/// </summary>
/// <param name="longest">Longest window asked for at once.</param>
/// <param name="shortest">A failing piece is not cut finer than this.</param>
/// <param name="probeEvery">Time between two trials of what keeps failing.</param>
public sealed class BackfillPlan(TimeSpan longest, TimeSpan shortest, TimeSpan probeEvery)
{
    private readonly List<Piece> failed = [];
    private Rest rest = Rest.None;
    private Window? probe;

    /// <summary>Null: nothing to ask for now.</summary>
    /// <param name="gaps">What is missing and can still be had.</param>
    /// <param name="mayNarrow">False while the operator answers nothing at all: then cutting finer would only add requests.</param>
    public Window? Next(Coverage gaps, DateTimeOffset now, bool mayNarrow)
    {
        Forget(gaps, now);
        var untried = gaps.Subtract(Failing);
        if (!untried.IsEmpty) return untried[^1].CutNewestFirst(longest).First();
        if (mayNarrow && Narrow(gaps) is { } half) return half;
        if (failed.Count == 0 || !rest.IsOver(now)) return null;
        rest = new Rest(now + probeEvery, now);
        probe = failed.MinBy(p => p.LastTried)!.Window;
        return probe;
    }

    /// <summary>When <see cref="Next"/> may have something again, given that gaps stay as they are.</summary>
    public DateTimeOffset? NextProbe => failed.Count == 0 ? null : rest.Until;

    /// <summary>What kept failing answered: whatever else failed may well have been mended too.</summary>
    public void Succeeded(Window window)
    {
        if (window == probe) failed.Clear();
        probe = null;
    }

    public void Failed(Window window, DateTimeOffset now, TimeSpan? retryAfter)
    {
        failed.RemoveAll(p => p.Window == window);
        failed.Add(new Piece(window, now));
        var wait = retryAfter > probeEvery ? retryAfter.Value : probeEvery;
        if (rest.Until < now + wait || rest.IsOver(now)) rest = new Rest(now + wait, now);
    }

    private Coverage Failing => Coverage.Of(failed.Select(p => p.Window));

    /// <summary>The outer half of a failing piece that borders on ground that is no gap; the inner half is held to fail too.</summary>
    private Window? Narrow(Coverage gaps)
    {
        foreach (var piece in failed.Where(p => p.Window.Length > shortest).OrderByDescending(p => p.Window).ToList())
        {
            var olderEdge = gaps.Any(g => g.From == piece.Window.From);
            var newerEdge = gaps.Any(g => g.To == piece.Window.To);
            if (!olderEdge && !newerEdge) continue;
            var middle = Instants.ToWholeSecond(piece.Window.From + (piece.Window.Length / 2));
            if (middle <= piece.Window.From) continue;
            var (older, newer) = (new Window(piece.Window.From, middle), new Window(middle, piece.Window.To));
            var (outer, inner) = newerEdge ? (newer, older) : (older, newer);
            failed.Remove(piece);
            failed.Add(new Piece(outer, piece.LastTried));
            failed.Add(new Piece(inner, piece.LastTried));
            return outer;
        }

        return null;
    }

    /// <summary>Of each failing piece only what is still missing is of concern; when it was last tried stays known, and lies in the past.</summary>
    private void Forget(Coverage gaps, DateTimeOffset now)
    {
        var left = failed.SelectMany(p => gaps.Intersect(p.Window).Select(w => new Piece(w, p.LastTried < now ? p.LastTried : now))).ToList();
        failed.Clear();
        failed.AddRange(left);
    }

    private sealed record Piece(Window Window, DateTimeOffset LastTried);
}
