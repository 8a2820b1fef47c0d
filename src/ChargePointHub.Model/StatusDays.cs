namespace ChargePointHub.Model;

/// <summary>A charge point's status from an instant on.</summary>
/// <param name="SeenAt">Null: it changed then, or was seen to have. Else no change is known, and a crawl saw at this instant that it is so, since then by the operator's word.</param>
public readonly record struct StatusFrom(DateTimeOffset At, Status Status, DateTimeOffset? SeenAt = null);

/// <summary>
/// London days of charge points: for how long each was open, and in which status it was then. Where opening hours are not known it counts as always open. Time that is not in
/// a status while it was open is MISSING: before the first known change, and where the hub did not see. Hours that are equal are worked out once.
/// </summary>
public sealed class StatusDays
{
    /// <summary>Ticks of each day's midnight, and of that after the last.</summary>
    private readonly long[] midnights;

    private readonly Dictionary<OpeningHours, (long From, long To)[][]> open = [];

    /// <param name="last">Inclusive.</param>
    public StatusDays(DateOnly first, DateOnly last)
    {
        First = first;
        midnights = [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 2).Select(i => LondonCalendar.Midnight(first.AddDays(i)).UtcTicks)];
    }

    public DateOnly First { get; }

    public int Count => midnights.Length - 1;

    /// <summary>Microseconds of each day up to an instant: open, and closed.</summary>
    public (long Open, long Outside)[] Lengths(OpeningHours? hours, DateTimeOffset until)
    {
        var (windows, lengths) = (WindowsOf(hours), new (long, long)[Count]);
        for (var i = 0; i < Count; i++)
        {
            var whole = Math.Max(0, Math.Min(midnights[i + 1], until.UtcTicks) - midnights[i]);
            var part = windows[i].Sum(w => Math.Max(0, Math.Min(w.To, until.UtcTicks) - w.From));
            lengths[i] = (part / TimeSpan.TicksPerMicrosecond, (whole - part) / TimeSpan.TicksPerMicrosecond);
        }

        return lengths;
    }

    /// <summary>Of each day the open time in each status, up to an instant.</summary>
    /// <param name="known">By time; of those at one instant the last counts. The first is the one that held when the first day began, if there is one; what was seen alone may be of any time.</param>
    public StatusMicroseconds[] Of(IReadOnlyList<StatusFrom> known, StatusSight sight, OpeningHours? hours, DateTimeOffset until)
    {
        var (windows, days, changes) = (WindowsOf(hours), new StatusMicroseconds[Count], sight.Told(known));
        for (var i = 0; i < changes.Count; i++)
        {
            var (at, status, _) = changes[i];
            var end = i + 1 < changes.Count && changes[i + 1].At < until ? changes[i + 1].At : until;
            if (status == Status.Missing || end <= at || end.UtcTicks <= midnights[0]) continue;
            foreach (var window in sight.Known(at, end)) Add(days, windows, window, status);
        }

        return days;
    }

    private void Add(StatusMicroseconds[] days, (long From, long To)[][] windows, Window known, Status status)
    {
        var (from, to) = (Math.Max(known.From.UtcTicks, midnights[0]), Math.Min(known.To.UtcTicks, midnights[^1]));
        if (from >= to) return;
        var day = Array.BinarySearch(midnights, from);
        for (day = day < 0 ? ~day - 1 : day; day < Count && midnights[day] < to; day++)
        {
            var ticks = 0L;
            foreach (var (begin, end) in windows[day]) ticks += Math.Max(0, Math.Min(end, to) - Math.Max(begin, from));
            if (ticks > 0) days[day] += StatusMicroseconds.Of(status, ticks / TimeSpan.TicksPerMicrosecond);
        }
    }

    private (long From, long To)[][] WindowsOf(OpeningHours? hours)
    {
        hours ??= OpeningHours.Always;
        if (open.TryGetValue(hours, out var known)) return known;
        return open[hours] =
        [
            .. Enumerable.Range(0, Count).Select(i => hours.IsAlways
                ? [(midnights[i], midnights[i + 1])]
                : hours.Within(First.AddDays(i)).Select(w => (w.From.UtcTicks, w.To.UtcTicks)).ToArray()),
        ];
    }
}
