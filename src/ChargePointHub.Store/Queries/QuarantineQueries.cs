using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Which records in quarantine are asked for.</summary>
/// <param name="Datasets">Null: all.</param>
/// <param name="Rules">Records with a finding of one of these; null: all.</param>
/// <param name="Window">On the event time, else the time of arrival; null: all.</param>
/// <param name="After">The last record of the page before; null: from the newest.</param>
public sealed record QuarantineQuery(
    IReadOnlyList<string> Operators, IReadOnlyList<string>? Datasets, IReadOnlyList<string>? Rules, Window? Window, PageKey? After, int Limit);

/// <summary>A record in quarantine.</summary>
/// <param name="RecordId">Hub id; of a status change its charge point's; null: it had none that could be used.</param>
/// <param name="WaitsFor">The charge point that a session waits for; null: it was refused.</param>
/// <param name="EventAt">When its event was, where it says so without doubt.</param>
/// <param name="Document">UTF-8 JSON: as sent, cut to the allow-list; of what waits, the record as it will be served; null: nothing was kept.</param>
public sealed record QuarantineEntry(
    string OperatorId, Dataset Dataset, string? RecordId, string? WaitsFor, DateTimeOffset? EventAt, DateTimeOffset RecordedAt, string FeedId, Guid RunId, int PageNumber,
    IReadOnlyList<Finding> Findings, ReadOnlyMemory<byte> Document, PageKey Key);

