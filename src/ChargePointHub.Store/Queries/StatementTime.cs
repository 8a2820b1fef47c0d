using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Tells a statement that was given up for the time it took.</summary>
public static class StatementTime
{
    public static bool Explains(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };
}
