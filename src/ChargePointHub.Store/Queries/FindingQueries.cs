using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>How often one rule was broken in one dataset, with the first few records that broke it.</summary>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
public sealed record RuleCount(string Dataset, string Rule, string Severity, long Count, IReadOnlyList<FindingSample> Samples);

/// <param name="RecordId">Hub id; of a status change its charge point's; null: a refused record that had none.</param>
/// <param name="Pointer">Into the record as the operator sent it.</param>
public sealed record FindingSample(string? RecordId, string Pointer, string? Value, string Message);

/// <summary>What was noticed about an operator's records, for the operator's engineer.</summary>
public sealed class FindingQueries(Database database)
{
    /// <summary>Samples kept for each rule.</summary>
    public const int Samples = 5;

    /// <summary>
    /// Records with findings that are looked at: so many of each dataset, and so many in quarantine that are refused and that wait, the
    /// newest events and arrivals. What an operator does wrong shows in these; millions of older ones would only take longer.
    /// </summary>
    public const int MostRecords = 10_000;

    /// <summary>The look-up sees what the table of charge points would hide from the reader.</summary>
    private const string Published = "($5 OR r.charge_point_id NOT IN (SELECT scope_withheld()))";

    private const string OfPublished = "(r.charge_point_id IS NULL OR $3 OR r.charge_point_id NOT IN (SELECT scope_withheld()))";

    /// <summary>As <see cref="RecordQueries.Layer"/>.</summary>
    internal Func<Scope, Scope> Layer { get; init; } = scope => scope;

    /// <summary>As <see cref="RecordQueries.Rows"/>.</summary>
    internal Func<Scope, Scope> Rows { get; init; } = scope => scope;

    internal int Bound { get; init; } = MostRecords;

