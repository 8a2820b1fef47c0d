using System.Buffers;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What a page puts into quarantine, and what it frees: refused records until they are sent right or pass when they are checked
/// again, and sessions whose charge point nobody has told of yet.
/// </summary>
internal sealed class QuarantineStage(NpgsqlConnection connection, PageToWrite page, int most)
{
    /// <summary>The page's sessions whose charge point is known, behind those that it released, in arrival order.</summary>
    public List<ToStage<ChargingSession>> Sessions { get; } = [];

    /// <summary>They are made of all that is known of each charge, and so they hold whatever their operator says of when they changed.</summary>
    public bool AreJoined { get; private set; }

    /// <summary>Ids of charging sessions that end, as what they were made of belongs to others.</summary>
    public IReadOnlyList<string> Ended { get; private set; } = [];

    /// <summary>Status changes that passed when they were checked again.</summary>
    public IReadOnlyList<ToStage<StatusChange>> Changes { get; private set; } = [];

    /// <summary>Outages that passed when they were checked again.</summary>
    public IReadOnlyList<ToStage<Outage>> Outages { get; private set; } = [];

    /// <summary>Figures of periods that passed when they were checked again.</summary>
    public IReadOnlyList<ToStage<ReportedUsage>> Usage { get; private set; } = [];

    /// <summary>Rows of quarantine that the page changed.</summary>
    public int Written { get; private set; }

    public int Waiting { get; private set; }

    /// <summary>Sessions that the page's charge points released.</summary>
    public int Released { get; private set; }

    public RecheckCounts Rechecked { get; private set; } = new(0, 0, 0);

    /// <summary>Of what records made way for the first time.</summary>
    public IReadOnlyList<QuarantineFull> OverflowingAnew { get; private set; } = [];

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        var release = new QuarantineRelease(connection, page);
        await release.DecideAsync(cancellationToken);
        (Released, Changes, Outages, Usage) = (release.OfChargePoints, release.Changes, release.Outages, release.Usage);
        Written += release.Written;

        var arrived = await ArrivedAsync(release.Sessions, cancellationToken);
        var powers = await PowersAsync(arrived, cancellationToken);
        var rows = new List<QuarantineRow>();
        var freed = new List<(Dataset, string Id, DateTimeOffset? At)>();
        foreach (var (staged, origin) in arrived)
        {
            if (!powers.TryGetValue(staged.Record.ChargePointId, out var power))
            {
                rows.Add(QuarantineRow.Waiting(new Judged<ChargingSession>(staged.Record, staged.Findings)) with
                {
                    Origin = origin,
                    LaterWins = staged.LaterWins || (page.LaterArrivalWins && page.Feed.Dataset == Dataset.ChargingSessions),
                });
                if (origin is null) Waiting++;
                continue;
            }

            Sessions.Add(staged with { Findings = RatingCheck.Judge(staged.Record, power, staged.Findings) });
            if (!AreJoined) freed.Add((Dataset.ChargingSessions, staged.Record.SessionId, origin?.RecordedAt));
        }

        var waiting = release.Sessions.Count(s => !powers.ContainsKey(s.Staged.Record.ChargePointId));
        Rechecked = new RecheckCounts(release.Passed - waiting, waiting, release.StillRefused);
        if (AreJoined)
        {
            freed.AddRange(release.Sessions.Select(s => (s.Staged.Record, At: (DateTimeOffset?)s.Origin.RecordedAt)).Concat(page.Records.ChargingSessions.Select(s => (s.Record, At: (DateTimeOffset?)null)))
                .Where(s => powers.ContainsKey(s.Record.ChargePointId)).Select(s => (Dataset.ChargingSessions, s.Record.Part?.PartId ?? s.Record.SessionId, s.At)));
        }

        // What is checked again arrived before what waits, and turns nothing back.
        if (AreJoined || (page.LaterArrivalWins && page.Feed.Dataset == Dataset.ChargingSessions && page.Rechecks.Count == 0)) Written += await ForgetOutdatedAsync(rows, cancellationToken);

