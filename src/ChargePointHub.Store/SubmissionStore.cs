using System.Text.Json.Nodes;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using Npgsql;
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

    /// <summary>Null: saved by a hub that did not know it.</summary>
    private const string FirstReceivedAt = "coalesce(first_received_at, received_at)";

    /// <summary>The same bytes, for the same dataset and period, read in the same way; null: they have not come.</summary>
    public async Task<Submission?> FindAsync(FeedKey feed, string period, byte[] contentHash, string judgedWith, CancellationToken cancellationToken) => (await database.Reads.Command(
        $"SELECT {Columns} FROM submission WHERE operator_id = $1 AND dataset = $2 AND period = $3 AND content_hash = $4 AND judged_with = $5",
        feed.OperatorId, feed.Dataset.Name, period, contentHash, judgedWith).ListAsync(Read, cancellationToken)).SingleOrDefault();

    /// <summary>When these bytes first came for the dataset and period, however they were read then; null: they have not come.</summary>
    public async Task<DateTimeOffset?> FirstReceivedAsync(FeedKey feed, string period, byte[] contentHash, CancellationToken cancellationToken) => (await database.Reads.Command(
        $"SELECT min({FirstReceivedAt}) FROM submission WHERE operator_id = $1 AND dataset = $2 AND period = $3 AND content_hash = $4", feed.OperatorId, feed.Dataset.Name, period, contentHash)
        .ListAsync(r => r.InstantOrNull(0), cancellationToken)).Single();

    /// <summary>Whole files of other bytes: their periods, and when each first came.</summary>
    public Task<List<(string Period, DateTimeOffset FirstReceivedAt)>> WholeAsync(FeedKey feed, byte[] exceptHash, CancellationToken cancellationToken) => database.Reads.Command(
        $"SELECT period, min({FirstReceivedAt}) FROM submission WHERE operator_id = $1 AND dataset = $2 AND content_hash <> $3 AND report ->> 'fault' IS NULL GROUP BY period, content_hash",
        feed.OperatorId, feed.Dataset.Name, exceptHash).ListAsync(r => (r.GetString(0), r.Instant(1)), cancellationToken);

    /// <summary>The newest tick, to be asked for before a file's first page is written.</summary>
    public async Task<long> TickAsync(CancellationToken cancellationToken) =>
        (await database.Reads.Command("SELECT tick FROM hub_clock").ListAsync(r => r.GetInt64(0), cancellationToken)).Single();

    /// <summary>Another command or request may have been quicker with the same bytes: then its report stays.</summary>
    /// <param name="replaces">Run of the report that this one takes the place of; null: there was none.</param>
    /// <param name="since">Tick before the first page: where something of the operator was purged later, the report shows no samples.</param>
    public async Task SaveAsync(Submission submission, Guid? replaces, long since, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // A purge empties the reports that are there: it comes before this one, and is seen, or after it.
        await AdvisoryLocks.TakePagesAsync(connection, submission.Feed.OperatorId, cancellationToken);
        var isPurged = (await connection.Command("SELECT EXISTS (SELECT FROM purged_record WHERE operator_id = $1 AND tick > $2)", submission.Feed.OperatorId, since)
            .ListAsync(r => r.GetBoolean(0), cancellationToken)).Single();
        await InsertAsync(connection, isPurged && WithoutSamples(submission.Report) is { } emptied ? submission with { Report = emptied } : submission, replaces, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The report with what was found and how often, and no values of records; null: it has none.</summary>
    internal static string? WithoutSamples(string report)
    {
        var json = JsonNode.Parse(report)!;
        var samples = json["findings"]!.AsArray().Select(f => f!["samples"]!.AsArray()).Where(s => s.Count > 0).ToList();
        samples.ForEach(s => s.Clear());
        return samples.Count == 0 ? null : json.ToJsonString();
    }

    private static Task<int> InsertAsync(NpgsqlConnection connection, Submission submission, Guid? replaces, CancellationToken cancellationToken) => connection.Command(
        $"""
        INSERT INTO submission ({Columns}, first_received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            least($8, (SELECT min({FirstReceivedAt}) FROM submission WHERE operator_id = $2 AND dataset = $4 AND period = $5 AND content_hash = $6)))
        ON CONFLICT (operator_id, dataset, period, content_hash, judged_with) DO UPDATE SET feed_id = excluded.feed_id, received_at = excluded.received_at,
            first_received_at = excluded.first_received_at, key_id = excluded.key_id, run_id = excluded.run_id, report = excluded.report
        WHERE submission.run_id = $12
        """,
        submission.SubmissionId, submission.Feed.OperatorId, submission.Feed.FeedId, submission.Feed.Dataset.Name, submission.Period, submission.ContentHash,
        submission.JudgedWith, submission.ReceivedAt, new NpgsqlParameter { Value = (object?)submission.KeyId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        submission.RunId, new NpgsqlParameter { Value = submission.Report, NpgsqlDbType = NpgsqlDbType.Json },
        new NpgsqlParameter { Value = (object?)replaces ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }).ExecuteAsync(cancellationToken);

    private static Submission Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), new FeedKey(r.GetString(1), r.GetString(2), Dataset.Named(r.GetString(3))!), r.GetString(4), r.GetFieldValue<byte[]>(5), r.GetString(6), r.Instant(7),
        r.TextOrNull(8), r.GetGuid(9), r.GetString(10));
}
