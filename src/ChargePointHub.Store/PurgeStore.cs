using ChargePointHub.Model;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>Takes a record out with all its versions, and keeps it out. Everything else in the store only ever adds.</summary>
public sealed class PurgeStore(Database database)
{
    private const string OfSession = "operator_id = $1 AND session_id = $2";
    private const string OfTariff = "operator_id = $1 AND tariff_id = $2";
    private const string OfOutage = "operator_id = $1 AND outage_id = $2";
    private const string OfUsage = "operator_id = $1 AND reported_usage_id = $2";
    private const string OfPoint = "operator_id = $1 AND charge_point_id = $2";

    /// <summary>Also parts that are in no session, as another takes them back.</summary>
    private const string OfCharge = "operator_id = $1 AND (lower(session_id) = lower($2) OR charge_key = lower($2))";

    /// <summary>Whose records can be purged; status changes go with their charge point.</summary>
    public static readonly IReadOnlyList<Dataset> Datasets = [Dataset.ChargePoints, Dataset.Tariffs, Dataset.ChargingSessions, Dataset.Outages, Dataset.ReportedUsage];

    /// <summary>
    /// Of datasets whose records are told to be gone one by one: id, charge point and location of what is there. Who follows versions has a session wherever it
    /// once was, and a charge point though it comes back before it is told to be gone. $3: ids of a session's parts.
    /// </summary>
    private static readonly Dictionary<Dataset, string> Told = new()
    {
        [Dataset.ChargePoints] = $"SELECT charge_point_id, '', '' FROM charge_point_told WHERE {OfPoint} AND was_published",
        [Dataset.Tariffs] = $"SELECT tariff_id, '', '' FROM tariff WHERE {OfTariff}",
        [Dataset.ChargingSessions] =
            """
            SELECT session_id, charge_point_id, '' FROM charging_session WHERE operator_id = $1 AND (session_id = $2 OR session_id = ANY ($3))
            UNION SELECT session_id, charge_point_id, '' FROM charging_session_version WHERE operator_id = $1 AND (session_id = $2 OR session_id = ANY ($3)) AND tick_to > tick
            """,
        [Dataset.Outages] = $"SELECT outage_id, charge_point_id, '' FROM outage WHERE {OfOutage} UNION SELECT outage_id, charge_point_id, '' FROM outage_version WHERE {OfOutage} AND tick_to > tick",
        [Dataset.ReportedUsage] = $"SELECT reported_usage_id, coalesce(charge_point_id, ''), coalesce(location_id, '') FROM reported_usage WHERE {OfUsage}",
    };

    /// <summary>Stands in for the database's clock in simulations, in which a day passes in seconds.</summary>
    internal TimeProvider? SimulatedClock { get; init; }

