using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Takes records out of quarantine within a page's transaction: sessions whose charge point the page brings, and what passes now
/// that it is checked again. What another page has taken meanwhile is gone, and is not written a second time.
/// </summary>
internal sealed class QuarantineRelease(NpgsqlConnection connection, PageToWrite page)
{
    /// <summary>Released, in arrival order; whether their charge point is known is still to be asked.</summary>
    public List<(ToStage<ChargingSession> Staged, QuarantineOrigin Origin)> Sessions { get; private set; } = [];

    public IReadOnlyList<ToStage<StatusChange>> Changes { get; private set; } = [];

    public IReadOnlyList<ToStage<Outage>> Outages { get; private set; } = [];

    public IReadOnlyList<ToStage<ReportedUsage>> Usage { get; private set; } = [];

    /// <summary>Sessions that the page's charge points released.</summary>
    public int OfChargePoints { get; private set; }

    /// <summary>Records that passed when they were checked again.</summary>
    public int Passed { get; private set; }

    public int StillRefused { get; private set; }

    /// <summary>Rows of quarantine that were changed.</summary>
    public int Written { get; private set; }

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        await ReleaseWaitingAsync(cancellationToken);
        if (page.Rechecks.Count == 0) return;
        await TakePassingAsync([.. page.Rechecks.Where(r => r.Passes)], cancellationToken);
        await KeepRefusedAsync([.. page.Rechecks.Where(r => !r.Passes)], cancellationToken);
        Sessions = [.. Sessions.OrderBy(s => s.Origin.RecordedAt)];
    }

    private async Task ReleaseWaitingAsync(CancellationToken cancellationToken)
    {
        if (page.Records.ChargePoints.Count == 0) return;
        var released = await connection.Command(
            """
            DELETE FROM quarantine WHERE operator_id = $1 AND waits_for = ANY ($2)
            RETURNING feed_id, run_id, page_number, recorded_at, document::text, findings::text, later_wins
            """,
            page.Feed.OperatorId, page.Records.ChargePoints.Select(c => c.Record.ChargePointId).ToArray())
            .ListAsync(r => (Origin: OriginOf(r, 0), Document: r.GetString(4), Findings: r.GetString(5), LaterWins: r.GetBoolean(6)), cancellationToken);
        Sessions = [.. released.OrderBy(r => r.Origin.RecordedAt).Select(r => (Staged(
            HubJson.Read<ChargingSession>(Encoding.UTF8.GetBytes(r.Document)), [.. PageBuffer.Findings(r.Findings).Where(f => f.Rule != QuarantineRules.Wait)], r.Origin) with { LaterWins = r.LaterWins }, r.Origin))];
        OfChargePoints = released.Count;
        Written += released.Count;
    }

    private async Task TakePassingAsync(IReadOnlyList<Rechecked> passing, CancellationToken cancellationToken)
    {
        if (passing.Count == 0) return;
        var taken = await connection.Command(
            """
            DELETE FROM quarantine q USING unnest($2, $3, $4) AS n (dataset, own_id, content_hash)
            WHERE q.operator_id = $1 AND q.dataset = n.dataset AND q.own_id = n.own_id AND q.content_hash = n.content_hash AND q.waits_for IS NULL
            RETURNING q.feed_id, q.run_id, q.page_number, q.recorded_at, q.dataset, q.own_id, q.content_hash
            """,
            page.Feed.OperatorId, passing.Select(r => r.Key.Dataset.Name).ToArray(), passing.Select(r => r.Key.OwnId).ToArray(),
            passing.Select(r => Convert.FromHexString(r.Key.Hash)).ToArray())
            .ListAsync(
                r => (Origin: OriginOf(r, 0), Key: new QuarantineKey(Dataset.Named(r.GetString(4))!, r.GetString(5), Convert.ToHexString(r.GetFieldValue<byte[]>(6)))),
                cancellationToken);
        var judged = passing.ToDictionary(r => r.Key, r => r.Judged);
        var ordered = taken.OrderBy(t => t.Origin.RecordedAt).Select(t => (t.Origin, Judged: judged[t.Key])).ToList();
        Sessions.AddRange(ordered.SelectMany(t => t.Judged.ChargingSessions.Select(s => (Staged(s.Record, s.Findings, t.Origin), t.Origin))));
        Changes = [.. ordered.SelectMany(t => t.Judged.StatusChanges.Select(c => Staged(c.Record, c.Findings, t.Origin)))];
        Outages = [.. ordered.SelectMany(t => t.Judged.Outages.Select(o => Staged(o.Record, o.Findings, t.Origin)))];
        Usage = [.. ordered.SelectMany(t => t.Judged.ReportedUsage.Select(u => Staged(u.Record, u.Findings, t.Origin)))];
        Passed = taken.Count;
        Written += taken.Count;
    }

    /// <summary>What was found this time stands with it from now on, and what it names, which an older hub did not write.</summary>
    private async Task KeepRefusedAsync(IReadOnlyList<Rechecked> refused, CancellationToken cancellationToken)
    {
        StillRefused = refused.Count;
        if (refused.Count == 0) return;
        var names = refused.Select(r => QuarantineRow.NamesOf(r.Judged.Refused[0], page.Feed.OperatorId)).ToList();
        Written += await connection.Command(
            """
            UPDATE quarantine q SET findings = n.findings::json, judged_with = $2, names_point = n.point, names_session = n.session
            FROM unnest($3, $4, $5, $6, $7, $8) AS n (dataset, own_id, content_hash, findings, point, session)
            WHERE q.operator_id = $1 AND q.dataset = n.dataset AND q.own_id = n.own_id AND q.content_hash = n.content_hash AND q.waits_for IS NULL
                AND (q.judged_with, q.findings::text, q.names_point, q.names_session) IS DISTINCT FROM ($2, n.findings, n.point, n.session)
            """,
            page.Feed.OperatorId, page.JudgedWith, refused.Select(r => r.Key.Dataset.Name).ToArray(), refused.Select(r => r.Key.OwnId).ToArray(),
            refused.Select(r => Convert.FromHexString(r.Key.Hash)).ToArray(), refused.Select(r => QuarantineRow.FindingsOf(r.Judged.Refused[0].Findings)).ToArray(),
            CommandExtensions.Texts(names.Select(n => n.Point)), CommandExtensions.Texts(names.Select(n => n.Session)))
            .ExecuteAsync(cancellationToken);
    }

    private static ToStage<T> Staged<T>(T record, IReadOnlyList<Finding> findings, QuarantineOrigin origin) =>
        new(record, findings, (origin.FeedId, origin.RunId));

    private static QuarantineOrigin OriginOf(NpgsqlDataReader reader, int first) =>
        new(reader.GetString(first), reader.GetGuid(first + 1), reader.GetInt32(first + 2), reader.Instant(first + 3));
}
