using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Makes charging sessions of a page's records that are each but a part of one (<see cref="SessionPart"/>) and of the parts that came before.
/// A session is made of all its parts anew each time, so it does not matter which came first. Under the operator's page lock.
/// </summary>
internal sealed class SessionJoin(NpgsqlConnection connection, PageToWrite page)
{
    /// <summary>A part moves to another charge when one appears within <see cref="JoinedSession.Reach"/>, which is told by what is that near to it.</summary>
    private static readonly TimeSpan Neighbourhood = 2 * JoinedSession.Reach;

    private readonly Dictionary<(SessionPartKind, string), PartRow> before = [];
    private readonly Dictionary<(SessionPartKind, string), PartRow> now = [];

    /// <summary>Ids under which a charge stood until one of its parts turned out to belong elsewhere: their records end.</summary>
    public IReadOnlyList<string> Ended { get; private set; } = [];

    /// <param name="arrived">Of which every record is a part.</param>
    public async Task<List<ToStage<ChargingSession>>> DecideAsync(IReadOnlyList<ToStage<ChargingSession>> arrived, CancellationToken cancellationToken)
    {
        List<PartRow> rows =
        [
            .. arrived.Select(a => new PartRow(
                new Judged<ChargingSession>(a.Record, a.Findings), a.From?.FeedId ?? page.Feed.FeedId, a.From?.RunId ?? page.RunId, JoinedSession.Key(a.Record.SessionId), null)),
        ];
        Load(await NearAsync(rows, cancellationToken));
        foreach (var row in rows) Take(row);

        var touched = Anchor(rows);
        Load(await OfChargesAsync(touched, cancellationToken));
        var joined = Join(touched);
        var changed = now.Where(n => !before.TryGetValue(n.Key, out var old) || !n.Value.IsAs(old)).Select(n => n.Value).ToList();
        if (changed.Count > 0) await WriteAsync(changed, cancellationToken);
        return joined;
    }

    private void Take(PartRow row)
    {
        if (!now.TryGetValue(row.Key, out var known)) now[row.Key] = row;
        else if (known.GivesWayTo(row, page.LastUpdatedLies)) now[row.Key] = row with { ChargeKey = row.Part.NamesSession ? row.ChargeKey : known.ChargeKey, SessionId = known.SessionId };
    }

