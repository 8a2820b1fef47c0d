using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>A moment of the hub's one clock.</summary>
/// <param name="Number">In commit order over the whole database.</param>
/// <param name="RecordedAt">Strictly rises with the number; the database's clock.</param>
internal readonly record struct Tick(long Number, DateTimeOffset RecordedAt);

/// <summary>Hands out ticks.</summary>
internal static class HubClock
{
    /// <summary>
    /// Takes the next tick within the connection's open transaction. From here to the commit every other writer waits, so that no
    /// tick becomes visible after a higher one; what can be done before is done before.
    /// </summary>
    /// <param name="simulated">What stands in for the database's clock; null: nothing does.</param>
    public static async Task<Tick> NextAsync(NpgsqlConnection connection, DateTimeOffset? simulated, CancellationToken cancellationToken)
    {
        var taken = await connection.Command(
            """
            WITH next AS (
                UPDATE hub_clock
                SET tick = tick + 1, recorded_at = greatest(coalesce($1, clock_timestamp()), recorded_at + interval '1 microsecond')
                RETURNING tick, recorded_at
            )
            INSERT INTO hub_tick (tick, recorded_at) SELECT tick, recorded_at FROM next RETURNING tick, recorded_at
            """,
            new NpgsqlParameter { Value = (object?)simulated?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }).ListAsync(r => new Tick(r.GetInt64(0), r.Instant(1)), cancellationToken);
        return taken.Single();
    }
}
