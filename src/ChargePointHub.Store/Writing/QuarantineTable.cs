using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>Rows of quarantine put in, seen again, and let go.</summary>
internal sealed class QuarantineTable(NpgsqlConnection connection, PageToWrite page)
{
    /// <summary>A record that is there already stays as it is; of snapshot datasets it is noted that it came again.</summary>
    /// <returns>New rows.</returns>
    public async Task<int> InsertAsync(List<QuarantineRow> rows, CancellationToken cancellationToken)
    {
        var snapshots = Dataset.All.Where(d => d.IsSnapshot).Select(d => d.Name).ToArray();
        if (rows.Any(r => snapshots.Contains(r.Dataset)))
        {
            await connection.Command(
                """
                UPDATE quarantine q SET seen_at = $2 FROM unnest($3, $4, $5) AS n (dataset, own_id, content_hash)
                WHERE q.operator_id = $1 AND q.dataset = n.dataset AND q.own_id = n.own_id AND q.content_hash = n.content_hash AND q.dataset = ANY ($6)
                """,
                page.Feed.OperatorId, page.AskedAt, rows.Select(r => r.Dataset).ToArray(), rows.Select(r => r.OwnId).ToArray(), rows.Select(r => r.Hash).ToArray(),
                snapshots).ExecuteAsync(cancellationToken);
        }

        return await connection.Command(
            """
            INSERT INTO quarantine (operator_id, dataset, own_id, content_hash, waits_for, findings, feed_id, run_id, page_number, event_at, recorded_at, document,
                judged_with, seen_at, names_point, names_session, later_wins)
            SELECT $1, n.dataset, n.own_id, n.content_hash, n.waits_for, n.findings::json, n.feed_id, n.run_id, n.page_number, n.event_at,
                coalesce(n.recorded_at, clock_timestamp()), n.document::json, $2, CASE WHEN n.dataset = ANY ($3) THEN $4 END, n.names_point, n.names_session, n.later_wins
            FROM unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                AS n (dataset, own_id, content_hash, waits_for, findings, event_at, document, feed_id, run_id, page_number, recorded_at, names_point, names_session, later_wins)
            WHERE NOT EXISTS (
                SELECT FROM quarantine q
                WHERE q.operator_id = $1 AND q.dataset = n.dataset AND q.own_id = n.own_id AND q.content_hash = n.content_hash)
            ON CONFLICT DO NOTHING
            """,
            page.Feed.OperatorId,
            page.JudgedWith,
            snapshots,
            page.AskedAt,
            rows.Select(r => r.Dataset).ToArray(),
            rows.Select(r => r.OwnId).ToArray(),
            rows.Select(r => r.Hash).ToArray(),
            Texts(rows.Select(r => r.WaitsFor)),
            rows.Select(r => r.Findings).ToArray(),
            Instants(rows.Select(r => r.EventAt)),
            rows.Select(r => r.Document).ToArray(),
            rows.Select(r => r.Origin?.FeedId ?? page.Feed.FeedId).ToArray(),
            rows.Select(r => r.Origin?.RunId ?? page.RunId).ToArray(),
            rows.Select(r => r.Origin?.PageNumber ?? page.PageNumber).ToArray(),
            Instants(rows.Select(r => r.Origin?.RecordedAt)),
            Texts(rows.Select(r => r.Names.Point)),
            Texts(rows.Select(r => r.Names.Session)),
            rows.Select(r => r.LaterWins).ToArray()).ExecuteAsync(cancellationToken);
    }

    /// <summary>A whole crawl says what there is now: refused records that it did not bring are sent no more.</summary>
    public async Task<int> ForgetUnsentAsync(CancellationToken cancellationToken)
    {
        var forgotten = 0;
        foreach (var crawl in page.Claims.Where(c => c.Dataset.IsSnapshot && c.Kind == ClaimKind.Covered))
        {
            forgotten += await connection.Command(
                "DELETE FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND coalesce(seen_at, recorded_at) < $3",
                page.Feed.OperatorId, crawl.Dataset.Name, crawl.Window.From).ExecuteAsync(cancellationToken);
        }

        return forgotten;
    }

    /// <summary>Beyond the bound the oldest go, of those refused and of those that wait alike, and it is noted how many, and from when to when.</summary>
    /// <returns>Of what this happened for the first time.</returns>
    public async Task<IReadOnlyList<QuarantineFull>> MakeWayAsync(IReadOnlyList<string> datasets, int most, CancellationToken cancellationToken)
    {
        if (datasets.Count == 0) return [];
        var held = await connection.Command("SELECT dataset, refused, waiting FROM quarantine_count WHERE operator_id = $1 AND dataset = ANY ($2)", page.Feed.OperatorId, datasets.ToArray())
            .ListAsync(r => (Dataset: Dataset.Named(r.GetString(0))!, Refused: r.GetInt64(1), Waiting: r.GetInt64(2)), cancellationToken);
        var anew = new List<QuarantineFull>();
        foreach (var (dataset, refused, waiting) in held)
        {
            if (refused > most && await MakeWayAsync(dataset, waits: false, refused - most, cancellationToken)) anew.Add(new QuarantineFull(dataset, OfWaiting: false));
            if (waiting > most && await MakeWayAsync(dataset, waits: true, waiting - most, cancellationToken)) anew.Add(new QuarantineFull(dataset, OfWaiting: true));
        }

        if (anew.Count == 0) return [];
        return anew;
    }

    private async Task<bool> MakeWayAsync(Dataset dataset, bool waits, long beyond, CancellationToken cancellationToken) => (await connection.Command(
        $"""
        WITH gone AS (
            DELETE FROM quarantine WHERE ctid IN (
                SELECT ctid FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND waits_for {(waits ? "IS NOT NULL" : "IS NULL")}
                ORDER BY recorded_at, content_hash DESC LIMIT $3)
            RETURNING coalesce(event_at, recorded_at) AS at)
        INSERT INTO quarantine_overflow AS o (operator_id, dataset, waiting, first_at, last_at, dropped, from_at, to_at)
        SELECT $1, $2, $5, $4, $4, count(*), min(at), max(at) FROM gone HAVING count(*) > 0
        ON CONFLICT (operator_id, dataset, waiting) DO UPDATE SET last_at = excluded.last_at, dropped = o.dropped + excluded.dropped,
            from_at = least(o.from_at, excluded.from_at), to_at = greatest(o.to_at, excluded.to_at)
        RETURNING xmax = 0
        """,
        page.Feed.OperatorId, dataset.Name, beyond, page.AskedAt, waits).ListAsync(r => r.GetBoolean(0), cancellationToken)) is [true];

    private static NpgsqlParameter Texts(IEnumerable<string?> texts) => new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Instants(IEnumerable<DateTimeOffset?> instants) => new()
    {
        Value = instants.Select(i => i?.UtcDateTime).ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
    };
}
