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
        var (counts, undated, open, shares) = (new int[periods.Count * groups], new int[periods.Count * groups], new long[periods.Count * groups], new Shares?[periods.Count * groups]);
        var points = new List<UsagePoint>(network.Units.Count);
        var alike = new Dictionary<Alike, int>();
        for (var u = 0; u < network.Units.Count; u++)
        {
            var unit = network.Units[u];
            IReadOnlyList<Alike> spans = [.. unit.CountedWithin(first, last).Select(c => new Alike(unit.Group, c.Member.OperatorId, c.Member.Hours ?? OpeningHours.Always, c.Member.IsDated, c.First, c.Last))];
            if (spans is [var only]) alike[only] = alike.GetValueOrDefault(only) + 1;
            else if (spans.Count > 1) CountInTurns(spans);

            var meets = spans.Count == 0 ? (First: -1, Last: -1) : (First: PeriodOf(spans.Min(s => s.First)), Last: PeriodOf(spans.Max(s => s.Last)));
            for (var m = 0; m < unit.Members.Count; m++)
            {
                if (coverage.Unmade.Contains(unit.Members[m].OperatorId)) continue;
                points.Add(new UsagePoint(
                    unit.Members[m].OperatorId, unit.Members[m].ChargePointId, unit.Group, u, meets.First, meets.Last, m == 0 ? [] : [.. unit.Members.Take(m).Select(s => s.ChargePointId)]));
            }
        }

        // Thousands are alike, and are worked out once.
        foreach (var (kind, times) in alike)
        {
            var until = OpenUntil(kind.Hours, first, last);
            for (var p = PeriodOf(kind.First); p <= PeriodOf(kind.Last); p++)
            {
                var place = Open(kind, until, p, times);
                counts[place] += times;
                if (!kind.IsDated) undated[place] += times;
                (shares[place] ??= new Shares()).Add(kind.OperatorId, times);
            }
        }

        Points = points;
        var known = new Dictionary<(string, int), decimal?>();
        figures = [.. counts.Select((c, i) => new OpenFigures(c, undated[i], open[i], shares[i]?.Percent(operatorId => ShareOf(operatorId, i / groups))))];

        decimal? ShareOf(string operatorId, int period)
        {
            if (!known.TryGetValue((operatorId, period), out var share)) known[(operatorId, period)] = share = coverage.ShareOf(operatorId, periods[period].Window);
            return share;
        }

        int PeriodOf(DateOnly day) => periodOf[day.DayNumber - first.DayNumber];

        // Of a period what is within the span; the place of its group in it is returned.
        int Open(Alike span, long[] until, int period, int times)
        {
            var days = Within(span, periods[period]);
            var place = (period * groups) + span.Group;
            open[place] += times * (until[days.Last.DayNumber - first.DayNumber + 1] - until[days.First.DayNumber - first.DayNumber]);
            return place;
        }

        // One that is told by several, each on days of its own: it counts once, and what is here of it is of each on its days.
        void CountInTurns(IReadOnlyList<Alike> spans)
        {
            foreach (var met in spans.SelectMany(s => Enumerable.Range(PeriodOf(s.First), PeriodOf(s.Last) - PeriodOf(s.First) + 1).Select(p => (Span: s, Period: p))).GroupBy(m => m.Period, m => m.Span))
            {
                var place = (met.Key * groups) + spans[0].Group;
                foreach (var span in met) Open(span, OpenUntil(span.Hours, first, last), met.Key, 1);
                counts[place]++;
                if (met.Any(s => !s.IsDated)) undated[place]++;
                var here = shares[place] ??= new Shares();
                if (met.All(s => s.OperatorId == met.First().OperatorId)) here.Add(met.First().OperatorId, 1);
                else here.AddInTurns([.. met.Select(s => (s.OperatorId, Window: DaysOf(s, periods[met.Key]))).Select(s => (coverage.ShareOf(s.OperatorId, s.Window), s.Window.Length))]);
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

    private static Window DaysOf(Alike span, FigurePeriod period) => LondonCalendar.Days(Within(span, period).First, Within(span, period).Last);

    private static (DateOnly First, DateOnly Last) Within(Alike span, FigurePeriod period) => (span.First > period.First ? span.First : period.First, span.Last < period.Last ? span.Last : period.Last);

    /// <summary>What things are alike in whose counts and open minutes are the same.</summary>
    /// <param name="First">Of the days on which they count, inclusive.</param>
    /// <param name="Last">Inclusive.</param>
    private readonly record struct Alike(int Group, string OperatorId, OpeningHours Hours, bool IsDated, DateOnly First, DateOnly Last);

    /// <summary>How much is here of the charge points of a group in a period.</summary>
    private sealed class Shares
    {
        private readonly Dictionary<string, int> byOperator = [];
        private readonly List<(decimal? Share, long ChargePoints)> inTurns = [];

        public void Add(string operatorId, int chargePoints) => byOperator[operatorId] = byOperator.GetValueOrDefault(operatorId) + chargePoints;

        /// <param name="told">By those that tell of one charge point: their shares, and over how long.</param>
        public void AddInTurns(IReadOnlyList<(decimal? Share, TimeSpan Length)> told)
        {
            var settled = told.Where(t => t.Share is not null).ToList();
            var length = settled.Sum(t => t.Length.Ticks);
            inTurns.Add((length == 0 ? null : settled.Sum(t => t.Share!.Value * t.Length.Ticks) / length, 1));
        }

        public decimal? Percent(Func<string, decimal?> shareOf) => FigureCoverage.Percent(byOperator.Select(w => (shareOf(w.Key), (long)w.Value)).Concat(inTurns));
    }
}
