namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Where a walk over a list by offset stands after a page.</summary>
internal enum WalkState
{
    /// <summary>Ask for <see cref="OffsetWalk.Offset"/> and <see cref="OffsetWalk.Limit"/> next.</summary>
    More,

    /// <summary>The end was reached, and every page joined the one before.</summary>
    Done,

    /// <summary>The list says that there is more, and gives only what it gave before.</summary>
    Loop,

    /// <summary>The list counts more rows than it gives.</summary>
    Short,

    /// <summary>The list changed faster than it could be read.</summary>
    Restless,
}

/// <summary>
/// Reads a list by offset while rows are added and removed under it, and misses none that was there throughout.
/// <para>
/// Each page overlaps the one before. Where the overlap matches, the offsets still mean what they meant. Where it does not,
/// rows were added or removed before it: a bisection over offsets finds the page from which the list differs, that page is
/// put into the known order, and the walk goes on from the end of what is known. Each change costs about log2(pages)
/// requests. Pure: it says what to ask for and is told what came.
/// </para>
/// </summary>
internal sealed class OffsetWalk(int limit, int overlap)
{
    private List<string> _order = [];
    private bool _started;
    private bool _everSaidNext;
    private int _largestPage;
    private int _requests;

    // While a change is sought: rows before _same are where they were; those from _changed on are not.
    private int _same;
    private int? _changed;

    /// <summary>Offset to ask for.</summary>
    public int Offset { get; private set; }

    /// <summary>Rows to ask for: the plan's, or the server's maximum where that is smaller.</summary>
    public int Limit { get; private set; } = limit;

    private int Overlap => Math.Max(0, Math.Min(overlap, Limit - 1));

    /// <param name="rows">Ids of the page's rows, in order.</param>
    /// <param name="total">Rows of the whole list as this answer counts them; null: not stated.</param>
    /// <param name="serverLimit">Most rows the server gives at once; null or 0: not stated.</param>
    /// <param name="saysNext">The answer refers to a next page.</param>
    public WalkState Take(IReadOnlyList<string> rows, int? total, int? serverLimit, bool saysNext)
    {
        _requests++;
        if (serverLimit is > 0 && serverLimit < Limit) Limit = serverLimit.Value;
        _largestPage = Math.Max(_largestPage, rows.Count);
        _everSaidNext |= saysNext;
        if (!_started)
        {
            _started = true;
            _order = [.. rows];
            return Forward(rows.Count, 0, total, saysNext, endIsStated: serverLimit is > 0 && rows.Count < Limit && !saysNext);
        }

        if (Offset > 0 && rows.Count == _order.Count && rows.SequenceEqual(_order)) return saysNext || total > rows.Count ? WalkState.Loop : WalkState.Done;
        if (_requests > 60 + (8 * ((_order.Count / Math.Max(1, Limit - Overlap)) + 1))) return WalkState.Restless;
        var matches = Matches(rows);
        if (_changed is null)
        {
            if (matches)
            {
                var known = Math.Min(Overlap, _order.Count - Offset);
                _order.RemoveRange(Offset, _order.Count - Offset);
                _order.AddRange(rows);
                return Forward(rows.Count - known, known, total, saysNext, endIsStated: false);
            }

            (_same, _changed) = (0, Offset);
            return Seek();
        }

        if (Offset == _same || (matches && _changed - Offset <= rows.Count - Overlap))
        {
            if (!matches && Offset > 0)
            {
                // It has changed again, before what was still the same a moment ago.
                (_same, _changed) = (0, Offset);
                return Seek();
            }

            Splice(rows, total);
            return Ask(_order.Count - Overlap);
        }

        if (matches) _same = Offset;
        else _changed = Offset;
        return Seek();
    }

    private WalkState Seek()
    {
        var between = _changed!.Value - _same;
        return AskWhileSeeking(between <= Math.Max(1, Limit - Overlap) ? _same : _same + (between / 2));
    }

    private WalkState AskWhileSeeking(int offset)
    {
        Offset = offset;
        return WalkState.More;
    }

    private WalkState Ask(int offset)
    {
        _changed = null;
        Offset = Math.Max(0, offset);
        return WalkState.More;
    }

    private WalkState Forward(int added, int known, int? total, bool saysNext, bool endIsStated)
    {
        if (total is { } counted)
        {
            if (_order.Count >= counted) return WalkState.Done;
            return added <= 0 ? WalkState.Short : Ask(_order.Count - Overlap);
        }

        if (endIsStated || (_everSaidNext && !saysNext)) return WalkState.Done;
        if (added > 0) return Ask(_order.Count - Overlap);
        return saysNext ? WalkState.Loop : WalkState.Done;
    }

    private bool Matches(IReadOnlyList<string> rows)
    {
        var expected = Math.Min(Overlap, _order.Count - Offset);
        if (rows.Count < expected) return false;
        for (var i = 0; i < expected; i++)
        {
            if (rows[i] != _order[Offset + i]) return false;
        }

        return true;
    }

    /// <summary>
    /// Puts the page read at <see cref="Offset"/> into the known order. What was known behind the page's last known row stays
    /// behind it; behind a page that is not full nothing is sure, and is read again.
    /// </summary>
    private void Splice(IReadOnlyList<string> rows, int? total)
    {
        List<string> behind = [];
        var isFull = rows.Count >= Math.Min(Limit, _largestPage) && !(Offset + rows.Count >= total);
        if (isFull)
        {
            for (var i = rows.Count - 1; i >= 0; i--)
            {
                var place = _order.IndexOf(rows[i], Offset);
                if (place < 0) continue;
                behind = _order[(place + 1)..];
                break;
            }
        }

        _order.RemoveRange(Offset, _order.Count - Offset);
        _order.AddRange(rows);
        _order.AddRange(behind);
    }
}
