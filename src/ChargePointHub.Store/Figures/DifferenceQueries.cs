using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using NpgsqlTypes;

namespace ChargePointHub.Store.Figures;

/// <summary>What other ways of counting make of the sessions of one group and period.</summary>
/// <param name="Group">Place of the group.</param>
/// <param name="InUtc">Sessions whose plug-in lies in the period by UTC's clock, and their watt-hours.</param>
/// <param name="ByEnd">Sessions whose plug-out lies in the period, and their watt-hours.</param>
/// <param name="LastChanged">When a session of the period last changed; null: there is none.</param>
public readonly record struct OtherCounts(int Group, (long Sessions, long EnergyWh) InUtc, (long Sessions, long EnergyWh) ByEnd, DateTimeOffset? LastChanged);

/// <summary>Why an operator's count and the hub's may differ, asked of the sessions. There is no reading without a scope.</summary>
public sealed class DifferenceQueries(Database database)
{
    /// <summary>Groups without a session near the period are not among them.</summary>
    /// <param name="points">Hub ids with the place of a group; a charge point may be in several.</param>
    /// <param name="period">In London.</param>
    /// <param name="sameInUtc">The same dates by UTC's clock.</param>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold sessions: the caller should have refused.</exception>
    public async Task<List<OtherCounts>> ReadAsync(IReadOnlyList<(string ChargePointId, int Group)> points, Window period, Window sameInUtc, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.Reads(Dataset.ChargingSessions)) throw new UnauthorizedAccessException($"The scope {scope} does not read {Dataset.ChargingSessions}.");
        const string InUtc = "FILTER (WHERE s.plug_in_at >= @utc_from AND s.plug_in_at < @utc_to)";
        const string ByEnd = "FILTER (WHERE s.plug_out_at >= @from AND s.plug_out_at < @to)";
        const string InPeriod = "FILTER (WHERE s.plug_in_at >= @from AND s.plug_in_at < @to)";
        var operators = points.Select(p => p.ChargePointId.Split(':')[0]).Distinct().ToArray();
        // The hub's figures leave out what another session corrects. Which those are no reader may ask: it is the hub itself who does.
        var (least, most) = (period.From - SessionDays.Longest, sameInUtc.To > period.To ? sameInUtc.To : period.To);
        var corrected = await database.Reads.Command(ProfileQueries.Corrected, operators, least, most).ListAsync(r => r.GetString(0), cancellationToken);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(
            connection, scope,
            $"""
            SELECT p.grp, count(*) {InUtc}, coalesce(sum(s.energy_wh) {InUtc}, 0)::bigint, count(*) {ByEnd}, coalesce(sum(s.energy_wh) {ByEnd}, 0)::bigint, max(s.last_updated) {InPeriod}
            FROM charging_session s JOIN unnest(@ids, @groups) AS p (id, grp) ON s.charge_point_id = p.id
            WHERE s.operator_id = ANY (@operators) AND s.plug_in_at >= @least AND s.plug_in_at < @most AND s.session_id <> ALL (@corrected)
            GROUP BY 1
            """);
        var parameters = command.Parameters;
        parameters.AddWithValue("ids", points.Select(p => p.ChargePointId).ToArray());
        parameters.AddWithValue("groups", points.Select(p => p.Group).ToArray());
        parameters.AddWithValue("operators", operators);
        parameters.AddWithValue("corrected", corrected.ToArray());
        foreach (var (name, at) in new[] { ("from", period.From), ("to", period.To), ("utc_from", sameInUtc.From), ("utc_to", sameInUtc.To), ("least", least), ("most", most) })
            parameters.AddWithValue(name, NpgsqlDbType.TimestampTz, at.UtcDateTime);
        return await command.ListAsync(r => new OtherCounts(r.GetInt32(0), (r.GetInt64(1), r.GetInt64(2)), (r.GetInt64(3), r.GetInt64(4)), r.InstantOrNull(5)), cancellationToken);
    }

    /// <summary>When the hub learnt of each of these reported figures as they are now.</summary>
    public async Task<Dictionary<string, DateTimeOffset>> ReadRecordedAsync(IReadOnlyList<string> reportedUsageIds, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var rows = await new ServingCommand(
            connection, scope, "SELECT reported_usage_id, recorded_at FROM reported_usage WHERE operator_id = ANY ($1) AND reported_usage_id = ANY ($2)",
            reportedUsageIds.Select(id => id.Split(':')[0]).Distinct().ToArray(), reportedUsageIds.ToArray()).ListAsync(r => (r.GetString(0), r.Instant(1)), cancellationToken);
        return rows.ToDictionary(StringComparer.Ordinal);
    }
}
