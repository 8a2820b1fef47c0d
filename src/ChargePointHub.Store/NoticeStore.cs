using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>What decides whether a dataset counts as broken.</summary>
/// <param name="Ended">How its newest live polls or crawls ended, newest first: the failure's slug, or null for one that came through, and when.</param>
/// <param name="CoveredTo">End of what is covered; null: nothing is.</param>
/// <param name="BrokenAt">Since when it counts as broken, and why; null: it does not.</param>
public sealed record FeedCondition(Dataset Dataset, IReadOnlyList<(string? Failure, DateTimeOffset At)> Ended, DateTimeOffset? CoveredTo, DateTimeOffset? BrokenAt, string? Cause);

/// <summary>A notice on its way to one receiver.</summary>
/// <param name="Body">JSON; the same bytes each time it is sent.</param>
/// <param name="Attempts">Made so far.</param>
/// <param name="NextAt">When the next one is due.</param>
public sealed record WaitingNotice(Guid NoticeId, string ReceiverId, string Body, DateTimeOffset MadeAt, int Attempts, DateTimeOffset NextAt);

/// <summary>
/// Breaks, and the notices of them: a break or recovery and its notices are one transaction under the operator's lease, so that
/// each is told once, whoever comes and goes.
/// </summary>
public sealed class NoticeStore(Database database)
{
    /// <summary>Notices that wait for one receiver; beyond that the oldest are given up.</summary>
    public const int MostWaiting = 100;

    /// <summary>Newest polls that are looked at.</summary>
    public const int LatestEnded = 3;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(92);

    /// <summary>Of each dataset of one feed. Polls of the future, of a clock that ran ahead, are left out.</summary>
    public async Task<IReadOnlyList<FeedCondition>> ReadAsync(
        string operatorId, string feedId, IReadOnlyList<Dataset> datasets, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await database.Reads.Command(
            """
            SELECT d.name,
                ARRAY(SELECT coalesce(r.failure, '') FROM run r WHERE r.operator_id = $1 AND r.dataset = d.name AND r.kind IN ('live', 'crawl')
                    AND r.outcome IN ('completed', 'failed') AND r.started_at <= $5 ORDER BY r.started_at DESC LIMIT $4),
                ARRAY(SELECT r.ended_at FROM run r WHERE r.operator_id = $1 AND r.dataset = d.name AND r.kind IN ('live', 'crawl')
                    AND r.outcome IN ('completed', 'failed') AND r.started_at <= $5 ORDER BY r.started_at DESC LIMIT $4),
                (SELECT c.to_at FROM coverage c WHERE c.operator_id = $1 AND c.dataset = d.name AND c.kind = 'covered' ORDER BY c.from_at DESC LIMIT 1),
                b.broken_at, b.cause
            FROM unnest($3) AS d (name)
            LEFT JOIN feed_break b ON b.operator_id = $1 AND b.feed_id = $2 AND b.dataset = d.name AND b.recovered_at IS NULL
            """,
            operatorId, feedId, datasets.Select(d => d.Name).ToArray(), LatestEnded, now).ListAsync(
                r => (Name: r.GetString(0), Failures: r.GetFieldValue<string[]>(1), Ends: r.GetFieldValue<DateTime[]>(2), To: r.InstantOrNull(3), Broken: r.InstantOrNull(4), Cause: r.TextOrNull(5)),
                cancellationToken);
        return
        [
            .. rows.Select(r => new FeedCondition(
                Dataset.Named(r.Name)!,
                [.. r.Failures.Zip(r.Ends, (failure, at) => (failure.Length == 0 ? null : failure, new DateTimeOffset(at, TimeSpan.Zero)))],
                r.To, r.Broken, r.Cause)),
        ];
    }

