using System.Runtime.CompilerServices;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Figures;

/// <summary>A charge point's day of which the roll-up says something else than its sessions.</summary>
/// <param name="Stored">What the roll-up has; nothing where there is no row.</param>
/// <param name="Computed">What the sessions add up to.</param>
public sealed record UsageDifference(string OperatorId, DateOnly Day, string ChargePointId, UsageFigures Stored, UsageFigures Computed);

/// <summary>What a recompute found.</summary>
/// <param name="Compared">Charge point days, those without a row or without a session too.</param>
/// <param name="Sessions">That were read.</param>
public sealed record RollupCheck(DateOnly FromDay, DateOnly ToDay, long Compared, long Sessions, long Differences);

/// <summary>What was last kept of a recompute.</summary>
/// <param name="LastDifferedAt">When one last found a difference; null: none ever did.</param>
public sealed record KeptCheck(DateOnly FromDay, DateOnly ToDay, long Compared, long Differences, DateTimeOffset EndedAt, DateTimeOffset? LastDifferedAt);

/// <summary>The roll-up of sessions computed anew out of all sessions, held against what pages have added up, and that against what of it is packed.</summary>
public sealed class UsageRollup(Database database)
{
    /// <summary>As it is called where checks are kept.</summary>
    public const string Name = "usage_day";

    private const string Sessions =
        "SELECT document FROM charging_session WHERE plug_in_at >= $1 AND plug_in_at < $2 AND ($3::text IS NULL OR operator_id = $3) ORDER BY plug_in_at";

    private const string Corrected = "SELECT corrected_id FROM session_correction WHERE $1::text IS NULL OR operator_id = $1";

    /// <summary>From one operator to the next, rather than over every row.</summary>
    private const string Operators =
        """
        WITH RECURSIVE o (operator_id) AS (
            (SELECT operator_id FROM usage_day ORDER BY operator_id LIMIT 1)
            UNION ALL SELECT (SELECT u.operator_id FROM usage_day u WHERE u.operator_id > o.operator_id ORDER BY u.operator_id LIMIT 1) FROM o WHERE o.operator_id IS NOT NULL
        ) SELECT operator_id FROM o WHERE operator_id IS NOT NULL
        """;

    /// <summary>Rows written at once.</summary>
    private const int Batch = 10_000;

    /// <summary>Operators of which anything is here that days are made of: what happened is of charge points.</summary>
    public Task<List<string>> ReadOperatorsAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT operator_id FROM charge_point UNION SELECT operator_id FROM charge_point_status ORDER BY 1")
        .ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>The days on which there is anything to compare; null: nothing was ever collected.</summary>
    public async Task<(DateOnly First, DateOnly Last)?> ReadSpanAsync(CancellationToken cancellationToken)
    {
        var (first, last) = (await database.Reads.Command("SELECT min(plug_in_at), max(plug_in_at) FROM charging_session").ListAsync(r => (r.InstantOrNull(0), r.InstantOrNull(1)), cancellationToken)).Single();
        return first is null ? null : (LondonCalendar.DayOf(first.Value), LondonCalendar.DayOf(last!.Value).AddDays(SessionDays.Longest.Days));
    }

