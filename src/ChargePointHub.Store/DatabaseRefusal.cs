using Npgsql;

namespace ChargePointHub.Store;

/// <summary>A database that answers and will not have us: what a person can do about it.</summary>
public static class DatabaseRefusal
{
    /// <summary>One sentence; null for any other failure.</summary>
    public static string? Sentence(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"The database refused the connection: {refused.MessageText}. Look at the user and password of the connection string.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } absent =>
            $"The database says: {absent.MessageText}. Make it first, for instance with `createdb`, or name another one.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
            $"The database says: {denied.MessageText}. The hub's user must own its schema.",
        _ => null,
    };
}
