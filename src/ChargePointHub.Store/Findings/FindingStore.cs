using System.Data;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Findings;

/// <summary>Judges what is stored of one operator by the rules over datasets, and keeps what was found: new findings begin, those that hold are renewed, those that no longer hold end.</summary>
public sealed class FindingStore(Database database)
{
    private const string Night = "findings_night";

    /// <summary>Open findings of one rule that are kept of an operator, those first that exceed the threshold most; more would only say the same.</summary>
    public const int MostOpen = 10_000;

    /// <summary>As few as a test can make.</summary>
    internal int Bound { get; init; } = MostOpen;

    /// <summary>One checker at a time, of all instances; to be disposed of when its round is over. Null: another is at it.</summary>
    public async Task<IAsyncDisposable?> TryEnterAsync(CancellationToken cancellationToken) => await AdvisoryTurn.TryTakeAsync(database, AdvisoryLocks.Findings, cancellationToken);

    /// <summary>The night whose round was last ended; null: none ever was.</summary>
    public async Task<DateTimeOffset?> ReadNightAsync(CancellationToken cancellationToken) => (await database.Reads.Command(
        "SELECT to_timestamp(('x' || encode(value, 'hex'))::bit(64)::bigint) FROM hub_setting WHERE name = $1", Night).ListAsync(r => (DateTimeOffset?)r.Instant(0), cancellationToken)).SingleOrDefault();

    /// <param name="night">When the round was due; whole seconds.</param>
    public Task WriteNightAsync(DateTimeOffset night, CancellationToken cancellationToken) => database.Reads.Command(
        "INSERT INTO hub_setting (name, value) VALUES ($1, int8send($2)) ON CONFLICT (name) DO UPDATE SET value = excluded.value", Night, night.ToUnixTimeSeconds()).ExecuteAsync(cancellationToken);

    /// <summary>In one transaction, of which only the last step holds anybody up: the operator's pages, while the findings are written.</summary>
    public async Task<DatasetChecked> CheckAsync(DatasetToCheck check, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await CheckStage.MakeAsync(connection, check, cancellationToken);
        await RecordRules.FindAsync(connection, check, cancellationToken);
        await ShareRules.FindAsync(connection, check, now, cancellationToken);
        await connection.Command("CREATE UNIQUE INDEX ON found (rule, finding_key); ANALYZE found").ExecuteAsync(cancellationToken);

        // Whatever was purged since it was read is named no more, and a purge that comes finds what is written here.
        await AdvisoryLocks.TakePagesAsync(connection, check.OperatorId, cancellationToken);
        await connection.Command(
            """
            DELETE FROM found f WHERE
                (f.rule = ANY ($2) AND NOT EXISTS (SELECT FROM charging_session s WHERE s.operator_id = $1 AND s.session_id = f.record_id))
                OR (f.other_id IS NOT NULL AND NOT EXISTS (SELECT FROM charging_session s WHERE s.operator_id = $1 AND s.session_id = f.other_id))
                OR (f.rule = $3 AND NOT EXISTS (SELECT FROM charge_point c WHERE c.operator_id = $1 AND c.charge_point_id = f.charge_point_id))
                OR (f.rule = $4 AND NOT EXISTS (SELECT FROM status_change t WHERE t.operator_id = $1 AND t.charge_point_id = f.charge_point_id AND t.at = f.from_at))
            """,
            check.OperatorId, new[] { DatasetRule.SessionsOverlap.Code, DatasetRule.SessionNotOccupied.Code }, DatasetRule.ChargePointSilent.Code, DatasetRule.OccupiedWithoutSession.Code)
            .Unhurried().ExecuteAsync(cancellationToken);
        var (begun, ended) = (0L, 0L);
        foreach (var rule in DatasetRule.All)
        {
            var judged = check.JudgedBy(rule);
            ended += await EndAsync(connection, check.OperatorId, rule, judged, now, cancellationToken);
            begun += await KeepAsync(connection, check.OperatorId, rule, now, cancellationToken);
            await connection.Command(
                """
                INSERT INTO dataset_check (operator_id, rule, of_sessions, of_statuses, from_at, to_at, checked_at, judged_percent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (operator_id, rule) DO UPDATE SET of_sessions = excluded.of_sessions, of_statuses = excluded.of_statuses, from_at = excluded.from_at, to_at = excluded.to_at,
                    checked_at = excluded.checked_at, judged_percent = excluded.judged_percent
                """,
                check.OperatorId, rule.Code, rule.TellsOfSessions, rule.TellsOfStatuses, check.Window.From, check.Window.To, now, PercentOf(judged, check.Window)).ExecuteAsync(cancellationToken);
        }

        var (found, leftOut) = (await connection.Command(
            """
            SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
                SELECT FROM dataset_finding d WHERE d.operator_id = $1 AND d.rule = f.rule AND d.finding_key = f.finding_key AND d.ended_at IS NULL)) FROM found f
            """, check.OperatorId).ListAsync(r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken)).Single();
        await transaction.CommitAsync(cancellationToken);
        return new DatasetChecked(found, begun, ended, leftOut);
    }

