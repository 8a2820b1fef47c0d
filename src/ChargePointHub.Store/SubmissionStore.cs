using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>A file that an operator handed in, and what became of it.</summary>
/// <param name="Period">As stated, in London's civil time: <c>2026-Q3</c>.</param>
/// <param name="ContentHash">SHA-256 of its bytes.</param>
/// <param name="JudgedWith">Rules, mapping and dialect that read it.</param>
/// <param name="KeyId">Under which it was uploaded; null: by a command.</param>
/// <param name="Report">JSON.</param>
public sealed record Submission(
    Guid SubmissionId, FeedKey Feed, string Period, byte[] ContentHash, string JudgedWith, DateTimeOffset ReceivedAt, string? KeyId, Guid RunId, string Report);

/// <summary>Which files came, each once.</summary>
public sealed class SubmissionStore(Database database)
{
    private const string Columns = "submission_id, operator_id, feed_id, dataset, period, content_hash, judged_with, received_at, key_id, run_id, report";

    /// <summary>The same bytes, for the same dataset and period, read in the same way; null: they have not come.</summary>
    public async Task<Submission?> FindAsync(FeedKey feed, string period, byte[] contentHash, string judgedWith, CancellationToken cancellationToken) => (await database.Reads.Command(
        $"SELECT {Columns} FROM submission WHERE operator_id = $1 AND dataset = $2 AND period = $3 AND content_hash = $4 AND judged_with = $5",
        feed.OperatorId, feed.Dataset.Name, period, contentHash, judgedWith).ListAsync(Read, cancellationToken)).SingleOrDefault();

    /// <summary>Periods of which a whole file has come.</summary>
    public Task<List<string>> WholePeriodsAsync(FeedKey feed, CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT DISTINCT period FROM submission WHERE operator_id = $1 AND dataset = $2 AND report ->> 'fault' IS NULL", feed.OperatorId, feed.Dataset.Name)
        .ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Another command or request may have been quicker with the same bytes: then its report stays.</summary>
    /// <param name="replaces">Run of the report that this one takes the place of; null: there was none.</param>
    public Task SaveAsync(Submission submission, Guid? replaces, CancellationToken cancellationToken) => database.Reads.Command(
        $"""
        INSERT INTO submission ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (operator_id, dataset, period, content_hash, judged_with) DO UPDATE SET feed_id = excluded.feed_id, received_at = excluded.received_at,
            key_id = excluded.key_id, run_id = excluded.run_id, report = excluded.report
        WHERE submission.run_id = $12
        """,
        submission.SubmissionId, submission.Feed.OperatorId, submission.Feed.FeedId, submission.Feed.Dataset.Name, submission.Period, submission.ContentHash,
        submission.JudgedWith, submission.ReceivedAt, new Npgsql.NpgsqlParameter { Value = (object?)submission.KeyId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        submission.RunId, new Npgsql.NpgsqlParameter { Value = submission.Report, NpgsqlDbType = NpgsqlDbType.Json },
        new Npgsql.NpgsqlParameter { Value = (object?)replaces ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }).ExecuteAsync(cancellationToken);

    private static Submission Read(Npgsql.NpgsqlDataReader r) => new(
        r.GetGuid(0), new FeedKey(r.GetString(1), r.GetString(2), Dataset.Named(r.GetString(3))!), r.GetString(4), r.GetFieldValue<byte[]>(5), r.GetString(6), r.Instant(7),
        r.TextOrNull(8), r.GetGuid(9), r.GetString(10));
}