        freed.AddRange(page.Records.ChargePoints.Select(c => (Dataset.ChargePoints, c.Record.ChargePointId, (DateTimeOffset?)null)));
        freed.AddRange(page.Records.Tariffs.Select(t => (Dataset.Tariffs, t.Record.TariffId, (DateTimeOffset?)null)));
        freed.AddRange(page.Records.Outages.Select(o => (Dataset.Outages, o.Record.OutageId, (DateTimeOffset?)null)));
        freed.AddRange(page.Records.ReportedUsage.Select(u => (Dataset.ReportedUsage, u.Record.ReportedUsageId, (DateTimeOffset?)null)));
        foreach (var mended in freed.GroupBy(f => f.Item1, f => (f.Id, f.At))) await ForgetMendedAsync(mended.Key, mended, cancellationToken);
        rows.AddRange(page.Records.Refused.Select(r => QuarantineRow.Refused(r, page.Feed.OperatorId, page.AskedAt)));
        var table = new QuarantineTable(connection, page);
        if (rows.Count > 0) Written += await table.InsertAsync(rows, cancellationToken);
        Written += await table.ForgetUnsentAsync(cancellationToken);
        OverflowingAnew = await table.MakeWayAsync([.. rows.Select(r => r.Dataset).Distinct()], most, cancellationToken);
    }

    /// <summary>What came out of quarantine, with where it came from, and the page's own; parts of sessions are put together.</summary>
    private async Task<List<(ToStage<ChargingSession> Staged, QuarantineOrigin? Origin)>> ArrivedAsync(
        List<(ToStage<ChargingSession> Staged, QuarantineOrigin Origin)> released, CancellationToken cancellationToken)
    {
        List<(ToStage<ChargingSession> Staged, QuarantineOrigin? Origin)> arrived =
        [
            .. released.Select(r => (r.Staged, (QuarantineOrigin?)r.Origin)),
            .. page.Records.ChargingSessions.Select(s => (new ToStage<ChargingSession>(s.Record, s.Findings), (QuarantineOrigin?)null)),
        ];
        var parts = arrived.Where(a => a.Staged.Record.Part is not null).ToList();
        if (parts.Count == 0) return arrived;
        AreJoined = true;
        var spelt = await SpellingsAsync(parts.Select(p => p.Staged.Record.ChargePointId), cancellationToken);
        var join = new SessionJoin(connection, page);
        var joined = await join.DecideAsync(
            [.. parts.Select(p => spelt.TryGetValue(p.Staged.Record.ChargePointId, out var known) ? p.Staged with { Record = p.Staged.Record with { ChargePointId = known } } : p.Staged)], cancellationToken);
        Ended = join.Ended;
        return [.. arrived.Except(parts), .. joined.Select(j => (j, (QuarantineOrigin?)null))];
    }

    /// <summary>Charge points that are known under the same id in other case, as it is known: parts compare ids without case.</summary>
    private async Task<Dictionary<string, string>> SpellingsAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => (await connection.Command(
        """
        SELECT n.id, min(c.charge_point_id) FROM unnest($2) AS n (id) JOIN charge_point c ON c.operator_id = $1 AND lower(c.charge_point_id) = lower(n.id)
        WHERE NOT EXISTS (SELECT FROM charge_point e WHERE e.operator_id = $1 AND e.charge_point_id = n.id)
        GROUP BY n.id
        """,
        page.Feed.OperatorId, ids.Distinct(StringComparer.Ordinal).ToArray()).ListAsync(r => (Id: r.GetString(0), Known: r.GetString(1)), cancellationToken))
        .ToDictionary(s => s.Id, s => s.Known, StringComparer.Ordinal);

    /// <summary>Of a session that waits one row is enough, as it arrived or was put together last; of one that has ended, none.</summary>
    private async Task<int> ForgetOutdatedAsync(List<QuarantineRow> waiting, CancellationToken cancellationToken)
    {
        var ids = Sessions.Select(s => s.Record.SessionId).Concat(waiting.Select(w => w.OwnId)).Concat(Ended).Distinct(StringComparer.Ordinal).ToArray();
        return await connection.Command(
            """
            DELETE FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND waits_for IS NOT NULL AND own_id = ANY ($3) AND content_hash <> ALL ($4)
            """,
            page.Feed.OperatorId, Dataset.ChargingSessions.Name, ids, waiting.Select(w => w.Hash).ToArray()).ExecuteAsync(cancellationToken);
    }

    /// <summary>
    /// Deletes refused records whose key is now accepted; where what is accepted came out of quarantine itself, those that came before
    /// it. Not status changes: theirs is the charge point's id, which does not say which change was sent right. Not what the same page
    /// refuses too, or the page written again would write again.
    /// </summary>
    private async Task ForgetMendedAsync(Dataset dataset, IEnumerable<(string Id, DateTimeOffset? At)> accepted, CancellationToken cancellationToken)
    {
        // A refused record has the operator's own id, an accepted one the hub's.
        var refused = page.Records.Refused.Where(r => r.Dataset == dataset).Select(r => r.OwnId ?? "").ToHashSet(StringComparer.Ordinal);
        var mended = accepted.Select(a => (Id: a.Id[(page.Feed.OperatorId.Length + 1)..], a.At)).Where(a => !refused.Contains(a.Id)).ToList();
        if (mended.Count == 0) return;
        Written += await connection.Command(
            """
            DELETE FROM quarantine q USING unnest($3, $4) AS n (own_id, at)
            WHERE q.operator_id = $1 AND q.dataset = $2 AND q.own_id = n.own_id AND q.waits_for IS NULL AND q.recorded_at <= n.at
            """,
            page.Feed.OperatorId, dataset.Name, mended.Select(m => m.Id).ToArray(), mended.Select(m => (m.At ?? DateTimeOffset.MaxValue).UtcDateTime).ToArray())
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>The power of each charge point of the page's sessions that is known, in kW; null where it has none.</summary>
    private async Task<Dictionary<string, decimal?>> PowersAsync(List<(ToStage<ChargingSession> Staged, QuarantineOrigin?)> arrived, CancellationToken cancellationToken)
    {
        var powers = new Dictionary<string, decimal?>(StringComparer.Ordinal);
        foreach (var (chargePoint, _) in page.Records.ChargePoints) powers[chargePoint.ChargePointId] = chargePoint.MaxPowerKw;
        var wanted = arrived.Select(r => r.Staged.Record.ChargePointId).ToHashSet(StringComparer.Ordinal);
        wanted.ExceptWith(powers.Keys);
        if (wanted.Count == 0) return powers;
        var known = await connection.Command(
            "SELECT charge_point_id, max_power_kw FROM charge_point WHERE operator_id = $1 AND charge_point_id = ANY ($2)",
            page.Feed.OperatorId, wanted.ToArray())
            .ListAsync(r => (Id: r.GetString(0), Power: r.IsDBNull(1) ? (decimal?)null : r.GetDecimal(1)), cancellationToken);
        foreach (var (id, power) in known) powers[id] = power;
        return powers;
    }
}

