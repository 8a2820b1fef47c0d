using System.Text.Json.Serialization;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>What a run was for.</summary>
public enum RunKind
{
    [JsonStringEnumMemberName("live")] Live,
    [JsonStringEnumMemberName("backfill")] Backfill,
    [JsonStringEnumMemberName("crawl")] Crawl,

    /// <summary>Covered time of an event axis once more: what was corrected since, or came late, shows up there.</summary>
    [JsonStringEnumMemberName("reread")] Reread,

    /// <summary>A file that the operator handed in.</summary>
    [JsonStringEnumMemberName("submission")] Submission,
}

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    [JsonStringEnumMemberName("completed")] Completed,
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>The hub went away while it ran.</summary>
    [JsonStringEnumMemberName("abandoned")] Abandoned,
}

/// <summary>What a run did.</summary>
/// <param name="Changed">Records that replaced a row, or came late.</param>
public sealed record RunCounts(int Pages = 0, int Requests = 0, int Added = 0, int Changed = 0, int Unchanged = 0, int Refused = 0)
{
    /// <summary>With one more page.</summary>
    public RunCounts Plus(PageWritten page, int requests) => new(
        Pages + 1, Requests + requests, Added + page.Added, Changed + page.Changed + page.Late, Unchanged + page.Unchanged, Refused + page.Refused);
}

/// <summary>One attempt to pull one window of one feed's dataset.</summary>
/// <param name="Window">Null for snapshot datasets.</param>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="Failure">Slug of the failure kind; null unless it failed.</param>
/// <param name="Detail">One sentence; holds no secret.</param>
public sealed record Run(
    Guid RunId, FeedKey Feed, RunKind Kind, Window? Window, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, RunOutcome? Outcome,
    string? Failure, string? Detail, RunCounts Counts);

/// <summary>Every attempt leaves a row.</summary>
public sealed class RunLog(Database database)
{
    /// <summary>No file is read for so long.</summary>
    private static readonly TimeSpan LongestReading = TimeSpan.FromDays(1);

    private const string Columns =
        "run_id, operator_id, feed_id, dataset, kind, from_at, to_at, started_at, ended_at, outcome, failure, detail, "
        + "pages, requests, added, changed, unchanged, refused";

