using System.Data;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>Reports on files that operators handed in.</summary>
public sealed class SubmissionQueries(Database database)
{
    /// <summary>Reports of a list: they may be long.</summary>
    public const int Most = 100;

    /// <summary>Newest first, at most <see cref="Most"/>, as JSON; an operator's own, or everybody's under a scope for everything.</summary>
    /// <param name="datasets">Null: all.</param>
    public async Task<IReadOnlyList<(string OperatorId, string Report)>> ReadAsync(IReadOnlyList<string>? datasets, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        await using var command = new ServingCommand(
            connection, scope,
            $"""
            SELECT operator_id, report::text FROM submission
            WHERE ($1 OR operator_id = $2) {(datasets is null ? "" : "AND dataset = ANY ($3)")}
            ORDER BY received_at DESC, submission_id DESC LIMIT {Most}
            """,
            scope.IsEverything, scope.OwnOperator ?? "");
        if (datasets is not null) command.Parameters.AddWithValue(datasets.ToArray());
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        var reports = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) reports.Add((reader.GetString(0), reader.GetString(1)));
        return reports;
    }
}