/// <summary>Records that made way for newer ones.</summary>
/// <param name="OfWaiting">True: sessions that waited for their charge point; false: refused records.</param>
public sealed record QuarantineOverflow(string OperatorId, Dataset Dataset, bool OfWaiting, long Dropped, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>How many records one rule keeps in quarantine.</summary>
/// <param name="Example">Id of the newest of them; null: it has none.</param>
public sealed record QuarantineRule(string OperatorId, Dataset Dataset, string Rule, long Records, DateTimeOffset OldestAt, DateTimeOffset NewestAt, string? Example);

/// <summary>What was refused or waits, for its operator and whoever mends it.</summary>
public sealed class QuarantineQueries(Database database)
{
    /// <summary>What list and count share: @operators, @from, @to.</summary>
    private const string InQuestion =
        "q.operator_id = ANY (@operators) AND coalesce(q.event_at, q.recorded_at) >= @from AND coalesce(q.event_at, q.recorded_at) < @to";

    /// <summary>What waits has its hub id; what is refused has the operator's own, or none.</summary>
    internal const string HubId =
        "CASE WHEN q.waits_for IS NOT NULL THEN q.own_id WHEN q.own_id <> '' THEN q.operator_id || ':' || q.own_id END";

    /// <summary>Its charge point is known to be published.</summary>
    internal const string OfPublished =
        "(q.dataset = 'tariffs' OR EXISTS (SELECT FROM charge_point p WHERE p.operator_id = q.operator_id AND p.published "
        + "AND p.charge_point_id = quarantine_charge_point(q.dataset, q.operator_id, q.own_id, q.waits_for, q.document)))";

    /// <summary>As <see cref="RecordQueries.Layer"/>.</summary>
    internal Func<Scope, Scope> Layer { get; init; } = scope => scope;

    /// <summary>As <see cref="RecordQueries.Rows"/>.</summary>
    internal Func<Scope, Scope> Rows { get; init; } = scope => scope;

    /// <summary>Newest arrival first; of operators and datasets whose findings the scope holds, and to others than the operator only of charge points that are published.</summary>
    public async Task<IReadOnlyList<QuarantineEntry>> ReadAsync(QuarantineQuery query, Scope scope, CancellationToken cancellationToken)
    {
        var held = Held(query.Operators, Layer(scope));
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(
            connection, Rows(scope),
            $"""
            SELECT q.operator_id, q.dataset, {HubId}, q.waits_for, q.event_at, q.recorded_at, q.feed_id, q.run_id, q.page_number, q.findings::text, q.document::text,
                q.own_id, q.content_hash
            FROM quarantine q
            WHERE {InQuestion} AND (q.operator_id, q.dataset) IN (SELECT * FROM unnest(@held_operators, @held_datasets)) AND (q.operator_id = ANY (@own) OR {OfPublished})
                {(query.Datasets is null ? "" : "AND q.dataset = ANY (@datasets)")}
                {(query.Rules is null ? "" : "AND EXISTS (SELECT FROM json_to_recordset(q.findings) AS f (rule text) WHERE f.rule = ANY (@rules))")}
                {(query.After is null ? "" : "AND (q.recorded_at, q.operator_id, q.dataset, q.own_id, q.content_hash) < (@after_at, @after_operator, @after_dataset, @after_id, @after_hash)")}
            ORDER BY q.recorded_at DESC, q.operator_id DESC, q.dataset DESC, q.own_id DESC, q.content_hash DESC LIMIT @limit
            """);
        BindQuestion(command, query.Operators, query.Window);
        command.Parameters.AddWithValue("limit", query.Limit);
        command.Parameters.AddWithValue("held_operators", held.Select(h => h.OperatorId).ToArray());
        command.Parameters.AddWithValue("held_datasets", held.Select(h => h.Dataset.Name).ToArray());
        command.Parameters.AddWithValue("own", query.Operators.Where(Layer(scope).ReadsWithheld).ToArray());
        if (query.Datasets is { } datasets) command.Parameters.AddWithValue("datasets", datasets.ToArray());
        if (query.Rules is { } rules) command.Parameters.AddWithValue("rules", rules.ToArray());
        if (query.After is { } after)
        {
            command.Parameters.AddWithValue("after_at", after.At!.Value);
            command.Parameters.AddWithValue("after_operator", after.Texts[0]);
            command.Parameters.AddWithValue("after_dataset", after.Texts[1]);
            command.Parameters.AddWithValue("after_id", after.Texts[2]);
            command.Parameters.AddWithValue("after_hash", Convert.FromHexString(after.Texts[3]));
        }

        return await command.ListAsync(
            r => new QuarantineEntry(
                r.GetString(0), Dataset.Named(r.GetString(1))!, r.TextOrNull(2), r.TextOrNull(3), r.InstantOrNull(4), r.Instant(5), r.GetString(6), r.GetGuid(7), r.GetInt32(8),
                PageBuffer.Findings(r.GetString(9)), Encoding.UTF8.GetBytes(r.GetString(10)),
                new PageKey(r.Instant(5), [r.GetString(0), r.GetString(1), r.GetString(11), Convert.ToHexString(r.GetFieldValue<byte[]>(12))])),
            cancellationToken);
    }

    public async Task<IReadOnlyList<QuarantineOverflow>> ReadOverflowAsync(IReadOnlyList<string> operators, Scope scope, CancellationToken cancellationToken)
    {
        var held = Held(operators, scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(
            connection, scope,
            """
            SELECT operator_id, dataset, waiting, dropped, first_at, last_at FROM quarantine_overflow
            WHERE (operator_id, dataset) IN (SELECT * FROM unnest($1, $2)) ORDER BY operator_id, dataset, waiting
            """,
            held.Select(h => h.OperatorId).ToArray(), held.Select(h => h.Dataset.Name).ToArray()).ListAsync(
                r => new QuarantineOverflow(r.GetString(0), Dataset.Named(r.GetString(1))!, r.GetBoolean(2), r.GetInt64(3), r.Instant(4), r.Instant(5)), cancellationToken);
    }

    /// <summary>By what keeps them there: a record that breaks two rules counts under both.</summary>
    /// <param name="datasets">Names.</param>
    public async Task<IReadOnlyList<QuarantineRule>> CountByRuleAsync(
        IReadOnlyList<string>? operators, IReadOnlyList<string> datasets, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.IsEverything) throw new UnauthorizedAccessException($"The scope {scope} does not read all of quarantine.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(
            connection, scope,
            $"""
            SELECT q.operator_id, q.dataset, f.rule, count(DISTINCT (q.own_id, q.content_hash)), min(q.recorded_at), max(q.recorded_at),
                (array_agg({HubId} ORDER BY q.recorded_at DESC))[1]
            FROM quarantine q, LATERAL json_to_recordset(q.findings) AS f (rule text, severity text)
            WHERE ($1::text[] IS NULL OR q.operator_id = ANY ($1)) AND q.dataset = ANY ($2) AND lower(f.severity) = 'error'
            GROUP BY q.operator_id, q.dataset, f.rule ORDER BY q.operator_id, q.dataset, 4 DESC, f.rule
            """,
            operators?.ToArray(), datasets.ToArray()).ListAsync(
                r => new QuarantineRule(
                    r.GetString(0), Dataset.Named(r.GetString(1))!, r.GetString(2), r.GetInt64(3), r.Instant(4), r.Instant(5), r.TextOrNull(6)),
                cancellationToken);
    }

    private static void BindQuestion(ServingCommand command, IReadOnlyList<string> operators, Window? window)
    {
        command.Parameters.AddWithValue("operators", operators.ToArray());
        command.Parameters.AddWithValue("from", window?.From ?? DateTimeOffset.MinValue);
        command.Parameters.AddWithValue("to", window?.To ?? DateTimeOffset.MaxValue);
    }

    /// <summary>Of whom which datasets' refused records the scope holds.</summary>
    private static List<(string OperatorId, Dataset Dataset)> Held(IReadOnlyList<string> operators, Scope scope) =>
        scope.ReadsQuality()
            ? [.. operators.SelectMany(o => Dataset.All.Where(d => scope.ReadsFindings(d, o)).Select(d => (o, d)))]
            : throw new UnauthorizedAccessException($"The scope {scope} does not read quarantine.");
}
