using System.Text;
using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What a page puts into quarantine, and what it frees: refused records until they are sent right, and sessions whose charge point
/// nobody has told of yet.
/// </summary>
internal sealed class QuarantineStage(NpgsqlConnection connection, PageToWrite page)
{
    /// <summary>The rule that a waiting session carries beside its own findings, and loses when it is released.</summary>
    public const string WaitRule = "charge-point-unknown";

    /// <summary>The page's sessions whose charge point is known, and those released by the page's charge points, in arrival order.</summary>
    public List<ToStage<ChargingSession>> Sessions { get; } = [];

    /// <summary>Rows of quarantine that the page changed.</summary>
    public int Written { get; private set; }

    public int Waiting { get; private set; }

    public int Released { get; private set; }

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        await ReleaseAsync(cancellationToken);
        var unknown = await UnknownAsync(cancellationToken);
        var rows = new List<Row>();
        foreach (var judged in page.Records.ChargingSessions)
        {
            if (unknown.Contains(judged.Record.ChargePointId)) rows.Add(WaitingRow(judged));
            else Sessions.Add(new ToStage<ChargingSession>(judged.Record, judged.Findings));
        }

        await ForgetMendedAsync(Dataset.ChargePoints, page.Records.ChargePoints.Select(c => c.Record.ChargePointId), cancellationToken);
        await ForgetMendedAsync(Dataset.Tariffs, page.Records.Tariffs.Select(t => t.Record.TariffId), cancellationToken);
        await ForgetMendedAsync(Dataset.ChargingSessions, Sessions.Select(s => s.Record.SessionId), cancellationToken);
        Waiting = rows.Count;
        rows.AddRange(page.Records.Refused.Select(r => new Row(
            r.Dataset.Name, r.OwnId ?? "", PageBuffer.ContentHash(r.Document.Span), null, PageBuffer.Findings(r.Findings), EventTimes.Of(r, page.AskedAt),
            Encoding.UTF8.GetString(r.Document.Span))));
        if (rows.Count > 0) Written += await InsertAsync(rows, cancellationToken);
    }

    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (page.Records.ChargePoints.Count == 0) return;
        var released = await connection.Command(
            """
            DELETE FROM quarantine WHERE operator_id = $1 AND waits_for = ANY ($2)
            RETURNING document::text, findings::text, feed_id, run_id, recorded_at
            """,
            page.Feed.OperatorId, page.Records.ChargePoints.Select(c => c.Record.ChargePointId).ToArray())
            .ListAsync(
                r => (At: r.Instant(4), Session: new ToStage<ChargingSession>(
                    HubJson.Read<ChargingSession>(Encoding.UTF8.GetBytes(r.GetString(0))),
                    [.. PageBuffer.Findings(r.GetString(1)).Where(f => f.Rule != WaitRule)],
                    (r.GetString(2), r.GetGuid(3)))),
                cancellationToken);
        Sessions.AddRange(released.OrderBy(r => r.At).Select(r => r.Session));
        Released = released.Count;
        Written += released.Count;
    }

    /// <summary>
    /// Deletes refused records whose key is now accepted. Not status changes: theirs is the charge point's id, which does not say
    /// which change was sent right. Not what the same page refuses too, or the page written again would write again.
    /// </summary>
    private async Task ForgetMendedAsync(Dataset dataset, IEnumerable<string> accepted, CancellationToken cancellationToken)
    {
        // A refused record has the operator's own id, an accepted one the hub's.
        var mended = accepted.Select(id => id[(page.Feed.OperatorId.Length + 1)..]).ToHashSet(StringComparer.Ordinal);
        mended.ExceptWith(page.Records.Refused.Where(r => r.Dataset == dataset).Select(r => r.OwnId ?? ""));
        if (mended.Count == 0) return;
        Written += await connection.Command(
            "DELETE FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND own_id = ANY ($3) AND waits_for IS NULL",
            page.Feed.OperatorId, dataset.Name, mended.ToArray()).ExecuteAsync(cancellationToken);
    }

    private async Task<HashSet<string>> UnknownAsync(CancellationToken cancellationToken)
    {
        var wanted = page.Records.ChargingSessions.Select(s => s.Record.ChargePointId).ToHashSet(StringComparer.Ordinal);
        wanted.ExceptWith(page.Records.ChargePoints.Select(c => c.Record.ChargePointId));
        if (wanted.Count == 0) return wanted;
        var known = await connection.Command(
            "SELECT charge_point_id FROM charge_point WHERE operator_id = $1 AND charge_point_id = ANY ($2)",
            page.Feed.OperatorId, wanted.ToArray()).ListAsync(r => r.GetString(0), cancellationToken);
        wanted.ExceptWith(known);
        return wanted;
    }

    private static Row WaitingRow(Judged<ChargingSession> judged)
    {
        var session = judged.Record;
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        HubJson.Write(output, session);
        var wait = new Finding(
            WaitRule, Severity.Error, "/charge_point_id", session.ChargePointId,
            "No such charge point is known yet; the session waits for it and is released when it appears.");
        return new Row(
            Dataset.ChargingSessions.Name, session.SessionId, PageBuffer.ContentHash(output.WrittenSpan), session.ChargePointId,
            PageBuffer.Findings([.. judged.Findings, wait]), session.PlugInAt, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private Task<int> InsertAsync(List<Row> rows, CancellationToken cancellationToken) => connection.Command(
        """
        INSERT INTO quarantine (operator_id, dataset, own_id, content_hash, waits_for, findings, feed_id, run_id, page_number, event_at, recorded_at, document)
        SELECT $1, n.dataset, n.own_id, n.content_hash, n.waits_for, n.findings::json, $2, $3, $4, n.event_at, clock_timestamp(), n.document::json
        FROM unnest($5, $6, $7, $8, $9, $10, $11) AS n (dataset, own_id, content_hash, waits_for, findings, event_at, document)
        WHERE NOT EXISTS (
            SELECT FROM quarantine q
            WHERE q.operator_id = $1 AND q.dataset = n.dataset AND q.own_id = n.own_id AND q.content_hash = n.content_hash)
        ON CONFLICT DO NOTHING
        """,
        page.Feed.OperatorId,
        page.Feed.FeedId,
        page.RunId,
        page.PageNumber,
        rows.Select(r => r.Dataset).ToArray(),
        rows.Select(r => r.OwnId).ToArray(),
        rows.Select(r => r.Hash).ToArray(),
        new NpgsqlParameter { Value = rows.Select(r => r.WaitsFor).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        rows.Select(r => r.Findings).ToArray(),
        new NpgsqlParameter
        {
            Value = rows.Select(r => r.EventAt?.UtcDateTime).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        },
        rows.Select(r => r.Document).ToArray()).ExecuteAsync(cancellationToken);

    private sealed record Row(
        string Dataset, string OwnId, byte[] Hash, string? WaitsFor, string Findings, DateTimeOffset? EventAt, string Document);
}
