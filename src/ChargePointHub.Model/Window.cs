namespace ChargePointHub.Model;

/// <summary>
/// A half-open span of time, [<see cref="From"/>, <see cref="To"/>): the first instant belongs to it, the last does not.
/// Both ends are UTC. The only way two instants travel together in this project.
/// </summary>
public readonly record struct Window : IComparable<Window>
{
    /// <exception cref="ArgumentException"><paramref name="to"/> is not after <paramref name="from"/>.</exception>
    public Window(DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) throw new ArgumentException($"A window ends after it starts; got {from:O} to {to:O}.", nameof(to));
        From = from.ToUniversalTime();
        To = to.ToUniversalTime();
    }

    /// <summary>First instant inside (inclusive).</summary>
    public DateTimeOffset From { get; }

    /// <summary>First instant after (exclusive).</summary>
    public DateTimeOffset To { get; }

    public TimeSpan Length => To - From;

    public bool Contains(DateTimeOffset instant) => From <= instant && instant < To;

    public bool Contains(Window other) => From <= other.From && other.To <= To;

    public bool Overlaps(Window other) => From < other.To && other.From < To;

    /// <summary>The part common to both, or null when they share no instant (touching ends share none).</summary>
    public Window? Intersect(Window other)
    {
        var from = From > other.From ? From : other.From;
        var to = To < other.To ? To : other.To;
        return from < to ? new Window(from, to) : null;
    }

    /// <summary>Null instead of an exception when nothing lies between the two instants.</summary>
    public static Window? Between(DateTimeOffset from, DateTimeOffset to) => from < to ? new Window(from, to) : null;

    /// <summary>Cuts into consecutive windows no longer than <paramref name="longest"/>, newest first; joined they are this window again.</summary>
    public IEnumerable<Window> CutNewestFirst(TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longest, TimeSpan.Zero);
        for (var to = To; to > From;)
        {
            var from = to - From > longest ? to - longest : From;
            yield return new Window(from, to);
            to = from;
        }
    }

    /// <summary>Two consecutive halves, older first; joined they are this window again.</summary>
    /// <exception cref="ArgumentException">The window is one tick long.</exception>
    public (Window Older, Window Newer) Halve()
    {
        var middle = From + new TimeSpan(Length.Ticks / 2);
        return (new Window(From, middle), new Window(middle, To));
    }

    public int CompareTo(Window other) => From != other.From ? From.CompareTo(other.From) : To.CompareTo(other.To);

    public static bool operator <(Window left, Window right) => left.CompareTo(right) < 0;

    public static bool operator <=(Window left, Window right) => left.CompareTo(right) <= 0;

    public static bool operator >(Window left, Window right) => left.CompareTo(right) > 0;

    public static bool operator >=(Window left, Window right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"[{Instants.Format(From)}, {Instants.Format(To)})";
}