    /// <summary>Operators whose days have still to be made, of sessions from before there were any.</summary>
    public Task<List<string>> ReadUnbuiltAsync(CancellationToken cancellationToken) =>
        database.Reads.Command("SELECT operator_id FROM usage_unbuilt ORDER BY operator_id").ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Compares whole days, at one state of the database; pages go on meanwhile.</summary>
    /// <param name="fromDay">First London day (inclusive).</param>
    /// <param name="toDay">Last London day (inclusive).</param>
    /// <param name="operatorId">Null: all.</param>
    /// <param name="found">Given each difference.</param>
    /// <param name="read">Told how many sessions have been read, now and then.</param>
    public async Task<RollupCheck> CompareAsync(
        DateOnly fromDay, DateOnly toDay, string? operatorId, Action<UsageDifference> found, IProgress<long>? read, CancellationToken cancellationToken)
    {
        await using var sessions = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var shown = await sessions.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var snapshot = (await sessions.Command("SELECT pg_export_snapshot()").ListAsync(r => r.GetString(0), cancellationToken)).Single();
        await using var days = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var same = await days.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await days.Command($"SET TRANSACTION SNAPSHOT '{snapshot}'").ExecuteAsync(cancellationToken);

        var operators = operatorId is null ? await days.Command(Operators).ListAsync(r => r.GetString(0), cancellationToken) : [operatorId];
        var corrected = (await days.Command(Corrected, Text(operatorId)).ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);

        var withheld = (await days.Command("SELECT charge_point_id FROM charge_point WHERE NOT published").ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);

        var (compared, differences, count) = (0L, 0L, 0L);
        await foreach (var (day, computed) in DaysAsync(sessions, corrected, fromDay, toDay, operatorId, Counted, cancellationToken))
        {
            var stored = await days.Command($"SELECT operator_id, charge_point_id, {UsageRows.Columns} FROM usage_day WHERE operator_id = ANY ($1) AND day = $2", operators.ToArray(), day)
                .ListAsync(r => (Key: (r.GetString(0), r.GetString(1)), Figures: UsageRows.Read(r, 2)), cancellationToken);
            await HoldPackedAsync(day, stored.ToDictionary(s => s.Key, s => s.Figures));
            foreach (var (key, figures) in stored)
            {
                computed.Remove(key, out var sum);
                Hold(new UsageDifference(key.Item1, day, key.Item2, figures, sum));
            }

            foreach (var (key, sum) in computed) Hold(new UsageDifference(key.OperatorId, day, key.ChargePointId, default, sum));
        }

        return new RollupCheck(fromDay, toDay, compared, count, differences);

        void Counted()
        {
            if (++count % Batch == 0) read?.Report(count);
        }

        // What is packed is the rows once more, but for what is withheld.
        async Task HoldPackedAsync(DateOnly day, Dictionary<(string OperatorId, string ChargePointId), UsageFigures> rows)
        {
            var packs = await days.Command(
                "SELECT p.operator_id, p.packed FROM usage_packed p LEFT JOIN withheld_marks() w USING (operator_id) WHERE p.operator_id = ANY ($1) AND p.day = $2 AND p.packed IS NOT NULL AND p.withheld = coalesce(w.mark, '')",
                operators.ToArray(), day).ListAsync(r => (OperatorId: r.GetString(0), Packed: r.GetFieldValue<byte[]>(1)), cancellationToken);
            foreach (var (of, packed) in packs.Where(p => PackedUsage.IsKnown(p.Packed)))
            {
                var found = PackedUsage.Read(of, packed);
                foreach (var id in rows.Keys.Where(k => k.OperatorId == of && !withheld.Contains(k.ChargePointId)).Select(k => k.ChargePointId).Union(found.Keys))
                {
                    var (kept, row) = (found.GetValueOrDefault(id), rows.GetValueOrDefault((of, id)));
                    if (kept != row) Hold(new UsageDifference(of, day, id, kept, row));
                }
            }
        }

        void Hold(UsageDifference pair)
        {
            compared++;
            if (pair.Stored == pair.Computed) return;
            differences++;
            found(pair);
        }
    }

    /// <summary>Makes all of an operator's days anew of its sessions, and its corrections too. Its pages wait meanwhile.</summary>
    /// <returns>How many sessions it has.</returns>
    public async Task<long> RebuildAsync(string operatorId, IProgress<long>? read, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakePagesAsync(connection, operatorId, cancellationToken);
        await Unhurried(connection.Command("DELETE FROM usage_day WHERE operator_id = $1", operatorId)).ExecuteAsync(cancellationToken);
        await Unhurried(connection.Command("DELETE FROM session_correction WHERE operator_id = $1", operatorId)).ExecuteAsync(cancellationToken);

        // Under the lock nothing of the operator changes, so that another connection reads the same.
        var corrected = new HashSet<string>(StringComparer.Ordinal);
        await using var sessions = await database.Reads.OpenConnectionAsync(cancellationToken);
        await Unhurried(connection.Command(
            """
            INSERT INTO session_correction (operator_id, corrected_id, session_id)
            SELECT operator_id, document ->> 'corrects_session_id', session_id FROM charging_session
            WHERE operator_id = $1 AND document::text LIKE '%"corrects_session_id":"%' AND document ->> 'corrects_session_id' <> session_id
            """,
            operatorId)).ExecuteAsync(cancellationToken);
        corrected.UnionWith(await connection.Command(Corrected, operatorId).ListAsync(r => r.GetString(0), cancellationToken));

        var (count, rows) = (0L, new List<KeyValuePair<(DateOnly Day, string ChargePointId), UsageFigures>>());
        await foreach (var (day, points) in DaysAsync(sessions, corrected, null, null, operatorId, Counted, cancellationToken))
        {
            rows.AddRange(points.Where(p => p.Value != default).Select(p => KeyValuePair.Create((day, p.Key.ChargePointId), p.Value)));
            if (rows.Count >= Batch) await WriteAsync();
        }

        await WriteAsync();
        await connection.Command("DELETE FROM usage_unbuilt WHERE operator_id = $1", operatorId).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;

        void Counted()
        {
            if (++count % Batch == 0) read?.Report(count);
        }

        async Task WriteAsync()
        {
            if (rows.Count > 0) await UsageRows.Add(connection, operatorId, rows).ExecuteAsync(cancellationToken);
            rows.Clear();
        }
    }

    /// <summary>What the last nightly check found, and when; null: there was none yet, or the schema is older.</summary>
    public Task<KeptCheck?> ReadCheckAsync(CancellationToken cancellationToken) => ReadCheckAsync(database, Name, cancellationToken);

