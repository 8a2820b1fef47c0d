using System.Buffers.Binary;
using System.Data;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Where the hub's clock stood.</summary>
/// <param name="Tick">The last tick committed.</param>
/// <param name="RecordedAt">When that tick was.</param>
/// <param name="PlacesTick">The last tick at which a charge point or its areas changed.</param>
public sealed record ClockReading(long Tick, DateTimeOffset RecordedAt, long PlacesTick);

/// <summary>Pages of records, as stored and as of a tick. There is no reading without a scope.</summary>
public sealed class RecordQueries(Database database)
{
    private readonly Lock placesTurn = new();
    private (long Tick, Task<ChargePointPlaces> Places)? places;

    /// <summary>What the queries' own conditions make of a scope; tests take it away to see what row security does alone.</summary>
    internal Func<Scope, Scope> Layer { get; init; } = scope => scope;

    /// <summary>What row security judges by; tests take it away to see what the queries' own conditions do alone.</summary>
    internal Func<Scope, Scope> Rows { get; init; } = scope => scope;

    public async Task<ClockReading> ReadClockAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT tick, recorded_at, (SELECT value FROM hub_setting WHERE name = 'places_tick') FROM hub_clock", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ClockReading(
            reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(2) ? 0 : BinaryPrimitives.ReadInt64BigEndian(reader.GetFieldValue<byte[]>(2)));
    }

    /// <summary>The last tick at or before an instant; 0: there was none.</summary>
    public async Task<long> ReadTickAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await connection.Command("SELECT coalesce((SELECT tick FROM hub_tick WHERE recorded_at <= $1 ORDER BY tick DESC LIMIT 1), 0)", at).ListAsync(r => r.GetInt64(0), cancellationToken)).Single();
    }

    /// <summary>When the hub learnt something for the first time; null: it never has.</summary>
    public async Task<DateTimeOffset?> ReadFirstTickAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await connection.Command("SELECT recorded_at FROM hub_tick ORDER BY tick LIMIT 1").ListAsync(r => (DateTimeOffset?)r.Instant(0), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Of each operator the charge points that are served, and the locations that they stand at; who has none is not there.</summary>
    /// <param name="operatorId">Null: all.</param>
    public async Task<IReadOnlyDictionary<string, (long ChargePoints, long Locations)>> CountChargePointsAsync(string? operatorId, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await new ServingCommand(
            connection, Rows(scope), "SELECT operator_id, count(*), count(DISTINCT location_id) FROM charge_point WHERE published AND ($1::text IS NULL OR operator_id = $1) GROUP BY operator_id", operatorId)
            .ListAsync(r => (r.GetString(0), (r.GetInt64(1), r.GetInt64(2))), cancellationToken)).ToDictionary();
    }

    /// <summary>Rows in the dataset's order. The receiver disposes of them before anything is sent to a reader: they hold a connection.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold the dataset: the caller should have refused.</exception>
    public async Task<RecordRows> ReadAsync(RecordQuery query, Scope scope, CancellationToken cancellationToken)
    {
        Refuse(query, Layer(scope));
        var limits = Layer(scope).AreasOf(query.Dataset) is { IsFull: false } areas ? areas : null;
        if (limits is not null) query = query with { Places = null };
        var connection = await database.OpenServingAsync(cancellationToken);
        var command = RecordSql.Command(query, Layer(scope), Rows(scope), connection);
        try
        {
            return new RecordRows(query, limits, query.Only is null && query.PrecisionUnder(Layer(scope)) != TimePrecision.Exact, connection, command, await command.ExecuteReaderAsync(
                query.Places is null || query.TellsKeys ? CommandBehavior.Default : CommandBehavior.SequentialAccess, cancellationToken));
        }
        catch
        {
            await command.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>All records that a query meets at its tick; null: they could not be counted in the time given.</summary>
    public async Task<long?> CountAsync(RecordQuery query, Scope scope, TimeSpan patience, CancellationToken cancellationToken)
    {
        Refuse(query, Layer(scope));
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = RecordSql.Count(query, Layer(scope), Rows(scope), connection);
        command.Timeout = Math.Max(1, (int)patience.TotalSeconds);
        try
        {
            return (await command.ListAsync(r => r.GetInt64(0), cancellationToken)).Single();
        }
        catch (NpgsqlException failure) when (failure.InnerException is TimeoutException)
        {
            return null;
        }
    }

    /// <summary>What records take from their charge points, as new as the clock says or newer: read again only after one of them changed.</summary>
    public ValueTask<ChargePointPlaces> ReadPlacesAsync(ClockReading clock, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        lock (placesTurn)
        {
            // All who ask meanwhile wait for the same reading, which no one of them may end.
            if (places is not { } read || read.Tick != clock.PlacesTick || read.Places.IsFaulted)
                places = read = (clock.PlacesTick, ReadPlacesAsync(CancellationToken.None));
            return new ValueTask<ChargePointPlaces>(read.Places.WaitAsync(cancellationToken));
        }
    }

    private async Task<ChargePointPlaces> ReadPlacesAsync(CancellationToken cancellationToken)
    {
        // Kept for readers of every scope, withheld ones among the places, so that it is the hub itself who reads.
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT c.charge_point_id, c.published, a.borough_gss, a.ward_gss, a.lsoa21, c.power_band
            FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id)
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = new ChargePointPlaces();
        while (await reader.ReadAsync(cancellationToken))
            read.Add(reader.GetFieldValue<byte[]>(0), reader.GetBoolean(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.TextOrNull(4), reader.TextOrNull(5));
        return read;
    }

    /// <summary>The first of these charge points whose records of a dataset this scope holds; null: it holds none's.</summary>
    /// <param name="chargePointIds">Hub ids.</param>
    public async Task<string?> FindChargePointAsync(IReadOnlyList<string> chargePointIds, Dataset dataset, Scope scope, CancellationToken cancellationToken)
    {
        if (!Layer(scope).Reads(dataset)) return null;
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(connection, Rows(scope));
        var held = Layer(scope).AreasOf(dataset) is { } areas ? ScopeSql.Within(areas, "c.operator_id", "a.borough_gss", command.Parameters) : "true";
        command.CommandText =
            $"""
            SELECT c.charge_point_id
            FROM unnest(@ids) WITH ORDINALITY AS asked (id, place)
            JOIN charge_point c ON c.operator_id = split_part(asked.id, ':', 1) AND c.charge_point_id = asked.id
            LEFT JOIN charge_point_area a ON a.operator_id = c.operator_id AND a.charge_point_id = c.charge_point_id
            WHERE c.published AND {held} ORDER BY asked.place LIMIT 1
            """;
        command.Parameters.AddWithValue("ids", chargePointIds.ToArray());
        return (await command.ListAsync(r => r.GetString(0), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Whether the database answers, however many readers there are.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static void Refuse(RecordQuery query, Scope scope)
    {
        if (!scope.Reads(query.Dataset)) throw new UnauthorizedAccessException($"The scope {scope} does not read {query.Dataset}.");
    }
}
