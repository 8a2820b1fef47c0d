using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>How often runs of one dataset failed in one way.</summary>
/// <param name="Failure">Slug of the failure kind.</param>
public sealed record FailureCount(string Dataset, string Failure, long LastDay, long LastWeek);

/// <summary>Records of one dataset that are set aside.</summary>
/// <param name="Waiting">For their charge point; all others are refused.</param>
/// <param name="WaitingSince">When the oldest of these came; null: none waits.</param>
/// <param name="WaitedInVain">Of those that waited, how many ever made way for newer ones: they are gone.</param>
public sealed record QuarantineState(long Refused, long Waiting, DateTimeOffset? WaitingSince = null, long WaitedInVain = 0);

/// <summary>What an operator's server showed at the newest connection that was good.</summary>
/// <param name="Version"><c>1.2</c> or <c>1.3</c>.</param>
public sealed record SeenTls(string Version, DateTimeOffset CertificateExpiresAt, DateTimeOffset SeenAt)
{
    /// <summary>Whole days left; negative: it has expired.</summary>
    public int DaysLeft(DateTimeOffset now) => (int)Math.Floor((CertificateExpiresAt - now).TotalDays);
}

/// <summary>How notices reach one receiver.</summary>
/// <param name="Waiting">Notices that are not delivered and not given up.</param>
/// <param name="GivenUp">Of those that are kept, never delivered.</param>
/// <param name="LastDeliveredAt">Null: none was.</param>
/// <param name="LastTriedAt">Null: nothing was.</param>
/// <param name="Failure">Slug of how the newest attempt failed; null: it did not.</param>
public sealed record ReceiverState(
    string ReceiverId, long Waiting, long GivenUp, DateTimeOffset? LastDeliveredAt, DateTimeOffset? LastTriedAt, string? Failure, string? Detail);

/// <summary>What the tables hold of how one operator's feeds fare.</summary>
/// <param name="Used">Requests by limit group and interval.</param>
/// <param name="Breaks">Since when a feed's dataset is broken.</param>
public sealed record FeedHealthRows(
    IReadOnlyList<FailureCount> Failures,
    IReadOnlyDictionary<string, QuarantineState> Quarantine,
    IReadOnlyDictionary<string, SeenTls> Tls,
    IReadOnlyDictionary<(string LimitGroup, TimeSpan Interval), int> Used,
    IReadOnlyDictionary<(string FeedId, string Dataset), DateTimeOffset> Breaks,
    CrawlHold? Hold,
    IReadOnlyDictionary<string, ReceiverState> Receivers);

/// <summary>How one operator's feeds fare, for those who may know causes.</summary>
public sealed class FeedHealthQueries(Database database)
{
    /// <param name="limits">Groups in any case of letters.</param>
    public async Task<FeedHealthRows> ReadAsync(
        string operatorId, IReadOnlyList<(string LimitGroup, TimeSpan Interval)> limits, DateTimeOffset now, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.ReadsQuality(operatorId)) throw new UnauthorizedAccessException($"The scope {scope} does not read causes of {operatorId}.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var failures = await new ServingCommand(connection, scope, """
            SELECT dataset, failure, count(*) FILTER (WHERE started_at > $2), count(*) FROM run
            WHERE operator_id = $1 AND dataset = ANY ($4) AND started_at > $3 AND started_at <= $5 AND outcome = 'failed' AND failure IS NOT NULL
            GROUP BY dataset, failure ORDER BY dataset, count(*) DESC, failure
            """,
            operatorId, now.AddDays(-1), now.AddDays(-7), Dataset.All.Select(d => d.Name).ToArray(), now)
            .ListAsync(r => new FailureCount(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken);
        var quarantine = await new ServingCommand(connection, scope, """
            SELECT c.dataset, c.refused, c.waiting,
                quarantine_waits_since(c.operator_id, c.dataset),
                coalesce((SELECT o.dropped FROM quarantine_overflow o WHERE o.operator_id = c.operator_id AND o.dataset = c.dataset AND o.waiting), 0)
            FROM quarantine_count c WHERE c.operator_id = $1
            """,
            operatorId)
            .ListAsync(r => (Dataset: r.GetString(0), State: new QuarantineState(r.GetInt64(1), r.GetInt64(2), r.InstantOrNull(3), r.GetInt64(4))), cancellationToken);
        var tls = await new ServingCommand(connection, scope, "SELECT feed_id, version, certificate_expires_at, seen_at FROM feed_tls WHERE operator_id = $1", operatorId)
            .ListAsync(r => (FeedId: r.GetString(0), Seen: new SeenTls(r.GetString(1), r.Instant(2), r.Instant(3))), cancellationToken);
        var used = await new ServingCommand(connection, scope, """
            SELECT a.limit_group, a.span, (SELECT count(*)::int FROM unnest(g.passed) AS p (at) WHERE p.at > clock_timestamp() - a.span)
            FROM unnest($1, $2) AS a (limit_group, span) JOIN limit_group g ON g.limit_group = a.limit_group
            """,
            limits.Select(l => l.LimitGroup.ToLowerInvariant()).ToArray(), limits.Select(l => l.Interval).ToArray())
            .ListAsync(r => (Key: (r.GetString(0), r.GetFieldValue<TimeSpan>(1)), Used: r.GetInt32(2)), cancellationToken);
        var breaks = await new ServingCommand(connection, scope, "SELECT feed_id, dataset, broken_at FROM feed_break WHERE operator_id = $1 AND recovered_at IS NULL", operatorId)
            .ListAsync(r => (Key: (r.GetString(0), r.GetString(1)), At: r.Instant(2)), cancellationToken);
        var holds = await new ServingCommand(connection, scope, "SELECT held_at, last_held_at, known, vanishing, changing, released_at FROM crawl_hold WHERE operator_id = $1 AND ended_at IS NULL", operatorId)
            .ListAsync(r => new CrawlHold(operatorId, r.Instant(0), r.Instant(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.InstantOrNull(5)), cancellationToken);
        var receivers = await new ServingCommand(connection, scope, """
            SELECT receiver_id, count(next_at), count(*) FILTER (WHERE next_at IS NULL AND delivered_at IS NULL), max(delivered_at), max(tried_at),
                (array_agg(failure ORDER BY tried_at DESC NULLS LAST))[1], (array_agg(detail ORDER BY tried_at DESC NULLS LAST))[1]
            FROM notice WHERE operator_id = $1 GROUP BY receiver_id
            """,
            operatorId)
            .ListAsync(r => new ReceiverState(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.InstantOrNull(3), r.InstantOrNull(4), r.TextOrNull(5), r.TextOrNull(6)), cancellationToken);
        return new FeedHealthRows(
            failures,
            quarantine.ToDictionary(q => q.Dataset, q => q.State),
            tls.ToDictionary(t => t.FeedId, t => t.Seen),
            used.DistinctBy(u => u.Key).ToDictionary(u => u.Key, u => u.Used),
            breaks.ToDictionary(b => b.Key, b => b.At),
            holds.FirstOrDefault(),
            receivers.ToDictionary(r => r.ReceiverId));
    }
}
