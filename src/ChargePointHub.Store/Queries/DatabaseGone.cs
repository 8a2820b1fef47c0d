using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Tells a database that is away or not yet ready from a statement that is wrong.</summary>
public static class DatabaseGone
{
    /// <summary>True for a statement that took longer than it may, on a connection that is well. Npgsql tells it from a connection that cannot be made by its words alone.</summary>
    public static bool IsSlow(Exception exception) =>
        exception is NpgsqlException { InnerException: TimeoutException } && exception.Message.StartsWith("Exception while reading from stream", StringComparison.Ordinal);

    /// <summary>True for a lost or refused connection, an exhausted pool of the hub's own work, and a server that starts, stops, is full or lets nobody in.</summary>
    public static bool Explains(Exception exception) => exception switch
    {
        // Source: PostgreSQL error codes, classes 08 (connection), 53 (resources) and 57P (operator intervention).
        // Whatever ends a connection, or refuses one, is fatal; a statement that is wrong is an error, under the same codes.
        PostgresException { InvariantSeverity: "FATAL" or "PANIC" } => true,
        PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("53", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => false,
    };
}
