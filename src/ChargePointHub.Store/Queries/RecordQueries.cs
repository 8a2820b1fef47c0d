using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Where the hub's clock stood.</summary>
/// <param name="Tick">The last tick committed.</param>
/// <param name="RecordedAt">When that tick was.</param>
public sealed record ClockReading(long Tick, DateTimeOffset RecordedAt);

/// <summary>Pages of records, as stored and as of a tick. There is no reading without a scope.</summary>
public sealed class RecordQueries(Database database)
{
    public async Task<ClockReading> ReadClockAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT tick, recorded_at FROM hub_clock", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ClockReading(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    /// <summary>Rows in the dataset's order. The receiver disposes of them before anything is sent to a reader: they hold a connection.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold the dataset: the caller should have refused.</exception>
    public async Task<RecordRows> ReadAsync(RecordQuery query, Scope scope, CancellationToken cancellationToken)
    {
        if (query.Dataset.IsRestricted && !scope.ReadsRestricted)
            throw new UnauthorizedAccessException($"The scope {scope.Name} does not read {query.Dataset}.");

        var connection = await database.OpenServingAsync(cancellationToken);
        var command = RecordSql.Command(query, connection);
        try
        {
            return new RecordRows(query.Dataset, connection, command, await command.ExecuteReaderAsync(cancellationToken));
        }
        catch
        {
            await command.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether readers of this scope may know of the charge point.</summary>
    /// <param name="chargePointId">Hub id.</param>
    public async Task<bool> HasChargePointAsync(string chargePointId, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT 1 FROM charge_point WHERE operator_id = split_part(@id, ':', 1) AND charge_point_id = @id AND published)",
            connection);
        command.Parameters.AddWithValue("id", chargePointId);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Whether the database answers, however many readers there are.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
