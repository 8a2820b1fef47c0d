using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>What there was to use in the hours of London's week over a window, as <see cref="OpenNetwork"/> has it of days.</summary>
internal sealed class OpenWeek
{
    private readonly long[] open;

    /// <param name="now">Time after it does not count.</param>
    public OpenWeek(FigurePoints network, FigurePeriod window, DateTimeOffset now)
    {
        var hours = Enumerable.Range(0, window.Days).SelectMany(d => WeekHour.Within(window.First.AddDays(d)).Select(h => new DayHour(d, h.Hour.Place, Microseconds(h.Window.From), Math.Min(Microseconds(h.Window.To), Microseconds(now)))))
            .Where(h => h.From < h.To).ToList();
        foreach (var hour in hours) Lasted[hour.Place] += hour.To - hour.From;
        foreach (var (_, place) in hours.Select(h => (h.Day, h.Place)).Distinct()) Days[place]++;

        // Most charge points share their opening hours and count on all days: each such sort is worked out once.
        open = new long[network.Keys.Count * WeekHour.Count];
        var sorts = network.Units.SelectMany(u => u.CountedWithin(window.First, window.Last).Select(c => (Hours: c.Member.Hours ?? OpeningHours.Always, u.Group, Days: (c.First, c.Last))));
        foreach (var alike in sorts.GroupBy(s => s.Hours))
        {
            var times = TimesOf(alike.Key, window.First, hours);
            foreach (var sort in alike.CountBy(s => (s.Group, s.Days)))
            {
                var (from, to) = (sort.Key.Days.First.DayNumber - window.First.DayNumber, sort.Key.Days.Last.DayNumber - window.First.DayNumber);
                for (var i = 0; i < hours.Count; i++)
                {
                    if (hours[i].Day >= from && hours[i].Day <= to) open[(sort.Key.Group * WeekHour.Count) + hours[i].Place] += times[i] * sort.Value;
                }
            }
        }
    }

    /// <summary>Of each hour for how many microseconds it lasted in the window.</summary>
    public long[] Lasted { get; } = new long[WeekHour.Count];

    /// <summary>Of each hour on how many days it came.</summary>
    public int[] Days { get; } = new int[WeekHour.Count];

    /// <summary>Microseconds in which one could have charged by the opening hours; where these are not told, all.</summary>
    public long Of(int group, WeekHour hour) => open[(group * WeekHour.Count) + hour.Place];

    private static long[] TimesOf(OpeningHours opening, DateOnly first, List<DayHour> hours)
    {
        var times = new long[hours.Count];
        for (var i = 0; i < times.Length;)
        {
            var day = hours[i].Day;
            var windows = opening.Within(first.AddDays(day)).Select(w => (From: Microseconds(w.From), To: Microseconds(w.To))).ToList();
            for (; i < times.Length && hours[i].Day == day; i++)
            {
                foreach (var (from, to) in windows) times[i] += Math.Max(0, Math.Min(to, hours[i].To) - Math.Max(from, hours[i].From));
            }
        }

        return times;
    }

    private static long Microseconds(DateTimeOffset instant) => instant.UtcTicks / TimeSpan.TicksPerMicrosecond;

    /// <summary>One hour of one day, up to now; in microseconds since the year 1, UTC.</summary>
    private readonly record struct DayHour(int Day, int Place, long From, long To);
}
