using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Monthly partitions (UTC) of status_change, made when first needed: created apart and then attached, which stops neither readers
/// nor writers of the others.
/// </summary>
internal sealed class StatusPartitions
{
    private readonly ConcurrentDictionary<(int Year, int Month), bool> known = new();

    /// <summary>In transactions of their own, before the page's: an empty partition more is no harm if the page fails.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<DateTimeOffset> times, CancellationToken cancellationToken)
    {
        foreach (var month in times.Select(t => (t.UtcDateTime.Year, t.UtcDateTime.Month)).Where(m => !known.ContainsKey(m)).Distinct().ToList())
        {
            await EnsureAsync(connection, new DateTime(month.Year, month.Month, 1, 0, 0, 0, DateTimeKind.Utc), cancellationToken);
            known[month] = true;
        }
    }

    private static async Task EnsureAsync(NpgsqlConnection connection, DateTime month, CancellationToken cancellationToken)
    {
        var table = month.ToString("'status_change_'yyyy'_'MM", CultureInfo.InvariantCulture);
        string Bound(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("SELECT pg_advisory_xact_lock($1)", AdvisoryLocks.Partitions).ExecuteAsync(cancellationToken);
        var there = await connection.Command("SELECT to_regclass($1) IS NOT NULL", table).ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (!there[0])
        {
            await connection.Command(
                $"""
                CREATE TABLE {table} (LIKE status_change INCLUDING ALL);
                ALTER TABLE status_change ATTACH PARTITION {table} FOR VALUES FROM ('{Bound(month)}') TO ('{Bound(month.AddMonths(1))}');
                """).ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
