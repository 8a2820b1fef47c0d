using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Findings;

/// <summary>
/// One operator's sessions and statuses of a window as short rows, read once along the indexes of time; every rule is then asked of these. Gone with the transaction.
/// </summary>
internal static class CheckStage
{
    /// <summary>$1 operator, $2 and $3 the window with what its rules look back and on. An open session ends when it was last heard of. max_to: the latest end up to here.</summary>
    private const string Sessions =
        """
        CREATE TEMPORARY TABLE seen_session ON COMMIT DROP AS
        SELECT s.*, max(to_at) OVER (PARTITION BY charge_point_id ORDER BY from_at, session_id) AS max_to
        FROM (
            SELECT s.session_id, s.charge_point_id, s.plug_in_at AS from_at, greatest(s.plug_in_at, coalesce(s.plug_out_at, s.last_updated)) AS to_at, s.plug_out_at IS NULL AS is_open,
                s.energy_wh IS NOT NULL AS has_energy, s.document ->> 'outcome' AS outcome, coalesce(s.findings::text LIKE '%"session-late"%', false) AS is_late, coalesce(c.published, false) AS published
            FROM charging_session s LEFT JOIN charge_point c ON c.operator_id = s.operator_id AND c.charge_point_id = s.charge_point_id
            WHERE s.operator_id = $1 AND s.plug_in_at >= $2 AND s.plug_in_at < $3) s
        """;

    /// <summary>The same, with what each charge point's status was at the beginning. The same status told again is no change.</summary>
    private const string Statuses =
        """
        CREATE TEMPORARY TABLE seen_status ON COMMIT DROP AS
        SELECT h.charge_point_id, h.at AS from_at, coalesce(lead(h.at) OVER w, $3) AS to_at, h.status, coalesce(c.published, false) AS published
        FROM (
            SELECT r.*, lag(r.status) OVER (PARTITION BY r.charge_point_id ORDER BY r.at, r.tick, r.status) AS before
            FROM (
                SELECT charge_point_id, at, tick, status FROM status_change WHERE operator_id = $1 AND at >= $2 AND at < $3
                UNION ALL
                SELECT k.charge_point_id, l.at, l.tick, l.status
                FROM charge_point_status k CROSS JOIN LATERAL (
                    SELECT b.at, b.tick, b.status FROM status_change b
                    WHERE b.operator_id = k.operator_id AND b.charge_point_id = k.charge_point_id AND b.at < $2 ORDER BY b.at DESC LIMIT 1) l
                WHERE k.operator_id = $1) r) h
        LEFT JOIN charge_point c ON c.operator_id = $1 AND c.charge_point_id = h.charge_point_id
        WHERE h.status IS DISTINCT FROM h.before
        WINDOW w AS (PARTITION BY h.charge_point_id ORDER BY h.at, h.tick, h.status)
        """;

    /// <summary>Sessions that are here and were refused, or wait: nobody may say that they were not sent.</summary>
    private const string Quarantined =
        """
        CREATE TEMPORARY TABLE seen_quarantine ON COMMIT DROP AS
        SELECT coalesce(waits_for, names_point) AS charge_point_id, event_at AS at FROM quarantine WHERE operator_id = $1 AND dataset = 'charging_sessions' AND event_at >= $2 AND event_at < $3
        """;

    private const string Found =
        """
        CREATE TEMPORARY TABLE found (
            rule text NOT NULL, finding_key text NOT NULL, record_id text, other_id text, charge_point_id text, from_at timestamptz, to_at timestamptz, measured numeric NOT NULL, judged bigint) ON COMMIT DROP
        """;

    public static async Task MakeAsync(NpgsqlConnection connection, DatasetToCheck check, CancellationToken cancellationToken)
    {
        var (from, to) = (check.Around.From, check.Around.To);
        foreach (var stage in new[] { Sessions, Statuses, Quarantined }) await connection.Command(stage, check.OperatorId, from, to).Unhurried().ExecuteAsync(cancellationToken);
        await connection.Command(Found).ExecuteAsync(cancellationToken);
        await connection.Command(
            """
            CREATE INDEX ON seen_session (charge_point_id, from_at);
            CREATE INDEX ON seen_status (charge_point_id, from_at);
            ANALYZE seen_session; ANALYZE seen_status; ANALYZE seen_quarantine
            """).Unhurried().ExecuteAsync(cancellationToken);
    }

    /// <summary>Sets of times as PostgreSQL has them.</summary>
    public static NpgsqlParameter Times(Coverage times) => new() { Value = times.Select(Range).ToArray(), NpgsqlDbType = NpgsqlDbType.TimestampTzMultirange };

    /// <summary>A window of millions of rows takes what it takes; whoever waits has a token to break it off.</summary>
    public static NpgsqlCommand Unhurried(this NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    private static NpgsqlRange<DateTime> Range(Window window) => new(window.From.UtcDateTime, true, window.To.UtcDateTime, false);
}
