using ChargePointHub.Model;
using ChargePointHub.Store.Bulk;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Keeps at which tick what is served of a charge point last changed, and what ended: what followers of changes go by. Called under the tick, so that all
/// who announce come one after the other; it looks for itself what differs from what was told last.
/// </summary>
internal static class Announcements
{
    /// <summary>Something that is served of these charge points changed, or they are gone. Statuses and outages of one may have been known before it was.</summary>
    /// <param name="points">Operator and hub id.</param>
    /// <param name="takesAlong">Of those that are gone, what happened there is gone too.</param>
    public static async Task OfChargePointsAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(string OperatorId, string Id)> points, Tick tick, CancellationToken cancellationToken, bool takesAlong = false)
    {
        if (points.Count == 0) return;
        var (operators, ids) = (points.Select(p => p.OperatorId).ToArray(), points.Select(p => p.Id).ToArray());

        // Which locations they are of, and were, is seen before it is told.
        await OfLocationsAsync(connection, operators, ids, tick, cancellationToken);
        await connection.Command(
            """
            WITH asked AS (SELECT DISTINCT * FROM unnest($1, $2) AS n (operator_id, charge_point_id)),
            fresh AS (
                SELECT n.operator_id, n.charge_point_id, coalesce(c.published, false) AS is_served, coalesce(c.published, NOT $4) AS published,
                    c.location_id, c.power_band, a.borough_gss, a.ward_gss, a.lsoa21, coalesce(t.published, s.is_known) AS told_published, t.borough_gss AS told_borough, s.is_known
                FROM asked n
                LEFT JOIN charge_point c ON c.operator_id = n.operator_id AND c.charge_point_id = n.charge_point_id
                LEFT JOIN charge_point_area a ON a.operator_id = n.operator_id AND a.charge_point_id = n.charge_point_id
                LEFT JOIN charge_point_told t ON t.operator_id = n.operator_id AND t.charge_point_id = n.charge_point_id
                CROSS JOIN LATERAL (
                    SELECT t.charge_point_id IS NULL AND (EXISTS (SELECT FROM status_change s WHERE s.operator_id = n.operator_id AND s.charge_point_id = n.charge_point_id)
                        OR EXISTS (SELECT FROM outage o WHERE o.operator_id = n.operator_id AND o.charge_point_id = n.charge_point_id)
                        OR EXISTS (SELECT FROM reported_usage u WHERE u.operator_id = n.operator_id AND u.charge_point_id = n.charge_point_id)) AS is_known) s
                WHERE c.charge_point_id IS NOT NULL OR t.charge_point_id IS NOT NULL),
            left_now AS (
                INSERT INTO charge_point_left (operator_id, charge_point_id, borough_gss, tick)
                SELECT f.operator_id, f.charge_point_id, b.borough, $3
                FROM fresh f CROSS JOIN LATERAL (
                    SELECT '' WHERE NOT f.published
                    UNION ALL SELECT f.told_borough WHERE f.told_borough IS NOT NULL AND (NOT f.published OR f.borough_gss IS DISTINCT FROM f.told_borough)) AS b (borough)
                WHERE f.told_published
                ON CONFLICT (operator_id, charge_point_id, borough_gss) DO UPDATE SET tick = excluded.tick),
            linked AS (
                UPDATE charge_point_told p SET tick = $3
                FROM fresh f JOIN charge_point_same s ON s.operator_id = f.operator_id AND s.charge_point_id = f.charge_point_id
                WHERE f.told_published <> f.is_served AND p.operator_id = s.other_operator_id AND p.charge_point_id = s.other_id
                    AND NOT EXISTS (SELECT FROM asked n WHERE n.operator_id = p.operator_id AND n.charge_point_id = p.charge_point_id))
            INSERT INTO charge_point_told AS t (operator_id, charge_point_id, tick, place_tick, was_published, published, location_id, power_band, borough_gss, ward_gss, lsoa21)
            SELECT operator_id, charge_point_id, $3, CASE WHEN is_known THEN $3 END, is_served, published, location_id, power_band, borough_gss, ward_gss, lsoa21 FROM fresh
            ON CONFLICT (operator_id, charge_point_id) DO UPDATE SET tick = excluded.tick, was_published = t.was_published OR excluded.was_published,
                place_tick = CASE WHEN (t.published, t.power_band, t.borough_gss, t.ward_gss, t.lsoa21)
                    IS DISTINCT FROM (excluded.published, excluded.power_band, excluded.borough_gss, excluded.ward_gss, excluded.lsoa21) THEN excluded.tick ELSE t.place_tick END,
                published = excluded.published, location_id = excluded.location_id, power_band = excluded.power_band, borough_gss = excluded.borough_gss, ward_gss = excluded.ward_gss, lsoa21 = excluded.lsoa21
            """,
            operators, ids, tick.Number, takesAlong).ExecuteAsync(cancellationToken);
        await BulkRemoval.OfThoseWhoLeftAsync(connection, tick, cancellationToken);
    }

    /// <summary>Records of the page that was just written are of another charge point now: whoever may read that of the old one alone has them no longer.</summary>
    public static Task OfMovesAsync(NpgsqlConnection connection, Dataset dataset, RecordTable table, string operatorId, Tick tick, CancellationToken cancellationToken) => connection.Command(
        $"""
        INSERT INTO record_gone (dataset, operator_id, record_id, charge_point_id, tick)
        SELECT '{dataset}', $1, v.{table.Key}, v.charge_point_id, $2
        FROM decided_{table.Name} d JOIN stage_{table.Name} s USING (ord)
        JOIN {table.Name}_version v ON v.operator_id = $1 AND v.{table.Key} = s.{table.Key} AND v.tick_to = $2 AND v.charge_point_id <> s.charge_point_id
        WHERE d.verdict = {(int)Verdict.Changed}
        ON CONFLICT (dataset, operator_id, record_id, charge_point_id) DO UPDATE SET tick = excluded.tick
        """,
        operatorId, tick.Number).ExecuteAsync(cancellationToken);

    /// <summary>These records are no longer there.</summary>
    public static Task OfEndsAsync(
        NpgsqlConnection connection, Dataset dataset, string operatorId, IReadOnlyCollection<GoneRecord> records, Tick tick, CancellationToken cancellationToken) =>
        records.Count == 0 ? Task.CompletedTask : connection.Command(
            """
            INSERT INTO record_gone (dataset, operator_id, record_id, charge_point_id, location_id, tick) SELECT $1, $2, n.*, $6 FROM unnest($3, $4, $5) n
            ON CONFLICT (dataset, operator_id, record_id, charge_point_id) DO UPDATE SET tick = excluded.tick
            """,
            dataset.Name, operatorId, records.Select(r => r.Id).ToArray(), records.Select(r => r.ChargePointId).ToArray(), records.Select(r => r.LocationId).ToArray(), tick.Number).ExecuteAsync(cancellationToken);

    /// <summary>Where charge points came to a location, left it, or changed there: whoever may read what is reported of it may be another now.</summary>
    private static Task<int> OfLocationsAsync(NpgsqlConnection connection, string[] operators, string[] points, Tick tick, CancellationToken cancellationToken) => connection.Command(
        """
        WITH touched AS (
            SELECT DISTINCT n.operator_id, l.location_id
            FROM unnest($1, $2) AS n (operator_id, charge_point_id)
            LEFT JOIN charge_point c ON c.operator_id = n.operator_id AND c.charge_point_id = n.charge_point_id
            LEFT JOIN charge_point_area a ON a.operator_id = n.operator_id AND a.charge_point_id = n.charge_point_id
            LEFT JOIN charge_point_told t ON t.operator_id = n.operator_id AND t.charge_point_id = n.charge_point_id
            CROSS JOIN LATERAL (VALUES (c.location_id), (t.location_id)) AS l (location_id)
            WHERE l.location_id IS NOT NULL AND (c.location_id, c.published, a.borough_gss) IS DISTINCT FROM (t.location_id, t.published, t.borough_gss)),
        fresh AS (
            SELECT l.operator_id, l.location_id, coalesce(s.published, true) AS published, s.borough_gss, coalesce(t.published, true) AS told_published, t.borough_gss AS told_borough
            FROM touched l
            CROSS JOIN LATERAL (
                SELECT bool_and(c.published) AS published, CASE WHEN count(*) = count(a.borough_gss) AND min(a.borough_gss) = max(a.borough_gss) THEN min(a.borough_gss) END AS borough_gss
                FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id)
                WHERE c.operator_id = l.operator_id AND c.location_id = l.location_id) s
            LEFT JOIN location_told t ON t.operator_id = l.operator_id AND t.location_id = l.location_id),
        left_now AS (
            INSERT INTO location_left (operator_id, location_id, borough_gss, tick)
            SELECT f.operator_id, f.location_id, b.borough, $3
            FROM fresh f CROSS JOIN LATERAL (
                SELECT '' WHERE NOT f.published
                UNION ALL SELECT f.told_borough WHERE f.told_borough IS NOT NULL AND (NOT f.published OR f.borough_gss IS DISTINCT FROM f.told_borough)) AS b (borough)
            WHERE f.told_published AND EXISTS (SELECT FROM reported_usage u WHERE u.operator_id = f.operator_id AND u.location_id = f.location_id)
            ON CONFLICT (operator_id, location_id, borough_gss) DO UPDATE SET tick = excluded.tick)
        INSERT INTO location_told AS t (operator_id, location_id, place_tick, published, borough_gss)
        SELECT operator_id, location_id, $3, published, borough_gss FROM fresh WHERE (published, borough_gss) IS DISTINCT FROM (told_published, told_borough)
        ON CONFLICT (operator_id, location_id) DO UPDATE SET place_tick = excluded.place_tick, published = excluded.published, borough_gss = excluded.borough_gss
        """,
        operators, points, tick.Number).ExecuteAsync(cancellationToken);
}

/// <summary>A record that is no longer there.</summary>
/// <param name="Id">Hub id.</param>
/// <param name="ChargePointId">Empty: of none.</param>
/// <param name="LocationId">Empty: of none.</param>
internal readonly record struct GoneRecord(string Id, string ChargePointId = "", string LocationId = "");
