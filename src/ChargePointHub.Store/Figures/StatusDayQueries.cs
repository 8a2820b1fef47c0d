using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using NpgsqlTypes;

namespace ChargePointHub.Store.Figures;

/// <summary>A charge point of a question about status.</summary>
/// <param name="Hours">Null: not told; then it counts as always open.</param>
/// <param name="Group">Where its time goes.</param>
/// <param name="Unit">Those of one number are one and the same, each on days of its own, and of one group.</param>
/// <param name="Days">On which it counts: disjoint, ascending, both ends inclusive, within the question's days.</param>
public sealed record StatusPoint(string OperatorId, string ChargePointId, OpeningHours? Hours, int Group, int Unit, IReadOnlyList<(DateOnly First, DateOnly Last)> Days);

/// <summary>What the hub sees of an operator's statuses.</summary>
/// <param name="Reports">It reports its changes.</param>
/// <param name="Until">Later nothing has settled, and does not count (exclusive).</param>
public sealed record SeenOperator(StatusSight Sight, bool Reports, DateTimeOffset Until);

/// <param name="Operators">Of each charge point of the question.</param>
/// <param name="Starts">First days of the periods, ascending, without a day between them; the first day of all is the first of these.</param>
/// <param name="LastDay">London day (inclusive).</param>
public sealed record StatusQuestion(IReadOnlyList<StatusPoint> Points, IReadOnlyDictionary<string, SeenOperator> Operators, IReadOnlyList<DateOnly> Starts, DateOnly LastDay);

/// <summary>Open time in each status of one group in one period.</summary>
/// <param name="Seen">Charge points of which anything is known in it; what is one and the same once.</param>
public readonly record struct StatusSum(int Group, int Period, int Seen, StatusMicroseconds Time);

/// <summary>
/// Sums over days of status: those that are made are read, all others, days that go on and days that a page has since brought something of, are worked out of their changes. So an
/// answer never depends on what was made. There is no reading without a scope.
/// </summary>
public sealed class StatusDayQueries(Database database)
{
    private const int Few = 64;

    /// <summary>Charge points whose changes are in memory at once.</summary>
    private const int PointsAtOnce = 2_000;

    private const int ChangesAtOnce = 500;

    private static readonly string Sums = string.Join(", ", StatusDayRows.Columns.Select(c => $"sum({c})::bigint AS {c}"));
    private static readonly string Total = string.Join(" + ", StatusDayRows.Columns);

    /// <summary>Groups and periods of which nothing is known are not among them.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold status changes: the caller should have refused.</exception>
    public async Task<IReadOnlyList<StatusSum>> ReadAsync(StatusQuestion question, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.Reads(Dataset.StatusChanges)) throw new UnauthorizedAccessException($"The scope {scope} does not read {Dataset.StatusChanges}.");
        if (question.Points.Count == 0) return [];
        var (rolled, computed) = await DivideAsync(question, cancellationToken);

        // Of what is told by several, or is partly made and partly worked out in one period, the sum alone says whether anything is known: it has a group of its own until then.
        var groups = question.Points.Max(p => p.Group) + 1;
        var (groupOf, shared) = (question.Points.DistinctBy(p => p.Unit).ToDictionary(p => p.Unit, p => p.Group), question.Points.CountBy(p => p.Unit).Where(u => u.Value > 1).Select(u => u.Key).ToHashSet());
        var apart = new Dictionary<(int Unit, int Period), StatusMicroseconds>();
        foreach (var (point, day, time) in await ComputeAsync(question, computed, scope, cancellationToken))
        {
            var key = (question.Points[point].Unit, PeriodOf(question, day));
            apart[key] = apart.GetValueOrDefault(key) + time;
        }