    /// <summary>What a purge would take; changes nothing.</summary>
    public async Task<PurgeOutcome> TryAsync(Purge purge, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await WouldPublishAsync(connection, purge, cancellationToken)) return new PurgeOutcome.Withheld();
        var rows = await DeleteAsync(connection, purge, await IdsOfPartsAsync(connection, purge, cancellationToken), cancellationToken);
        return new PurgeOutcome.Purged([.. rows, .. await BulkRemoval.OfOperatorAsync(connection, purge.OperatorId, TouchedBy(purge), cancellationToken)], IsVacuumed: false);
    }

    /// <summary>
    /// Everything at once, under a tick, so that no answer's tag outlives it. Also where nothing is stored: then what is to come is kept out.
    /// </summary>
    public async Task<PurgeOutcome> PurgeAsync(Purge purge, CancellationToken cancellationToken)
    {
        var key = await new HubSettings(database).GetOrCreateSecretAsync(PurgedMarks.Secret, cancellationToken);
        var mark = PurgedMarks.Of(key, purge.Dataset, purge.RecordId[(purge.OperatorId.Length + 1)..]);
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            if (await WouldPublishAsync(connection, purge, cancellationToken)) return new PurgeOutcome.Withheld();
            var ids = await IdsOfPartsAsync(connection, purge, cancellationToken);
            var told = await ToldAsync(connection, purge, ids, cancellationToken);
            var linked = await LinkedAsync(connection, purge, cancellationToken);
            var rows = await DeleteAsync(connection, purge, ids, cancellationToken);
            var before = await connection.Command(
                "SELECT keeps_out FROM purged_record WHERE operator_id = $1 AND dataset = $2 AND id_mark = $3 ORDER BY tick DESC LIMIT 1", purge.OperatorId, purge.Dataset.Name, mark)
                .ListAsync(r => r.GetBoolean(0), cancellationToken);
            var forgotten = purge.HidesId ? await connection.Command(
                "UPDATE purged_record SET record_id = NULL WHERE operator_id = $1 AND dataset = $2 AND id_mark = $3 AND record_id IS NOT NULL", purge.OperatorId, purge.Dataset.Name, mark)
                .ExecuteAsync(cancellationToken) : 0;
            if (before is [var keptOut] && keptOut != purge.IsMended && rows.Count == 0 && forgotten == 0) return new PurgeOutcome.Before();

            // Tags of answers as of an older tick hold no newer one but this.
            var tick = await HubClock.NextAsync(connection, SimulatedClock?.GetUtcNow(), cancellationToken);
            await AreaStore.MarkChangeAsync(connection, tick, cancellationToken);
            foreach (var id in ids.Prepend(purge.RecordId))
            {
                await connection.Command(
                    "INSERT INTO purged_record (operator_id, dataset, id_mark, record_id, purged_at, tick, purged_by, reason, rows_gone, keeps_out, folded_mark) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                    purge.OperatorId, purge.Dataset.Name, PurgedMarks.Of(key, purge.Dataset, id[(purge.OperatorId.Length + 1)..]), Text(purge.HidesId ? null : id), tick.RecordedAt, tick.Number,
                    purge.By, purge.Reason, id == purge.RecordId ? rows.Sum(r => r.Rows) : 0, !purge.IsMended,
                    PurgedMarks.Folded(key, purge.Dataset, id[(purge.OperatorId.Length + 1)..])).ExecuteAsync(cancellationToken);
            }

            await AnnounceAsync(connection, purge, told, linked, ids, tick, cancellationToken);

            // Under the tick, as whoever publishes a file has the clock first: from here on none is finished.
            rows = [.. rows, .. await BulkRemoval.OfOperatorAsync(connection, purge.OperatorId, TouchedBy(purge), cancellationToken)];
            await transaction.CommitAsync(cancellationToken);
            if (rows.Count == 0) return new PurgeOutcome.Purged(rows, IsVacuumed: true);
            return new PurgeOutcome.Purged(rows, await VacuumAsync([.. rows.Select(r => r.Table), .. purge.Dataset == Dataset.ChargePoints || purge.Dataset == Dataset.ChargingSessions ? FiguresOfSessions : []], cancellationToken));
        }
    }

    /// <summary>Oldest first.</summary>
    public Task<List<PurgedRecord>> ReadAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT operator_id, dataset, record_id, purged_at, purged_by, reason, rows_gone, keeps_out FROM purged_record ORDER BY tick").ListKnownAsync(
            1, (r, dataset) => new PurgedRecord(r.GetString(0), dataset, r.TextOrNull(2), r.Instant(3), r.GetString(4), r.GetString(5), r.GetInt64(6), r.GetBoolean(7)), cancellationToken);

    /// <summary>Where sessions and charge points leave something too, and no row of their own.</summary>
    private static readonly string[] FiguresOfSessions = ["usage_day", "usage_packed"];

    /// <summary>A charge point's record would go that alone says that what happened there, and stays, is withheld. Under the lock of its operator's pages from here on.</summary>
    private static async Task<bool> WouldPublishAsync(NpgsqlConnection connection, Purge purge, CancellationToken cancellationToken)
    {
        if (purge.Dataset != Dataset.ChargePoints || !purge.IsMended) return false;
        await AdvisoryLocks.TakePagesAsync(connection, purge.OperatorId, cancellationToken);
        return await connection.Command($"SELECT FROM charge_point WHERE {OfPoint} AND NOT published", purge.OperatorId, purge.RecordId).ListAsync(_ => true, cancellationToken) is [_];
    }

    /// <summary>What is deleted lies in PostgreSQL's files until its place is free again.</summary>
    private async Task<bool> VacuumAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
            await Unhurried(connection.Command($"VACUUM {string.Join(", ", tables.Distinct())}")).ExecuteAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<IReadOnlyList<PurgedRows>> DeleteAsync(NpgsqlConnection connection, Purge purge, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        // A page that is being written is waited for, and the next one finds what was purged.
        await AdvisoryLocks.TakePagesAsync(connection, purge.OperatorId, cancellationToken);
        var gone = new List<PurgedRows>();
        await LeaveFiguresAsync(connection, purge, parts, cancellationToken);
        foreach (var (table, which) in Rows(purge.Dataset, purge.IsMended))
        {
            var rows = 0;
            foreach (var id in table == "session_part" ? [purge.RecordId] : parts.Prepend(purge.RecordId))
                rows += await Unhurried(connection.Command($"DELETE FROM {table} WHERE {which}", purge.OperatorId, id)).ExecuteAsync(cancellationToken);
            if (rows > 0) gone.Add(new PurgedRows(table, rows));
        }

        if (await ForgetSamplesAsync(connection, purge, cancellationToken) is > 0 and var reports) gone.Add(new PurgedRows("submission", reports));

        // A crawl under way goes on, without this name among those that it has seen.
        if (purge.Dataset == Dataset.ChargePoints && !purge.IsMended)
        {
            await connection.Command(
                "UPDATE pull_continuation SET charge_points = array_remove(charge_points, $2) WHERE operator_id = $1 AND $2 = ANY (charge_points)", purge.OperatorId, purge.RecordId)
                .ExecuteAsync(cancellationToken);
        }

        return gone;
    }

    /// <summary>What goes is taken out of the days that it counted on.</summary>
    private static async Task LeaveFiguresAsync(NpgsqlConnection connection, Purge purge, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        if (purge.Dataset == Dataset.ChargingSessions) await UsageStage.RemoveAsync(connection, purge.OperatorId, [.. parts, purge.RecordId], cancellationToken);
        if (purge.Dataset != Dataset.ChargePoints || purge.IsMended) return;
        var sessions = await connection.Command($"SELECT session_id FROM charging_session WHERE {OfPoint}", purge.OperatorId, purge.RecordId).ListAsync(r => r.GetString(0), cancellationToken);
        await UsageStage.RemoveAsync(connection, purge.OperatorId, sessions, cancellationToken);
    }

    /// <summary>Reports on files show values of records and do not say of which: they keep what was found and how often, and no samples.</summary>
    /// <returns>Reports that had some.</returns>
    private static async Task<int> ForgetSamplesAsync(NpgsqlConnection connection, Purge purge, CancellationToken cancellationToken)
    {
        var reports = await connection.Command(
            "SELECT submission_id, report::text FROM submission WHERE operator_id = $1 AND dataset = ANY ($2)", purge.OperatorId, TouchedBy(purge).Select(d => d.Name).ToArray())
            .ListAsync(r => (Id: r.GetGuid(0), Report: r.GetString(1)), cancellationToken);
        var emptied = 0;
        foreach (var (id, report) in reports)
        {
            if (SubmissionStore.WithoutSamples(report) is not { } without) continue;
            emptied += await connection.Command("UPDATE submission SET report = $2::json WHERE submission_id = $1", id, without).ExecuteAsync(cancellationToken);
        }

        return emptied;
    }

    /// <summary>Datasets whose records go: a charge point takes along what happened there.</summary>
    private static Dataset[] TouchedBy(Purge purge) =>
        purge.Dataset == Dataset.ChargePoints && !purge.IsMended ? [purge.Dataset, Dataset.StatusChanges, Dataset.ChargingSessions, Dataset.Outages, Dataset.ReportedUsage] : [purge.Dataset];

    /// <summary>What of the dataset is there, so that followers are told that it goes.</summary>
    private static async Task<IReadOnlyList<GoneRecord>> ToldAsync(NpgsqlConnection connection, Purge purge, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        if (!Told.TryGetValue(purge.Dataset, out var sql)) return [];
        await AdvisoryLocks.TakePagesAsync(connection, purge.OperatorId, cancellationToken);
        return await connection.Command(sql, purge.OperatorId, purge.RecordId, parts.ToArray()).ListAsync(r => new GoneRecord(r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken);
    }

    /// <summary>Charge points that are linked with one: operator and hub id.</summary>
    private static async Task<IReadOnlyList<(string OperatorId, string Id)>> LinkedAsync(NpgsqlConnection connection, Purge purge, CancellationToken cancellationToken)
    {
        if (purge.Dataset != Dataset.ChargePoints) return [];
        await AdvisoryLocks.TakePagesAsync(connection, purge.OperatorId, cancellationToken);
        return await connection.Command($"SELECT other_operator_id, other_id FROM charge_point_same WHERE {OfPoint}", purge.OperatorId, purge.RecordId)
            .ListAsync(r => (r.GetString(0), r.GetString(1)), cancellationToken);
    }

    /// <summary>Who follows is told what to delete, by its id unless that must not be kept.</summary>
    private static async Task AnnounceAsync(
        NpgsqlConnection connection, Purge purge, IReadOnlyList<GoneRecord> told, IReadOnlyList<(string OperatorId, string Id)> linked, IReadOnlyList<string> idsOfParts, Tick tick,
        CancellationToken cancellationToken)
    {
        await Announcements.OfEndsAsync(connection, purge.Dataset, purge.OperatorId, told, tick, cancellationToken);
        if (purge.Dataset == Dataset.ChargePoints) await Announcements.OfChargePointsAsync(connection, [(purge.OperatorId, purge.RecordId), .. linked], tick, cancellationToken, takesAlong: !purge.IsMended);
        if (purge.Dataset == Dataset.ChargePoints && !purge.IsMended && !purge.HidesId)
        {
            // Statuses may have been known of a charge point that never was.
            await connection.Command(
                "INSERT INTO charge_point_left (operator_id, charge_point_id, borough_gss, tick) VALUES ($1, $2, '', $3) ON CONFLICT (operator_id, charge_point_id, borough_gss) DO UPDATE SET tick = excluded.tick",
                purge.OperatorId, purge.RecordId, tick.Number).ExecuteAsync(cancellationToken);
            // What had moved on from there has no version there any longer to tell it from what was purged itself; who has one drops it with the charge point.
            await connection.Command($"DELETE FROM record_gone WHERE {OfPoint}", purge.OperatorId, purge.RecordId).ExecuteAsync(cancellationToken);
        }

        if (!purge.HidesId) return;
        if (purge.Dataset == Dataset.ChargePoints && purge.IsMended)
        {
            // What happened there stays and names it: where that was told to be must stay too, or nobody could be told that it left there. Of the charge point itself nothing is told.
            await connection.Command($"UPDATE charge_point_told SET was_published = false WHERE {OfPoint}", purge.OperatorId, purge.RecordId).ExecuteAsync(cancellationToken);
        }
        else if (purge.Dataset == Dataset.ChargePoints)
        {
            await connection.Command($"DELETE FROM charge_point_told WHERE {OfPoint}", purge.OperatorId, purge.RecordId).ExecuteAsync(cancellationToken);
            await connection.Command($"DELETE FROM charge_point_left WHERE {OfPoint}", purge.OperatorId, purge.RecordId).ExecuteAsync(cancellationToken);
        }

        await connection.Command("DELETE FROM record_gone WHERE operator_id = $1 AND (record_id = ANY ($2) OR charge_point_id = ANY ($2))", purge.OperatorId, idsOfParts.Append(purge.RecordId).ToArray())
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>A session that was put together of several records goes by the ids of those that name no session too, and by its own as each of them writes it.</summary>
    private static async Task<IReadOnlyList<string>> IdsOfPartsAsync(NpgsqlConnection connection, Purge purge, CancellationToken cancellationToken)
    {
        if (purge.Dataset != Dataset.ChargingSessions) return [];
        await AdvisoryLocks.TakePagesAsync(connection, purge.OperatorId, cancellationToken);
        return await connection.Command(
            $"SELECT DISTINCT n.id FROM session_part CROSS JOIN LATERAL (VALUES (session_id), (document ->> 'session_id')) AS n (id) WHERE {OfCharge} AND n.id <> $2", purge.OperatorId, purge.RecordId)
            .ListAsync(r => r.GetString(0), cancellationToken);
    }

    /// <summary>Tables are as large as they are; who purges waits.</summary>
    private static NpgsqlCommand Unhurried(NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    /// <summary>$1 operator, $2 hub id. Quarantine has the operator's own id of a refused record, and the hub's of one that waits.</summary>
    private static IEnumerable<(string Table, string Which)> Rows(Dataset dataset, bool isMended)
    {
        const string AnyId = "own_id IN ($2, substr($2, length($1) + 2))";
        if (dataset == Dataset.ChargingSessions)
        {
            return [("charging_session", OfSession), ("charging_session_version", OfSession), ("session_part", OfCharge), ("quarantine", $"operator_id = $1 AND dataset = 'charging_sessions' AND ({AnyId} OR lower(names_session) = lower($2))"), ("dataset_finding", "operator_id = $1 AND (record_id = $2 OR other_id = $2)")];
        }

        if (dataset == Dataset.Tariffs) return [("tariff", OfTariff), ("tariff_version", OfTariff), ("absence", "operator_id = $1 AND dataset = 'tariffs' AND own_key = $2"), ("quarantine", $"operator_id = $1 AND dataset = 'tariffs' AND {AnyId}")];
        if (dataset == Dataset.Outages) return [("outage", OfOutage), ("outage_version", OfOutage), ("quarantine", $"operator_id = $1 AND dataset = 'outages' AND {AnyId}")];
        if (dataset == Dataset.ReportedUsage) return [("reported_usage", OfUsage), ("reported_usage_version", OfUsage), ("quarantine", $"operator_id = $1 AND dataset = 'reported_usage' AND {AnyId}")];
        if (isMended) return [("charge_point", OfPoint), ("charge_point_version", OfPoint), ("quarantine", $"operator_id = $1 AND dataset = 'charge_points' AND {AnyId}")];
        return
        [
            ("charge_point", OfPoint), ("charge_point_version", OfPoint), ("charge_point_status", OfPoint), ("charge_point_area", OfPoint), ("charge_point_same", "operator_id = $1 AND charge_point_id = $2 OR other_operator_id = $1 AND other_id = $2"), ("status_change", OfPoint), ("status_sighting", OfPoint), ("status_day", OfPoint), ("status_day_dirty", OfPoint), ("status_day_hours", OfPoint),
            ("charging_session", OfPoint), ("charging_session_version", OfPoint), ("session_part", $"operator_id = $1 AND {OfPointInAnyCase("charge_point_id")}"), ("outage", OfPoint), ("outage_version", OfPoint), ("reported_usage", OfPoint), ("reported_usage_version", OfPoint),
            ("absence", "operator_id = $1 AND dataset = 'charge_points' AND own_key = $2"), ("dataset_finding", OfPoint),
            // Rows that an older hub wrote name nothing.
            ("quarantine", $"operator_id = $1 AND ({OfPointInAnyCase("waits_for")} OR {OfPointInAnyCase("names_point")} OR (dataset IN ('charge_points', 'status_changes') AND {AnyId}) "
                + "OR (names_point IS NULL AND quarantine_charge_point(dataset, operator_id, own_id, waits_for, document) = $2))"),
        ];
    }

    /// <summary>The id in other case is of this charge point unless there is another of it.</summary>
    private static string OfPointInAnyCase(string column) =>
        $"(lower({column}) = lower($2) AND ({column} = $2 OR NOT EXISTS (SELECT FROM charge_point c WHERE c.operator_id = $1 AND lower(c.charge_point_id) = lower($2) AND c.charge_point_id <> $2)))";

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
