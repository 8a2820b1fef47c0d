using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>Where a pull got to whose last page has not come yet.</summary>
/// <param name="Window">Null for snapshot datasets.</param>
/// <param name="AskedAt">When its first page was asked for: what is claimed in the end is judged from then.</param>
/// <param name="Pages">Pages written so far.</param>
/// <param name="State">The protocol's own words.</param>
/// <param name="ChargePoints">Hub ids that a crawl has named so far.</param>
public sealed record PullContinuation(
    FeedKey Feed, RunKind Kind, Window? Window, DateTimeOffset AskedAt, DateTimeOffset SavedAt, int Pages, string State, IReadOnlyList<string> ChargePoints);

/// <summary>Keeps where long pulls got to, one for each feed's dataset and kind of run, so that a restart costs a page and not the pull.</summary>
public sealed class ContinuationStore(Database database)
{
    /// <summary>Everything kept of one operator.</summary>
    public Task<List<PullContinuation>> ReadAsync(string operatorId, CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT operator_id, feed_id, dataset, kind, from_at, to_at, asked_at, saved_at, pages, state, charge_points
        FROM pull_continuation WHERE operator_id = $1
        """,
        operatorId).ListKnownAsync(
            2,
            (r, dataset) => new PullContinuation(
                new FeedKey(r.GetString(0), r.GetString(1), dataset),
                Words<RunKind>.Parse(r.GetString(3))!.Value,
                r.InstantOrNull(4) is { } from && r.InstantOrNull(5) is { } to ? new Window(from, to) : null,
                r.Instant(6), r.Instant(7), r.GetInt32(8), r.GetString(9), r.GetFieldValue<string[]>(10)),
            cancellationToken);

    /// <summary>To be called when the pages before it are committed: one too many is pulled again, one too few would be lost.</summary>
    /// <param name="leaseToken">Of the lease under which it is pulled; null: none is needed.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task SaveAsync(PullContinuation place, CancellationToken cancellationToken, long? leaseToken = null) => OperatorLeases.Written(
        await database.Reads.Command(
        OperatorLeases.Fence +
        """
        INSERT INTO pull_continuation (operator_id, feed_id, dataset, kind, from_at, to_at, asked_at, saved_at, pages, state, charge_points)
        SELECT $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM lease
        ON CONFLICT (operator_id, feed_id, dataset, kind) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at,
            asked_at = excluded.asked_at, saved_at = excluded.saved_at, pages = excluded.pages, state = excluded.state,
            charge_points = excluded.charge_points
        """,
        place.Feed.OperatorId, OperatorLeases.Token(leaseToken), place.Feed.FeedId, place.Feed.Dataset.Name, Words<RunKind>.Of(place.Kind),
        Instant(place.Window?.From), Instant(place.Window?.To), place.AskedAt, place.SavedAt, place.Pages, place.State, place.ChargePoints.ToArray())
        .ExecuteAsync(cancellationToken), place.Feed.OperatorId);

    /// <summary>Drops nothing where another instance has taken the lease: it may be going on from there.</summary>
    public Task DropAsync(FeedKey feed, RunKind kind, CancellationToken cancellationToken, long? leaseToken = null) => database.Reads.Command(
        OperatorLeases.Fence + "DELETE FROM pull_continuation p USING lease WHERE p.operator_id = $1 AND p.feed_id = $3 AND p.dataset = $4 AND p.kind = $5",
        feed.OperatorId, OperatorLeases.Token(leaseToken), feed.FeedId, feed.Dataset.Name, Words<RunKind>.Of(kind)).ExecuteAsync(cancellationToken);

    private static NpgsqlParameter Instant(DateTimeOffset? value) =>
        new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
