using System.Text;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Figures;

/// <summary>Charge points' days put together by the groups and periods of a question, in whatever order they come; each day of a charge point comes once, and counts in each of its groups.</summary>
internal sealed class UsageSums
{
    private readonly UsageQuestion question;
    private readonly Dictionary<string, OfOperator> operators;
    private readonly ILookup<string, UsagePoint> points;

    /// <summary>Things of which several charge points tell: of each day the first that has figures counts, which is known when all were read.</summary>
    private readonly bool[] isSeveral;
    private readonly Dictionary<(int Unit, DateOnly Day), (UsagePoint Point, UsageFigures Figures)> ofSeveral = [];

    private readonly int groups;
    private readonly UsageFigures[] figures;
    private readonly bool[] isThere;
    private readonly int[] used;

    /// <summary>Of each thing and period whether it was used: told as often as one likes, it is one.</summary>
    private readonly ulong[] usedUnits;

    public UsageSums(UsageQuestion question)
    {
        this.question = question;
        points = question.Points.ToLookup(p => p.ChargePointId, StringComparer.Ordinal);
        operators = question.Points.GroupBy(p => p.OperatorId).ToDictionary(o => o.Key, o => new OfOperator(o), StringComparer.Ordinal);
        groups = question.Points.Max(p => p.Group) + 1;
        isSeveral = new bool[question.Points.Max(p => p.Unit) + 1];
        foreach (var point in question.Points.Where(p => p.Before.Count > 0)) isSeveral[point.Unit] = true;
        var places = groups * question.Starts.Count;
        (figures, isThere, used) = (new UsageFigures[places], new bool[places], new int[places]);
        usedUnits = new ulong[(((long)isSeveral.Length * question.Starts.Count) + 63) / 64];
    }

    /// <summary>Of the question.</summary>
    public IEnumerable<string> Operators => operators.Keys;

    /// <summary>A day of a charge point; of one that is not asked about, nothing.</summary>
    public void Add(string operatorId, DateOnly day, string chargePointId, UsageFigures more)
    {
        foreach (var point in points[chargePointId])
        {
            if (point.OperatorId == operatorId) Add(point, day, PeriodOf(day), more);
        }
    }

    /// <summary>A day of an operator, as <see cref="PackedUsage"/> has it.</summary>
    public void Add(string operatorId, DateOnly day, ReadOnlySpan<byte> packed)
    {
        var (of, period, at, n) = (operators[operatorId], PeriodOf(day), 0, 0);
        while (n < of.Ids.Length && PackedUsage.TryRead(packed, ref at, out var id, out var more))
        {
            // Both are in the order of the ids' bytes.
            var order = of.Ids[n].AsSpan().SequenceCompareTo(id);
            while (order < 0 && ++n < of.Ids.Length) order = of.Ids[n].AsSpan().SequenceCompareTo(id);
            for (; n < of.Ids.Length && of.Ids[n].AsSpan().SequenceEqual(id); n++) Add(of.Points[n], day, period, more);
        }
    }

    /// <summary>Groups and periods of which anything was told; called once.</summary>
    public List<UsageSum> ToList()
    {
        foreach (var ((_, day), (point, more)) in ofSeveral) Add(point, PeriodOf(day), more);
        var sums = new List<UsageSum>();
        for (var place = 0; place < figures.Length; place++)
        {
            if (isThere[place]) sums.Add(new UsageSum(place % groups, place / groups, used[place], figures[place]));
        }

        return sums;
    }

    private void Add(UsagePoint point, DateOnly day, int period, UsageFigures more)
    {
        if (!isSeveral[point.Unit]) Add(point, period, more);
        else if (!ofSeveral.TryGetValue((point.Unit, day), out var other) || point.Before.Count < other.Point.Before.Count) ofSeveral[(point.Unit, day)] = (point, more);
    }

    private void Add(UsagePoint point, int period, UsageFigures more)
    {
        var place = (period * groups) + point.Group;
        figures[place] += more;
        isThere[place] = true;
        if (more.Sessions <= 0 || period < point.CountsFrom || period > point.CountsTo) return;
        var bit = ((long)point.Unit * question.Starts.Count) + period;
        ref var bits = ref usedUnits[bit / 64];
        if ((bits & (1UL << (int)(bit % 64))) != 0) return;
        bits |= 1UL << (int)(bit % 64);
        used[place]++;
    }

    /// <summary>The last that has begun.</summary>
    private int PeriodOf(DateOnly day)
    {
        var (low, high) = (0, question.Starts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (question.Starts[middle] <= day) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    /// <summary>An operator's charge points of the question, in the order of the bytes of their ids without the operator.</summary>
    private sealed class OfOperator
    {
        public OfOperator(IGrouping<string, UsagePoint> points)
        {
            var owned = points.Select(p => (Id: Encoding.UTF8.GetBytes(p.ChargePointId[(points.Key.Length + 1)..]), Point: p)).ToList();
            owned.Sort((a, b) => a.Id.AsSpan().SequenceCompareTo(b.Id));
            (Ids, Points) = ([.. owned.Select(o => o.Id)], [.. owned.Select(o => o.Point)]);
        }

        public byte[][] Ids { get; }

        public UsagePoint[] Points { get; }
    }
}
