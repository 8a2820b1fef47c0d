using ChargePointHub.Model;
using Npgsql;

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

    /// <summary>Over current records and quarantine, most frequent first.</summary>
    public async Task<IReadOnlyList<RuleCount>> CountAsync(string operatorId, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.ReadsRestricted) throw new UnauthorizedAccessException($"The scope {scope.Name} does not read findings.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            WITH judged AS (
                SELECT 'charge_points' AS dataset, charge_point_id AS record_id, findings FROM charge_point WHERE operator_id = @operator AND findings IS NOT NULL
                UNION ALL
                SELECT 'tariffs', tariff_id, findings FROM tariff WHERE operator_id = @operator AND findings IS NOT NULL
                UNION ALL
                SELECT 'charging_sessions', session_id, findings FROM charging_session WHERE operator_id = @operator AND findings IS NOT NULL
                UNION ALL
                SELECT 'status_changes', charge_point_id, findings FROM status_change WHERE operator_id = @operator AND findings IS NOT NULL
                UNION ALL
                SELECT q.dataset, {QuarantineQueries.HubId}, q.findings FROM quarantine q WHERE q.operator_id = @operator),
            found AS (
                SELECT j.dataset, j.record_id, f.rule, lower(f.severity) AS severity, f.pointer, f.value, f.message,
                    count(*) OVER rule_of AS times,
                    row_number() OVER (rule_of ORDER BY j.record_id, f.pointer) AS place
                FROM judged j, LATERAL json_to_recordset(j.findings) AS f (rule text, severity text, pointer text, value text, message text)
                WINDOW rule_of AS (PARTITION BY j.dataset, f.rule, lower(f.severity)))
            SELECT dataset, rule, severity, times, record_id, pointer, value, message
            FROM found WHERE place <= @samples
            ORDER BY times DESC, dataset, rule, severity, place
            """,
            connection);
        command.Parameters.AddWithValue("operator", operatorId);
        command.Parameters.AddWithValue("samples", Samples);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<RuleCount>();
        var samples = new List<FindingSample>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (dataset, rule, severity) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            if (counts.Count == 0 || counts[^1] is var last && (last.Dataset, last.Rule, last.Severity) != (dataset, rule, severity))
            {
                samples = [];
                counts.Add(new RuleCount(dataset, rule, severity, reader.GetInt64(3), samples));
            }

            samples.Add(new FindingSample(
                reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? "" : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetString(7)));
        }

        return counts;
    }
}