    /// <param name="rollup">As it is called where checks are kept.</param>
    internal static async Task<KeptCheck?> ReadCheckAsync(Database database, string rollup, CancellationToken cancellationToken)
    {
        try
        {
            return (await database.Reads.Command("SELECT from_day, to_day, compared, differences, ended_at, last_differed_at FROM rollup_check WHERE rollup = $1", rollup).ListAsync(
                r => new KeptCheck(r.GetFieldValue<DateOnly>(0), r.GetFieldValue<DateOnly>(1), r.GetInt64(2), r.GetInt64(3), r.Instant(4), r.InstantOrNull(5)), cancellationToken)).SingleOrDefault();
        }
        catch (PostgresException older) when (older.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    /// <summary>The right to recompute, which one instance has at a time; null: another has it. Held until it is disposed of.</summary>
    public async Task<IAsyncDisposable?> TryTakeTurnAsync(CancellationToken cancellationToken) => await AdvisoryTurn.TryTakeAsync(database, AdvisoryLocks.Rollups, cancellationToken);

    /// <summary>Keeps what a nightly check found, so that others can ask.</summary>
    public Task KeepAsync(RollupCheck check, DateTimeOffset endedAt, CancellationToken cancellationToken) => KeepAsync(database, Name, check, endedAt, cancellationToken);

    /// <param name="rollup">As it is called where checks are kept.</param>
    internal static Task KeepAsync(Database database, string rollup, RollupCheck check, DateTimeOffset endedAt, CancellationToken cancellationToken) => database.Reads.Command(
        """
        INSERT INTO rollup_check (rollup, from_day, to_day, ended_at, compared, differences, last_differed_at) VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6 > 0 THEN $4 END)
        ON CONFLICT (rollup) DO UPDATE SET from_day = excluded.from_day, to_day = excluded.to_day, ended_at = excluded.ended_at, compared = excluded.compared, differences = excluded.differences,
            last_differed_at = coalesce(excluded.last_differed_at, rollup_check.last_differed_at)
        """,
        rollup, check.FromDay, check.ToDay, endedAt, check.Compared, check.Differences).ExecuteAsync(cancellationToken);

    /// <summary>Day by day what sessions add up to: they come in the order of their plug-in, so that what lies before it is whole.</summary>
    /// <param name="fromDay">Null: from the first session on.</param>
    /// <param name="toDay">Null: to the last day that a session touches.</param>
    /// <param name="counted">Called for each session.</param>
    private static async IAsyncEnumerable<(DateOnly Day, Dictionary<(string OperatorId, string ChargePointId), UsageFigures> Points)> DaysAsync(
        NpgsqlConnection connection, HashSet<string> corrected, DateOnly? fromDay, DateOnly? toDay, string? operatorId, Action counted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = new SortedDictionary<DateOnly, Dictionary<(string OperatorId, string ChargePointId), UsageFigures>>();
        var next = fromDay ?? DateOnly.MinValue;
        await foreach (var session in ReadAsync(connection, fromDay, toDay, operatorId, cancellationToken))
        {
            counted();
            var day = LondonCalendar.DayOf(session.PlugInAt);
            foreach (var whole in Whole(day < toDay ? day : toDay ?? day)) yield return whole;
            if (corrected.Contains(session.SessionId)) continue;
            foreach (var (touched, figures) in SessionDays.Of(session).Where(d => d.Day >= next && (toDay is null || d.Day <= toDay)))
            {
                if (!open.TryGetValue(touched, out var points)) open[touched] = points = [];
                points[(session.OperatorId, session.ChargePointId)] = points.GetValueOrDefault((session.OperatorId, session.ChargePointId)) + figures;
            }
        }

        foreach (var whole in Whole(toDay?.AddDays(1) ?? DateOnly.MaxValue)) yield return whole;

        // Of days that were asked for those without a session too.
        IEnumerable<(DateOnly, Dictionary<(string, string), UsageFigures>)> Whole(DateOnly before)
        {
            if (fromDay is null)
            {
                for (; open.Count > 0 && open.First() is var (day, points) && day < before; open.Remove(day)) yield return (day, points);
                next = before;
                yield break;
            }

            for (; next < before; next = next.AddDays(1))
            {
                open.Remove(next, out var points);
                yield return (next, points ?? []);
            }
        }
    }

    private static async IAsyncEnumerable<ChargingSession> ReadAsync(
        NpgsqlConnection connection, DateOnly? fromDay, DateOnly? toDay, string? operatorId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What began before may reach into the days.
        await using var command = Unhurried(connection.Command(
            Sessions, fromDay is { } first ? LondonCalendar.Midnight(first.AddDays(-SessionDays.Longest.Days)) : DateTimeOffset.MinValue,
            toDay is { } last ? LondonCalendar.Midnight(last.AddDays(1)) : DateTimeOffset.MaxValue, Text(operatorId)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return HubJson.Read<ChargingSession>(reader.GetFieldValue<byte[]>(0));
    }

    private static NpgsqlCommand Unhurried(NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
