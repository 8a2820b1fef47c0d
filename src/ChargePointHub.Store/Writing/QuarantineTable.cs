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
                judged_with, seen_at)
            SELECT $1, n.dataset, n.own_id, n.content_hash, n.waits_for, n.findings::json, n.feed_id, n.run_id, n.page_number, n.event_at,
                coalesce(n.recorded_at, clock_timestamp()), n.document::json, $2, CASE WHEN n.dataset = ANY ($3) THEN $4 END
            FROM unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                AS n (dataset, own_id, content_hash, waits_for, findings, event_at, document, feed_id, run_id, page_number, recorded_at)
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
            new NpgsqlParameter { Value = rows.Select(r => r.WaitsFor).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            rows.Select(r => r.Findings).ToArray(),
            Instants(rows.Select(r => r.EventAt)),
            rows.Select(r => r.Document).ToArray(),
            rows.Select(r => r.Origin?.FeedId ?? page.Feed.FeedId).ToArray(),
            rows.Select(r => r.Origin?.RunId ?? page.RunId).ToArray(),
            rows.Select(r => r.Origin?.PageNumber ?? page.PageNumber).ToArray(),
            Instants(rows.Select(r => r.Origin?.RecordedAt))).ExecuteAsync(cancellationToken);
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

    /// <summary>Beyond the bound the oldest refused records go, and it is noted how many. Sessions that wait are good, and stay.</summary>
    /// <returns>Datasets in which this happened for the first time.</returns>
    public async Task<IReadOnlyList<Dataset>> MakeWayAsync(IReadOnlyList<Dataset> datasets, int most, CancellationToken cancellationToken)
    {
        var anew = new List<Dataset>();
        foreach (var dataset in datasets)
        {
            var isFirst = await connection.Command(
                """
                WITH beyond AS (
                    SELECT ctid FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND waits_for IS NULL
                    ORDER BY recorded_at DESC, content_hash OFFSET $3),
                gone AS (DELETE FROM quarantine WHERE ctid IN (SELECT ctid FROM beyond) RETURNING 1)
                INSERT INTO quarantine_overflow AS o (operator_id, dataset, first_at, last_at, dropped)
                SELECT $1, $2, $4, $4, count(*) FROM gone HAVING count(*) > 0
                ON CONFLICT (operator_id, dataset) DO UPDATE SET last_at = excluded.last_at, dropped = o.dropped + excluded.dropped
                RETURNING xmax = 0
                """,
                page.Feed.OperatorId, dataset.Name, most, page.AskedAt).ListAsync(r => r.GetBoolean(0), cancellationToken);
            if (isFirst is [true]) anew.Add(dataset);
        }

        if (anew.Count == 0) return [];
        return anew;
    }

    private static NpgsqlParameter Instants(IEnumerable<DateTimeOffset?> instants) => new()
    {
        Value = instants.Select(i => i?.UtcDateTime).ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
    };
}