        var spans = new List<(int Point, int Group, DateOnly First, DateOnly Last)>();
        foreach (var (point, first, last) in rolled)
        {
            for (var day = first; day <= last;)
            {
                var (period, unit) = (PeriodOf(question, day), question.Points[point].Unit);
                bool IsApart(int p) => shared.Contains(unit) || apart.ContainsKey((unit, p));
                var isApart = IsApart(period);
                var end = day;
                for (var p = period; p < question.Starts.Count && end <= last && IsApart(p) == isApart; p++) end = p + 1 < question.Starts.Count ? question.Starts[p + 1] : last.AddDays(1);
                var until = end > last ? last : end.AddDays(-1);
                spans.Add((point, isApart ? groups + unit : question.Points[point].Group, day, until));
                day = until.AddDays(1);
            }
        }

        var sums = new Dictionary<(int Group, int Period), StatusSum>();
        foreach (var sum in await ReadMadeAsync(question, spans, scope, cancellationToken))
        {
            if (sum.Group < groups) Add(sum);
            else apart[(sum.Group - groups, sum.Period)] = apart.GetValueOrDefault((sum.Group - groups, sum.Period)) + sum.Time;
        }

        foreach (var ((unit, period), time) in apart.Where(a => a.Value.Total > 0)) Add(new StatusSum(groupOf[unit], period, 1, time));
        return [.. sums.Values];

