using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>
/// Where an operator counts other records than it sends. A log of observations: the newest pull that meets an open one says its
/// window and counts; pulls whose counts agree take their window away from it, and with the last of it, it is closed.
/// </summary>
public sealed class DiscrepancyStore(Database database)
{
    /// <param name="window">Null: a crawl.</param>
    /// <param name="leaseToken">Of the lease under which it was pulled; null: none is needed.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task SeenAsync(
        string operatorId, Dataset dataset, Window? window, long stated, long received, DateTimeOffset now, CancellationToken cancellationToken, long? leaseToken = null)
    {
        var met = await OpenAsync(operatorId, dataset, window, cancellationToken);
        if (met.Count == 0)
        {
            var seen = await database.Reads.Command(
                OperatorLeases.Fence +
                """
                INSERT INTO discrepancy (operator_id, dataset, first_seen_at, from_at, to_at, stated, received, last_seen_at)
                SELECT $1, $3, $4, $5, $6, $7, $8, $4 FROM lease ON CONFLICT (operator_id, dataset, first_seen_at) DO UPDATE SET last_seen_at = excluded.last_seen_at
                """,
                operatorId, OperatorLeases.Token(leaseToken), dataset.Name, now, Instant(window?.From), Instant(window?.To), stated, received).ExecuteAsync(cancellationToken);
            OperatorLeases.Written(seen, operatorId);
            return;
        }

        var told = await database.Reads.Command(
            OperatorLeases.Fence +
            """
            UPDATE discrepancy SET from_at = $5, to_at = $6, stated = $7, received = $8, last_seen_at = $9
            FROM lease WHERE operator_id = $1 AND dataset = $3 AND first_seen_at = $4
            """,
            operatorId, OperatorLeases.Token(leaseToken), dataset.Name, met[0].FirstSeenAt, Instant(window?.From), Instant(window?.To), stated, received, now)
            .ExecuteAsync(cancellationToken);
        OperatorLeases.Written(told, operatorId);
        foreach (var other in met.Skip(1)) await CloseAsync(operatorId, dataset, other.FirstSeenAt, now, leaseToken, cancellationToken);
    }

    /// <summary>A pull of the window came through, and its counts agreed or none was given.</summary>
    /// <param name="leaseToken">Of the lease under which it was pulled; null: none is needed.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task AgreedAsync(
        string operatorId, Dataset dataset, Window? window, DateTimeOffset now, CancellationToken cancellationToken, long? leaseToken = null)
    {
        foreach (var met in await OpenAsync(operatorId, dataset, window, cancellationToken))
        {
            var left = met.Window is { } doubted && window is { } agreed ? Coverage.Of(doubted).Subtract(agreed) : Coverage.None;
            if (left.IsEmpty) await CloseAsync(operatorId, dataset, met.FirstSeenAt, now, leaseToken, cancellationToken);
            else
            {
                var narrowed = await database.Reads.Command(
                    OperatorLeases.Fence + "UPDATE discrepancy SET from_at = $5, to_at = $6 FROM lease WHERE operator_id = $1 AND dataset = $3 AND first_seen_at = $4",
                    operatorId, OperatorLeases.Token(leaseToken), dataset.Name, met.FirstSeenAt, left.Start, left.End).ExecuteAsync(cancellationToken);
                OperatorLeases.Written(narrowed, operatorId);
            }
        }
    }

    private async Task CloseAsync(
        string operatorId, Dataset dataset, DateTimeOffset firstSeenAt, DateTimeOffset now, long? leaseToken, CancellationToken cancellationToken) =>
        OperatorLeases.Written(
            await database.Reads.Command(
                OperatorLeases.Fence + "UPDATE discrepancy SET closed_at = $5 FROM lease WHERE operator_id = $1 AND dataset = $3 AND first_seen_at = $4",
                operatorId, OperatorLeases.Token(leaseToken), dataset.Name, firstSeenAt, now).ExecuteAsync(cancellationToken),
            operatorId);

    /// <summary>Open ones that share an instant with the window; for a crawl, those of crawls.</summary>
    private Task<List<(DateTimeOffset FirstSeenAt, Window? Window)>> OpenAsync(
        string operatorId, Dataset dataset, Window? window, CancellationToken cancellationToken) => database.Reads.Command(
            """
            SELECT first_seen_at, from_at, to_at FROM discrepancy
            WHERE operator_id = $1 AND dataset = $2 AND closed_at IS NULL
                AND CASE WHEN $3::timestamptz IS NULL THEN from_at IS NULL ELSE from_at < $4 AND to_at > $3 END
            ORDER BY first_seen_at
            """,
            operatorId, dataset.Name, Instant(window?.From), Instant(window?.To)).ListAsync(
                r => (r.Instant(0), r.InstantOrNull(1) is { } from && r.InstantOrNull(2) is { } to ? new Window(from, to) : (Window?)null), cancellationToken);

    private static NpgsqlParameter Instant(DateTimeOffset? value) =>
        new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