/// <summary>A record on its way into quarantine.</summary>
/// <param name="OwnId">The operator's own id, empty where there is none; of a session that waits, the hub's.</param>
/// <param name="WaitsFor">Hub id of the charge point that a session waits for; null: it is refused.</param>
/// <param name="Findings">As JSON.</param>
internal sealed record QuarantineRow(
    string Dataset, string OwnId, byte[] Hash, string? WaitsFor, string Findings, DateTimeOffset? EventAt, string Document)
{
    /// <summary>Of one record, errors before anything else.</summary>
    private const int MostFindings = 100;

    /// <summary>Bytes; what is longer is kept as null, with its findings.</summary>
    private const int LongestDocument = 16 * 1024;

    /// <summary>Null: the page's own.</summary>
    public QuarantineOrigin? Origin { get; init; }

    /// <summary>Of a session that waits: it is newer than what came before it.</summary>
    public bool LaterWins { get; init; }

    /// <summary>Hub ids of charge point and session that a refused record names, as it writes them: it goes when they are purged.</summary>
    public (string? Point, string? Session) Names { get; init; }

    public static QuarantineRow Refused(RefusedRecord refused, string operatorId, DateTimeOffset askedAt) => new(
        refused.Dataset.Name, refused.OwnId ?? "", PageBuffer.ContentHash(refused.Document.Span), null, FindingsOf(refused.Findings), EventTimes.Of(refused, askedAt),
        refused.Document.Length > LongestDocument ? "null" : Encoding.UTF8.GetString(refused.Document.Span))
    {
        Names = NamesOf(refused, operatorId),
    };

    public static (string? Point, string? Session) NamesOf(RefusedRecord refused, string operatorId) =>
        (refused.ChargePoint is { } point ? $"{operatorId}:{point}" : null, refused.Session is { } session ? $"{operatorId}:{session}" : null);

    public static QuarantineRow Waiting(Judged<ChargingSession> judged)
    {
        var session = judged.Record;
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, session);
        var wait = new Finding(
            QuarantineRules.Wait, Severity.Error, "/charge_point_id", session.ChargePointId,
            "No such charge point is known yet; the session waits for it and is released when it appears.");
        return new QuarantineRow(
            Model.Dataset.ChargingSessions.Name, session.SessionId, PageBuffer.ContentHash(output.WrittenSpan), session.ChargePointId,
            PageBuffer.Findings([.. judged.Findings, wait]), session.PlugInAt, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    public static string FindingsOf(IReadOnlyList<Finding> findings) =>
        PageBuffer.Findings(findings.Count <= MostFindings ? findings : [.. findings.OrderByDescending(f => f.Severity).Take(MostFindings)]);
}

/// <summary>What brought a record into quarantine, and when.</summary>
internal sealed record QuarantineOrigin(string FeedId, Guid RunId, int PageNumber, DateTimeOffset RecordedAt);