    /// <summary>Over current records and quarantine of the datasets whose findings the scope holds, within the bound; most frequent first.</summary>
    public async Task<IReadOnlyList<RuleCount>> CountAsync(string operatorId, Scope scope, CancellationToken cancellationToken)
    {
        var layer = Layer(scope);
        if (!layer.ReadsQuality(operatorId)) throw new UnauthorizedAccessException($"The scope {scope} does not read findings of {operatorId}.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(
            connection, Rows(scope),
            $"""
            WITH judged AS (
                (SELECT 'charge_points' AS dataset, charge_point_id AS record_id, findings FROM charge_point
                 WHERE operator_id = $1 AND findings IS NOT NULL AND (published OR $5) ORDER BY charge_point_id LIMIT $3)
                UNION ALL
                (SELECT 'tariffs', tariff_id, findings FROM tariff WHERE operator_id = $1 AND findings IS NOT NULL ORDER BY tariff_id LIMIT $3)
                UNION ALL
                (SELECT 'charging_sessions', session_id, findings FROM charging_session r
                 WHERE operator_id = $1 AND findings IS NOT NULL AND {Published} ORDER BY plug_in_at DESC LIMIT $3)
                UNION ALL
                (SELECT 'status_changes', charge_point_id, findings FROM status_change r
                 WHERE operator_id = $1 AND findings IS NOT NULL AND {Published} ORDER BY at DESC LIMIT $3)
                UNION ALL
                (SELECT 'outages', outage_id, findings FROM outage r
                 WHERE operator_id = $1 AND findings IS NOT NULL AND {Published} ORDER BY started_at DESC LIMIT $3)
                UNION ALL
                (SELECT 'reported_usage', reported_usage_id, findings FROM reported_usage r
                 WHERE operator_id = $1 AND findings IS NOT NULL
                    AND ($5 OR (coalesce(r.charge_point_id, '') NOT IN (SELECT scope_withheld()) AND coalesce(r.location_id, '') NOT IN (SELECT scope_withheld_locations())))
                 ORDER BY period_from DESC LIMIT $3)
                UNION ALL
                SELECT d.name, q.record_id, q.findings FROM unnest($4) AS d (name), LATERAL (
                    {Newest("IS NULL")} UNION ALL {Newest("IS NOT NULL")}) q),
            found AS (
                SELECT j.dataset, j.record_id, f.rule, lower(f.severity) AS severity, coalesce(f.pointer, '') AS pointer, f.value, f.message
                FROM judged j, LATERAL json_to_recordset(j.findings) AS f (rule text, severity text, pointer text, value text, message text)
                WHERE j.dataset = ANY ($4))
            SELECT dataset, rule, severity, count(*), {First("record_id")}, {First("pointer")}, {First("value")}, {First("message")}
            FROM found GROUP BY dataset, rule, severity ORDER BY count(*) DESC, dataset, rule, severity
            """,
            operatorId, Samples, Bound, Dataset.All.Where(d => layer.ReadsFindings(d, operatorId)).Select(d => d.Name).ToArray(), layer.ReadsWithheld(operatorId)).ListAsync(
            r => new RuleCount(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3),
                [.. r.GetFieldValue<string?[]>(4).Select((id, i) => new FindingSample(
                    id, r.GetFieldValue<string[]>(5)[i], r.GetFieldValue<string?[]>(6)[i], r.GetFieldValue<string[]>(7)[i]))]),
            cancellationToken);
    }

    /// <summary>What the rules over datasets last found, in the order of their list; of rules that the scope does not hold, or that were never asked, nothing.</summary>
    public async Task<IReadOnlyList<DatasetRuleState>> ReadOfDatasetsAsync(string operatorId, Scope scope, CancellationToken cancellationToken)
    {
        var layer = Layer(scope);
        if (!layer.ReadsQuality(operatorId)) throw new UnauthorizedAccessException($"The scope {scope} does not read findings of {operatorId}.");
        var rules = DatasetRule.All.Where(r => (!r.TellsOfSessions || layer.ReadsFindings(Dataset.ChargingSessions, operatorId)) && (!r.TellsOfStatuses || layer.ReadsFindings(Dataset.StatusChanges, operatorId)))
            .Select(r => r.Code).ToArray();
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var states = await new ServingCommand(
            connection, Rows(scope),
            $"""
            SELECT c.rule, c.from_at, c.to_at, c.checked_at, c.judged_percent, count(r.rule) FILTER (WHERE r.ended_at IS NULL), count(r.ended_at)
            FROM dataset_check c LEFT JOIN dataset_finding r ON r.operator_id = c.operator_id AND r.rule = c.rule AND {OfPublished}
            WHERE c.operator_id = $1 AND c.rule = ANY ($2) GROUP BY c.operator_id, c.rule
            """,
            operatorId, rules, layer.ReadsWithheld(operatorId)).ListAsync(
                r => (Rule: r.GetString(0), Window: new Window(r.Instant(1), r.Instant(2)), CheckedAt: r.Instant(3), JudgedPercent: r.GetDecimal(4), Open: r.GetInt64(5), Ended: r.GetInt64(6)), cancellationToken);
        var worst = (await new ServingCommand(
            connection, Rows(scope),
            $"""
            SELECT r.rule, r.record_id, r.other_id, r.charge_point_id, r.from_at, r.to_at, r.measured, r.threshold, r.judged, r.first_seen_at, r.last_seen_at
            FROM unnest($2) AS n (rule) CROSS JOIN LATERAL (
                SELECT r.* FROM dataset_finding r
                WHERE r.operator_id = $1 AND r.rule = n.rule AND r.ended_at IS NULL AND {OfPublished}
                ORDER BY r.measured DESC, r.finding_key LIMIT $4) r
            """,
            operatorId, rules, layer.ReadsWithheld(operatorId), Samples).ListAsync(
                r => (Rule: r.GetString(0), Finding: new DatasetFinding(
                    r.TextOrNull(1), r.TextOrNull(2), r.TextOrNull(3), r.InstantOrNull(4), r.InstantOrNull(5), r.GetDecimal(6), r.GetDecimal(7), r.IsDBNull(8) ? null : r.GetInt64(8), r.Instant(9), r.Instant(10))),
                cancellationToken)).ToLookup(w => w.Rule, w => w.Finding);
        return
        [
            .. from rule in DatasetRule.All
               from state in states
               where state.Rule == rule.Code
               select new DatasetRuleState(rule, state.Window, state.CheckedAt, state.JudgedPercent, state.Open, state.Ended, [.. worst[rule.Code]]),
        ];
    }

    private static string First(string column) => $"(array_agg({column} ORDER BY record_id, pointer))[1:$2]";

    private static string Newest(string waits) =>
        $"(SELECT {QuarantineQueries.HubId} AS record_id, q.findings FROM quarantine q WHERE q.operator_id = $1 AND q.dataset = d.name AND q.waits_for {waits} AND ($5 OR {QuarantineQueries.OfPublished}) ORDER BY q.recorded_at DESC LIMIT $3)";
}
