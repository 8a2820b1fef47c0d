using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>
/// Held by the one instance that collects: a lock of the database's session, freed when the holder ends, however it ends.
/// </summary>
public sealed class CollectorLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private CollectorLock(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Null while another instance collects.</summary>
    public static async Task<CollectorLock?> TryTakeAsync(Database database, CancellationToken cancellationToken)
    {
        var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        try
        {
            var taken = await connection.Command("SELECT pg_try_advisory_lock($1)", AdvisoryLocks.Collector)
                .ListAsync(r => r.GetBoolean(0), cancellationToken);
            if (taken.Single()) return new CollectorLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>False once the session is gone, and the lock with it: stop collecting, and take it anew.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connection.Command("SELECT 1").ExecuteAsync(cancellationToken);
            return true;
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.Command("SELECT pg_advisory_unlock($1)", AdvisoryLocks.Collector).ExecuteAsync(CancellationToken.None);
        }
        catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
        {
            // The session ended, and the lock with it.
        }

        await connection.DisposeAsync();
    }
}
