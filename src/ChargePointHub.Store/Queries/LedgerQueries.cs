using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>One row of the ledger.</summary>
/// <param name="Cause">Why it is lost; null when covered.</param>
public sealed record LedgerWindow(string OperatorId, Dataset Dataset, ClaimKind Kind, Window Window, string? Cause);

/// <summary>What is missing of one operator's dataset, on its axis.</summary>
public sealed record OpenGap(string OperatorId, Dataset Dataset, Window Window);

/// <summary>A window that was missing and came.</summary>
/// <param name="Since">When its first instant was first missing: it had settled and the hub was collecting.</param>
/// <param name="ClosedAt">When what was missing was committed.</param>
/// <param name="ClosedBy">What the run was for; null: the run is no longer kept.</param>
/// <param name="Failure">Kind of the latest failed run that met it before; null: none did.</param>
/// <param name="IsHistory">It lies before the hub first collected this dataset.</param>
public sealed record ClosedWindow(
    string OperatorId, Dataset Dataset, Window Window, DateTimeOffset Since, DateTimeOffset ClosedAt, RunKind? ClosedBy, string? Failure, bool IsHistory);

/// <summary>Where an operator counts other records than it sends.</summary>
/// <param name="Window">Null: a crawl.</param>
public sealed record OpenDiscrepancy(
    string OperatorId, Dataset Dataset, Window? Window, long Stated, long Received, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt);

