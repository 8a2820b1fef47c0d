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
        var points = new List<UsagePoint>();
        var counted = new bool[periods.Count];
        for (var u = 0; u < network.Units.Count; u++)
        {
            var unit = network.Units[u];
            var until = OpenUntil(unit.First.Hours ?? OpeningHours.Always, first, last);
            Array.Clear(counted);
            foreach (var (from, to) in unit.DaysWithin(first, last))
            {
                var (a, b) = (from.DayNumber - first.DayNumber, to.DayNumber - first.DayNumber);
                for (var p = periodOf[a]; p <= periodOf[b]; p++)
                {
                    var (begin, end) = (Math.Max(a, periods[p].First.DayNumber - first.DayNumber), Math.Min(b, periods[p].Last.DayNumber - first.DayNumber));
                    open[(p * groups) + unit.Group] += until[end + 1] - until[begin];
                    counted[p] = true;
                }
            }

            var (least, most) = (Array.IndexOf(counted, true), Array.LastIndexOf(counted, true));
            for (var p = Math.Max(0, least); p <= most; p++)
            {
                if (!counted[p]) continue;
                var place = (p * groups) + unit.Group;
                counts[place]++;
                if (!unit.First.IsDated) undated[place]++;
                var of = weights[place] ??= [];
                of[unit.First.OperatorId] = of.GetValueOrDefault(unit.First.OperatorId) + 1;
            }

            for (var m = 0; m < unit.Members.Count; m++)
            {
                if (coverage.Unmade.Contains(unit.Members[m].OperatorId)) continue;
                points.Add(new UsagePoint(
                    unit.Members[m].OperatorId, unit.Members[m].ChargePointId, unit.Group, u, least, most, m == 0 ? [] : [.. unit.Members.Take(m).Select(s => s.ChargePointId)]));
            }
        }

        Points = points;
        var shares = new Dictionary<(string, int), decimal?>();
        figures = [.. counts.Select((c, i) => new OpenFigures(c, undated[i], open[i], weights[i] is null ? null : FigureCoverage.Percent(weights[i]!.Select(w => (ShareOf(w.Key, i / groups), (long)w.Value)))))];

        decimal? ShareOf(string operatorId, int period)
        {
            if (!shares.TryGetValue((operatorId, period), out var share)) shares[(operatorId, period)] = share = coverage.ShareOf(operatorId, periods[period].Window);
            return share;
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
}
