using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Figures;

/// <summary>An operator whose days of status are to be made.</summary>
/// <param name="Reports">It reports its changes; null: it is not known any longer, and what it once reported says.</param>
/// <param name="UpTo">The last London day that has ended and settled.</param>
/// <param name="Hours">Of charge points that are not always open, by hub id.</param>
public sealed record StatusDaysWanted(string OperatorId, bool? Reports, DateOnly UpTo, IReadOnlyDictionary<string, OpeningHours> Hours);

/// <summary>A charge point's day that was not what its status changes say.</summary>
public sealed record StatusDifference(string OperatorId, DateOnly Day, string ChargePointId, StatusMicroseconds Stored, StatusMicroseconds Computed);

/// <summary>
/// Days of status, made once they have ended, and anew when a page brought something of them, the hub saw more of them, or opening hours are others. Under the
/// operator's page lock, so that nothing that they are made of changes meanwhile.
/// </summary>
public sealed class StatusRollup(Database database)
{
    /// <summary>As it is called where checks are kept.</summary>
    public const string Name = "status_day";

    /// <summary>Days that are made in one transaction, during which the operator's pages wait.</summary>
    private const int DaysAtOnce = 31;

    /// <summary>Charge points whose changes are in memory at once.</summary>
    private const int PointsAtOnce = 500;

