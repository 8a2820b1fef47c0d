using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>
/// Finds charge points of different operators that are one and the same: by their EVSE id, or by position (to about a metre) and power. A key that an
/// operator itself has twice, as several posts at one place, tells nothing. Works on all charge points at once, and only after one of them has changed.
/// </summary>
public sealed class SameAsSweep(Database database)
{
    private const string Done = "same_as_tick";

    /// <summary>Stands in for the database's clock in simulations, in which a day passes in seconds.</summary>
    internal TimeProvider? SimulatedClock { get; init; }

    /// <summary>One instance at a time; another finds nothing to do. Returns how many links were made, changed or taken away.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isMine = await connection.Command("SELECT pg_try_advisory_xact_lock($1)", AdvisoryLocks.SameAs).ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (!isMine.Single()) return 0;

        // A change that is committed meanwhile is met by the next sweep: what was read here is what is done.
        var changed = await connection.Command(
            "SELECT p.value FROM hub_setting p WHERE p.name = 'places_tick' AND NOT EXISTS (SELECT FROM hub_setting s WHERE s.name = $1 AND s.value = p.value)", Done)
            .ListAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken);
        if (changed is not [var upTo]) return 0;
        await connection.Command(
            """
            CREATE TEMPORARY TABLE same_wanted ON COMMIT DROP AS
            WITH point AS MATERIALIZED (
                SELECT operator_id, charge_point_id, nullif(upper(translate(document ->> 'evse_id', '*- ', '')), '') AS evse,
                    round(latitude, 5) AS lat, round(longitude, 5) AS lon, max_power_kw AS kw
                FROM charge_point),
            by_evse AS (SELECT operator_id, evse, min(charge_point_id) AS id FROM point WHERE evse IS NOT NULL GROUP BY operator_id, evse HAVING count(*) = 1),
            by_place AS (
                SELECT operator_id, lat, lon, kw, min(charge_point_id) AS id FROM point
                WHERE lat IS NOT NULL AND lon IS NOT NULL AND kw IS NOT NULL GROUP BY operator_id, lat, lon, kw HAVING count(*) = 1)
            SELECT operator_id, charge_point_id, other_operator_id, other_id, min(reason) AS reason
            FROM (
                SELECT a.operator_id, a.id AS charge_point_id, b.operator_id AS other_operator_id, b.id AS other_id, 'evse_id' AS reason
                FROM by_evse a JOIN by_evse b ON a.evse = b.evse AND a.operator_id <> b.operator_id
                UNION ALL
                SELECT a.operator_id, a.id, b.operator_id, b.id, 'position_and_power'
                FROM by_place a JOIN by_place b ON (a.lat, a.lon, a.kw) = (b.lat, b.lon, b.kw) AND a.operator_id <> b.operator_id) found
            GROUP BY operator_id, charge_point_id, other_operator_id, other_id
            """).ExecuteAsync(cancellationToken);
        var differing = await connection.Command(
            "SELECT operator_id, charge_point_id FROM ((TABLE same_wanted EXCEPT TABLE charge_point_same) UNION ALL (TABLE charge_point_same EXCEPT TABLE same_wanted)) d")
            .ListAsync(r => (r.GetString(0), r.GetString(1)), cancellationToken);
        if (differing.Count > 0)
        {
            var tick = await HubClock.NextAsync(connection, SimulatedClock?.GetUtcNow(), cancellationToken);
            await connection.Command(
                """
                DELETE FROM charge_point_same s WHERE NOT EXISTS (
                    SELECT FROM same_wanted w WHERE (w.operator_id, w.charge_point_id, w.other_operator_id, w.other_id) = (s.operator_id, s.charge_point_id, s.other_operator_id, s.other_id))
                """).ExecuteAsync(cancellationToken);
            await connection.Command(
                """
                INSERT INTO charge_point_same SELECT * FROM same_wanted
                ON CONFLICT (operator_id, charge_point_id, other_operator_id, other_id) DO UPDATE SET reason = excluded.reason
                """).ExecuteAsync(cancellationToken);
            await AreaStore.MarkChangeAsync(connection, tick, cancellationToken);
            await Announcements.OfChargePointsAsync(connection, differing, tick, cancellationToken);
        }

        await connection.Command(
            "INSERT INTO hub_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", Done, upTo).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return differing.Count;
    }
}
