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
    public async Task SeenAsync(
        string operatorId, Dataset dataset, Window? window, long stated, long received, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var met = await OpenAsync(operatorId, dataset, window, cancellationToken);
        if (met.Count == 0)
        {
            await database.Reads.Command(
                """
                INSERT INTO discrepancy (operator_id, dataset, first_seen_at, from_at, to_at, stated, received, last_seen_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $3) ON CONFLICT DO NOTHING
                """,
                operatorId, dataset.Name, now, Instant(window?.From), Instant(window?.To), stated, received).ExecuteAsync(cancellationToken);
            return;
        }

        await database.Reads.Command(
            """
            UPDATE discrepancy SET from_at = $4, to_at = $5, stated = $6, received = $7, last_seen_at = $8
            WHERE operator_id = $1 AND dataset = $2 AND first_seen_at = $3
            """,
            operatorId, dataset.Name, met[0].FirstSeenAt, Instant(window?.From), Instant(window?.To), stated, received, now).ExecuteAsync(cancellationToken);
        foreach (var other in met.Skip(1)) await CloseAsync(operatorId, dataset, other.FirstSeenAt, now, cancellationToken);
    }

    /// <summary>A pull of the window came through, and its counts agreed or none was given.</summary>
    public async Task AgreedAsync(string operatorId, Dataset dataset, Window? window, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var met in await OpenAsync(operatorId, dataset, window, cancellationToken))
        {
            var left = met.Window is { } doubted && window is { } agreed ? Coverage.Of(doubted).Subtract(agreed) : Coverage.None;
            if (left.IsEmpty) await CloseAsync(operatorId, dataset, met.FirstSeenAt, now, cancellationToken);
            else
            {
                await database.Reads.Command(
                    "UPDATE discrepancy SET from_at = $4, to_at = $5 WHERE operator_id = $1 AND dataset = $2 AND first_seen_at = $3",
                    operatorId, dataset.Name, met.FirstSeenAt, left.Start, left.End).ExecuteAsync(cancellationToken);
            }
        }
    }

    private Task<int> CloseAsync(string operatorId, Dataset dataset, DateTimeOffset firstSeenAt, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Reads.Command(
            "UPDATE discrepancy SET closed_at = $4 WHERE operator_id = $1 AND dataset = $2 AND first_seen_at = $3",
            operatorId, dataset.Name, firstSeenAt, now).ExecuteAsync(cancellationToken);

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