/// <summary>How much missing time came lately.</summary>
/// <param name="Length">Of the windows, on the dataset's axis.</param>
/// <param name="FirstAt">When the first of it was committed.</param>
public sealed record ClosedLately(string OperatorId, Dataset Dataset, TimeSpan Length, DateTimeOffset FirstAt);

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

    /// <summary>Operators that report their outages themselves; those of all others are derived.</summary>
    /// <param name="asOfTick">That did so at this tick; null: that do.</param>
    public async Task<IReadOnlySet<string>> ReadOutageReportersAsync(long? asOfTick, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await connection.Command("SELECT operator_id FROM outage_reporter WHERE tick <= $1", asOfTick ?? long.MaxValue).ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet();
    }

    /// <summary>How the latest failed run that met each gap failed, in the order of the gaps; null: no run failed there.</summary>
    public async Task<IReadOnlyList<string?>> ReadFailuresAsync(IReadOnlyList<OpenGap> gaps, Scope scope, CancellationToken cancellationToken)
    {
        if (!gaps.All(g => scope.ReadsQuality(g.OperatorId))) throw new UnauthorizedAccessException($"The scope {scope} does not read these causes.");
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

    /// <summary>Windows that were missing and came, newest closing first, at most so many of each operator and dataset.</summary>
    public async Task<IReadOnlyList<ClosedWindow>> ReadClosedAsync(
        IReadOnlyList<(string OperatorId, Dataset Dataset)> of, Window? meeting, int most, Scope scope, CancellationToken cancellationToken)
    {
        if (!of.All(o => scope.ReadsQuality(o.OperatorId))) throw new UnauthorizedAccessException($"The scope {scope} does not read these causes.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT o.operator_id, o.dataset, c.from_at, c.to_at, greatest(c.late_since, f.recorded_at), t.recorded_at, r.kind, latest.failure,
                c.to_at <= f.recorded_at
            FROM unnest(@operators, @datasets) AS o (operator_id, dataset)
            CROSS JOIN LATERAL (
                SELECT x.tick, x.from_at, x.to_at, x.run_id, x.late_since FROM coverage_change x
                WHERE x.operator_id = o.operator_id AND x.dataset = o.dataset AND x.late_since IS NOT NULL AND x.from_at < @to AND x.to_at > @from
                ORDER BY x.tick DESC LIMIT @most) c
            JOIN hub_tick t ON t.tick = c.tick
            CROSS JOIN LATERAL (
                SELECT ft.recorded_at FROM coverage_change x JOIN hub_tick ft ON ft.tick = x.tick
                WHERE x.operator_id = o.operator_id AND x.dataset = o.dataset AND x.kind = 'covered' ORDER BY x.tick LIMIT 1) f
            LEFT JOIN run r ON r.run_id = c.run_id
            LEFT JOIN LATERAL (
                SELECT e.failure FROM run e
                WHERE e.operator_id = o.operator_id AND e.dataset = o.dataset AND e.outcome = 'failed'
                    AND e.started_at < t.recorded_at AND e.started_at >= c.late_since - interval '1 day'
                    AND coalesce(e.from_at, e.started_at) < c.to_at AND coalesce(e.to_at, e.ended_at, e.started_at) >= c.from_at
                ORDER BY e.started_at DESC LIMIT 1) latest ON true
            ORDER BY o.operator_id, o.dataset, c.from_at, c.tick
            """,
            connection);
        command.Parameters.AddWithValue("operators", of.Select(o => o.OperatorId).ToArray());
        command.Parameters.AddWithValue("datasets", of.Select(o => o.Dataset.Name).ToArray());
        command.Parameters.AddWithValue("from", meeting?.From ?? DateTimeOffset.MinValue);
        command.Parameters.AddWithValue("to", meeting?.To ?? DateTimeOffset.MaxValue);
        command.Parameters.AddWithValue("most", most);
        return await command.ListAsync(
            r => new ClosedWindow(
                r.GetString(0), Dataset.Named(r.GetString(1))!, new Window(r.Instant(2), r.Instant(3)), r.Instant(4), r.Instant(5),
                Words<RunKind>.Parse(r.TextOrNull(6)), r.TextOrNull(7), r.GetBoolean(8)),
            cancellationToken);
    }

    /// <summary>What is open, by operator, dataset and first sight.</summary>
    public async Task<IReadOnlyList<OpenDiscrepancy>> ReadDiscrepanciesAsync(IReadOnlyList<string> operators, Scope scope, CancellationToken cancellationToken)
    {
        if (!operators.All(scope.ReadsQuality)) throw new UnauthorizedAccessException($"The scope {scope} does not read these discrepancies.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(
            connection, scope,
            """
            SELECT operator_id, dataset, from_at, to_at, stated, received, first_seen_at, last_seen_at FROM discrepancy
            WHERE closed_at IS NULL AND operator_id = ANY ($1) AND dataset = ANY ($2) ORDER BY operator_id, dataset, first_seen_at
            """,
            operators.ToArray(), Dataset.All.Select(d => d.Name).ToArray()).ListAsync(
                r => new OpenDiscrepancy(
                    r.GetString(0), Dataset.Named(r.GetString(1))!,
                    r.InstantOrNull(2) is { } from && r.InstantOrNull(3) is { } to ? new Window(from, to) : null,
                    r.GetInt64(4), r.GetInt64(5), r.Instant(6), r.Instant(7)),
                cancellationToken);
    }

    /// <summary>How much missing time came in the last hour, by operator and dataset; nothing came of those that are not named.</summary>
    public async Task<IReadOnlyList<ClosedLately>> ReadClosedLatelyAsync(DateTimeOffset now, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await connection.Command(
            """
            SELECT c.operator_id, c.dataset, sum(c.to_at - c.from_at), min(t.recorded_at)
            FROM coverage_change c JOIN hub_tick t ON t.tick = c.tick
            WHERE c.late_since IS NOT NULL AND t.recorded_at > $1
                AND c.tick > coalesce((SELECT h.tick FROM hub_tick h WHERE h.recorded_at <= $1 ORDER BY h.tick DESC LIMIT 1), 0)
            GROUP BY c.operator_id, c.dataset
            """,
            now.AddHours(-1)).ListKnownAsync(
                1, (r, dataset) => new ClosedLately(r.GetString(0), dataset, r.GetFieldValue<TimeSpan>(2), r.Instant(3)), cancellationToken);
    }

    /// <summary>Up to which end of freshness each operator's statuses have been set to MISSING.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadSweepsAsync(Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var sweeps = await connection.Command("SELECT operator_id, deadline FROM status_sweep")
            .ListAsync(r => (Id: r.GetString(0), Deadline: r.Instant(1)), cancellationToken);
        return sweeps.ToDictionary(s => s.Id, s => s.Deadline, StringComparer.Ordinal);
    }

    /// <summary>Refused and waiting records whose event time (else the time of their arrival) lies in the window; null: all.</summary>
    /// <returns>IsLeast: older ones of that time made way in a full quarantine, so that there were more.</returns>
    public async Task<(long Count, bool IsLeast)> CountQuarantinedAsync(
        Dataset dataset, IReadOnlyList<string> operators, Window? window, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await connection.Command(
            "SELECT records, is_least FROM quarantined($1, $2, $3, $4)", dataset.Name, operators.ToArray(), window?.From ?? DateTimeOffset.MinValue, window?.To ?? DateTimeOffset.MaxValue)
            .ListAsync(r => (r.GetInt64(0), r.GetBoolean(1)), cancellationToken))[0];
    }
}