    /// <param name="window">Null for snapshot datasets.</param>
    /// <param name="leaseToken">Of the lease under which it runs; null: a person's command runs it.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task<Guid> OpenAsync(
        FeedKey feed, RunKind kind, Window? window, DateTimeOffset startedAt, CancellationToken cancellationToken, long? leaseToken = null)
    {
        // The lease's row is locked while the run's is written: whoever takes the lease afterwards sees the run, and ends it.
        const string Insert = "INSERT INTO run (run_id, operator_id, feed_id, dataset, kind, from_at, to_at, started_at, lease_token) ";
        var id = Guid.CreateVersion7(startedAt);
        var opened = await database.Reads.Command(
            leaseToken is null
                ? Insert + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                : Insert + "SELECT $1, $2, $3, $4, $5, $6, $7, $8, token FROM operator_lease WHERE operator_id = $2 AND token = $9 FOR SHARE",
            id, feed.OperatorId, feed.FeedId, feed.Dataset.Name, Words<RunKind>.Of(kind), Instant(window?.From), Instant(window?.To), startedAt,
            OperatorLeases.Token(leaseToken)).ExecuteAsync(cancellationToken);
        return opened > 0 ? id : throw new LeaseLostException(feed.OperatorId);
    }

    /// <summary>Ends an open run; a run that has ended already stays as it is.</summary>
    public Task CloseAsync(
        Guid runId, RunOutcome outcome, DateTimeOffset endedAt, RunCounts counts, CancellationToken cancellationToken,
        string? failure = null, string? detail = null) => database.Reads.Command(
            """
            UPDATE run SET outcome = $2, ended_at = $3, pages = $4, requests = $5, added = $6, changed = $7, unchanged = $8, refused = $9,
                failure = $10, detail = $11
            WHERE run_id = $1 AND ended_at IS NULL
            """,
            runId, Words<RunOutcome>.Of(outcome), endedAt, counts.Pages, counts.Requests, counts.Added, counts.Changed, counts.Unchanged, counts.Refused,
            Text(failure), Text(detail)).ExecuteAsync(cancellationToken);

    /// <summary>The newest run of each dataset of each feed, running ones included.</summary>
    public Task<List<Run>> LatestAsync(CancellationToken cancellationToken) => ReadAsync(
        $"SELECT DISTINCT ON (operator_id, feed_id, dataset) {Columns} FROM run ORDER BY operator_id, feed_id, dataset, started_at DESC, run_id DESC",
        [], cancellationToken);

    /// <summary>The newest failed run; null when none is kept.</summary>
    public async Task<Run?> LatestFailureAsync(string operatorId, Dataset dataset, CancellationToken cancellationToken) => (await ReadAsync(
        $"SELECT {Columns} FROM run WHERE operator_id = $1 AND dataset = $2 AND outcome = 'failed' ORDER BY started_at DESC, run_id DESC LIMIT 1",
        [operatorId, dataset.Name], cancellationToken)).SingleOrDefault();

    /// <summary>
    /// By the one that begins to collect from the operator: runs without an end belong to one that is gone. A file is read under no lease,
    /// by whoever was handed it, so only one that was begun a day ago. Returns how many.
    /// </summary>
    /// <param name="leaseToken">Of its lease; where another instance has taken that since, nothing is ended. Null: no lease is needed.</param>
    public Task<int> AbandonOpenAsync(string operatorId, DateTimeOffset now, CancellationToken cancellationToken, long? leaseToken = null) => database.Reads.Command(
        OperatorLeases.Fence + """
        UPDATE run SET outcome = 'abandoned', ended_at = greatest($3, started_at) FROM lease
        WHERE operator_id = $1 AND ended_at IS NULL AND (kind <> 'submission' OR started_at < $4)
        """,
        operatorId, OperatorLeases.Token(leaseToken), now, now - LongestReading).ExecuteAsync(cancellationToken);

    /// <summary>The newest live poll or crawl of each dataset of the operator's feeds.</summary>
    public Task<List<Run>> LatestLiveAsync(string operatorId, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT latest.* FROM unnest($2) AS d (name), LATERAL (
            SELECT {Columns} FROM run WHERE operator_id = $1 AND dataset = d.name AND kind IN ('live', 'crawl') ORDER BY started_at DESC LIMIT 1) latest
        """,
        [operatorId, Dataset.All.Select(d => d.Name).ToArray()], cancellationToken);

    /// <summary>Deletes ended runs that started before then, except each dataset's newest and newest failed: one pass over the table. Returns how many.</summary>
    public Task<int> DeleteOlderAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.Reads.Command(
        """
        DELETE FROM run r
        USING (
            SELECT operator_id, feed_id, dataset, max(started_at) AS newest, max(started_at) FILTER (WHERE outcome = 'failed') AS newest_failed
            FROM run GROUP BY operator_id, feed_id, dataset) n
        WHERE r.started_at < $1 AND r.ended_at IS NOT NULL
            AND n.operator_id = r.operator_id AND n.feed_id = r.feed_id AND n.dataset = r.dataset
            AND r.started_at < CASE WHEN r.outcome = 'failed' THEN n.newest_failed ELSE n.newest END
        """,
        before).ExecuteAsync(cancellationToken);

    private Task<List<Run>> ReadAsync(string sql, object?[] values, CancellationToken cancellationToken) =>
        database.Reads.Command(sql, values).ListKnownAsync(
            3,
            (r, dataset) => new Run(
                r.GetGuid(0),
                new FeedKey(r.GetString(1), r.GetString(2), dataset),
                Words<RunKind>.Parse(r.GetString(4))!.Value,
                r.InstantOrNull(5) is { } from && r.InstantOrNull(6) is { } to ? new Window(from, to) : null,
                r.Instant(7),
                r.InstantOrNull(8),
                Words<RunOutcome>.Parse(r.TextOrNull(9)),
                r.TextOrNull(10),
                r.TextOrNull(11),
                new RunCounts(r.GetInt32(12), r.GetInt32(13), r.GetInt32(14), r.GetInt32(15), r.GetInt32(16), r.GetInt32(17))),
            cancellationToken);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Instant(DateTimeOffset? value) =>
        new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
