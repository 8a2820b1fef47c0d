using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>
/// Which operators' statuses are served as they are stored, and whose all as MISSING. That follows from the time alone, so that it is looked at and, where it
/// changed, takes a tick: followers of charge points are told of all that operator's.
/// </summary>
public sealed class FreshnessStore(Database database)
{
    private const string Turned =
        """
        SELECT coalesce(n.id, f.operator_id) FROM unnest($1) AS n (id) FULL JOIN operator_freshness f ON f.operator_id = n.id
        WHERE coalesce(f.is_fresh, false) <> (n.id IS NOT NULL)
        """;

    /// <summary>Stands in for the database's clock in simulations, in which a day passes in seconds.</summary>
    internal TimeProvider? SimulatedClock { get; init; }

    /// <param name="fresh">Operators whose statuses are served as stored now.</param>
    /// <returns>How many operators are so anew, or no longer.</returns>
    public async Task<int> WriteAsync(IReadOnlyList<string> fresh, CancellationToken cancellationToken)
    {
        object known = fresh.ToArray();
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        if ((await connection.Command(Turned, known).ListAsync(r => r.GetString(0), cancellationToken)).Count == 0) return 0;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Under the tick another instance's look is seen.
        var tick = await HubClock.NextAsync(connection, SimulatedClock?.GetUtcNow(), cancellationToken);
        var turned = await connection.Command(Turned, known).ListAsync(r => r.GetString(0), cancellationToken);
        if (turned.Count == 0) return 0;
        await connection.Command(
            """
            INSERT INTO operator_freshness (operator_id, is_fresh, tick) SELECT id, id = ANY ($2), $3 FROM unnest($1) AS n (id)
            ON CONFLICT (operator_id) DO UPDATE SET is_fresh = excluded.is_fresh, tick = excluded.tick
            """,
            turned.ToArray(), known, tick.Number).ExecuteAsync(cancellationToken);
        await connection.Command("UPDATE charge_point_told SET tick = $2 WHERE operator_id = ANY ($1)", turned.ToArray(), tick.Number).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return turned.Count;
    }
}
