using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Figures;

/// <summary>The charge points that figures are of. Their records are read again only after one of them changed.</summary>
public sealed class NetworkQueries(Database database)
{
    private readonly Lock turn = new();
    private (long Tick, Task<IReadOnlyList<NetworkPoint>> Points)? read;

    /// <summary>Those whose records of a dataset a scope holds, by hub id; withheld ones are nobody's.</summary>
    /// <param name="clock">As which it is at least: what changed later may be in it.</param>
    public async Task<IReadOnlyList<NetworkPoint>> ReadAsync(ClockReading clock, Dataset dataset, Scope scope, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<NetworkPoint>> reading;
        lock (turn)
        {
            // All who ask meanwhile wait for the same reading, which no one of them may end.
            if (read is not { } kept || kept.Tick != clock.PlacesTick || kept.Points.IsFaulted) read = kept = (clock.PlacesTick, ReadPointsAsync());
            reading = kept.Points;
        }

        var points = await reading.WaitAsync(cancellationToken);
        var areas = scope.AreasOf(dataset);
        var held = points.Where(p => areas is null || areas.Operators.Contains(p.OperatorId) || (p.BoroughGss is { } borough && areas.Boroughs.Contains((p.OperatorId, borough)))).ToList();
        return await WithPresentAsync(held, cancellationToken);
    }

    private async Task<IReadOnlyList<NetworkPoint>> ReadPointsAsync()
    {
        // Kept for readers of every scope, so that it is the hub itself who reads; no statement of a reader sees more than its rights.
        await using var connection = await database.Reads.OpenConnectionAsync(CancellationToken.None);
        return await connection.Command(
            """
            SELECT c.document, a.borough_gss, a.ward_gss, a.lsoa21
            FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id)
            WHERE c.published ORDER BY c.charge_point_id
            """).ListAsync(r => Of(HubJson.Read<ChargePoint>(r.GetFieldValue<byte[]>(0))) with { BoroughGss = r.TextOrNull(1), WardGss = r.TextOrNull(2), Lsoa21 = r.TextOrNull(3) }, CancellationToken.None);
    }

    /// <summary>What changes without the records: which are gone, and which are one and the same.</summary>
    private async Task<IReadOnlyList<NetworkPoint>> WithPresentAsync(List<NetworkPoint> points, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        var removed = (await connection.Command("SELECT charge_point_id, since FROM charge_point_status WHERE status = 'REMOVED'")
            .ListAsync(r => (Id: r.GetString(0), Since: r.Instant(1)), cancellationToken)).ToDictionary(r => r.Id, r => r.Since, StringComparer.Ordinal);
        var same = (await connection.Command("SELECT charge_point_id, other_id FROM charge_point_same")
            .ListAsync(r => (Id: r.GetString(0), Other: r.GetString(1)), cancellationToken)).ToLookup(r => r.Id, r => r.Other, StringComparer.Ordinal);
        if (removed.Count + same.Count == 0) return points;
        return
        [
            .. points.Select(p => !removed.ContainsKey(p.ChargePointId) && !same.Contains(p.ChargePointId) ? p : p with
            {
                Life = p.Life.Last is null && removed.TryGetValue(p.ChargePointId, out var since) ? ChargePointLife.Of(p.Life.First, null, since) : p.Life,
                SameAs = [.. same[p.ChargePointId].Order(StringComparer.Ordinal)],
            }),
        ];
    }

    private static NetworkPoint Of(ChargePoint point) => new()
    {
        ChargePointId = point.ChargePointId,
        OperatorId = point.OperatorId,
        LocationId = point.LocationId,
        PowerBand = point.PowerBand,
        MaxPowerKw = point.MaxPowerKw,
        FundingStream = point.FundingStream,
        Access = point.Access,
        LocationType = point.LocationType,
        Hours = OpeningHours.Parse(point.OpeningHours),
        Life = ChargePointLife.Of(point.CommissionedOn, point.DecommissionedOn, null),
        IsDated = point.CommissionedOn is not null,
    };
}
