using System.Data;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>The right to do what one instance does at a time: a session's advisory lock, given back when it is disposed of. Whoever dies holding it has lost it with its connection.</summary>
internal sealed class AdvisoryTurn : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly long key;

    private AdvisoryTurn(NpgsqlConnection connection, long key) => (this.connection, this.key) = (connection, key);

    /// <summary>Null: another has it.</summary>
    /// <param name="key">One of <see cref="AdvisoryLocks"/>.</param>
    public static async Task<AdvisoryTurn?> TryTakeAsync(Database database, long key, CancellationToken cancellationToken)
    {
        var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        var isMine = false;
        try
        {
            isMine = (await connection.Command("SELECT pg_try_advisory_lock($1)", key).ListAsync(r => r.GetBoolean(0), cancellationToken)).Single();
            return isMine ? new AdvisoryTurn(connection, key) : null;
        }
        finally
        {
            if (!isMine) await connection.DisposeAsync();
        }
    }

    /// <summary>A connection that goes back to its pool keeps its locks until it is used again.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (connection)
        {
            if (connection.State == ConnectionState.Open) await connection.Command("SELECT pg_advisory_unlock($1)", key).ExecuteAsync(CancellationToken.None);
        }
    }
}
