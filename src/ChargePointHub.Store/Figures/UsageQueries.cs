using System.Data;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Figures;

/// <summary>A charge point of a question, and where its figures go.</summary>
/// <param name="Group">Place of its group.</param>
/// <param name="Unit">What counts as one: the same for charge points that are one and the same.</param>
/// <param name="CountsFrom">Place of the first period in which it counts, and so can be used; -1: of none.</param>
/// <param name="CountsTo">Place of the last (inclusive).</param>
/// <param name="Before">Hub ids that come before it on a day on which they have figures too, as they are the same; empty: none.</param>
public readonly record struct UsagePoint(string OperatorId, string ChargePointId, int Group, int Unit, int CountsFrom, int CountsTo, IReadOnlyList<string> Before);

/// <summary>What is asked of the roll-up.</summary>
/// <param name="Starts">First days of the periods, ascending, without a day between them; the first day of all is the first of these.</param>
/// <param name="LastDay">London day (inclusive).</param>
public sealed record UsageQuestion(IReadOnlyList<UsagePoint> Points, IReadOnlyList<DateOnly> Starts, DateOnly LastDay)
{
    /// <summary>All of them.</summary>
    public IEnumerable<DateOnly> Days => Enumerable.Range(Starts[0].DayNumber, LastDay.DayNumber - Starts[0].DayNumber + 1).Select(DateOnly.FromDayNumber);
}

/// <summary>Figures of one group in one period.</summary>
/// <param name="Period">Place of the period.</param>
/// <param name="Used">Charge points that counted, with a session that began in it, each once.</param>
public readonly record struct UsageSum(int Group, int Period, int Used, UsageFigures Figures);

/// <summary>
/// Sums over the roll-up of sessions. Of few charge points rows are looked up; of more, days are read whole: packed where they are, else by their rows. There is no
/// reading without a scope.
/// </summary>
public sealed class UsageQueries(Database database)
{
    /// <summary>So few are looked up day by day.</summary>
    private const int Few = 64;

    private static readonly string Figures = $"u.operator_id, u.day, u.charge_point_id, {UsageRows.Columns}";

    /// <summary>Groups and periods of which nothing is there are not among them.</summary>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold sessions: the caller should have refused.</exception>
    public async Task<List<UsageSum>> ReadAsync(UsageQuestion question, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.Reads(Dataset.ChargingSessions)) throw new UnauthorizedAccessException($"The scope {scope} does not read {Dataset.ChargingSessions}.");
        if (question.Points.Count == 0) return [];
        var (sums, asked) = (new UsageSums(question), question.Points.Select(p => (p.OperatorId, Id: p.ChargePointId)).Distinct().ToList());
        await using var connection = await database.OpenServingAsync(cancellationToken);
        if (question.Points.Count <= Few)
        {
            await using var few = new ServingCommand(
                connection, scope,
                $"SELECT {Figures} FROM unnest($1, $2) AS p (operator_id, id) CROSS JOIN unnest($3) AS d (day) JOIN usage_day u ON u.operator_id = p.operator_id AND u.day = d.day AND u.charge_point_id = p.id",
                asked.Select(p => p.OperatorId).ToArray(), asked.Select(p => p.Id).ToArray(), question.Days.ToArray());
            await AddRowsAsync(few, sums, cancellationToken);
            return sums.ToList();
        }

        // Packed days and rows of one state of the database: a session and what corrects it may be of days of either.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var packed = await AddPackedAsync(connection, question, sums, scope, cancellationToken);
        var left = sums.Operators.SelectMany(o => question.Days.Select(d => (OperatorId: o, Day: d))).Where(d => !packed.Contains(d)).ToList();
        if (left.Count == 0) return sums.ToList();
        await using var rows = new ServingCommand(
            connection, scope, $"SELECT {Figures} FROM unnest($1, $2) AS d (operator_id, day) JOIN usage_day u USING (operator_id, day) WHERE u.charge_point_id = ANY ($3)",
            left.Select(d => d.OperatorId).ToArray(), left.Select(d => d.Day).ToArray(), asked.Select(p => p.Id).ToArray());
        await AddRowsAsync(rows, sums, cancellationToken);
        return sums.ToList();
    }

    private static async Task AddRowsAsync(ServingCommand command, UsageSums sums, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) sums.Add(reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetString(2), UsageRows.Read(reader, 3));
    }

    /// <returns>What was read: days of operators.</returns>
    private static async Task<HashSet<(string OperatorId, DateOnly Day)>> AddPackedAsync(NpgsqlConnection connection, UsageQuestion question, UsageSums sums, Scope scope, CancellationToken cancellationToken)
    {
        await using var command = new ServingCommand(
            connection, scope, "SELECT operator_id, day, packed FROM usage_packed WHERE operator_id = ANY ($1) AND day BETWEEN $2 AND $3 AND packed IS NOT NULL",
            sums.Operators.ToArray(), question.Starts[0], question.LastDay);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        var (read, buffer) = (new HashSet<(string, DateOnly)>(), Array.Empty<byte>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var length = (int)reader.GetBytes(2, 0, null, 0, 0);
            if (length > buffer.Length) buffer = new byte[length * 2];
            reader.GetBytes(2, 0, buffer, 0, length);
            var (operatorId, day, packed) = (reader.GetString(0), reader.GetFieldValue<DateOnly>(1), buffer.AsMemory(0, length));
            if (!PackedUsage.IsKnown(packed.Span)) continue;
            sums.Add(operatorId, day, packed.Span);
            read.Add((operatorId, day));
        }

        return read;
    }
}
