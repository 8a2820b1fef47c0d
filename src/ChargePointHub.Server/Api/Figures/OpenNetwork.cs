using ChargePointHub.Model;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>What there was to use of a group in a period.</summary>
/// <param name="ChargePoints">That counted on at least one of its days, each once.</param>
/// <param name="Undated">Of these, those of which is not told since when they are there.</param>
/// <param name="Microseconds">In which one could have charged by the opening hours, up to now; where these are not told, always.</param>
/// <param name="CoveragePercent">How much of its records is here, by charge points; null: nothing has settled yet.</param>
internal readonly record struct OpenFigures(int ChargePoints, int Undated, long Microseconds, decimal? CoveragePercent);

/// <summary>The network of a question over its periods: which charge points counted, and for how long they were open.</summary>
internal sealed class OpenNetwork
{
    private readonly FigurePoints network;
    private readonly DateTimeOffset now;
    private readonly OpenFigures[] figures;
    private readonly Dictionary<OpeningHours, long[]> openUntil = [];

    /// <summary>Place of the period of each day, from the first day on.</summary>
    private readonly int[] periodOf;

    /// <param name="now">Time after it does not count.</param>
    public OpenNetwork(FigurePoints network, FigureCoverage coverage, DateTimeOffset now, IReadOnlyList<FigurePeriod> periods)
    {
        (this.network, this.now) = (network, now);
        var (first, last) = (periods[0].First, periods[^1].Last);
        periodOf = [.. periods.SelectMany((p, i) => Enumerable.Repeat(i, p.Days))];
        var groups = network.Keys.Count;
        var (counts, undated, open, weights) = (new int[periods.Count * groups], new int[periods.Count * groups], new long[periods.Count * groups], new Dictionary<string, int>?[periods.Count * groups]);
        var points = new List<UsagePoint>(network.Units.Count);
        var alike = new Dictionary<Alike, Counted>();
        for (var u = 0; u < network.Units.Count; u++)
        {
            var unit = network.Units[u];
            var days = unit.DaysWithin(first, last).ToList();
            var kind = new Alike(unit.Group, unit.First.OperatorId, unit.First.Hours ?? OpeningHours.Always, unit.First.IsDated, days is [var only] ? only : null);
            if (days.Count > 1 || !alike.TryGetValue(kind, out var counted))
            {
                counted = new Counted(kind, days);
                if (days.Count > 1) Count(counted, 1);
                else alike[kind] = counted;
            }

            if (days.Count == 1) counted.Units++;
            if (counted.Periods is not { } meets) counted.Periods = meets = PeriodsOf(days);
            for (var m = 0; m < unit.Members.Count; m++)
            {
                if (coverage.Unmade.Contains(unit.Members[m].OperatorId)) continue;
                points.Add(new UsagePoint(
                    unit.Members[m].OperatorId, unit.Members[m].ChargePointId, unit.Group, u, meets.First, meets.Last, m == 0 ? [] : [.. unit.Members.Take(m).Select(s => s.ChargePointId)]));
            }
        }

        // Thousands are alike, and are worked out once.
        foreach (var counted in alike.Values.Where(c => c.Units > 0)) Count(counted, counted.Units);

        Points = points;
        var shares = new Dictionary<(string, int), decimal?>();
        figures = [.. counts.Select((c, i) => new OpenFigures(c, undated[i], open[i], weights[i] is null ? null : FigureCoverage.Percent(weights[i]!.Select(w => (ShareOf(w.Key, i / groups), (long)w.Value)))))];

        decimal? ShareOf(string operatorId, int period)
        {
            if (!shares.TryGetValue((operatorId, period), out var share)) shares[(operatorId, period)] = share = coverage.ShareOf(operatorId, periods[period].Window);
            return share;
        }

        (int First, int Last) PeriodsOf(List<(DateOnly First, DateOnly Last)> days) =>
            days.Count == 0 ? (-1, -1) : (periodOf[days[0].First.DayNumber - first.DayNumber], periodOf[days[^1].Last.DayNumber - first.DayNumber]);

        void Count(Counted of, int times)
        {
            var until = OpenUntil(of.Kind.Hours, first, last);
            var counted = new bool[periods.Count];
            foreach (var (from, to) in of.Days)
            {
                var (a, b) = (from.DayNumber - first.DayNumber, to.DayNumber - first.DayNumber);
                for (var p = periodOf[a]; p <= periodOf[b]; p++)
                {
                    var (begin, end) = (Math.Max(a, periods[p].First.DayNumber - first.DayNumber), Math.Min(b, periods[p].Last.DayNumber - first.DayNumber));
                    open[(p * groups) + of.Kind.Group] += times * (until[end + 1] - until[begin]);
                    counted[p] = true;
                }
            }

            for (var p = 0; p < periods.Count; p++)
            {
                if (!counted[p]) continue;
                var place = (p * groups) + of.Kind.Group;
                counts[place] += times;
                if (!of.Kind.IsDated) undated[place] += times;
                var weight = weights[place] ??= [];
                weight[of.Kind.OperatorId] = weight.GetValueOrDefault(of.Kind.OperatorId) + times;
            }
        }
    }

    /// <summary>Every charge point of the question.</summary>
    public IReadOnlyList<UsagePoint> Points { get; }

    public OpenFigures Of(int period, int group) => figures[(period * network.Keys.Count) + group];

    /// <summary>Open microseconds from the first day's midnight to that of each day, up to now; hours that are equal are worked out once.</summary>
    private long[] OpenUntil(OpeningHours hours, DateOnly first, DateOnly last)
    {
        if (openUntil.TryGetValue(hours, out var known)) return known;
        var until = new long[last.DayNumber - first.DayNumber + 2];
        for (var (day, i) = (first, 0); day <= last; (day, i) = (day.AddDays(1), i + 1))
        {
            var open = hours.Within(day);
            if (LondonCalendar.Midnight(day.AddDays(1)) > now) open = Window.Between(DateTimeOffset.MinValue, now) is { } past ? open.Intersect(past) : Coverage.None;
            until[i + 1] = until[i] + (open.Total.Ticks / TimeSpan.TicksPerMicrosecond);
        }

        return openUntil[hours] = until;
    }

    /// <summary>What things are alike in whose counts and open minutes are the same.</summary>
    /// <param name="Days">On which they count; null: on none, or in several spans.</param>
    private readonly record struct Alike(int Group, string OperatorId, OpeningHours Hours, bool IsDated, (DateOnly First, DateOnly Last)? Days);

    /// <param name="Days">Disjoint spans, ascending, both ends inclusive.</param>
    private sealed record Counted(Alike Kind, IReadOnlyList<(DateOnly First, DateOnly Last)> Days)
    {
        /// <summary>How many are alike.</summary>
        public int Units { get; set; }

        /// <summary>Places of the first and last period that the days meet; -1: there is none.</summary>
        public (int First, int Last)? Periods { get; set; }
    }
}
