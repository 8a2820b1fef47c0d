using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>A charge point and the areas that hold it.</summary>
public sealed record PlacedChargePoint(string OperatorId, string ChargePointId, AreaCodes Areas);

/// <summary>Where a charge point is, for placing it in areas.</summary>
/// <param name="BoundaryVersion">Version of the boundaries that it is placed by; null: not placed yet.</param>
public sealed record ChargePointPlace(string OperatorId, string ChargePointId, decimal Latitude, decimal Longitude, string? BoundaryVersion);

/// <summary>
/// Area codes of charge points: they follow the boundaries that are loaded and have no history. A change of them takes a tick, so
/// that the clock tells readers when something joined has changed.
/// </summary>
public sealed class AreaStore(Database database)
{
    /// <summary>Stands in for the database's clock in simulations, in which a day passes in seconds.</summary>
    internal TimeProvider? SimulatedClock { get; init; }

    /// <summary>Every charge point that has coordinates.</summary>
    public Task<List<ChargePointPlace>> ReadPlacesAsync(CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT c.operator_id, c.charge_point_id, c.latitude, c.longitude, a.boundary_version
        FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id)
        WHERE c.latitude IS NOT NULL AND c.longitude IS NOT NULL
        ORDER BY c.operator_id, c.charge_point_id
        """).ListAsync(
            r => new ChargePointPlace(r.GetString(0), r.GetString(1), r.GetDecimal(2), r.GetDecimal(3), r.TextOrNull(4)), cancellationToken);

    /// <summary>Writes all in one statement; returns how many differed from what was there.</summary>
    public async Task<int> WriteAsync(IReadOnlyList<PlacedChargePoint> placed, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // One that was purged since it was read must not leave its place.
        foreach (var operatorId in placed.Select(p => p.OperatorId).Distinct().Order(StringComparer.Ordinal)) await AdvisoryLocks.TakePagesAsync(connection, operatorId, cancellationToken);
        var known = await connection.Command(
            "SELECT c.charge_point_id FROM charge_point c JOIN unnest($1, $2) AS n (operator_id, charge_point_id) USING (operator_id, charge_point_id)",
            placed.Select(p => p.OperatorId).ToArray(), placed.Select(p => p.ChargePointId).ToArray()).ListAsync(r => r.GetString(0), cancellationToken);
        var written = await WriteAsync(connection, [.. placed.IntersectBy(known, p => p.ChargePointId)], cancellationToken);
        if (written.Count > 0)
        {
            var tick = await HubClock.NextAsync(connection, SimulatedClock?.GetUtcNow(), cancellationToken);
            await MarkChangeAsync(connection, tick, cancellationToken);
            await Announcements.OfChargePointsAsync(connection, written, tick, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return written.Count;
    }

    /// <summary>Keeps the last tick at which a charge point or its areas changed: what readers join in memory is good until then.</summary>
    internal static Task<int> MarkChangeAsync(NpgsqlConnection connection, Tick tick, CancellationToken cancellationToken) => connection.Command(
        "INSERT INTO hub_setting (name, value) VALUES ('places_tick', int8send($1)) ON CONFLICT (name) DO UPDATE SET value = excluded.value", tick.Number)
        .ExecuteAsync(cancellationToken);

    /// <summary>Returns the charge points whose areas differed: operator and hub id.</summary>
    internal static async Task<IReadOnlyList<(string OperatorId, string Id)>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<PlacedChargePoint> placed, CancellationToken cancellationToken)
    {
        if (placed.Count == 0) return [];
        NpgsqlParameter Column(Func<AreaCodes, string?> of) =>
            new() { Value = placed.Select(p => of(p.Areas)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

        // In key order: two writers of the same rows wait for each other instead of deadlocking.
        return await connection.Command(
            """
            INSERT INTO charge_point_area AS a (operator_id, charge_point_id, borough_gss, borough_name, ward_gss, lsoa21, boundary_version)
            SELECT n.operator_id, n.charge_point_id, n.borough_gss, n.borough_name, n.ward_gss, n.lsoa21, n.boundary_version
            FROM unnest($1, $2, $3, $4, $5, $6, $7)
                AS n (operator_id, charge_point_id, borough_gss, borough_name, ward_gss, lsoa21, boundary_version)
            WHERE NOT EXISTS (
                SELECT FROM charge_point_area o
                WHERE o.operator_id = n.operator_id AND o.charge_point_id = n.charge_point_id
                    AND (o.borough_gss, o.borough_name, o.ward_gss, o.lsoa21, o.boundary_version)
                        IS NOT DISTINCT FROM (n.borough_gss, n.borough_name, n.ward_gss, n.lsoa21, n.boundary_version))
            ORDER BY n.operator_id, n.charge_point_id
            ON CONFLICT (operator_id, charge_point_id) DO UPDATE
            SET borough_gss = excluded.borough_gss, borough_name = excluded.borough_name, ward_gss = excluded.ward_gss,
                lsoa21 = excluded.lsoa21, boundary_version = excluded.boundary_version
            RETURNING operator_id, charge_point_id
            """,
            placed.Select(p => p.OperatorId).ToArray(),
            placed.Select(p => p.ChargePointId).ToArray(),
            Column(a => a.BoroughGss),
            Column(a => a.BoroughName),
            Column(a => a.WardGss),
            Column(a => a.Lsoa21),
            Column(a => a.BoundaryVersion)).ListAsync(r => (r.GetString(0), r.GetString(1)), cancellationToken);
    }
}
