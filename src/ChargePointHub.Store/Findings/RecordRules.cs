using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Findings;

/// <summary>Rules that find single records and charge points, each one statement over the stage.</summary>
internal static class RecordRules
{
    /// <summary>$1 rule, $2 and $3 window, $4 tolerance. Told of the later of two; the other is the one before that ends last.</summary>
    private const string Overlapping =
        """
        INSERT INTO found (rule, finding_key, record_id, other_id, charge_point_id, from_at, to_at, measured)
        SELECT $1, e.session_id, e.session_id, o.session_id, e.charge_point_id, e.from_at, e.until, round(extract(epoch FROM e.until - e.from_at) / 60, 1)
        FROM (
            SELECT s.*, least(to_at, before_to) AS until
            FROM (SELECT x.*, max(to_at) OVER (PARTITION BY charge_point_id ORDER BY from_at, session_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_to FROM seen_session x) s) e
        CROSS JOIN LATERAL (
            SELECT b.session_id FROM seen_session b
            WHERE b.charge_point_id = e.charge_point_id AND b.from_at <= e.from_at AND (b.from_at, b.session_id) < (e.from_at, e.session_id) AND b.to_at = e.before_to
            ORDER BY b.from_at DESC, b.session_id DESC LIMIT 1) o
        WHERE e.from_at >= $2 AND e.from_at < $3 AND e.until - e.from_at > $4
        """;

    /// <summary>$4 shortest session, $5 nearness, $6 known statuses. Statuses of one charge point are disjoint: what holds at a time is the last that began before.</summary>
    private const string NotOccupied =
        """
        INSERT INTO found (rule, finding_key, record_id, charge_point_id, from_at, to_at, measured)
        SELECT $1, s.session_id, s.session_id, s.charge_point_id, s.from_at, s.to_at, round(extract(epoch FROM s.to_at - s.from_at) / 60, 1)
        FROM seen_session s
        CROSS JOIN LATERAL (
            SELECT t.status FROM seen_status t WHERE t.charge_point_id = s.charge_point_id AND t.from_at <= s.from_at - $5 ORDER BY t.from_at DESC LIMIT 1) b
        WHERE s.from_at >= $2 AND s.from_at < $3 AND NOT s.is_open AND s.to_at - s.from_at > $4 AND $6 @> tstzrange(s.from_at - $5, s.to_at + $5)
            AND b.status NOT IN ('CHARGING', 'BLOCKED', 'RESERVED', 'MISSING')
            AND NOT EXISTS (
                SELECT FROM seen_status t WHERE t.charge_point_id = s.charge_point_id AND t.from_at > s.from_at - $5 AND t.from_at < s.to_at + $5
                    AND t.status IN ('CHARGING', 'BLOCKED', 'RESERVED', 'MISSING'))
        """;

    /// <summary>$4 longest charging, $5 nearness, $6 known statuses, $7 times whose sessions were told, $8 how long before they may have begun.</summary>
    private const string WithoutSession =
        """
        INSERT INTO found (rule, finding_key, charge_point_id, from_at, to_at, measured)
        SELECT $1, t.charge_point_id || ' ' || extract(epoch FROM t.from_at), t.charge_point_id, t.from_at, t.to_at, round(extract(epoch FROM t.to_at - t.from_at) / 60, 1)
        FROM seen_status t
        WHERE t.status = 'CHARGING' AND t.from_at >= $2 AND t.from_at < $3 AND t.to_at - t.from_at > $4
            AND $6 @> tstzrange(t.from_at, t.to_at, '[]') AND $7 @> tstzrange(t.from_at - $8, t.to_at + $5)
            AND coalesce((
                SELECT s.max_to FROM seen_session s WHERE s.charge_point_id = t.charge_point_id AND s.from_at < t.to_at + $5 ORDER BY s.from_at DESC, s.session_id DESC LIMIT 1), '-infinity') <= t.from_at - $5
            AND NOT EXISTS (SELECT FROM seen_quarantine q WHERE coalesce(q.charge_point_id, t.charge_point_id) = t.charge_point_id AND q.at >= t.from_at - $8 AND q.at < t.to_at + $5)
        """;