    /// <summary>Operators that have charge points.</summary>
    public Task<List<string>> ReadOperatorsAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT operator_id FROM charge_point_status UNION SELECT operator_id FROM status_day_made ORDER BY 1").ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Whether anything of an operator is to be made; asked without a lock.</summary>
    public async Task<IReadOnlyList<StatusDaysWanted>> ReadDueAsync(IReadOnlyList<StatusDaysWanted> wanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        var (made, hours) = (await StatusHistory.ReadMadeAsync(connection, cancellationToken), await StatusHistory.ReadHoursAsync(connection, cancellationToken));
        var dirty = (await connection.Command("SELECT DISTINCT operator_id FROM status_day_dirty").ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var stored = hours.ToLookup(h => OperatorOf(h.Key), h => h.Key);
        return
        [
            .. wanted.Where(w => !made.TryGetValue(w.OperatorId, out var m) || (w.Reports is { } reports && reports != m.Reports) || m.To < w.UpTo || dirty.Contains(w.OperatorId)
                || w.Hours.Keys.Union(stored[w.OperatorId]).Any(id => hours.GetValueOrDefault(id, "") != StatusHistory.TextOf(w.Hours.GetValueOrDefault(id)))),
        ];
    }

    /// <summary>Makes what is to be made, of long times a part; to be asked again until nothing was.</summary>
    /// <returns>Charge point days that were made; 0: there was nothing to do.</returns>
    public async Task<int> MakeAsync(StatusDaysWanted wanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakePagesAsync(connection, wanted.OperatorId, cancellationToken);
        var ledger = await ReadLedgerAsync(connection, wanted.OperatorId, cancellationToken);
        var reports = wanted.Reports ?? !ledger.Events.IsEmpty;
        var made = (await StatusHistory.ReadMadeAsync(connection, cancellationToken)).GetValueOrDefault(wanted.OperatorId);
        if (made?.Reports != reports)
        {
            await ForgetAsync(connection, wanted.OperatorId, cancellationToken);
            if (await ReadFirstDayAsync(connection, wanted.OperatorId, ledger, cancellationToken) is not { } first || first > wanted.UpTo)
            {
                await transaction.CommitAsync(cancellationToken);
                return 0;
            }

            made = new StatusDaysMade(first, first.AddDays(-1), reports);
        }

        var ids = await connection.Command("SELECT charge_point_id FROM charge_point_status WHERE operator_id = $1 UNION SELECT charge_point_id FROM charge_point WHERE operator_id = $1", wanted.OperatorId)
            .ListAsync(r => r.GetString(0), cancellationToken);
        var touched = (await StatusHistory.ReadTouchedAsync(connection, wanted.OperatorId, _ => made, cancellationToken)).ToDictionary(t => t.ChargePointId, StringComparer.Ordinal);
        var from = touched.Values.Select(t => t.First).Append(made.From).Min();
        foreach (var id in await ReadOtherHoursAsync(connection, wanted, cancellationToken))
        {
            if (from <= made.To) touched[id] = new PointDays(wanted.OperatorId, id, from, made.To);
            await connection.Command("DELETE FROM status_day_hours WHERE operator_id = $1 AND charge_point_id = $2", wanted.OperatorId, id).ExecuteAsync(cancellationToken);
            if (StatusHistory.TextOf(wanted.Hours.GetValueOrDefault(id)) is { Length: > 0 } text)
                await connection.Command("INSERT INTO status_day_hours (operator_id, charge_point_id, hours) VALUES ($1, $2, $3)", wanted.OperatorId, id, text).ExecuteAsync(cancellationToken);
        }

        var to = wanted.UpTo <= made.To ? made.To : made.To.AddDays(DaysAtOnce) is var part && part < wanted.UpTo ? part : wanted.UpTo;
        var days = touched.Values.ToList();
        if (to > made.To) days.AddRange(ids.Select(id => new PointDays(wanted.OperatorId, id, made.To.AddDays(1), to)));
        var count = 0;
        foreach (var batch in days.Chunk(PointsAtOnce)) count += await MakeAsync(connection, wanted, ledger, reports, batch, cancellationToken);
        await connection.Command("DELETE FROM status_day_dirty WHERE operator_id = $1", wanted.OperatorId).ExecuteAsync(cancellationToken);
        await connection.Command(
            """
            INSERT INTO status_day_made (operator_id, from_day, to_day, reports) VALUES ($1, $2, $3, $4)
            ON CONFLICT (operator_id) DO UPDATE SET from_day = excluded.from_day, to_day = excluded.to_day, reports = excluded.reports
            """,
            wanted.OperatorId, from, to, reports).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    /// <summary>Works out whole days anew, says which differ from what was made, and mends these. What is to be made is made first.</summary>
    /// <param name="firstDay">Of [firstDay, lastDay], both inclusive, what is made.</param>
    public async Task<RollupCheck> CheckAsync(StatusDaysWanted wanted, DateOnly firstDay, DateOnly lastDay, Action<StatusDifference> found, CancellationToken cancellationToken)
    {
        while (await MakeAsync(wanted, cancellationToken) > 0) cancellationToken.ThrowIfCancellationRequested();
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakePagesAsync(connection, wanted.OperatorId, cancellationToken);
        var differing = new List<StatusDifference>();
        var check = await CompareAsync(connection, wanted, firstDay, lastDay, differing.Add, cancellationToken);
        foreach (var d in differing)
        {
            found(d);
            await connection.Command("DELETE FROM status_day WHERE operator_id = $1 AND day = $2 AND charge_point_id = $3", d.OperatorId, d.Day, d.ChargePointId).ExecuteAsync(cancellationToken);
        }

        await StatusDayRows.WriteAsync(connection, wanted.OperatorId, [.. differing.Where(d => d.Computed != default).Select(d => (d.ChargePointId, d.Day, d.Computed))], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return check;
    }

    /// <summary>Works out whole days anew, at one state of the database, and says which differ from what was made; changes nothing, and pages go on meanwhile.</summary>
    /// <param name="firstDay">Of [firstDay, lastDay], both inclusive, what is made.</param>
    public async Task<RollupCheck> CompareAsync(StatusDaysWanted wanted, DateOnly firstDay, DateOnly lastDay, Action<StatusDifference> found, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        return await CompareAsync(connection, wanted, firstDay, lastDay, found, cancellationToken);
    }

    /// <summary>Forgets an operator's days, which a hub then makes anew of its status changes; until it has, readers work them out.</summary>
    public async Task ForgetAsync(string operatorId, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakePagesAsync(connection, operatorId, cancellationToken);
        await ForgetAsync(connection, operatorId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What the last nightly check found, and when; null: there was none yet.</summary>
    public Task<KeptCheck?> ReadCheckAsync(CancellationToken cancellationToken) => UsageRollup.ReadCheckAsync(database, Name, cancellationToken);

    /// <inheritdoc cref="UsageRollup.TryTakeTurnAsync"/>
    public Task<IAsyncDisposable?> TryTakeTurnAsync(CancellationToken cancellationToken) => new UsageRollup(database).TryTakeTurnAsync(cancellationToken);

    /// <summary>Keeps what a nightly check found, so that others can ask.</summary>
    public Task KeepAsync(RollupCheck check, DateTimeOffset endedAt, CancellationToken cancellationToken) => UsageRollup.KeepAsync(database, Name, check, endedAt, cancellationToken);

    private static string OperatorOf(string chargePointId) => chargePointId[..chargePointId.IndexOf(':', StringComparison.Ordinal)];

    private static async Task ForgetAsync(NpgsqlConnection connection, string operatorId, CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["status_day", "status_day_made", "status_day_dirty", "status_day_hours"])
        {
            await using var forget = connection.Command($"DELETE FROM {table} WHERE operator_id = $1", operatorId);
            forget.CommandTimeout = 0;
            await forget.ExecuteAsync(cancellationToken);
        }
    }

    private static async Task<RollupCheck> CompareAsync(
        NpgsqlConnection connection, StatusDaysWanted wanted, DateOnly firstDay, DateOnly lastDay, Action<StatusDifference> found, CancellationToken cancellationToken)
    {
        var made = (await StatusHistory.ReadMadeAsync(connection, cancellationToken)).GetValueOrDefault(wanted.OperatorId);
        var (first, last) = (made?.From > firstDay ? made.From : firstDay, made?.To < lastDay ? made.To : lastDay);
        if (made is null || first > last) return new RollupCheck(firstDay, lastDay, 0, 0, 0);

        // What came since is not yet made, and no difference.
        var touched = (await StatusHistory.ReadTouchedAsync(connection, wanted.OperatorId, _ => made, cancellationToken)).ToDictionary(t => t.ChargePointId, StringComparer.Ordinal);
        var ledger = await ReadLedgerAsync(connection, wanted.OperatorId, cancellationToken);
        var (sight, hours) = (new StatusSight(ledger.Events, ledger.Crawls, made.Reports), await StatusHistory.ReadHoursAsync(connection, cancellationToken));
        var ids = await connection.Command(
            """
            SELECT charge_point_id FROM charge_point_status WHERE operator_id = $1 UNION SELECT charge_point_id FROM charge_point WHERE operator_id = $1
            UNION SELECT charge_point_id FROM status_day WHERE operator_id = $1 AND day BETWEEN $2 AND $3
            """,
            wanted.OperatorId, first, last).ListAsync(r => r.GetString(0), cancellationToken);
        var (compared, differences) = (0L, 0L);
        var alike = ids.Where(id => hours.GetValueOrDefault(id, "") == StatusHistory.TextOf(wanted.Hours.GetValueOrDefault(id))).ToList();
        for (var from = first; from <= last; from = from.AddDays(DaysAtOnce))
        {
            var to = from.AddDays(DaysAtOnce - 1) < last ? from.AddDays(DaysAtOnce - 1) : last;
            foreach (var batch in alike.Select(id => new PointDays(wanted.OperatorId, id, from, to)).Chunk(PointsAtOnce))
            {
                var stored = (await connection.Command(
                    $"SELECT charge_point_id, day, {string.Join(", ", StatusDayRows.Columns)} FROM status_day WHERE operator_id = $1 AND day BETWEEN $2 AND $3 AND charge_point_id = ANY ($4)",
                    wanted.OperatorId, from, to, batch.Select(b => b.ChargePointId).ToArray())
                    .ListAsync(r => (Key: (r.GetString(0), r.GetFieldValue<DateOnly>(1)), Time: StatusDayRows.Read(r, 2)), cancellationToken)).ToDictionary(r => r.Key, r => r.Time);
                foreach (var (id, day, time) in await ComputeAsync(connection, wanted, sight, batch, cancellationToken))
                {
                    if (touched.TryGetValue(id, out var t) && t.First <= day && day <= t.Last) continue;
                    compared++;
                    var kept = stored.GetValueOrDefault((id, day));
                    if (kept == time) continue;
                    differences++;
                    found(new StatusDifference(wanted.OperatorId, day, id, kept, time));
                }
            }
        }

        return new RollupCheck(first, last, compared, 0, differences);
    }

    private static async Task<int> MakeAsync(
        NpgsqlConnection connection, StatusDaysWanted wanted, (Coverage Events, Coverage Crawls) ledger, bool reports, IReadOnlyList<PointDays> batch, CancellationToken cancellationToken)
    {
        var rows = await ComputeAsync(connection, wanted, new StatusSight(ledger.Events, ledger.Crawls, reports), batch, cancellationToken);
        await connection.Command(
            "DELETE FROM status_day d USING unnest($2::text[], $3::date[], $4::date[]) AS s (id, first, last) WHERE d.operator_id = $1 AND d.charge_point_id = s.id AND d.day BETWEEN s.first AND s.last",
            wanted.OperatorId, batch.Select(b => b.ChargePointId).ToArray(), batch.Select(b => b.First).ToArray(), batch.Select(b => b.Last).ToArray()).ExecuteAsync(cancellationToken);
        await StatusDayRows.WriteAsync(connection, wanted.OperatorId, [.. rows.Where(r => r.Time != default)], cancellationToken);
        return rows.Count;
    }

    /// <summary>Every day of those asked for, also without a known status.</summary>
    private static async Task<List<(string ChargePointId, DateOnly Day, StatusMicroseconds Time)>> ComputeAsync(
        NpgsqlConnection connection, StatusDaysWanted wanted, StatusSight sight, IReadOnlyList<PointDays> batch, CancellationToken cancellationToken)
    {
        var changes = await StatusHistory.ReadChangesAsync(connection, batch, _ => DateTimeOffset.MaxValue, null, cancellationToken);
        var calendars = new Dictionary<(DateOnly, DateOnly), StatusDays>();
        var rows = new List<(string, DateOnly, StatusMicroseconds)>();
        for (var i = 0; i < batch.Count; i++)
        {
            var (id, first, last) = (batch[i].ChargePointId, batch[i].First, batch[i].Last);
            if (!calendars.TryGetValue((first, last), out var calendar)) calendars[(first, last)] = calendar = new StatusDays(first, last);
            var times = calendar.Of([.. changes[i]], sight, wanted.Hours.GetValueOrDefault(id), LondonCalendar.Midnight(last.AddDays(1)));
            rows.AddRange(times.Select((t, day) => (id, first.AddDays(day), t)));
        }

        return rows;
    }

    private static async Task<(Coverage Events, Coverage Crawls)> ReadLedgerAsync(NpgsqlConnection connection, string operatorId, CancellationToken cancellationToken)
    {
        var rows = await connection.Command(
            "SELECT dataset, from_at, to_at FROM coverage WHERE operator_id = $1 AND kind = 'covered' AND dataset = ANY ($2)", operatorId, new[] { Dataset.StatusChanges.Name, Dataset.ChargePoints.Name })
            .ListAsync(r => (Dataset: r.GetString(0), Window: new Window(r.Instant(1), r.Instant(2))), cancellationToken);
        return (Of(Dataset.StatusChanges), Of(Dataset.ChargePoints));

        Coverage Of(Dataset dataset) => Coverage.Of(rows.Where(r => r.Dataset == dataset.Name).Select(r => r.Window));
    }

    /// <summary>Before it no status is known, or the hub saw none.</summary>
    private static async Task<DateOnly?> ReadFirstDayAsync(NpgsqlConnection connection, string operatorId, (Coverage Events, Coverage Crawls) ledger, CancellationToken cancellationToken)
    {
        var seen = ledger.Events.Union(ledger.Crawls).Start;
        var known = (await connection.Command(
            """
            SELECT least(min(f.at), (SELECT min(coalesce(since, at)) FROM status_sighting WHERE operator_id = $1))
            FROM (SELECT charge_point_id FROM charge_point_status WHERE operator_id = $1 UNION SELECT charge_point_id FROM charge_point WHERE operator_id = $1) k
            CROSS JOIN LATERAL (SELECT c.at FROM status_change c WHERE c.operator_id = $1 AND c.charge_point_id = k.charge_point_id ORDER BY c.at LIMIT 1) f
            """,
            operatorId).ListAsync(r => r.InstantOrNull(0), cancellationToken)).Single();
        return seen is null || known is null ? null : LondonCalendar.DayOf(seen > known ? seen.Value : known.Value);
    }

    /// <summary>Charge points whose days are made by other hours than they have.</summary>
    private static async Task<IReadOnlyList<string>> ReadOtherHoursAsync(NpgsqlConnection connection, StatusDaysWanted wanted, CancellationToken cancellationToken)
    {
        var stored = (await StatusHistory.ReadHoursAsync(connection, cancellationToken)).Where(h => OperatorOf(h.Key) == wanted.OperatorId).ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
        return [.. wanted.Hours.Keys.Union(stored.Keys).Where(id => stored.GetValueOrDefault(id, "") != StatusHistory.TextOf(wanted.Hours.GetValueOrDefault(id)))];
    }
}