    /// <summary>Notes a break and makes its notices. False: it is broken already.</summary>
    /// <param name="bodies">One a receiver, by receiver_id.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public Task<bool> BreakAsync(
        FeedKey feed, string cause, DateTimeOffset at, IReadOnlyDictionary<string, string> bodies, long? leaseToken, CancellationToken cancellationToken) => ChangeAsync(
            feed, at, bodies, leaseToken,
            connection => connection.Command(
                "INSERT INTO feed_break (operator_id, feed_id, dataset, broken_at, cause) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                feed.OperatorId, feed.FeedId, feed.Dataset.Name, at, cause),
            cancellationToken);

    /// <summary>Ends the break that began then, and makes its notices. False: it is over already.</summary>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public Task<bool> RecoverAsync(
        FeedKey feed, DateTimeOffset brokenAt, DateTimeOffset at, IReadOnlyDictionary<string, string> bodies, long? leaseToken, CancellationToken cancellationToken) => ChangeAsync(
            feed, at, bodies, leaseToken,
            connection => connection.Command(
                "UPDATE feed_break SET recovered_at = $5 WHERE operator_id = $1 AND feed_id = $2 AND dataset = $3 AND broken_at = $4 AND recovered_at IS NULL",
                feed.OperatorId, feed.FeedId, feed.Dataset.Name, brokenAt, at),
            cancellationToken);

    /// <summary>The oldest that waits for the receiver: notices arrive in the order in which they were made. Null: none does.</summary>
    public async Task<WaitingNotice?> NextAsync(string operatorId, string receiverId, CancellationToken cancellationToken) => (await database.Reads.Command(
        """
        SELECT notice_id, receiver_id, body, made_at, attempts, next_at FROM notice
        WHERE operator_id = $1 AND receiver_id = $2 AND next_at IS NOT NULL ORDER BY made_at, notice_id LIMIT 1
        """,
        operatorId, receiverId).ListAsync(
            r => new WaitingNotice(r.GetGuid(0), r.GetString(1), r.GetString(2), r.Instant(3), r.GetInt32(4), r.Instant(5)), cancellationToken)).SingleOrDefault();

    /// <summary>Before an attempt: counts it and says when the next one is due, should nobody come to tell how this one ended.</summary>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease.</exception>
    public async Task BeginAsync(string operatorId, WaitingNotice notice, DateTimeOffset at, DateTimeOffset nextAt, long? leaseToken, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await HoldLeaseAsync(connection, operatorId, leaseToken, cancellationToken);
        await connection.Command("UPDATE notice SET attempts = attempts + 1, tried_at = $2, next_at = $3, made_at = least(made_at, $2) WHERE notice_id = $1 AND next_at IS NOT NULL", notice.NoticeId, at, nextAt)
            .ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task DeliveredAsync(Guid noticeId, DateTimeOffset at, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE notice SET delivered_at = $2, next_at = NULL, failure = NULL, detail = NULL WHERE notice_id = $1", noticeId, at).ExecuteAsync(cancellationToken);

    /// <param name="isOver">It is not tried again.</param>
    public Task FailedAsync(Guid noticeId, string failure, string detail, bool isOver, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE notice SET failure = $2, detail = $3, next_at = CASE WHEN $4 THEN NULL ELSE next_at END WHERE notice_id = $1 AND delivered_at IS NULL",
        noticeId, failure, detail, isOver).ExecuteAsync(cancellationToken);

    private async Task<bool> ChangeAsync(
        FeedKey feed, DateTimeOffset at, IReadOnlyDictionary<string, string> bodies, long? leaseToken, Func<NpgsqlConnection, NpgsqlCommand> change, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await HoldLeaseAsync(connection, feed.OperatorId, leaseToken, cancellationToken);
        if (await change(connection).ExecuteAsync(cancellationToken) == 0) return false;
        await ForgetAsync(connection, feed.OperatorId, at - Kept, cancellationToken);

        // What was made by a clock that ran ahead stays before what is made now.
        await connection.Command("UPDATE notice SET made_at = $2, next_at = least(next_at, $3) WHERE operator_id = $1 AND next_at IS NOT NULL AND made_at >= $3", feed.OperatorId, at.AddMicroseconds(-1), at)
            .ExecuteAsync(cancellationToken);
        foreach (var (receiver, body) in bodies)
        {
            await connection.Command(
                "INSERT INTO notice (notice_id, operator_id, receiver_id, body, made_at, next_at) VALUES ($1, $2, $3, $4, $5, $5)",
                Guid.CreateVersion7(at), feed.OperatorId, receiver, body, at).ExecuteAsync(cancellationToken);
            await connection.Command(
                """
                UPDATE notice SET next_at = NULL, failure = 'backlog_full', detail = 'So many wait for this receiver that the oldest are given up.'
                WHERE notice_id IN (
                    SELECT notice_id FROM notice WHERE operator_id = $1 AND receiver_id = $2 AND next_at IS NOT NULL ORDER BY made_at DESC, notice_id DESC OFFSET $3)
                """,
                feed.OperatorId, receiver, MostWaiting).ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What ended long ago goes, whenever something new comes.</summary>
    private static async Task ForgetAsync(NpgsqlConnection connection, string operatorId, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await connection.Command("DELETE FROM notice WHERE operator_id = $1 AND made_at < $2", operatorId, before).ExecuteAsync(cancellationToken);
        await connection.Command("DELETE FROM feed_break WHERE operator_id = $1 AND recovered_at < $2", operatorId, before).ExecuteAsync(cancellationToken);
    }

    /// <summary>The lease does not change hands before the transaction's end.</summary>
    private static async Task HoldLeaseAsync(NpgsqlConnection connection, string operatorId, long? leaseToken, CancellationToken cancellationToken)
    {
        if (leaseToken is not { } token) return;
        var held = await connection.Command("SELECT 1 FROM operator_lease WHERE operator_id = $1 AND token = $2 FOR SHARE", operatorId, token)
            .ListAsync(r => r.GetInt32(0), cancellationToken);
        if (held.Count == 0) throw new LeaseLostException(operatorId);
    }
}
