using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Bulk;

/// <summary>Takes out files that hold what nobody may have any more, in the transaction that decides so. They are made anew without it.</summary>
internal static class BulkRemoval
{
    /// <summary>Every file that may hold a record of these, one that is being made too; which month it is in does not matter.</summary>
    /// <returns>Rows that went, by table.</returns>
    public static async Task<IReadOnlyList<PurgedRows>> OfOperatorAsync(NpgsqlConnection connection, string operatorId, IEnumerable<Dataset> datasets, CancellationToken cancellationToken)
    {
        const string Which = "SELECT file_id FROM bulk_file WHERE dataset = ANY ($1) AND";
        object?[] values = [datasets.Select(d => d.Name).ToArray(), operatorId];
        var files = await connection.Command($"{Which} made_at IS NOT NULL AND $2 = ANY (operators) FOR UPDATE", values).ListAsync(r => r.GetGuid(0), cancellationToken);

        // One that nobody sees and somebody holds is thrown away just now, or being made: its maker finds that it was overtaken.
        files.AddRange(await connection.Command($"{Which} made_at IS NULL FOR UPDATE SKIP LOCKED", values[0]).ListAsync(r => r.GetGuid(0), cancellationToken));
        var gone = new List<PurgedRows>();
        foreach (var table in new[] { "bulk_chunk", "bulk_form", "bulk_file" })
        {
            if (await connection.Command($"DELETE FROM {table} WHERE file_id = ANY ($1)", (object)files.ToArray()).ExecuteAsync(cancellationToken) is > 0 and var rows) gone.Add(new PurgedRows(table, rows));
        }

        return gone;
    }

    /// <summary>
    /// Charge points were withheld under this tick, or left a borough, and locations with them. A tariff is of none. Nobody sees such a file from here on; its pieces, which may be
    /// many, are thrown away by the next maker, and not while everybody waits for the clock.
    /// </summary>
    public static Task OfThoseWhoLeftAsync(NpgsqlConnection connection, Tick tick, CancellationToken cancellationToken) => connection.Command(
        """
        UPDATE bulk_file f SET made_at = NULL FROM (
            SELECT operator_id, borough_gss = '' AS is_withheld, false AS is_location FROM charge_point_left WHERE tick = $1
            UNION SELECT operator_id, borough_gss = '', true FROM location_left WHERE tick = $1) l
        WHERE l.operator_id = ANY (f.operators) AND f.dataset <> 'tariffs' AND (f.dataset = 'reported_usage' OR NOT l.is_location) AND (l.is_withheld OR f.is_of_areas)
        """,
        tick.Number).ExecuteAsync(cancellationToken);
}
