using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What a change of charging sessions does to the roll-up of their days: what counts now less what counted before. A session that another one corrects
/// counts nowhere, whichever of the two came first. Under the operator's page lock, before the sessions themselves are written.
/// </summary>
internal sealed class UsageStage(NpgsqlConnection connection, string operatorId)
{
    private readonly Dictionary<string, ChargingSession> before = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ChargingSession> after = new(StringComparer.Ordinal);

    /// <summary>Of a page whose sessions are decided.</summary>
    /// <param name="staged">The page's sessions by their place in the stage.</param>
    /// <param name="ended">Ids of those that end.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection, string operatorId, IReadOnlyList<ChargingSession> staged, Counts counts, IReadOnlyList<string> ended, CancellationToken cancellationToken)
    {
        if (counts.Added + counts.Changed + ended.Count == 0) return;
        var stage = new UsageStage(connection, operatorId);
        if (counts.Changed + ended.Count > 0) await stage.ReadReplacedAsync(ended, cancellationToken);
        foreach (var session in counts.Added == staged.Count ? staged : await WrittenAsync(connection, staged, cancellationToken)) stage.after[session.SessionId] = session;
        await stage.WriteAsync(cancellationToken);
    }

    /// <summary>Of sessions that are about to be deleted.</summary>
    /// <param name="sessionIds">Hub ids.</param>
    public static async Task RemoveAsync(NpgsqlConnection connection, string operatorId, IReadOnlyList<string> sessionIds, CancellationToken cancellationToken)
    {
        var stage = new UsageStage(connection, operatorId);
        foreach (var session in await stage.ReadAsync(sessionIds, cancellationToken)) stage.before[session.SessionId] = session;
        await stage.WriteAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<ChargingSession>> WrittenAsync(NpgsqlConnection connection, IReadOnlyList<ChargingSession> staged, CancellationToken cancellationToken) =>
        (await connection.Command($"SELECT ord FROM decided_charging_session WHERE verdict <> {(int)Verdict.Late}").ListAsync(r => r.GetInt32(0), cancellationToken)).ConvertAll(ord => staged[ord]);

    private async Task ReadReplacedAsync(IReadOnlyList<string> ended, CancellationToken cancellationToken)
    {
        var documents = await connection.Command(
            $"""
            SELECT c.document FROM decided_charging_session d JOIN stage_charging_session s USING (ord)
            JOIN LATERAL (SELECT t.document FROM charging_session t WHERE t.operator_id = $1 AND t.session_id = s.session_id LIMIT 1) c ON true
            WHERE d.verdict = {(int)Verdict.Changed}
            UNION ALL
            SELECT document FROM charging_session WHERE operator_id = $1 AND session_id = ANY ($2)
            """,
            operatorId, ended.ToArray()).ListAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken);
        foreach (var session in documents.Select(d => HubJson.Read<ChargingSession>(d))) before[session.SessionId] = session;
    }

