using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using NpgsqlTypes;

namespace ChargePointHub.Store.Figures;

/// <summary>A charge point of a question, and where its figures go.</summary>
/// <param name="Group">Place of its group.</param>
/// <param name="Unit">What counts as one: the same for charge points that are one and the same.</param>
/// <param name="CountsFrom">Place of the first period in which it counts, and so can be used; -1: of none.</param>
/// <param name="CountsTo">Place of the last (inclusive).</param>
/// <param name="Before">Hub ids that come before it on a day on which they have figures too, as they are the same; empty: none.</param>
public readonly record struct UsagePoint(string OperatorId, string ChargePointId, int Group, int Unit, int CountsFrom, int CountsTo, IReadOnlyList<string> Before);

/// <summary>What is asked of the roll-up.</summary>
/// <param name="Starts">First days of the periods, ascending, without a day between them; the first day of all is the first of these.</param>
/// <param name="LastDay">London day (inclusive).</param>
public sealed record UsageQuestion(IReadOnlyList<UsagePoint> Points, IReadOnlyList<DateOnly> Starts, DateOnly LastDay);

/// <summary>Figures of one group in one period.</summary>
/// <param name="Period">Place of the period.</param>
/// <param name="Used">Charge points that counted, with a session that began in it, each once.</param>
public readonly record struct UsageSum(int Group, int Period, int Used, UsageFigures Figures);

/// <summary>Sums over the roll-up of sessions, with the charge points' groups joined to it. There is no reading without a scope.</summary>
public sealed class UsageQueries(Database database)
{
    /// <summary>So few are looked up day by day; of more a day's rows are read whole.</summary>
    private const int Few = 64;

    private const string Sums =
        "sum(u.sessions)::integer AS sessions, sum(u.successful_sessions)::integer AS successful_sessions, sum(u.unended_sessions)::integer AS unended_sessions, sum(u.without_energy)::integer AS without_energy, "
        + "sum(u.without_charging_minutes)::integer AS without_charging_minutes, sum(u.priced_sessions)::integer AS priced_sessions, sum(u.energy_wh)::bigint AS energy_wh, "
        + "sum(u.plugged_us)::bigint AS plugged_us, sum(u.charging_us)::bigint AS charging_us, sum(u.idle_us)::bigint AS idle_us, sum(u.revenue_inc_vat) AS revenue_inc_vat";

    /// <summary>Groups and periods of which nothing is there are not among them.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold sessions: the caller should have refused.</exception>
    public async Task<List<UsageSum>> ReadAsync(UsageQuestion question, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.Reads(Dataset.ChargingSessions)) throw new UnauthorizedAccessException($"The scope {scope} does not read {Dataset.ChargingSessions}.");
        if (question.Points.Count == 0) return [];
        var (first, days) = (question.Starts[0], question.LastDay.DayNumber - question.Starts[0].DayNumber + 1);
        var isDaily = question.Starts.Count == days;
        var duplicates = question.Points.SelectMany(p => p.Before.Select(b => (p.ChargePointId, Before: b))).ToList();
        var rows = question.Points.Count <= Few
            ? $"unnest(@ids, @operators, @groups, @units, @counts_from, @counts_to) AS p (id, operator_id, grp, unit, counts_from, counts_to) CROSS JOIN generate_series(0, {days - 1}) AS d (n) JOIN usage_day u ON u.operator_id = p.operator_id AND u.day = @first + d.n AND u.charge_point_id = p.id"
            : "usage_day u JOIN unnest(@ids, @operators, @groups, @units, @counts_from, @counts_to) AS p (id, operator_id, grp, unit, counts_from, counts_to) ON u.charge_point_id = p.id WHERE u.operator_id = ANY (@asked) AND u.day BETWEEN @first AND @last";
        if (duplicates.Count > 0)
        {
            rows += (question.Points.Count <= Few ? " WHERE" : " AND")
                + " NOT EXISTS (SELECT FROM unnest(@later, @sooner) AS s (id, before) JOIN usage_day b ON b.operator_id = split_part(s.before, ':', 1) AND b.day = u.day AND b.charge_point_id = s.before WHERE s.id = u.charge_point_id)";
        }

        // Of a day each thing has one row, so that rows count things; of longer periods they are put together first.
        var period = isDaily ? "u.day - @first" : "width_bucket(u.day, @starts) - 1";
        var sql = isDaily
            ? $"SELECT p.grp, {period}, (count(*) FILTER (WHERE u.sessions > 0 AND {period} BETWEEN p.counts_from AND p.counts_to))::integer, {Sums} FROM {rows} GROUP BY 1, 2"
            : $"SELECT u.grp, u.period, (count(*) FILTER (WHERE u.sessions > 0 AND u.period BETWEEN u.counts_from AND u.counts_to))::integer, {Sums} "
                + $"FROM (SELECT p.grp, {period} AS period, p.unit, min(p.counts_from) AS counts_from, max(p.counts_to) AS counts_to, {Sums} FROM {rows} GROUP BY 1, 2, 3) u GROUP BY 1, 2";

        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(connection, scope, sql);
        var parameters = command.Parameters;
        parameters.AddWithValue("ids", question.Points.Select(p => p.ChargePointId).ToArray());
        parameters.AddWithValue("operators", question.Points.Select(p => p.OperatorId).ToArray());
        parameters.AddWithValue("groups", question.Points.Select(p => p.Group).ToArray());
        parameters.AddWithValue("units", question.Points.Select(p => p.Unit).ToArray());
        parameters.AddWithValue("counts_from", question.Points.Select(p => p.CountsFrom).ToArray());
        parameters.AddWithValue("counts_to", question.Points.Select(p => p.CountsTo).ToArray());
        parameters.AddWithValue("asked", question.Points.Select(p => p.OperatorId).Distinct().ToArray());
        parameters.AddWithValue("first", NpgsqlDbType.Date, first);
        parameters.AddWithValue("last", NpgsqlDbType.Date, question.LastDay);
        parameters.AddWithValue("starts", NpgsqlDbType.Array | NpgsqlDbType.Date, question.Starts.ToArray());
        if (duplicates.Count > 0)
        {
            parameters.AddWithValue("later", duplicates.Select(d => d.ChargePointId).ToArray());
            parameters.AddWithValue("sooner", duplicates.Select(d => d.Before).ToArray());
        }

        return await command.ListAsync(r => new UsageSum(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), UsageRows.Read(r, 3)), cancellationToken);
    }
}