        void Add(StatusSum sum)
        {
            var had = sums.GetValueOrDefault((sum.Group, sum.Period));
            sums[(sum.Group, sum.Period)] = sum with { Seen = had.Seen + sum.Seen, Time = had.Time + sum.Time };
        }
    }

    /// <summary>Days that are made as they would be now, and all others.</summary>
    private async Task<(List<(int Point, DateOnly First, DateOnly Last)> Rolled, List<(int Point, DateOnly First, DateOnly Last)> Computed)> DivideAsync(StatusQuestion question, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var shown = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var (made, hours) = (await StatusHistory.ReadMadeAsync(connection, cancellationToken), await StatusHistory.ReadHoursAsync(connection, cancellationToken));
        var touched = (await StatusHistory.ReadTouchedAsync(connection, null, made.GetValueOrDefault, cancellationToken)).ToDictionary(t => t.ChargePointId, StringComparer.Ordinal);
        var (rolled, computed) = (new List<(int, DateOnly, DateOnly)>(), new List<(int, DateOnly, DateOnly)>());
        for (var i = 0; i < question.Points.Count; i++)
        {
            var point = question.Points[i];
            var isMade = made.TryGetValue(point.OperatorId, out var m) && m.Reports == question.Operators[point.OperatorId].Reports && hours.GetValueOrDefault(point.ChargePointId, "") == StatusHistory.TextOf(point.Hours);
            // A reading in several answers is of the time up to when it began: a day that went on then may have been made since.
            var open = !isMade ? DateOnly.MinValue : LondonCalendar.DayOf(question.Operators[point.OperatorId].Until) is var begun && begun <= m!.To ? begun : m!.To.AddDays(1);
            foreach (var (first, last) in point.Days)
            {
                var day = first;
                IEnumerable<PointDays> unmade = isMade ? [.. touched.TryGetValue(point.ChargePointId, out var own) ? new[] { own } : [], new PointDays("", "", open, DateOnly.MaxValue)] : [new PointDays("", "", first, last)];
                foreach (var t in unmade.OrderBy(u => u.First))
                {
                    var (from, to) = (t.First > day ? t.First : day, t.Last < last ? t.Last : last);
                    if (from > to) continue;
                    if (from > day) rolled.Add((i, day, from.AddDays(-1)));
                    computed.Add((i, from, to));
                    day = to.AddDays(1);
                }

                if (day <= last) rolled.Add((i, day, last));
            }
        }

        return (rolled, computed);
    }

    private async Task<List<(int Point, DateOnly Day, StatusMicroseconds Time)>> ComputeAsync(
        StatusQuestion question, List<(int Point, DateOnly First, DateOnly Last)> spans, Scope scope, CancellationToken cancellationToken)
    {
        var found = new List<(int, DateOnly, StatusMicroseconds)>();
        if (spans.Count == 0) return found;
        var calendars = new Dictionary<(DateOnly, DateOnly), StatusDays>();
        var isLong = spans.Any(s => s.Last.DayNumber - s.First.DayNumber > 31);
        foreach (var batch in spans.Chunk(isLong ? ChangesAtOnce : PointsAtOnce))
        {
            await using var connection = await database.OpenServingAsync(cancellationToken);
            var days = batch.Select(s => new PointDays(question.Points[s.Point].OperatorId, question.Points[s.Point].ChargePointId, s.First, s.Last)).ToList();
            var changes = await StatusHistory.ReadChangesAsync(connection, days, id => question.Operators[id].Until, scope, cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                var (place, first, last) = batch[i];
                var point = question.Points[place];
                if (!calendars.TryGetValue((first, last), out var calendar)) calendars[(first, last)] = calendar = new StatusDays(first, last);
                var times = calendar.Of([.. changes[i]], question.Operators[point.OperatorId].Sight, point.Hours, question.Operators[point.OperatorId].Until);
                for (var d = 0; d < times.Length; d++) found.Add((place, first.AddDays(d), times[d]));
            }
        }

        return found;
    }

    private async Task<List<StatusSum>> ReadMadeAsync(StatusQuestion question, List<(int Point, int Group, DateOnly First, DateOnly Last)> spans, Scope scope, CancellationToken cancellationToken)
    {
        if (spans.Count == 0) return [];
        var rows = spans.Count <= Few
            ? "unnest(@ids, @operators, @groups, @firsts, @lasts) AS p (id, operator_id, grp, first, last) CROSS JOIN LATERAL generate_series(0, p.last - p.first) AS n (n) JOIN status_day d ON d.operator_id = p.operator_id AND d.day = p.first + n.n AND d.charge_point_id = p.id"
            : "status_day d JOIN unnest(@ids, @operators, @groups, @firsts, @lasts) AS p (id, operator_id, grp, first, last) ON d.charge_point_id = p.id AND d.day BETWEEN p.first AND p.last WHERE d.operator_id = ANY (@asked) AND d.day BETWEEN @first AND @last";
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(
            connection, scope,
            $"SELECT s.grp, s.period, (count(*) FILTER (WHERE {Total} > 0))::integer, {Sums} FROM (SELECT p.grp, width_bucket(d.day, @starts) - 1 AS period, p.id, {Sums} FROM {rows} GROUP BY 1, 2, 3) s GROUP BY 1, 2");
        var parameters = command.Parameters;
        parameters.AddWithValue("ids", spans.Select(s => question.Points[s.Point].ChargePointId).ToArray());
        parameters.AddWithValue("operators", spans.Select(s => question.Points[s.Point].OperatorId).ToArray());
        parameters.AddWithValue("groups", spans.Select(s => s.Group).ToArray());
        parameters.AddWithValue("firsts", NpgsqlDbType.Array | NpgsqlDbType.Date, spans.Select(s => s.First).ToArray());
        parameters.AddWithValue("lasts", NpgsqlDbType.Array | NpgsqlDbType.Date, spans.Select(s => s.Last).ToArray());
        parameters.AddWithValue("asked", spans.Select(s => question.Points[s.Point].OperatorId).Distinct().ToArray());
        parameters.AddWithValue("first", NpgsqlDbType.Date, question.Starts[0]);
        parameters.AddWithValue("last", NpgsqlDbType.Date, question.LastDay);
        parameters.AddWithValue("starts", NpgsqlDbType.Array | NpgsqlDbType.Date, question.Starts.ToArray());
        return await command.ListAsync(r => new StatusSum(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), StatusDayRows.Read(r, 3)), cancellationToken);
    }

    private static int PeriodOf(StatusQuestion question, DateOnly day)
    {
        var (low, high) = (0, question.Starts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (question.Starts[middle] <= day) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
