using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Charge points that are one and the same, as one thing of one group: it counts once, where and what the first of them is.</summary>
/// <param name="Members">By hub id; one, but where several operators tell of it.</param>
/// <param name="Group">Place of its group.</param>
internal sealed record FigureUnit(IReadOnlyList<NetworkPoint> Members, int Group)
{
    public NetworkPoint First => Members[0];

    /// <summary>
    /// The days of [first, last] on which it counts, and as which of its members: once a day, as the first that counts then. Disjoint spans of days, both ends inclusive;
    /// those of one member ascend, and follow those of the members before it.
    /// </summary>
    public IReadOnlyList<(NetworkPoint Member, DateOnly First, DateOnly Last)> CountedWithin(DateOnly first, DateOnly last)
    {
        if (Members.Count == 1) return Members[0].Life.Within(first, last) is { } days ? [(Members[0], days.First, days.Last)] : [];
        var (counted, free) = (new List<(NetworkPoint, DateOnly, DateOnly)>(), new List<(DateOnly First, DateOnly Last)> { (first, last) });
        foreach (var member in Members)
        {
            var days = free.Select(f => member.Life.Within(f.First, f.Last)).OfType<(DateOnly First, DateOnly Last)>().ToList();
            if (days.Count == 0) continue;
            counted.AddRange(days.Select(d => (member, d.First, d.Last)));
            free = [.. free.SelectMany(f => Without(f, days))];
        }

        return counted;
    }

    private static IEnumerable<(DateOnly First, DateOnly Last)> Without((DateOnly First, DateOnly Last) span, IReadOnlyList<(DateOnly First, DateOnly Last)> days)
    {
        foreach (var (first, last) in days.Where(d => d.First <= span.Last && d.Last >= span.First))
        {
            if (first > span.First) yield return (span.First, first.AddDays(-1));
            span = (last.AddDays(1), span.Last);
        }

        if (span.First <= span.Last) yield return span;
    }
}

/// <summary>The charge points of a question, put into its groups.</summary>
/// <param name="Units">In the order of their groups.</param>
/// <param name="Keys">Of each group the values by which it is one, in the order of <paramref name="By"/>; ascending.</param>
internal sealed record FigurePoints(IReadOnlyList<FigureGroup> By, IReadOnlyList<FigureUnit> Units, IReadOnlyList<FigureKey> Keys)
{
    private readonly int[] starts = StartsOf(Units, Keys.Count);

    /// <summary>The first of a group's units.</summary>
    public int FirstUnit(int group) => starts[group];

    /// <summary>A group's units: places from the first (inclusive) to the last (exclusive).</summary>
    public (int From, int To) UnitsOf(int group) => (starts[group], group + 1 < starts.Length ? starts[group + 1] : Units.Count);

    /// <summary>Some of the groups by themselves.</summary>
    public FigurePoints Of(int first, int count)
    {
        var (from, to) = (starts[first], UnitsOf(first + count - 1).To);
        return new FigurePoints(By, [.. Units.Take(from..to).Select(u => u with { Group = u.Group - first })], [.. Keys.Take(first..(first + count))]);
    }

    /// <summary>Whose charge points are in a group.</summary>
    public IEnumerable<string> OperatorsOf(int group)
    {
        var (from, to) = UnitsOf(group);
        return Enumerable.Range(from, to - from).SelectMany(i => Units[i].Members).Select(m => m.OperatorId).Distinct();
    }

    public static FigurePoints Of(IReadOnlyList<FigureGroup> by, IReadOnlyList<NetworkPoint> points)
    {
        // Who asks by operator is told each one's own; over operators what is one and the same counts once.
        var isApart = by.Any(g => g is FigureGroup.ChargePoint or FigureGroup.Location or FigureGroup.Operator);
        var sets = isApart ? points.Select(p => (IReadOnlyList<NetworkPoint>)[p]) : Same(points);
        var keyed = sets.Select(members => (Members: members, Key: new FigureKey([.. by.Select(g => ValueOf(g, members[0]))]))).OrderBy(k => k.Key).ToList();
        var (units, keys) = (new List<FigureUnit>(keyed.Count), new List<FigureKey>());
        foreach (var (members, key) in keyed)
        {
            if (keys.Count == 0 || keys[^1].CompareTo(key) != 0) keys.Add(key);
            units.Add(new FigureUnit(members, keys.Count - 1));
        }

        return new FigurePoints(by, units, keys);
    }

