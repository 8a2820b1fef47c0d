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
/// Reads a list by offset while it changes under the reader, and misses no row that was there throughout.
/// <para>
/// Each page overlaps the one before: its first rows must stand side by side in what is known, else rows before it went away
/// and the walk steps back until they do. As long as rows keep their order, that leaves no hole. A row that changes may
/// also move to the front, from where it has not been read to where it has: so when offsets turned out to have shifted, the
/// walk reads the front again at the end, until a page brings nothing new and stands in the known order.
/// </para>
/// Pure: it says what to ask for and is told what came.
/// </summary>
internal sealed class OffsetWalk(int limit, int overlap)
{
    /// <summary>
    /// Requests beyond four for each page before a list is given up. Of 30,000 lists of up to 400 rows of which a few changed at every
    /// third answer, 7 took more than 200 requests, the longest 479; all were then read whole.
    /// </summary>
    private const int MostSteps = 1000;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private List<string> _order = [];
    private bool _started;
    private bool _everSaidNext;
    private bool _readsFrontAgain;
    private bool _hasShifted;
    private int _largestPage;
    private int _requests;
    private int _back;

    /// <summary>Rows that came so far, each counted once.</summary>
    public int Distinct => _seen.Count;

    /// <summary>Offset to ask for.</summary>
    public int Offset { get; private set; }

    /// <summary>Rows to ask for: the plan's, or the server's maximum where that is smaller.</summary>
    public int Limit { get; private set; } = limit;

    private int Overlap => Math.Max(0, Math.Min(overlap, Limit - 1));

    public bool HasSeen(string row) => _seen.Contains(row);

    /// <summary>Everything that the rest of the walk depends on.</summary>
    public OffsetWalkPlace Place() => new(
        Offset, Limit, _order, [.. _seen.Except(_order)], _everSaidNext, _readsFrontAgain, _hasShifted, _largestPage, _requests, _back);

    /// <summary>Goes on where another walk stood.</summary>
    public void GoOnFrom(OffsetWalkPlace place)
    {
        (Offset, Limit, _order) = (place.Offset, Math.Max(1, Math.Min(Limit, place.Limit)), [.. place.Order]);
        _seen.UnionWith(place.Order.Concat(place.Gone));
        (_started, _everSaidNext, _readsFrontAgain, _hasShifted) = (true, place.EverSaidNext, place.ReadsFrontAgain, place.HasShifted);
        (_largestPage, _requests, _back) = (place.LargestPage, place.Requests, place.Back);
    }

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
        var before = _seen.Count;
        _seen.UnionWith(rows);
        var added = _seen.Count - before;
        if (!_started)
        {
            _started = true;
            _order = [.. rows];
            var endIsStated = serverLimit is > 0 && rows.Count < Limit && !saysNext;
            return Forward(rows.Count, rows.Count > 0 && !endIsStated, total, saysNext);
        }

        if (Offset > 0 && rows.Count == _order.Count && rows.SequenceEqual(_order)) return saysNext || total > rows.Count ? WalkState.Loop : WalkState.Done;
        if (_requests > MostSteps + (4 * (Math.Max(_order.Count, total ?? 0) / Step))) return WalkState.Restless;
        if (_readsFrontAgain) return FrontAgain(rows, added);

        var place = Offset == 0 ? 0 : PlaceOf(rows);
        if (place < 0)
        {
            _hasShifted = true;
            _back = _back == 0 ? Step : _back * 2;
            Offset = Math.Max(0, Offset - _back);
            return WalkState.More;
        }

        _back = 0;
        _hasShifted |= place != Offset;
        var behind = Join(rows, place);
        return Forward(Offset + rows.Count, rows.Count > Overlap, total, saysNext, behind);
    }

    private int Step => Math.Max(1, _largestPage - Overlap);

    /// <param name="end">Offset behind the page's last row.</param>
    /// <param name="mayGoOn">
    /// The page reached beyond its overlap. That it brought nothing new does not end the list: after a shift it may end just where
    /// the known rows end.
    /// </param>
    /// <param name="behind">Known rows that stand behind the page, and need not be read again.</param>
    private WalkState Forward(int end, bool mayGoOn, int? total, bool saysNext, int behind = 0)
    {
        if (behind == 0)
        {
            if (total is { } counted)
            {
                if (end >= counted) return End();
                if (!mayGoOn) return WalkState.Short;
            }
            else if (!mayGoOn || (_everSaidNext && !saysNext))
            {
                return !mayGoOn && saysNext ? WalkState.Loop : End();
            }
        }

        Offset = Math.Max(0, end + behind - Overlap);
        return WalkState.More;
    }

    private WalkState End()
    {
        if (!_hasShifted) return WalkState.Done;
        _readsFrontAgain = true;
        Offset = 0;
        return WalkState.More;
    }

    private WalkState FrontAgain(IReadOnlyList<string> rows, int added)
    {
        if (rows.Count == 0 || (added == 0 && StandInOrder(rows))) return WalkState.Done;
        Offset += Math.Max(1, rows.Count - Overlap);
        return WalkState.More;
    }

    private bool StandInOrder(IReadOnlyList<string> rows)
    {
        var last = -1;
        foreach (var row in rows)
        {
            var place = _order.IndexOf(row, last + 1);
            if (place < 0) return false;
            last = place;
        }

        return true;
    }

    /// <summary>Where in the known order the page's first rows stand side by side; -1: nowhere.</summary>
    private int PlaceOf(IReadOnlyList<string> rows)
    {
        if (Overlap == 0) return _order.Count;
        if (rows.Count == 0) return -1;
        var place = _order.LastIndexOf(rows[0]);
        for (var i = 1; place >= 0 && i < Overlap && i < rows.Count && place + i < _order.Count; i++)
        {
            if (rows[i] != _order[place + i]) return -1;
        }

        return place;
    }

    /// <summary>Puts the page into the known order, and returns how many known rows stand behind it.</summary>
    private int Join(IReadOnlyList<string> rows, int place)
    {
        List<string> behind = [];
        if (rows.Count > 0)
        {
            var last = _order.IndexOf(rows[^1], Math.Min(place, _order.Count));
            if (last >= 0) behind = _order[(last + 1)..];
        }

        _order.RemoveRange(place, _order.Count - place);
        _order.AddRange(rows);
        _order.AddRange(behind);
        return behind.Count;
    }
}
