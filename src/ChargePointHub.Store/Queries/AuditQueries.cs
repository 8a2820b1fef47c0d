using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>Which readings are asked for.</summary>
/// <param name="OperatorId">Those that concern it; null: all.</param>
/// <param name="Window">By when they began; null: all.</param>
/// <param name="After">The last of the page before; null: from the newest.</param>
public sealed record AuditQuery(string? OperatorId, Window? Window, PageKey? After, int Limit)
{
    /// <summary>Readings that were answered alone: one that was refused may name an operator that there never was.</summary>
    public bool OnlyAnswered { get; init; }
}

/// <summary>One reading of restricted data, as far as it concerns the operator that was asked about; of no operator: as a whole.</summary>
/// <param name="OrganisationId">Null: the key was made without one.</param>
/// <param name="Holder">Name of the organisation, else of the key, as it was then.</param>
/// <param name="Rights">What the right stemmed from, as <see cref="ReadRight"/> writes it.</param>
/// <param name="Filter">As asked; other operators' ids are left out.</param>
/// <param name="ClosedAt">Null: it goes on, or its instance ended in the midst of it.</param>
/// <param name="Records">Null as long as <paramref name="ClosedAt"/> is.</param>
/// <param name="Bytes">Of the whole answer; null also where it may have held others' data too, which its size would tell of.</param>
public sealed record AuditedReading(
    DateTimeOffset OpenedAt, string KeyId, string? OrganisationId, string Holder, IReadOnlyList<string> Rights, string Route, string Path, string Filter, string RequestId,
    IReadOnlyList<string> Operators, DateTimeOffset? ClosedAt, ReadOutcome? Outcome, long? Records, long? Bytes, PageKey Key);

/// <summary>The log of who read what: for the operator whose data it was, and for auditors.</summary>
public sealed class AuditQueries(Database database)
{
    /// <summary>Parameters that take hub ids of records, which begin with their operator's.</summary>
    public static readonly IReadOnlyList<string> NamesOfRecords = ["charge_point", "location"];

    /// <summary>As <see cref="RecordQueries.Layer"/>.</summary>
    internal Func<Scope, Scope> Layer { get; init; } = scope => scope;

    /// <summary>As <see cref="RecordQueries.Rows"/>.</summary>
    internal Func<Scope, Scope> Rows { get; init; } = scope => scope;

    /// <summary>Newest first.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold it: the caller should have refused.</exception>
    public async Task<IReadOnlyList<AuditedReading>> ReadAsync(AuditQuery query, Scope scope, CancellationToken cancellationToken)
    {
        var layer = Layer(scope);
        if (!(query.OperatorId is { } asked ? layer.ReadsAccessLog(asked) : layer.IsEverything)) throw new UnauthorizedAccessException($"The scope {scope} does not read this log.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(
            connection, Rows(scope),
            $"""
            SELECT o.written_at, o.key_id, o.organisation_id, o.holder, o.rights, o.route, o.path, o.filter, o.request_id, o.operators, c.written_at, c.outcome, c.operators, c.records, c.bytes, o.chain, o.number
            FROM audit_event o LEFT JOIN audit_event c ON c.chain = o.chain AND c.opened = o.number AND c.kind = 'closed'
            WHERE o.kind = 'opened' AND o.written_at >= @from AND o.written_at < @to
                {(query.OperatorId is null ? "" : "AND (@operator = ANY (o.operators) OR @operator = ANY (c.operators))")}
                {(query.OnlyAnswered ? "AND c.outcome <> 'refused'" : "")}
                {(query.After is null ? "" : "AND (o.written_at, o.chain, o.number) < (@after_at, @after_chain, @after_number)")}
            ORDER BY o.written_at DESC, o.chain DESC, o.number DESC LIMIT @limit
            """);
        command.Parameters.AddWithValue("from", query.Window?.From ?? DateTimeOffset.MinValue);
        command.Parameters.AddWithValue("to", query.Window?.To ?? DateTimeOffset.MaxValue);
        command.Parameters.AddWithValue("limit", query.Limit);
        if (query.OperatorId is { } operatorId) command.Parameters.AddWithValue("operator", operatorId);
        if (query.After is { } after)
        {
            command.Parameters.AddWithValue("after_at", after.At!.Value);
            command.Parameters.AddWithValue("after_chain", Guid.Parse(after.Texts[0]));
            command.Parameters.AddWithValue("after_number", long.Parse(after.Texts[1], CultureInfo.InvariantCulture));
        }

        return await command.ListAsync(r => Part(r, query.OperatorId), cancellationToken);
    }

    /// <summary>A parameter as asked, but for other operators' ids: its name stays, also where none is left.</summary>
    private static string OwnOf(string parameter, string operatorId)
    {
        if (parameter.Split('=', 2) is not [var name, var value]) return parameter;
        if (name == "operator") return $"{name}={operatorId}";
        if (!NamesOfRecords.Contains(name)) return parameter;
        var own = Uri.UnescapeDataString(value).Split(',', StringSplitOptions.TrimEntries).Where(id => id.StartsWith(operatorId + ":", StringComparison.Ordinal));
        return $"{name}={Uri.EscapeDataString(string.Join(',', own))}";
    }

    /// <summary>What concerns one operator of a reading that may have been of several.</summary>
    private static AuditedReading Part(NpgsqlDataReader row, string? operatorId)
    {
        var (rights, operators, filter) = (row.GetFieldValue<string[]>(4), row.GetFieldValue<string[]>(9), row.GetString(7));
        var (held, records) = row.IsDBNull(12) ? ([], []) : (row.GetFieldValue<string[]>(12), row.GetFieldValue<long[]>(13));
        long? count = row.IsDBNull(12) ? null : operatorId is null ? records.Sum() : held.Zip(records).Where(h => h.First == operatorId).Sum(h => h.Second);
        var bytes = AuditRow.NumberOrNull(row, 14);
        if (operatorId is not null)
        {
            rights = [.. rights.Where(r => r == ReadRight.Everything || r.StartsWith(operatorId + ":", StringComparison.Ordinal))];
            filter = string.Join('&', filter.Split('&').Select(f => OwnOf(f, operatorId)));
            if (operators.Union(held).Any(o => o != operatorId)) bytes = null;
            operators = [operatorId];
        }

        return new AuditedReading(
            row.Instant(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), rights, row.GetString(5), row.GetString(6), filter, row.GetString(8),
            operators, row.InstantOrNull(10), Words<ReadOutcome>.Parse(row.TextOrNull(11)), count, bytes,
            new PageKey(row.Instant(0), [row.GetGuid(15).ToString(), row.GetInt64(16).ToString(CultureInfo.InvariantCulture)]));
    }
}