    /// <summary>Whether the filters admit it.</summary>
    public static Func<NetworkPoint, bool> Filter(RequestParameters parameters, OperatorDirectory directory)
    {
        var all = new List<Func<NetworkPoint, bool>>();
        OneOf(parameters.List("charge_point"), p => p.ChargePointId);
        OneOf(parameters.List("location"), p => p.LocationId);
        OneOf(parameters.List("operator"), p => p.OperatorId);
        OneOf(parameters.Boroughs(), p => p.BoroughGss);
        OneOf(parameters.List("ward")?.SelectMany(directory.Wards.CodesOf), p => p.WardGss);
        OneOf(parameters.List("lsoa")?.SelectMany(directory.Lsoas.CodesOf), p => p.Lsoa21);
        OneOf(parameters.List("power_band"), p => Word(p.PowerBand));
        OneOf(parameters.List("access"), p => Word(p.Access));
        OneOf(parameters.List("funding_stream"), p => Word(p.FundingStream));
        OneOf(parameters.List("location_type"), p => Word(p.LocationType));
        if (DecimalText.Parse(parameters["max_power_kw__gte"]) is { } least) all.Add(p => p.MaxPowerKw >= least);
        if (DecimalText.Parse(parameters["max_power_kw__lt"]) is { } below) all.Add(p => p.MaxPowerKw < below);
        return all is [var only] ? only : p => all.TrueForAll(f => f(p));

        // What is not known meets no filter.
        void OneOf(IEnumerable<string>? words, Func<NetworkPoint, string?> valueOf)
        {
            if (words?.ToHashSet(StringComparer.Ordinal) is { } set) all.Add(p => valueOf(p) is { } value && set.Contains(value));
        }
    }

    private static int[] StartsOf(IReadOnlyList<FigureUnit> units, int groups)
    {
        var starts = new int[groups];
        for (var i = units.Count - 1; i >= 0; i--) starts[units[i].Group] = i;
        return starts;
    }

    private static string? ValueOf(FigureGroup group, NetworkPoint point) => group switch
    {
        FigureGroup.ChargePoint => point.ChargePointId,
        FigureGroup.Location => point.LocationId,
        FigureGroup.Operator => point.OperatorId,
        FigureGroup.Borough => point.BoroughGss,
        FigureGroup.Ward => point.WardGss,
        FigureGroup.PowerBand => Word(point.PowerBand),
        _ => Word(point.FundingStream),
    };

    private static string? Word<T>(T? value)
        where T : struct, Enum => value is { } known ? Words<T>.Of(known) : null;

    /// <summary>Those that are linked, whether by one or by way of others.</summary>
    private static List<IReadOnlyList<NetworkPoint>> Same(IReadOnlyList<NetworkPoint> points)
    {
        var linked = points.Where(p => p.SameAs.Count > 0).ToDictionary(p => p.ChargePointId, StringComparer.Ordinal);
        var sets = points.Where(p => p.SameAs.Count == 0).Select(p => (IReadOnlyList<NetworkPoint>)[p]).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var point in linked.Values.Where(p => seen.Add(p.ChargePointId)))
        {
            var set = new List<NetworkPoint> { point };
            for (var i = 0; i < set.Count; i++) set.AddRange(set[i].SameAs.Where(linked.ContainsKey).Where(seen.Add).Select(id => linked[id]));
            sets.Add([.. set.OrderBy(p => p.ChargePointId, StringComparer.Ordinal)]);
        }

        return sets;
    }
}

/// <summary>The values by which a group is one; null: not known. In their order, unknown ones last.</summary>
internal sealed record FigureKey(IReadOnlyList<string?> Values) : IComparable<FigureKey>
{
    public int CompareTo(FigureKey? other)
    {
        for (var i = 0; other is not null && i < Values.Count; i++)
        {
            var (mine, its) = (Values[i], other.Values[i]);
            if (mine is null != its is null) return mine is null ? 1 : -1;
            if (string.CompareOrdinal(mine, its) is not 0 and var order) return order;
        }

        return 0;
    }
}
