using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Bulk;

/// <summary>Something changed in an operator's records of a month.</summary>
/// <param name="Month">First day, in London; null: of any month.</param>
/// <param name="Tick">The newest.</param>
public sealed record BulkChange(string OperatorId, DateOnly? Month, long Tick);

/// <summary>
/// Finds which months changed since a tick, along the indexes on ticks: records that came, were replaced or ended, and those whose charge point's place, power or
/// publication changed. Of datasets that come whole a past month is fixed but for what is joined.
/// </summary>
public sealed class BulkChanges(Database database)
{
    private const string Sessions =
        """
        SELECT operator_id, date_trunc('hour', plug_in_at), max(tick) FROM charging_session WHERE tick > $1 AND tick <= $2 GROUP BY 1, 2
        UNION ALL SELECT operator_id, date_trunc('hour', plug_in_at), max(tick_to) FROM charging_session_version WHERE tick_to > $1 AND tick_to <= $2 GROUP BY 1, 2
        UNION ALL SELECT p.operator_id, date_trunc('hour', r.plug_in_at), max(p.place_tick)
        FROM charge_point_told p JOIN charging_session r ON r.operator_id = p.operator_id AND r.charge_point_id = p.charge_point_id WHERE p.place_tick > $1 AND p.place_tick <= $2 GROUP BY 1, 2
        """;

    private const string StatusChanges =
        """
        SELECT operator_id, date_trunc('hour', at), max(greatest(tick, replaced_tick)) FROM status_change WHERE greatest(tick, replaced_tick) > $1 AND greatest(tick, replaced_tick) <= $2 GROUP BY 1, 2
        UNION ALL SELECT p.operator_id, date_trunc('hour', r.at), max(p.place_tick)
        FROM charge_point_told p JOIN status_change r ON r.operator_id = p.operator_id AND r.charge_point_id = p.charge_point_id WHERE p.place_tick > $1 AND p.place_tick <= $2 GROUP BY 1, 2
        """;

    private const string ReportedUsage =
        """
        SELECT operator_id, date_trunc('hour', period_from), max(tick) FROM reported_usage WHERE tick > $1 AND tick <= $2 GROUP BY 1, 2
        UNION ALL SELECT operator_id, date_trunc('hour', period_from), max(tick_to) FROM reported_usage_version WHERE tick_to > $1 AND tick_to <= $2 GROUP BY 1, 2
        UNION ALL SELECT operator_id, NULL, max(place_tick) FROM location_told WHERE place_tick > $1 AND place_tick <= $2 GROUP BY 1
        UNION ALL
        """ + " " + Places;

    private const string Places = "SELECT operator_id, NULL::timestamptz, max(place_tick) FROM charge_point_told WHERE place_tick > $1 AND place_tick <= $2 GROUP BY 1";

    /// <param name="after">Exclusive.</param>
    /// <param name="upTo">Inclusive.</param>
    public async Task<IReadOnlyList<BulkChange>> ReadAsync(Dataset dataset, long after, long upTo, CancellationToken cancellationToken)
    {
        if (dataset == Dataset.Tariffs) return [];
        var command = database.Reads.Command(
            dataset == Dataset.ChargingSessions ? Sessions : dataset == Dataset.StatusChanges ? StatusChanges : dataset == Dataset.ReportedUsage ? ReportedUsage : Places, after, upTo);

        // After a pause it may be much.
        command.CommandTimeout = 0;
        var found = await command.ListAsync(r => (OperatorId: r.GetString(0), At: r.InstantOrNull(1), Tick: r.GetInt64(2)), cancellationToken);
        return [.. found.GroupBy(f => (f.OperatorId, Month: f.At is { } at ? MonthOf(at) : (DateOnly?)null)).Select(g => new BulkChange(g.Key.OperatorId, g.Key.Month, g.Max(f => f.Tick)))];
    }

    /// <summary>London's clocks change by whole hours, so that each hour lies in one month.</summary>
    private static DateOnly MonthOf(DateTimeOffset at)
    {
        var day = LondonCalendar.DayOf(at);
        return new DateOnly(day.Year, day.Month, 1);
    }
}