    private async Task<IEnumerable<ChargingSession>> ReadAsync(IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken) =>
        sessionIds.Count == 0 ? [] : (await connection.Command("SELECT document FROM charging_session WHERE operator_id = $1 AND session_id = ANY ($2)", operatorId, sessionIds.ToArray())
            .ListAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken)).Select(d => HubJson.Read<ChargingSession>(d));

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var (gone, come) = (CorrectionsOf(before.Values), CorrectionsOf(after.Values));
        var (ended, begun) = (gone.Except(come).ToList(), come.Except(gone).ToList());
        var named = ended.Concat(begun).Select(c => c.Corrected).ToHashSet(StringComparer.Ordinal);
        var corrections = await ReadCorrectionsAsync(named, cancellationToken);
        if (named.Count > 0) await WriteCorrectionsAsync(ended, begun, cancellationToken);

        // What is corrected, or no longer is, without changing itself.
        foreach (var session in await ReadAsync([.. named.Where(id => !before.ContainsKey(id) && !after.ContainsKey(id))], cancellationToken))
            before[session.SessionId] = after[session.SessionId] = session;

        var days = new Dictionary<(DateOnly Day, string ChargePointId), UsageFigures>();
        Add(before, corrections, (sum, figures) => sum - figures);
        corrections.ExceptWith(ended);
        corrections.UnionWith(begun);
        Add(after, corrections, (sum, figures) => sum + figures);
        foreach (var (key, _) in days.Where(d => d.Value == default).ToList()) days.Remove(key);
        if (days.Count > 0) await WriteDaysAsync(days, cancellationToken);

        void Add(Dictionary<string, ChargingSession> sessions, IEnumerable<(string Corrected, string By)> by, Func<UsageFigures, UsageFigures, UsageFigures> add)
        {
            var corrected = by.Select(c => c.Corrected).ToHashSet(StringComparer.Ordinal);
            foreach (var session in sessions.Values.Where(s => !corrected.Contains(s.SessionId)))
            {
                foreach (var (day, figures) in SessionDays.Of(session))
                    days[(day, session.ChargePointId)] = add(days.GetValueOrDefault((day, session.ChargePointId)), figures);
            }
        }
    }

    private static HashSet<(string Corrected, string By)> CorrectionsOf(IEnumerable<ChargingSession> sessions) =>
        [.. sessions.Where(s => s.CorrectsSessionId is not null && s.CorrectsSessionId != s.SessionId).Select(s => (s.CorrectsSessionId!, s.SessionId))];

    /// <summary>Those stored of the sessions that change, and of others named.</summary>
    private async Task<HashSet<(string Corrected, string By)>> ReadCorrectionsAsync(IEnumerable<string> named, CancellationToken cancellationToken)
    {
        // Few operators ever send one: a page of ten thousand ids is not sent to be looked up in nothing.
        if (!(await connection.Command("SELECT EXISTS (SELECT FROM session_correction WHERE operator_id = $1)", operatorId).ListAsync(r => r.GetBoolean(0), cancellationToken)).Single()) return [];
        var ids = before.Keys.Concat(after.Keys).Concat(named).Distinct(StringComparer.Ordinal).ToArray();
        return [.. await connection.Command("SELECT corrected_id, session_id FROM session_correction WHERE operator_id = $1 AND corrected_id = ANY ($2)", operatorId, ids)
            .ListAsync(r => (r.GetString(0), r.GetString(1)), cancellationToken)];
    }

    private async Task WriteCorrectionsAsync(IReadOnlyList<(string Corrected, string By)> ended, IReadOnlyList<(string Corrected, string By)> begun, CancellationToken cancellationToken)
    {
        await connection.Command(
            "DELETE FROM session_correction WHERE operator_id = $1 AND (corrected_id, session_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))",
            operatorId, ended.Select(c => c.Corrected).ToArray(), ended.Select(c => c.By).ToArray()).ExecuteAsync(cancellationToken);
        await connection.Command(
            "INSERT INTO session_correction (operator_id, corrected_id, session_id) SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING",
            operatorId, begun.Select(c => c.Corrected).ToArray(), begun.Select(c => c.By).ToArray()).ExecuteAsync(cancellationToken);
    }

    private async Task WriteDaysAsync(Dictionary<(DateOnly Day, string ChargePointId), UsageFigures> deltas, CancellationToken cancellationToken)
    {
        var rows = deltas.OrderBy(d => d.Key.Day).ThenBy(d => d.Key.ChargePointId, StringComparer.Ordinal).ToList();
        await UsageRows.Add(connection, operatorId, rows).ExecuteAsync(cancellationToken);
        var less = rows.Where(r => r.Value.Sessions < 0 || r.Value.PluggedMicroseconds < 0 || r.Value.EnergyWh < 0).ToList();
        if (less.Count > 0) await UsageRows.ForgetEmptyAsync(connection, operatorId, [.. less.Select(r => r.Key)], cancellationToken);
    }
}