    /// <summary>$2 and $3 the time of silence, $4 operator, $5 the London day of its beginning, $6 that of its end. Listed as long, as far as anything says so; and others are heard of.</summary>
    private const string Silent =
        """
        INSERT INTO found (rule, finding_key, record_id, charge_point_id, from_at, to_at, measured)
        SELECT $1, c.charge_point_id, c.charge_point_id, c.charge_point_id, h.heard_at, $3, floor(extract(epoch FROM $3 - coalesce(h.heard_at, $2)) / 86400)
        FROM charge_point c LEFT JOIN charge_point_status k ON k.operator_id = c.operator_id AND k.charge_point_id = c.charge_point_id
        CROSS JOIN LATERAL (
            SELECT greatest(k.since, (SELECT max(s.plug_in_at) FROM charging_session s WHERE s.operator_id = c.operator_id AND s.charge_point_id = c.charge_point_id)) AS heard_at) h
        WHERE c.operator_id = $4 AND coalesce(k.status, '') NOT IN ('PLANNED', 'REMOVED', 'MISSING')
            AND coalesce((c.document ->> 'decommissioned_on')::date > $6, true) AND coalesce(h.heard_at, '-infinity') < $2
            AND (k.since < $2 OR (c.document ->> 'commissioned_on')::date < $5 OR c.recorded_at < $2
                OR EXISTS (SELECT FROM charge_point_version v WHERE v.operator_id = c.operator_id AND v.charge_point_id = c.charge_point_id AND v.recorded_at < $2))
            AND NOT EXISTS (SELECT FROM seen_session s WHERE s.charge_point_id = c.charge_point_id AND s.to_at >= $2 AND s.from_at < $3)
            AND NOT EXISTS (SELECT FROM seen_status t WHERE t.charge_point_id = c.charge_point_id AND t.from_at >= $2 AND t.from_at < $3)
            AND NOT EXISTS (SELECT FROM seen_quarantine q WHERE q.charge_point_id = c.charge_point_id AND q.at >= $2 AND q.at < $3)
            AND (EXISTS (SELECT FROM seen_session s WHERE s.from_at >= $2 AND s.from_at < $3) OR EXISTS (SELECT FROM seen_status t WHERE t.from_at >= $2 AND t.from_at < $3 AND t.status <> 'MISSING'))
        """;

    public static async Task FindAsync(NpgsqlConnection connection, DatasetToCheck check, CancellationToken cancellationToken)
    {
        var (from, to) = (check.Window.From, check.Window.To);
        await RunAsync(Overlapping, DatasetRule.SessionsOverlap, from, to, DatasetRule.Overlap);
        if (!check.Statuses.IsEmpty)
        {
            var statuses = CheckStage.Times(check.Statuses);
            await RunAsync(NotOccupied, DatasetRule.SessionNotOccupied, from, to, DatasetRule.ShortestSession, DatasetRule.Nearness, statuses);
            await RunAsync(
                WithoutSession, DatasetRule.OccupiedWithoutSession, from, to, DatasetRule.LongestCharging, DatasetRule.Nearness, statuses.Clone(), CheckStage.Times(check.Told), DatasetRule.Patience);
        }

        if (check.Silence is { } silence)
        {
            await RunAsync(
                Silent, DatasetRule.ChargePointSilent, silence.From, silence.To, check.OperatorId, LondonCalendar.DayOf(silence.From), LondonCalendar.DayOf(silence.To));
        }

        Task<int> RunAsync(string sql, DatasetRule rule, params object[] values) =>
            connection.Command(sql, [rule.Code, .. values]).Unhurried().ExecuteAsync(cancellationToken);
    }
}
