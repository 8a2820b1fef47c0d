using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>A charge point's status as the hub has it now.</summary>
internal readonly record struct CurrentStatus(Status Status, DateTimeOffset Since, Evidence Evidence)
{
    /// <summary>Whether what a crawl saw is older than this, so that it says nothing. That nobody saw it for a while is no objection to what the operator says was so all along.</summary>
    public bool Outdates(StatusObservation seen, PageToWrite page) => page.AskedAt < Since || (seen.Since < Since && Status != Status.Missing && !page.LastUpdatedLies);
}

/// <summary>
/// A page's status changes and observations: which changes are new, and what they make of the current status. The current status
/// follows the newest change; an observation older than it says nothing. Where the operator reports changes itself, an observation
/// stands only until the next event.
/// </summary>
internal sealed class StatusStage(
    NpgsqlConnection connection, PageToWrite page, AbsenceStage absence, IReadOnlyList<ToStage<StatusChange>> released)
{
    public const string CreateStage =
        """
        CREATE TEMPORARY TABLE IF NOT EXISTS stage_status_change (
            ord integer NOT NULL, charge_point_id text NOT NULL, at timestamptz NOT NULL, status text NOT NULL, evidence text NOT NULL,
            findings json, feed_id text, run_id uuid, document json NOT NULL
        ) ON COMMIT DELETE ROWS;
        CREATE TEMPORARY TABLE IF NOT EXISTS decided_status_change (ord integer NOT NULL, verdict integer NOT NULL) ON COMMIT DELETE ROWS;
        """;

    private readonly SightingStage sightings = new(connection, page);
    private readonly Dictionary<string, CurrentStatus> current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Finding> removed = new(StringComparer.Ordinal);
    private readonly HashSet<string> moved = new(StringComparer.Ordinal);
    private DateTimeOffset earliest = DateTimeOffset.MaxValue;
    private DateTimeOffset latest = DateTimeOffset.MinValue;

    public Counts Counts { get; private set; }

    /// <summary>Charge points whose current status is another now.</summary>
    public IReadOnlyCollection<string> Moved => moved;

    public bool WriteSomething => Counts.WriteSomething || moved.Count > 0 || sightings.WriteSomething;

    /// <summary>Months that the page's changes fall into, for their partitions.</summary>
    public static IEnumerable<DateTimeOffset> TimesOf(PageToWrite page)
    {
        var times = page.Records.StatusChanges.Concat(page.Rechecks.SelectMany(r => r.Judged.StatusChanges)).Select(c => c.Record.At);
        if (page.StaleAt is { } stale) times = times.Append(stale);
        return page.IsOfCrawl || (page.StatusesAreEvidence && page.Records.Statuses.Count > 0) ? times.Append(page.AskedAt) : times;
    }

    public async Task DecideAsync(PageBuffer buffer, CancellationToken cancellationToken)
    {
        var observed = Observed();
        if (page.Records.StatusChanges.Count + released.Count + observed.Count == 0 && page.StaleAt is null) return;
        await ReadCurrentAsync(observed, cancellationToken);
        await sightings.DecideAsync(current, cancellationToken);
        var changes = released.Concat(page.Records.StatusChanges.Select(Own)).ToList();
        var followed = new HashSet<StatusChange>(ReferenceEqualityComparer.Instance);
        foreach (var seen in observed)
        {
            if (Observe(seen) is not { } snapshot) continue;
            changes.Add(new ToStage<StatusChange>(snapshot, seen.Status == Status.Removed && removed.TryGetValue(seen.ChargePointId, out var reason) ? [reason] : []));
            followed.Add(snapshot);
        }

        foreach (var missing in await SweepAsync(cancellationToken))
        {
            changes.Add(new ToStage<StatusChange>(missing, []));
            followed.Add(missing);
        }

        var staged = changes
            .GroupBy(c => (c.Record.ChargePointId, c.Record.At, c.Record.Status))
            .Select(same => same.MinBy(c => c.Record.Evidence))
            .ToList();
        if (staged.Count == 0) return;
        await CopyAsync(staged, buffer, cancellationToken);
        var verdicts = await connection.Command(
            $"""
            INSERT INTO decided_status_change (ord, verdict)
            SELECT s.ord, CASE WHEN c.at IS NULL THEN {(int)Verdict.Added} ELSE {(int)Verdict.Changed} END
            FROM stage_status_change s LEFT JOIN status_change c
                ON c.operator_id = $1 AND c.charge_point_id = s.charge_point_id AND c.at = s.at AND c.status = s.status AND c.at BETWEEN $2 AND $3
            WHERE c.at IS NULL OR c.evidence = 'SNAPSHOT' AND s.evidence = 'EVENT'
            RETURNING ord, verdict
            """,
            page.Feed.OperatorId, earliest, latest).ListAsync(r => (Ord: r.GetInt32(0), Verdict: (Verdict)r.GetInt32(1)), cancellationToken);

        // Only what is new moves the current status: an old page pulled again must not turn it back.
        await FollowAsync([.. verdicts.Select(v => staged[v.Ord].Record).Where(c => !followed.Contains(c))], cancellationToken);
        var added = verdicts.Count(v => v.Verdict == Verdict.Added);
        Counts = new Counts(added, verdicts.Count - added, 0, changes.Count);
    }

    public async Task WriteAsync(Tick tick, CancellationToken cancellationToken)
    {
        var (op, feed, run) = (page.Feed.OperatorId, page.Feed.FeedId, page.RunId);
        await sightings.WriteAsync(tick, cancellationToken);
        if (Counts.Added > 0)
        {
            await connection.Command(
                $"""
                INSERT INTO status_change (operator_id, charge_point_id, at, status, evidence, feed_id, run_id, tick, recorded_at, findings, document)
                SELECT $1, s.charge_point_id, s.at, s.status, s.evidence, coalesce(s.feed_id, $2), coalesce(s.run_id, $3), $4, $5, s.findings, s.document
                FROM decided_status_change d JOIN stage_status_change s USING (ord) WHERE d.verdict = {(int)Verdict.Added}
                """,
                op, feed, run, tick.Number, tick.RecordedAt).ExecuteAsync(cancellationToken);
            await StatusDayMarks.OfChangesAsync(connection, op, earliest, tick, cancellationToken);
        }

        if (Counts.Changed > 0)
        {
            // The change keeps its tick: there is no version of it that a reader at an earlier tick could be given instead. Followers go by the other.
            await connection.Command(
                $"""
                UPDATE status_change c SET evidence = s.evidence, replaced_tick = $6, feed_id = coalesce(s.feed_id, $2), run_id = coalesce(s.run_id, $3), findings = s.findings, document = s.document
                FROM decided_status_change d JOIN stage_status_change s USING (ord)
                WHERE d.verdict = {(int)Verdict.Changed} AND c.operator_id = $1 AND c.charge_point_id = s.charge_point_id
                    AND c.at = s.at AND c.status = s.status AND c.at BETWEEN $4 AND $5
                """,
                op, feed, run, earliest, latest, tick.Number).ExecuteAsync(cancellationToken);
        }

        if (moved.Count == 0) return;
        var ids = moved.ToArray();
        await connection.Command(
            """
            INSERT INTO charge_point_status (operator_id, charge_point_id, status, since, evidence, tick)
            SELECT $1, n.charge_point_id, n.status, n.since, n.evidence, $2
            FROM unnest($3, $4, $5, $6) AS n (charge_point_id, status, since, evidence)
            ON CONFLICT (operator_id, charge_point_id) DO UPDATE
            SET status = excluded.status, since = excluded.since, evidence = excluded.evidence, tick = excluded.tick
            """,
            op,
            tick.Number,
            ids,
            ids.Select(i => Words<Status>.Of(current[i].Status)).ToArray(),
            ids.Select(i => current[i].Since.UtcDateTime).ToArray(),
            ids.Select(i => Words<Evidence>.Of(current[i].Evidence)).ToArray()).ExecuteAsync(cancellationToken);
    }

    /// <summary>What the page saw, and what the crawl's whole says: what is gone, and what came back without a word: nobody saw how it is, which is no status of the operator's.</summary>
    private List<StatusObservation> Observed()
    {
        foreach (var (id, since) in absence.Removed) removed[id] = AbsenceStage.Reason(since);
        var seen = page.Records.Statuses.Select(s => s.ChargePointId).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. page.Records.Statuses,
            .. absence.Removed.Select(r => new StatusObservation(r.Id, Status.Removed, null)),
            .. absence.Returned.Where(id => !seen.Contains(id)).Select(id => new StatusObservation(id, Status.Missing, null)),
        ];
    }

    /// <summary>
    /// Every status that nobody has seen since the deadline becomes MISSING as of then; nothing where a crawl has come after all. A
    /// deadline is done with only when nothing was left out of it.
    /// </summary>
    private async Task<List<StatusChange>> SweepAsync(CancellationToken cancellationToken)
    {
        if (page.StaleAt is not { } deadline) return [];
        const string IsStale = "WHERE NOT EXISTS (SELECT FROM coverage WHERE operator_id = $1 AND dataset = 'charge_points' AND kind = 'covered' AND to_at > $2)";
        var left = await connection.Command(
            page.SeenMeanwhile.Count > 0
                ? $"SELECT true {IsStale} AND NOT EXISTS (SELECT FROM status_sweep WHERE operator_id = $1 AND deadline >= $2)"
                : $"""
                INSERT INTO status_sweep (operator_id, deadline) SELECT $1, $2 {IsStale}
                ON CONFLICT (operator_id) DO UPDATE SET deadline = excluded.deadline WHERE status_sweep.deadline < excluded.deadline
                RETURNING true
                """,
            page.Feed.OperatorId, deadline).ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (left.Count == 0) return [];
        var unseen = await connection.Command(
            """
            SELECT charge_point_id FROM charge_point_status
            WHERE operator_id = $1 AND status NOT IN ('MISSING', 'REMOVED') AND since < $2 AND charge_point_id <> ALL ($3) ORDER BY charge_point_id
            """,
            page.Feed.OperatorId, deadline, page.SeenMeanwhile.ToArray()).ListAsync(r => r.GetString(0), cancellationToken);
        foreach (var id in unseen)
        {
            current[id] = new CurrentStatus(Status.Missing, deadline, Evidence.Snapshot);
            moved.Add(id);
        }

        return [.. unseen.Select(id => Snapshot(id, Status.Missing, deadline))];
    }

    private static ToStage<StatusChange> Own(Judged<StatusChange> change) => new(change.Record, change.Findings);

    private StatusChange Snapshot(string chargePointId, Status status, DateTimeOffset at) => new()
    {
        ChargePointId = chargePointId,
        OperatorId = page.Feed.OperatorId,
        Status = status,
        At = at,
        Evidence = Evidence.Snapshot,
    };

    private async Task ReadCurrentAsync(List<StatusObservation> observed, CancellationToken cancellationToken)
    {
        var ids = page.Records.StatusChanges.Select(Own).Concat(released).Select(c => c.Record.ChargePointId).Concat(observed.Select(s => s.ChargePointId));
        var rows = await connection.Command(
            "SELECT charge_point_id, status, since, evidence FROM charge_point_status WHERE operator_id = $1 AND charge_point_id = ANY ($2)",
            page.Feed.OperatorId, ids.Distinct(StringComparer.Ordinal).ToArray()).ListAsync(
                r => (Id: r.GetString(0), Now: new CurrentStatus(
                    Words<Status>.Parse(r.GetString(1))!.Value, r.Instant(2), Words<Evidence>.Parse(r.GetString(3))!.Value)),
                cancellationToken);
        foreach (var (id, now) in rows) current[id] = now;
    }

    /// <summary>Takes in what a crawl saw; returns the change that it is evidence of, if any.</summary>
    private StatusChange? Observe(StatusObservation seen)
    {
        var known = current.TryGetValue(seen.ChargePointId, out var now);
        if (known && now.Outdates(seen, page)) return null;
        var since = seen.Since is { } said && said <= page.AskedAt && (!known || said > now.Since) ? said : (DateTimeOffset?)null;
        var differs = !known || seen.Status != now.Status;
        if (!differs && (since is null || page.LastUpdatedLies)) return null;
        current[seen.ChargePointId] = new CurrentStatus(seen.Status, since ?? page.AskedAt, Evidence.Snapshot);
        moved.Add(seen.ChargePointId);
        var isTold = page.StatusesAreEvidence || removed.ContainsKey(seen.ChargePointId) || absence.Returned.Contains(seen.ChargePointId);
        return differs && isTold ? Snapshot(seen.ChargePointId, seen.Status, page.AskedAt) : null;
    }

    private async Task FollowAsync(List<StatusChange> fresh, CancellationToken cancellationToken)
    {
        // A change of the future would hold the status until then.
        var changes = fresh.Where(c => c.At <= page.AskedAt + EventTimes.ClockSkew).OrderBy(c => c.At).ToList();
        var lastEvents = await LastEventsAsync(
            [.. changes.Where(c => current.TryGetValue(c.ChargePointId, out var now) && OnlySeen(c, now)).Select(c => c.ChargePointId).Distinct()],
            cancellationToken);
        foreach (var change in changes)
        {
            if (current.TryGetValue(change.ChargePointId, out var now) && change.At < now.Since
                && !(OnlySeen(change, now) && !(lastEvents.TryGetValue(change.ChargePointId, out var last) && change.At < last))) continue;
            current[change.ChargePointId] = new CurrentStatus(change.Status, change.At, change.Evidence);
            moved.Add(change.ChargePointId);
        }
    }

    /// <summary>
    /// The operator reports its changes, this is one, and only a crawl says that there is something newer; but what is removed
    /// stays so, whatever comes late.
    /// </summary>
    private bool OnlySeen(StatusChange change, CurrentStatus now) =>
        !page.StatusesAreEvidence && now.Status != Status.Removed && change.Evidence == Evidence.Event && now.Evidence == Evidence.Snapshot && change.At < now.Since;

    /// <summary>When each charge point's newest event was, of those that could be followed.</summary>
    private async Task<Dictionary<string, DateTimeOffset>> LastEventsAsync(string[] chargePoints, CancellationToken cancellationToken)
    {
        if (chargePoints.Length == 0) return [];
        var rows = await connection.Command(
            """
            SELECT i.id, e.at
            FROM unnest($2) AS i (id) CROSS JOIN LATERAL (
                SELECT c.at FROM status_change c
                WHERE c.operator_id = $1 AND c.charge_point_id = i.id AND c.evidence = 'EVENT' AND c.at <= $3
                ORDER BY c.at DESC LIMIT 1) e
            """,
            page.Feed.OperatorId, chargePoints, page.AskedAt + EventTimes.ClockSkew)
            .ListAsync(r => (Id: r.GetString(0), At: r.Instant(1)), cancellationToken);
        return rows.ToDictionary(r => r.Id, r => r.At, StringComparer.Ordinal);
    }

    private async Task CopyAsync(List<ToStage<StatusChange>> changes, PageBuffer buffer, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY stage_status_change (ord, charge_point_id, at, status, evidence, findings, feed_id, run_id, document) FROM STDIN (FORMAT binary)", cancellationToken);
        for (var ord = 0; ord < changes.Count; ord++)
        {
            var change = changes[ord].Record;
            if (change.At < earliest) earliest = change.At;
            if (change.At > latest) latest = change.At;
            var document = buffer.Add(change);
            var findings = buffer.AddFindings(changes[ord].Findings);
            copy.StartRow();
            copy.Write(ord, NpgsqlDbType.Integer);
            copy.WriteText(change.ChargePointId);
            copy.WriteInstant(change.At);
            copy.WriteText(Words<Status>.Of(change.Status));
            copy.WriteText(Words<Evidence>.Of(change.Evidence));
            copy.WriteJson(buffer[findings]);
            copy.WriteText(changes[ord].From?.FeedId);
            if (changes[ord].From is { } from) copy.Write(from.RunId, NpgsqlDbType.Uuid);
            else copy.WriteNull();
            copy.WriteJson(buffer[document]);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
