using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Reliability;

/// <summary>Of one group in one period, by why its charge points are left out of the regulated network.</summary>
/// <param name="ChargePoints">That counted on at least one day, each once.</param>
/// <param name="Open">Microseconds within opening hours that were to be observed.</param>
/// <param name="Outside">Microseconds outside them.</param>
internal readonly record struct ToObserve(int ChargePoints, long Open, long Outside);

/// <summary>The network of a question over its periods: what was to be observed of each group, and which charge points' days its time in each status is of.</summary>
internal sealed class StatusNetwork
{
    /// <summary>The regulated network, and each reason why a charge point of the period is not of it.</summary>
    public const int Classes = 6;

    private readonly ToObserve[] all;
    private readonly int[] gone;
    private readonly int[] coming;
    private readonly int groups;

    public StatusNetwork(FigureReading reading, IReadOnlyList<FigurePeriod> periods, IReadOnlyDictionary<string, SeenOperator> seen, bool boroughsAreKnown)
    {
        groups = reading.Points.Keys.Count;
        var (first, last) = (periods[0].First, periods[^1].Last);
        var periodOf = periods.SelectMany((p, i) => Enumerable.Repeat(i, p.Days)).ToArray();
        var (calendar, lengths) = (new StatusDays(first, last), new Dictionary<(OpeningHours?, DateTimeOffset), (long Open, long Outside)[]>());
        all = new ToObserve[periods.Count * groups * Classes];
        (gone, coming) = (new int[periods.Count * groups], new int[periods.Count * groups]);
        var points = new List<StatusPoint>();
        var counted = new int[periods.Count];
        for (var u = 0; u < reading.Points.Units.Count; u++)
        {
            var unit = reading.Points.Units[u];
            var of = RegulatedNetwork.WhyNot(unit.First, boroughsAreKnown) is { } why ? (int)why + 1 : 0;
            foreach (var own in unit.CountedWithin(first, last).GroupBy(c => c.Member, ReferenceEqualityComparer.Instance))
            {
                var (member, days) = (own.First().Member, own.Select(c => (c.First, c.Last)).ToList());
                points.Add(new StatusPoint(member.OperatorId, member.ChargePointId, member.Hours, (unit.Group * Classes) + of, u, days));
                var key = (member.Hours, seen[member.OperatorId].Until);
                if (!lengths.TryGetValue(key, out var open)) lengths[key] = open = calendar.Lengths(member.Hours, seen[member.OperatorId].Until);
                foreach (var (from, to) in days)
                {
                    for (var (d, end) = (from.DayNumber - first.DayNumber, to.DayNumber - first.DayNumber); d <= end; d++)
                    {
                        ref var sum = ref all[(((periodOf[d] * groups) + unit.Group) * Classes) + of];
                        sum = new ToObserve(sum.ChargePoints + (counted[periodOf[d]] == u + 1 ? 0 : 1), sum.Open + open[d].Open, sum.Outside + open[d].Outside);
                        counted[periodOf[d]] = u + 1;
                    }
                }
            }

            for (var p = 0; p < periods.Count; p++)
            {
                if (counted[p] == u + 1) continue;
                if (unit.Members.All(m => m.Life.Last < periods[p].First)) gone[(p * groups) + unit.Group]++;
                else coming[(p * groups) + unit.Group]++;
            }
        }

        Points = points;
    }

    /// <summary>Their groups are those of the question, each divided by class.</summary>
    public IReadOnlyList<StatusPoint> Points { get; }

    /// <param name="of">0: the regulated network; else one more than the reason.</param>
    public ToObserve Of(int period, int group, int of) => all[(((period * groups) + group) * Classes) + of];

    /// <summary>Charge points of the group that do not count in the period, as it is after or before their days.</summary>
    public (int Gone, int Coming) AwayOf(int period, int group) => (gone[(period * groups) + group], coming[(period * groups) + group]);
}
