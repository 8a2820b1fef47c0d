using System.Collections;

namespace ChargePointHub.Model;

/// <summary>
/// A set of instants kept as merged, disjoint, ascending windows: what is here, what is wanted, what is missing.
/// Immutable; touching windows are one. The arithmetic behind every statement of completeness.
/// </summary>
public sealed class Coverage : IReadOnlyList<Window>, IEquatable<Coverage>
{
    public static readonly Coverage None = new([]);

    private readonly Window[] windows;

    private Coverage(Window[] merged) => windows = merged;

    public static Coverage Of(params IEnumerable<Window> windows)
    {
        var sorted = windows.Order().ToList();
        var merged = new List<Window>(sorted.Count);
        foreach (var next in sorted)
        {
            if (merged.Count > 0 && next.From <= merged[^1].To)
            {
                if (next.To > merged[^1].To) merged[^1] = new Window(merged[^1].From, next.To);
            }
            else
            {
                merged.Add(next);
            }
        }

        return merged.Count == 0 ? None : new Coverage([.. merged]);
    }

    public int Count => windows.Length;

    public Window this[int index] => windows[index];

    public bool IsEmpty => windows.Length == 0;

    /// <summary>First instant after everything held (exclusive), or null when empty.</summary>
    public DateTimeOffset? End => IsEmpty ? null : windows[^1].To;

    /// <summary>First instant held, or null when empty.</summary>
    public DateTimeOffset? Start => IsEmpty ? null : windows[0].From;

    public TimeSpan Total => new(windows.Sum(w => w.Length.Ticks));

    public Coverage Union(Coverage other) => Of(windows.Concat(other.windows));

    public Coverage Union(Window window) => Of(windows.Append(window));

    public Coverage Intersect(Window within) => Of(windows.Select(w => w.Intersect(within)).OfType<Window>());

    public Coverage Intersect(Coverage other) => Subtract(Subtract(other));

    /// <summary>What is held here and not in <paramref name="other"/>.</summary>
    public Coverage Subtract(Coverage other)
    {
        var rest = new List<Window>();
        var j = 0;
        foreach (var window in windows)
        {
            var from = window.From;
            while (j < other.Count && other[j].To <= from) j++;
            for (var k = j; k < other.Count && other[k].From < window.To; k++)
            {
                if (other[k].From > from) rest.Add(new Window(from, other[k].From));
                from = other[k].To;
            }

            if (from < window.To) rest.Add(new Window(from, window.To));
        }

        return Of(rest);
    }

    public Coverage Subtract(Window window) => Subtract(Of(window));

    /// <summary>The parts of <paramref name="wanted"/> that are not held.</summary>
    public Coverage GapsWithin(Window wanted) => Of(wanted).Subtract(this);

    public bool Covers(Window window) => GapsWithin(window).IsEmpty;

    public bool Contains(DateTimeOffset instant) => windows.Any(w => w.Contains(instant));

    /// <summary>Share of <paramref name="window"/> that is held, 0 to 1.</summary>
    public double ShareOf(Window window) => (double)Intersect(window).Total.Ticks / window.Length.Ticks;

    public IEnumerator<Window> GetEnumerator() => ((IEnumerable<Window>)windows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(Coverage? other) => other is not null && windows.AsSpan().SequenceEqual(other.windows);

    public override bool Equals(object? obj) => Equals(obj as Coverage);

    public override int GetHashCode() => windows.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(" ", windows.Select(w => w.ToString()));
}
