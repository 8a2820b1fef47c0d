using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>A crawl that is not believed: more would have vanished or moved at once than a fifth of what is known.</summary>
/// <param name="HeldAt">Since when.</param>
/// <param name="LastHeldAt">When the latest crawl said the same.</param>
/// <param name="Known">Charge points of the operator that are not removed.</param>
/// <param name="ReleasedAt">The next such crawl is believed; null: nobody has released it.</param>
public sealed record CrawlHold(
    string OperatorId, DateTimeOffset HeldAt, DateTimeOffset LastHeldAt, int Known, int Vanishing, int Changing, DateTimeOffset? ReleasedAt);

/// <summary>Crawls that wait for somebody's word, or for a crawl that is usual again.</summary>
public sealed class CrawlHolds(Database database)
{
    /// <summary>What is held now, by operator.</summary>
    public Task<List<CrawlHold>> ReadAsync(CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT operator_id, held_at, last_held_at, known, vanishing, changing, released_at FROM crawl_hold WHERE ended_at IS NULL ORDER BY operator_id
        """).ListAsync(
            r => new CrawlHold(r.GetString(0), r.Instant(1), r.Instant(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5), r.InstantOrNull(6)), cancellationToken);

    /// <summary>Lets the operator's next whole crawl through, whatever vanishes or moves with it. False: nothing is held.</summary>
    public async Task<bool> ReleaseAsync(string operatorId, DateTimeOffset now, CancellationToken cancellationToken) => await database.Reads.Command(
        "UPDATE crawl_hold SET released_at = coalesce(released_at, $2) WHERE operator_id = $1 AND ended_at IS NULL", operatorId, now)
        .ExecuteAsync(cancellationToken) > 0;
}
