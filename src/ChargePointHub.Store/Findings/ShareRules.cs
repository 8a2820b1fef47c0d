using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Findings;

/// <summary>
/// Shares against their thresholds: of sessions and statuses by London week, of charge points as they are listed now. Of what is published alone, so that a share tells nobody of what is withheld.
/// </summary>
internal static class ShareRules
{
    /// <summary>$1 and $2 weeks, $3 instant before which a session should have ended, $4 rules, $5 thresholds, $6 fewest. The rules in the order of the columns.</summary>
    private const string OfSessions =
        """
        INSERT INTO found (rule, finding_key, from_at, to_at, measured, judged)
        SELECT r.rule, to_char(w.from_at AT TIME ZONE 'Europe/London', 'IYYY-"W"IW'), w.from_at, w.to_at, round(100.0 * r.hits / r.judged, 1), r.judged
        FROM (
            SELECT w.from_at, w.to_at, count(*) FILTER (WHERE NOT s.is_open) AS ended, count(*) FILTER (WHERE NOT s.is_open AND NOT s.has_energy) AS without_energy,
                count(*) FILTER (WHERE s.from_at < $3) AS due, count(*) FILTER (WHERE s.from_at < $3 AND s.is_open) AS without_end,
                count(*) FILTER (WHERE s.outcome IN ('SUCCESS', 'FAILED')) AS told, count(*) FILTER (WHERE s.outcome = 'FAILED') AS failed,
                count(*) AS all_sessions, count(*) FILTER (WHERE s.is_late) AS late
            FROM unnest($1, $2) AS w (from_at, to_at) JOIN seen_session s ON s.from_at >= w.from_at AND s.from_at < w.to_at AND s.published
            GROUP BY w.from_at, w.to_at) w
        CROSS JOIN LATERAL unnest($4, $5, ARRAY[without_energy, without_end, failed, late], ARRAY[ended, due, told, all_sessions]) AS r (rule, threshold, hits, judged)
        WHERE r.judged >= $6 AND 100.0 * r.hits > r.threshold * r.judged
        """;

    /// <summary>$1 and $2 weeks, $3 rule, $4 threshold. Minutes of which nobody knows anything, and in which it was not operated, are outside.</summary>
    private const string OfStatuses =
        """
        INSERT INTO found (rule, finding_key, from_at, to_at, measured, judged)
        SELECT $3, to_char(w.from_at AT TIME ZONE 'Europe/London', 'IYYY-"W"IW'), w.from_at, w.to_at, round(100 * w.unknown / w.operated, 1), round(w.operated / 60)
        FROM (
            SELECT w.from_at, w.to_at, sum(extract(epoch FROM least(t.to_at, w.to_at) - greatest(t.from_at, w.from_at))) AS operated,
                coalesce(sum(extract(epoch FROM least(t.to_at, w.to_at) - greatest(t.from_at, w.from_at))) FILTER (WHERE t.status = 'UNKNOWN'), 0) AS unknown
            FROM unnest($1, $2) AS w (from_at, to_at) JOIN seen_status t ON t.from_at < w.to_at AND t.to_at > w.from_at AND t.published AND t.status NOT IN ('MISSING', 'PLANNED', 'REMOVED')
            GROUP BY w.from_at, w.to_at) w
        WHERE 100 * w.unknown > $4 * w.operated
        """;

    /// <summary>$1 operator, $2 rules, $3 thresholds. The rules in the order of the columns.</summary>
    private const string OfChargePoints =
        """
        INSERT INTO found (rule, finding_key, measured, judged)
        SELECT r.rule, '', round(100.0 * r.hits / w.listed, 1), w.listed
        FROM (
            SELECT count(*) AS listed, count(*) FILTER (WHERE c.latitude IS NULL OR c.longitude IS NULL) AS without_position, count(*) FILTER (WHERE c.max_power_kw IS NULL) AS without_power,
                count(*) FILTER (WHERE coalesce(json_typeof(c.document -> 'opening_hours'), 'null') = 'null') AS without_hours
            FROM charge_point c LEFT JOIN charge_point_status k ON k.operator_id = c.operator_id AND k.charge_point_id = c.charge_point_id
            WHERE c.operator_id = $1 AND c.published AND coalesce(k.status, '') NOT IN ('PLANNED', 'REMOVED')) w
        CROSS JOIN LATERAL unnest($2, $3, ARRAY[without_position, without_power, without_hours]) AS r (rule, threshold, hits)
        WHERE 100.0 * r.hits > r.threshold * w.listed
        """;

    private static readonly DatasetRule[] BySession = [DatasetRule.EnergyMissing, DatasetRule.EndMissing, DatasetRule.OftenFailed, DatasetRule.OftenLate];

    private static readonly DatasetRule[] ByChargePoint = [DatasetRule.PositionsMissing, DatasetRule.PowerMissing, DatasetRule.OpeningHoursMissing];

    public static async Task FindAsync(NpgsqlConnection connection, DatasetToCheck check, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await RunAsync(OfSessions, Begins(check.SessionWeeks), Ends(check.SessionWeeks), now - DatasetRule.Patience, Codes(BySession), Thresholds(BySession), DatasetRule.FewestJudged);
        await RunAsync(OfStatuses, Begins(check.StatusWeeks), Ends(check.StatusWeeks), DatasetRule.OftenUnknown.Code, DatasetRule.OftenUnknown.Threshold);
        await RunAsync(OfChargePoints, check.OperatorId, Codes(ByChargePoint), Thresholds(ByChargePoint));

        Task<int> RunAsync(string sql, params object[] values) => connection.Command(sql, values).Unhurried().ExecuteAsync(cancellationToken);
    }

    private static DateTime[] Begins(IReadOnlyList<Window> weeks) => [.. weeks.Select(w => w.From.UtcDateTime)];

    private static DateTime[] Ends(IReadOnlyList<Window> weeks) => [.. weeks.Select(w => w.To.UtcDateTime)];

    private static string[] Codes(DatasetRule[] rules) => [.. rules.Select(r => r.Code)];

    private static decimal[] Thresholds(DatasetRule[] rules) => [.. rules.Select(r => r.Threshold)];
}
