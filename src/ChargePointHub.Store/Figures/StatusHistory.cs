using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Figures;

/// <summary>London days of a charge point, both inclusive.</summary>
internal readonly record struct PointDays(string OperatorId, string ChargePointId, DateOnly First, DateOnly Last);

/// <summary>Which days of an operator are made.</summary>
/// <param name="Reports">As which it was seen: whether it reports its changes.</param>
public sealed record StatusDaysMade(DateOnly From, DateOnly To, bool Reports);

/// <summary>What days of status are made of.</summary>
internal static class StatusHistory
{
    /// <summary>
    /// $1 charge points, $2 their operators, $3 from (inclusive), $4 to (exclusive). With the change that held at the first instant, and what crawls saw where no report
    /// says anything; in no order. OFFSET keeps the lateral one: joined, it would read whole months.
    /// </summary>
    private const string Changes =
        """
        WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS i (id, operator_id, from_at, to_at, n))
        SELECT i.n::integer, c.at, c.tick, c.status, NULL::timestamptz AS seen_at
        FROM asked i
        LEFT JOIN LATERAL (
            SELECT l.at FROM status_change l WHERE l.operator_id = i.operator_id AND l.charge_point_id = i.id AND l.at < i.from_at ORDER BY l.at DESC LIMIT 1) l ON true
        CROSS JOIN LATERAL (
            SELECT c.at, c.tick, c.status FROM status_change c
            WHERE c.operator_id = i.operator_id AND c.charge_point_id = i.id AND c.at >= coalesce(l.at, i.from_at) AND c.at < i.to_at
            OFFSET 0) c
        UNION ALL
        SELECT i.n::integer, coalesce(s.since, s.at), s.tick, s.status, s.at
        FROM asked i JOIN status_sighting s ON s.operator_id = i.operator_id AND s.charge_point_id = i.id AND coalesce(s.since, s.at) < i.to_at
        """;

    /// <summary>$1 operator, or null: all. What a mark touches goes on until the next change after it.</summary>
    private const string Touched =
        """
        WITH mark AS (SELECT operator_id, charge_point_id, min(from_day) AS from_day, max(to_day) AS to_day FROM status_day_dirty WHERE $1::text IS NULL OR operator_id = $1 GROUP BY 1, 2),
        point AS (
            SELECT m.operator_id, m.charge_point_id, m.from_day, m.to_day FROM mark m WHERE m.charge_point_id <> ''
            UNION ALL SELECT m.operator_id, k.charge_point_id, m.from_day, m.to_day
            FROM mark m JOIN (SELECT operator_id, charge_point_id FROM charge_point_status UNION SELECT operator_id, charge_point_id FROM charge_point) k USING (operator_id) WHERE m.charge_point_id = '')
        SELECT p.operator_id, p.charge_point_id, p.from_day, n.at
        FROM point p LEFT JOIN LATERAL (
            SELECT c.at FROM status_change c
            WHERE c.operator_id = p.operator_id AND c.charge_point_id = p.charge_point_id AND c.at >= ((p.to_day + 1)::timestamp AT TIME ZONE 'Europe/London') ORDER BY c.at LIMIT 1) n ON true
        """;

    /// <summary>By place in <paramref name="of"/>, and time; from the change that held when the first day began.</summary>
    /// <param name="scope">Null: the hub itself asks.</param>
    /// <param name="until">Of each operator.</param>
    public static async Task<ILookup<int, StatusFrom>> ReadChangesAsync(
        NpgsqlConnection connection, IReadOnlyList<PointDays> of, Func<string, DateTimeOffset> until, Scope? scope, CancellationToken cancellationToken)
    {
        var midnights = of.SelectMany(d => new[] { d.First, d.Last.AddDays(1) }).Distinct().ToDictionary(d => d, LondonCalendar.Midnight);
        object?[] values =
        [
            of.Select(d => d.ChargePointId).ToArray(), of.Select(d => d.OperatorId).ToArray(), of.Select(d => midnights[d.First].UtcDateTime).ToArray(),
            of.Select(d => (until(d.OperatorId) is var end && end < midnights[d.Last.AddDays(1)] ? end : midnights[d.Last.AddDays(1)]).UtcDateTime).ToArray(),
        ];
        var rows = scope is null
            ? await connection.Command(Changes, values).ListAsync(Read, cancellationToken)
            : await new ServingCommand(connection, scope, Changes, values).ListAsync(Read, cancellationToken);
        return rows.OrderBy(r => r.At).ThenBy(r => r.Tick).ThenBy(r => r.Status, StringComparer.Ordinal).ToLookup(r => r.Place, r => new StatusFrom(r.At, Words<Status>.Parse(r.Status)!.Value, r.SeenAt));

        static (int Place, DateTimeOffset At, long Tick, string Status, DateTimeOffset? SeenAt) Read(NpgsqlDataReader r) => (r.GetInt32(0) - 1, r.Instant(1), r.GetInt64(2), r.GetString(3), r.InstantOrNull(4));
    }

    /// <summary>Made days that are no longer what they were made of; of each charge point one span that holds them all.</summary>
    /// <param name="operatorId">Null: of all operators.</param>
    public static async Task<IReadOnlyList<PointDays>> ReadTouchedAsync(
        NpgsqlConnection connection, string? operatorId, Func<string, StatusDaysMade?> made, CancellationToken cancellationToken)
    {
        var touched = await connection.Command(Touched, new NpgsqlParameter { Value = (object?)operatorId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }).ListAsync(
            r => (OperatorId: r.GetString(0), Id: r.GetString(1), From: r.GetFieldValue<DateOnly>(2), Next: r.InstantOrNull(3)), cancellationToken);
        var days = new Dictionary<string, PointDays>(StringComparer.Ordinal);
        foreach (var t in touched)
        {
            if (made(t.OperatorId) is not { } m) continue;
            var last = t.Next is { } next && LondonCalendar.DayOf(next) is var day && day < m.To ? day : m.To;
            if (t.From > last) continue;
            days[t.Id] = !days.TryGetValue(t.Id, out var had) ? new PointDays(t.OperatorId, t.Id, t.From, last)
                : had with { First = t.From < had.First ? t.From : had.First, Last = last > had.Last ? last : had.Last };
        }

        return [.. days.Values];
    }

    public static async Task<Dictionary<string, StatusDaysMade>> ReadMadeAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.Command("SELECT operator_id, from_day, to_day, reports FROM status_day_made").ListAsync(
            r => (Id: r.GetString(0), Made: new StatusDaysMade(r.GetFieldValue<DateOnly>(1), r.GetFieldValue<DateOnly>(2), r.GetBoolean(3))), cancellationToken))
        .ToDictionary(m => m.Id, m => m.Made, StringComparer.Ordinal);

    /// <summary>By charge point; those that are not there were always open.</summary>
    public static async Task<Dictionary<string, string>> ReadHoursAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.Command("SELECT charge_point_id, hours FROM status_day_hours").ListAsync(r => (Id: r.GetString(0), Hours: r.GetString(1)), cancellationToken))
        .ToDictionary(h => h.Id, h => h.Hours, StringComparer.Ordinal);

    /// <summary>As <c>status_day_hours</c> has it; empty: always open, or not known.</summary>
    public static string TextOf(OpeningHours? hours) => hours is null or { IsAlways: true } ? "" : hours.ToString();
}
