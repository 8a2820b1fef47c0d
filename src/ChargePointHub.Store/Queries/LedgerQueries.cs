using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>One row of the ledger.</summary>
/// <param name="Cause">Why it is lost; null when covered.</param>
public sealed record LedgerWindow(string OperatorId, Dataset Dataset, ClaimKind Kind, Window Window, string? Cause);

/// <summary>What is missing of one operator's dataset, on its axis.</summary>
public sealed record OpenGap(string OperatorId, Dataset Dataset, Window Window);

/// <summary>The ledger of coverage as readers see it: whole, and never touched.</summary>
public sealed class LedgerQueries(Database database)
{
    /// <summary>Covered and unavailable windows of these datasets, of all operators.</summary>
    /// <param name="asOfTick">Without what was claimed after this tick; null: as it stands.</param>
    public async Task<IReadOnlyList<LedgerWindow>> ReadAsync(
        IReadOnlyList<Dataset> datasets, long? asOfTick, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            WITH later AS (
                SELECT operator_id, dataset, kind, range_agg(tstzrange(from_at, to_at)) AS windows
                FROM coverage_change WHERE tick > @tick AND dataset = ANY(@datasets)
                GROUP BY operator_id, dataset, kind)
            SELECT c.operator_id, c.dataset, c.kind, lower(w), upper(w), c.cause
            FROM coverage c LEFT JOIN later l USING (operator_id, dataset, kind),
            LATERAL unnest(tstzmultirange(tstzrange(c.from_at, c.to_at)) - coalesce(l.windows, '{}'::tstzmultirange)) AS w
            WHERE c.dataset = ANY(@datasets)
            ORDER BY 1, 2, 3, 4
            """,
            connection);
        command.Parameters.AddWithValue("tick", asOfTick ?? long.MaxValue);
        command.Parameters.AddWithValue("datasets", datasets.Select(d => d.Name).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var windows = new List<LedgerWindow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            windows.Add(new LedgerWindow(
                reader.GetString(0),
                Dataset.Named(reader.GetString(1))!,
                reader.GetString(2) == "covered" ? ClaimKind.Covered : ClaimKind.Unavailable,
                new Window(reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4)),
                reader.IsDBNull(5) ? null : reader.GetString(5)));
        }

        return windows;
    }

    /// <summary>How the latest failed run that met each gap failed, in the order of the gaps; null: no run failed there.</summary>
    public async Task<IReadOnlyList<string?>> ReadFailuresAsync(IReadOnlyList<OpenGap> gaps, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.ReadsRestricted) throw new UnauthorizedAccessException($"The scope {scope.Name} does not read causes.");
        if (gaps.Count == 0) return [];
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT latest.failure
            FROM unnest(@operators, @datasets, @froms, @tos) WITH ORDINALITY AS g (operator_id, dataset, from_at, to_at, number)
            LEFT JOIN LATERAL (
                SELECT r.failure FROM run r
                WHERE r.operator_id = g.operator_id AND r.dataset = g.dataset AND r.outcome = 'failed'
                  AND coalesce(r.from_at, r.started_at) < g.to_at
                  AND coalesce(r.to_at, r.ended_at, r.started_at) >= g.from_at
                ORDER BY r.started_at DESC LIMIT 1) latest ON true
            ORDER BY g.number
            """,
            connection);
        command.Parameters.AddWithValue("operators", gaps.Select(g => g.OperatorId).ToArray());
        command.Parameters.AddWithValue("datasets", gaps.Select(g => g.Dataset.Name).ToArray());
        command.Parameters.AddWithValue("froms", gaps.Select(g => g.Window.From).ToArray());
        command.Parameters.AddWithValue("tos", gaps.Select(g => g.Window.To).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var failures = new List<string?>(gaps.Count);
        while (await reader.ReadAsync(cancellationToken)) failures.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        return failures;
    }

    /// <summary>Refused and waiting records whose event time (else the time of their arrival) lies in the window; null: all.</summary>
    public async Task<long> CountQuarantinedAsync(
        Dataset dataset, IReadOnlyList<string> operators, Window? window, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*) FROM quarantine WHERE dataset = @dataset AND operator_id = ANY(@operators)
              AND coalesce(event_at, recorded_at) >= @from AND coalesce(event_at, recorded_at) < @to
            """,
            connection);
        command.Parameters.AddWithValue("dataset", dataset.Name);
        command.Parameters.AddWithValue("operators", operators.ToArray());
        command.Parameters.AddWithValue("from", window?.From ?? DateTimeOffset.MinValue);
        command.Parameters.AddWithValue("to", window?.To ?? DateTimeOffset.MaxValue);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
