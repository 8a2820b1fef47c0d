using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>What was last tried of one operator's dataset.</summary>
/// <param name="LastAttemptAt">Start of the newest live poll, crawl or submission; null: there was none.</param>
/// <param name="RunsSince">Start of the newest one while it has no end; it may belong to a hub that was killed.</param>
/// <param name="LastSuccessAt">End of the newest one that completed.</param>
/// <param name="IsFailing">The newest one that ended failed.</param>
/// <param name="Failure">Slug of how; null: it did not, or the reader may not know.</param>
/// <param name="Detail">One sentence on it.</param>
/// <param name="LastBackfillAt">Start of the newest pull of history.</param>
/// <param name="BackfillFailure">Slug of how that one failed; null: it completed or runs.</param>
public sealed record FeedActivity(
    string OperatorId, Dataset Dataset, DateTimeOffset? LastAttemptAt, DateTimeOffset? RunsSince, DateTimeOffset? LastSuccessAt,
    bool IsFailing, string? Failure, string? Detail, DateTimeOffset? LastBackfillAt, string? BackfillFailure);

/// <summary>The run log as the people who keep the hub see it.</summary>
public sealed class FeedActivityQueries(Database database)
{
    /// <summary>In the order asked for; a dataset without runs up to <paramref name="now"/> has nulls. Without rights on the feeds' quality that it fails is told, and not how.</summary>
    public async Task<IReadOnlyList<FeedActivity>> ReadAsync(
        IReadOnlyList<(string OperatorId, Dataset Dataset)> asked, DateTimeOffset now, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var activities = await connection.Command(
            """
            SELECT w.operator_id, w.dataset, latest.started_at, latest.runs_since, completed.ended_at, ended.failure, ended.detail, history.started_at, history.failure
            FROM unnest($1, $2) WITH ORDINALITY AS w (operator_id, dataset, number)
            LEFT JOIN LATERAL (
                SELECT r.started_at, CASE WHEN r.ended_at IS NULL THEN r.started_at END AS runs_since FROM run r
                WHERE r.operator_id = w.operator_id AND r.dataset = w.dataset AND r.kind IN ('live', 'crawl', 'submission')
                    AND r.started_at <= $3
                ORDER BY r.started_at DESC LIMIT 1) latest ON true
            LEFT JOIN LATERAL (
                SELECT r.failure, r.detail FROM run r
                WHERE r.operator_id = w.operator_id AND r.dataset = w.dataset AND r.kind IN ('live', 'crawl', 'submission') AND r.outcome IN ('completed', 'failed')
                    AND r.started_at <= $3
                ORDER BY r.started_at DESC LIMIT 1) ended ON true
            LEFT JOIN LATERAL (
                SELECT r.ended_at FROM run r
                WHERE r.operator_id = w.operator_id AND r.dataset = w.dataset AND r.kind IN ('live', 'crawl', 'submission') AND r.outcome = 'completed'
                    AND r.started_at <= $3
                ORDER BY r.started_at DESC LIMIT 1) completed ON true
            LEFT JOIN LATERAL (
                SELECT r.started_at, r.failure FROM run r
                WHERE r.operator_id = w.operator_id AND r.dataset = w.dataset AND r.kind = 'backfill'
                    AND r.started_at <= $3
                ORDER BY r.started_at DESC LIMIT 1) history ON true
            ORDER BY w.number
            """,
            asked.Select(a => a.OperatorId).ToArray(), asked.Select(a => a.Dataset.Name).ToArray(), now).ListAsync(
            r => new FeedActivity(
                r.GetString(0), Dataset.Named(r.GetString(1))!, r.InstantOrNull(2), r.InstantOrNull(3), r.InstantOrNull(4), !r.IsDBNull(5),
                r.TextOrNull(5), r.TextOrNull(6), r.InstantOrNull(7), r.TextOrNull(8)),
            cancellationToken);
        return [.. activities.Select(a => scope.ReadsQuality(a.OperatorId) ? a : a with { Failure = null, Detail = null, BackfillFailure = null })];
    }
}
