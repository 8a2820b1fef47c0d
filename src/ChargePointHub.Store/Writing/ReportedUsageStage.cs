using System.Globalization;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What operators report of periods, on its way into its table: held against the charge points that are known when it is written. Figures of one that is not
/// known are kept, as they are what their operator says; a session would wait, as it belongs to a place.
/// </summary>
internal static class ReportedUsageStage
{
    /// <param name="released">What passed when it was checked again; where the same group and period has come since, that holds.</param>
    public static async Task<IReadOnlyList<ToStage<ReportedUsage>>> JudgeAsync(
        NpgsqlConnection connection, PageToWrite page, IReadOnlyList<ToStage<ReportedUsage>> released, CancellationToken cancellationToken)
    {
        if (released.Count > 0) released = await WithoutKnownAsync(connection, page, released, cancellationToken);
        List<ToStage<ReportedUsage>> arrived = [.. released, .. page.Records.ReportedUsage.Select(u => new ToStage<ReportedUsage>(u.Record, u.Findings))];
        if (arrived.TrueForAll(a => a.Record.Group == UsageGroup.Operator)) return arrived;
        var powers = await PowersAsync(connection, page, arrived, cancellationToken);
        return [.. arrived.Select(a => a.Record.Group == UsageGroup.Operator ? a : a with { Findings = [.. a.Findings, .. Found(a.Record, powers)] })];
    }

    private static IEnumerable<Finding> Found(ReportedUsage usage, Dictionary<string, decimal?> powers)
    {
        var (id, pointer) = usage.ChargePointId is { } point ? (point, "/charge_point_id") : (usage.LocationId!, "/location_id");
        if (!powers.TryGetValue(id, out var power))
        {
            yield return new Finding(
                ReportedUsageRules.ChargePointUnknown, Severity.Warning, pointer, id, "No such charge point or location is known; the figures were kept and belong to no place.");
            yield break;
        }

        if (power is not > 0 || usage.EnergyKwh is not { } energy) yield break;
        var minutes = usage.PluggedMinutes ?? (decimal)(usage.PeriodTo - usage.PeriodFrom).TotalMinutes;
        var possible = power.Value * minutes / 60;
        if (energy <= possible * 1.1m) yield break;
        yield return new Finding(
            ReportedUsageRules.AboveRating, Severity.Warning, "/energy_kwh", energy.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{energy} kWh are reported; {power:0.###} kW for {minutes:0.##} minutes make {possible:0.###} kWh."));
    }

    /// <summary>By hub id of each charge point and location that is known, the most that it can give at once, in kW: of a location all its charge points together. Null: not all of it is known.</summary>
    private static async Task<Dictionary<string, decimal?>> PowersAsync(
        NpgsqlConnection connection, PageToWrite page, List<ToStage<ReportedUsage>> arrived, CancellationToken cancellationToken)
    {
        var known = await connection.Command(
            """
            SELECT charge_point_id, max_power_kw FROM charge_point WHERE operator_id = $1 AND charge_point_id = ANY ($2)
            UNION ALL
            SELECT location_id, CASE WHEN count(*) = count(max_power_kw) THEN sum(max_power_kw) END FROM charge_point WHERE operator_id = $1 AND location_id = ANY ($3) GROUP BY location_id
            """,
            page.Feed.OperatorId, arrived.Select(a => a.Record.ChargePointId).OfType<string>().Distinct().ToArray(), arrived.Select(a => a.Record.LocationId).OfType<string>().Distinct().ToArray())
            .ListAsync(r => (Id: r.GetString(0), Power: r.IsDBNull(1) ? (decimal?)null : r.GetDecimal(1)), cancellationToken);
        var powers = new Dictionary<string, decimal?>(StringComparer.Ordinal);
        foreach (var (id, power) in known) powers[id] = power;
        return powers;
    }

    private static async Task<IReadOnlyList<ToStage<ReportedUsage>>> WithoutKnownAsync(
        NpgsqlConnection connection, PageToWrite page, IReadOnlyList<ToStage<ReportedUsage>> released, CancellationToken cancellationToken)
    {
        var known = (await connection.Command(
            "SELECT reported_usage_id FROM reported_usage WHERE operator_id = $1 AND reported_usage_id = ANY ($2)", page.Feed.OperatorId, released.Select(r => r.Record.ReportedUsageId).ToArray())
            .ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return [.. released.Where(r => !known.Contains(r.Record.ReportedUsageId))];
    }
}
