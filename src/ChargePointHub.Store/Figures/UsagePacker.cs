using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Figures;

/// <summary>
/// Packs days of the roll-up of sessions, so that questions about many charge points read a value a day instead of a row a charge point. Nothing depends on it but
/// how long such questions take. What is withheld is not packed.
/// </summary>
public sealed class UsagePacker(Database database)
{
    /// <summary>Days that are packed in one transaction, during which the operator's pages wait.</summary>
    private const int DaysAtOnce = 31;

    /// <summary>Those that have not been packed, and those that were packed when other charge points were withheld.</summary>
    private const string Due = "usage_packed u LEFT JOIN withheld_marks() w USING (operator_id) WHERE (u.packed IS NULL OR u.withheld <> coalesce(w.mark, ''))";

    /// <summary>Operators of which days are to be packed.</summary>
    /// <param name="before">London day; those from it on are left alone.</param>
    public Task<List<string>> ReadDueAsync(DateOnly before, CancellationToken cancellationToken) => database.Reads.Command(
        $"SELECT DISTINCT operator_id FROM {Due} AND u.day < $1 ORDER BY 1", before).ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Packs what is to be packed of an operator, of many days a part; to be asked again until nothing was.</summary>
    /// <param name="before">London day; those from it on are left alone.</param>
    /// <returns>Days that were packed.</returns>
    public async Task<int> PackAsync(string operatorId, DateOnly before, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Under the lock no row of the operator changes between reading it and keeping it packed.
        await AdvisoryLocks.TakePagesAsync(connection, operatorId, cancellationToken);
        var days = await connection.Command($"SELECT u.day FROM {Due} AND operator_id = $1 AND u.day < $2 ORDER BY u.day DESC LIMIT $3", operatorId, before, DaysAtOnce)
            .ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellationToken);
        if (days.Count == 0) return 0;
        var rows = (await connection.Command(
                $"SELECT day, charge_point_id, {UsageRows.Columns} FROM usage_day u WHERE operator_id = $1 AND day = ANY ($2) AND NOT EXISTS (SELECT FROM charge_point c WHERE c.operator_id = $1 AND c.charge_point_id = u.charge_point_id AND NOT c.published)", operatorId, days.ToArray())
            .ListAsync(r => (Day: r.GetFieldValue<DateOnly>(0), Point: KeyValuePair.Create(r.GetString(1), UsageRows.Read(r, 2))), cancellationToken)).ToLookup(r => r.Day, r => r.Point);
        await connection.Command(
            """
            UPDATE usage_packed u SET packed = n.packed, withheld = coalesce((SELECT w.mark FROM withheld_marks() w WHERE w.operator_id = $1), '')
            FROM unnest($2::date[], $3::bytea[]) AS n (day, packed) WHERE u.operator_id = $1 AND u.day = n.day
            """,
            operatorId, days.ToArray(), days.Select(d => PackedUsage.Pack(operatorId, rows[d])).ToArray()).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return days.Count;
    }
}