    /// <summary>Finds where what names no session belongs, now that the page's parts are here.</summary>
    /// <returns>Keys of the charges that have, or had, a part which came or moved.</returns>
    private HashSet<string> Anchor(List<PartRow> arrived)
    {
        var taken = arrived.Where(a => a.Part.Credits is not null).Select(a => now.GetValueOrDefault((SessionPartKind.Cdr, JoinedSession.Key(a.Part.Credits!)))?.Record);
        var places = arrived.Select(a => a.Record).Concat(arrived.Select(a => before.GetValueOrDefault(a.Key)?.Record).Concat(taken).OfType<ChargingSession>()).ToLookup(r => r.ChargePointId, StringComparer.Ordinal);
        var came = arrived.Select(a => a.Key).ToHashSet();
        var there = now.Values.ToLookup(r => r.Record.ChargePointId, r => r.Record, StringComparer.Ordinal);
        var credits = now.Values.Where(r => r.Part.Credits is not null).Select(r => r.Record).ToList();
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, row) in now.ToList())
        {
            var old = before.GetValueOrDefault(key);
            var anchored = row;
            if (!row.Part.NamesSession && (came.Contains(key) || TakesBack(row, came) || places[row.Record.ChargePointId].Any(p => (p.PlugInAt - row.Record.PlugInAt).Duration() <= JoinedSession.Reach)))
            {
                var back = row.Part.Credits is { } credited ? now.GetValueOrDefault((SessionPartKind.Cdr, JoinedSession.Key(credited)))?.Record : null;
                IReadOnlyCollection<ChargingSession> near = [.. there[row.Record.ChargePointId], .. back is null ? [] : there[back.ChargePointId].Append(back), .. credits];
                anchored = row with { ChargeKey = JoinedSession.KeyOf(row.Record, near) };
                now[key] = anchored;
            }

            if (!came.Contains(key) && old?.ChargeKey == anchored.ChargeKey) continue;
            touched.Add(anchored.ChargeKey);
            if (old is not null) touched.Add(old.ChargeKey);
        }

        return touched;
    }

    private static bool TakesBack(PartRow row, HashSet<(SessionPartKind, string)> cdrs) =>
        row.Part.Credits is { } credited && cdrs.Contains((SessionPartKind.Cdr, JoinedSession.Key(credited)));

    private List<ToStage<ChargingSession>> Join(HashSet<string> touched)
    {
        var joined = new List<ToStage<ChargingSession>>();
        var left = new HashSet<string>(StringComparer.Ordinal);
        foreach (var charge in now.Values.Where(r => touched.Contains(r.ChargeKey)).GroupBy(r => r.ChargeKey, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList())
        {
            var record = JoinedSession.Of(charge.Key, [.. charge.Select(r => r.Judged)]);
            foreach (var row in charge)
            {
                if (row.SessionId is { } stood) left.Add(stood);
                now[row.Key] = row with { SessionId = record?.Record.SessionId };
            }

            if (record is null) continue;
            var newest = charge.MaxBy(r => (r.Record.LastUpdated, r.Part.Kind))!;
            joined.Add(new ToStage<ChargingSession>(record.Record, record.Findings, (newest.FeedId, newest.RunId)));
        }

        left.ExceptWith(joined.Select(j => j.Record.SessionId));
        Ended = [.. left];
        return joined;
    }

    private void Load(List<PartRow> rows)
    {
        foreach (var row in rows)
        {
            before[row.Key] = row;
            now.TryAdd(row.Key, row);
        }
    }

    /// <summary>The page's parts as they were, what they take back and what takes them back, and what lies near any of these.</summary>
    private Task<List<PartRow>> NearAsync(List<PartRow> rows, CancellationToken cancellationToken)
    {
        var places = rows.Select(r => (r.Record.ChargePointId, r.Record.PlugInAt)).Distinct().ToList();
        var cdrs = rows.Where(r => r.Key.Kind == SessionPartKind.Cdr).Select(r => r.Key.Key).Concat(rows.Select(r => r.Part.Credits).OfType<string>().Select(JoinedSession.Key)).Distinct().ToArray();
        var sessions = rows.Where(r => r.Key.Kind == SessionPartKind.Session).Select(r => r.Key.Key).Distinct().ToArray();
        return connection.Command(
            $"""
            WITH own AS (
                SELECT kind, part_key, charge_point_id, plug_in_at FROM session_part WHERE operator_id = $1 AND kind = 'session' AND part_key = ANY ($2)
                UNION ALL SELECT kind, part_key, charge_point_id, plug_in_at FROM session_part WHERE operator_id = $1 AND kind = 'cdr' AND part_key = ANY ($3)
            ), place AS (
                SELECT charge_point_id, plug_in_at FROM own UNION SELECT * FROM unnest($4, $5)
            ), near AS (
                SELECT kind, part_key FROM own
                UNION SELECT p.kind, p.part_key FROM place n JOIN session_part p ON p.operator_id = $1 AND p.charge_point_id = n.charge_point_id
                    AND p.plug_in_at BETWEEN n.plug_in_at - $6 AND n.plug_in_at + $6
            ), wanted AS (
                SELECT kind, part_key FROM near
                UNION SELECT kind, part_key FROM session_part WHERE operator_id = $1 AND credits IS NOT NULL AND lower(credits) = ANY ($3)
                UNION SELECT p.kind, p.part_key FROM near n JOIN session_part p ON p.operator_id = $1 AND p.credits IS NOT NULL AND lower(p.credits) = n.part_key
                    WHERE n.kind = 'cdr'
            )
            SELECT {PartRow.Columns} FROM wanted JOIN session_part USING (kind, part_key) WHERE operator_id = $1
            """,
            page.Feed.OperatorId, sessions, cdrs, places.Select(p => p.ChargePointId).ToArray(), places.Select(p => p.PlugInAt.UtcDateTime).ToArray(), Neighbourhood)
            .ListAsync(PartRow.Read, cancellationToken);
    }

    private Task<List<PartRow>> OfChargesAsync(HashSet<string> charges, CancellationToken cancellationToken) =>
        connection.Command($"SELECT {PartRow.Columns} FROM session_part WHERE operator_id = $1 AND charge_key = ANY ($2)", page.Feed.OperatorId, charges.ToArray())
            .ListAsync(PartRow.Read, cancellationToken);

    private Task<int> WriteAsync(List<PartRow> rows, CancellationToken cancellationToken) => connection.Command(
        """
        INSERT INTO session_part (operator_id, kind, part_key, part_id, names_session, final, credits, charge_point_id, plug_in_at, last_updated, charge_key, session_id,
            feed_id, run_id, findings, document)
        SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::json[], $16::json[]) n
        ON CONFLICT (operator_id, kind, part_key) DO UPDATE SET part_id = excluded.part_id, names_session = excluded.names_session, final = excluded.final,
            credits = excluded.credits, charge_point_id = excluded.charge_point_id, plug_in_at = excluded.plug_in_at, last_updated = excluded.last_updated,
            charge_key = excluded.charge_key, session_id = excluded.session_id, feed_id = excluded.feed_id, run_id = excluded.run_id, findings = excluded.findings,
            document = excluded.document
        """,
        page.Feed.OperatorId,
        rows.Select(r => Words<SessionPartKind>.Of(r.Key.Kind)).ToArray(),
        rows.Select(r => r.Key.Key).ToArray(),
        rows.Select(r => r.Part.PartId).ToArray(),
        rows.Select(r => r.Part.NamesSession).ToArray(),
        rows.Select(r => r.Part.IsFinal).ToArray(),
        CommandExtensions.Texts(rows.Select(r => r.Part.Credits)),
        rows.Select(r => r.Record.ChargePointId).ToArray(),
        rows.Select(r => r.Record.PlugInAt.UtcDateTime).ToArray(),
        rows.Select(r => r.Record.LastUpdated.UtcDateTime).ToArray(),
        rows.Select(r => r.ChargeKey).ToArray(),
        CommandExtensions.Texts(rows.Select(r => r.SessionId)),
        rows.Select(r => r.FeedId).ToArray(),
        rows.Select(r => r.RunId).ToArray(),
        CommandExtensions.Texts(rows.Select(r => r.Judged.Findings.Count == 0 ? null : PageBuffer.Findings(r.Judged.Findings))),
        rows.Select(r => r.Document).ToArray()).ExecuteAsync(cancellationToken);
}