    /// <summary>What was open in a time that was judged, and was not found again.</summary>
    private static Task<int> EndAsync(NpgsqlConnection connection, string operatorId, DatasetRule rule, Coverage? judged, DateTimeOffset now, CancellationToken cancellationToken) => connection.Command(
        """
        UPDATE dataset_finding d SET ended_at = $3
        WHERE d.operator_id = $1 AND d.rule = $2 AND d.ended_at IS NULL AND ($4 OR $5 @> d.from_at)
            AND NOT EXISTS (SELECT FROM found f WHERE f.rule = d.rule AND f.finding_key = d.finding_key)
        """,
        operatorId, rule.Code, now, judged is null, CheckStage.Times(judged ?? Coverage.None)).Unhurried().ExecuteAsync(cancellationToken);

    /// <returns>How many are new.</returns>
    private async Task<int> KeepAsync(NpgsqlConnection connection, string operatorId, DatasetRule rule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await connection.Command(
            """
            UPDATE dataset_finding d SET last_seen_at = $3, other_id = f.other_id, charge_point_id = f.charge_point_id, from_at = f.from_at, to_at = f.to_at, measured = f.measured, threshold = $4, judged = f.judged
            FROM found f WHERE d.operator_id = $1 AND d.rule = $2 AND d.ended_at IS NULL AND f.rule = d.rule AND f.finding_key = d.finding_key
            """,
            operatorId, rule.Code, now, rule.Threshold).Unhurried().ExecuteAsync(cancellationToken);
        return await connection.Command(
            """
            INSERT INTO dataset_finding (operator_id, rule, finding_key, first_seen_at, last_seen_at, dataset, of_sessions, of_statuses, record_id, other_id, charge_point_id, from_at, to_at, measured, threshold, unit, judged)
            SELECT $1, f.rule, f.finding_key, $3, $3, $5, $6, $7, f.record_id, f.other_id, f.charge_point_id, f.from_at, f.to_at, f.measured, $4, $8, f.judged
            FROM found f
            WHERE f.rule = $2 AND NOT EXISTS (SELECT FROM dataset_finding d WHERE d.operator_id = $1 AND d.rule = f.rule AND d.finding_key = f.finding_key AND d.ended_at IS NULL)
            ORDER BY f.measured DESC, f.finding_key
            LIMIT greatest(0, $9 - (SELECT count(*) FROM dataset_finding d WHERE d.operator_id = $1 AND d.rule = $2 AND d.ended_at IS NULL))
            """,
            operatorId, rule.Code, now, rule.Threshold, rule.Dataset.Name, rule.TellsOfSessions, rule.TellsOfStatuses, Words<FindingUnit>.Of(rule.Unit), Bound).Unhurried().ExecuteAsync(cancellationToken);
    }

    /// <summary>Cut to one decimal: 100 is said of the whole window alone.</summary>
    private static decimal PercentOf(Coverage? judged, Window window) => judged is null ? 100 : Math.Round((decimal)judged.ShareOf(window) * 100, 1, MidpointRounding.ToZero);
}
