using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Figures;

/// <summary>
/// Sums over the hours of London's week, worked out of the sessions themselves: they count as in <see cref="UsageQueries"/>, so that the hours of a group add up to its figures of
/// the same days. There is no reading without a scope.
/// </summary>
public sealed class ProfileQueries(Database database)
{
    /// <summary>Of so few charge points all is read at once.</summary>
    private const int Few = 64;

    /// <summary>Of more, what began in so many days: a quarter of all of London takes longer than one statement may.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromDays(14);

    /// <summary>What began before may reach into the days.</summary>
    private const string Sessions =
        """
        SELECT p.n::integer - 1, s.session_id, s.plug_in_at, s.plug_out_at, s.last_updated, s.energy_wh, s.document
        FROM unnest(@ids, @operators) WITH ORDINALITY AS p (id, operator_id, n)
        JOIN charging_session s ON s.operator_id = p.operator_id AND s.charge_point_id = p.id
        WHERE s.plug_in_at >= @from AND s.plug_in_at < @to AND (s.plug_in_at >= @begin OR coalesce(s.plug_out_at, s.last_updated) > @begin)
        """;

    /// <summary>$1 operators, $2 (inclusive) to $3 (exclusive): sessions of theirs that begin there and that another one corrects.</summary>
    internal const string Corrected =
        """
        SELECT c.corrected_id FROM session_correction c JOIN charging_session s ON s.operator_id = c.operator_id AND s.session_id = c.corrected_id
        WHERE c.operator_id = ANY ($1) AND s.plug_in_at >= $2 AND s.plug_in_at < $3
        """;

    /// <summary>Of each group the week's hours in their order; of groups without a session all are empty.</summary>
    /// <param name="points">Of the question, by group.</param>
    /// <param name="groups">How many there are.</param>
    /// <param name="first">London day (inclusive).</param>
    /// <param name="last">London day (inclusive).</param>
    /// <exception cref="UnauthorizedAccessException">The scope does not hold sessions: the caller should have refused.</exception>
    public async Task<IReadOnlyList<UsageFigures[]>> ReadAsync(IReadOnlyList<UsagePoint> points, int groups, DateOnly first, DateOnly last, Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.Reads(Dataset.ChargingSessions)) throw new UnauthorizedAccessException($"The scope {scope} does not read {Dataset.ChargingSessions}.");
        var sums = Enumerable.Range(0, groups).Select(_ => new UsageFigures[WeekHour.Count]).ToList();
        if (points.Count == 0) return sums;
        var (begin, end) = (LondonCalendar.Midnight(first), LondonCalendar.Midnight(last.AddDays(1)));
        var (earliest, operators) = (begin - SessionDays.Longest, points.Select(p => p.OperatorId).Distinct().ToArray());

        // Which sessions are corrected no reader may ask: it is the hub itself who leaves them out, and all that is read is of one state of the database.
        await using var own = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var shown = await own.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var snapshot = (await own.Command("SELECT pg_export_snapshot()").ListAsync(r => r.GetString(0), cancellationToken)).Single();
        var corrected = (await own.Command(Corrected, operators, earliest, end).ListAsync(r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);

        var shared = points.Where(p => p.Before.Count > 0).Select(p => p.Unit).ToHashSet();
        var told = new Dictionary<(int Unit, DateOnly Day), (int Before, int Group, List<(WeekHour Hour, UsageFigures Figures)> Hours)>();
        var (ids, of) = (points.Select(p => p.ChargePointId).ToArray(), points.Select(p => p.OperatorId).ToArray());
        for (var (from, to) = (earliest, earliest); from < end; from = to)
        {
            to = points.Count <= Few || end - from <= Slice ? end : from + Slice;
            await using var connection = await database.OpenServingAsync(cancellationToken);
            await using var same = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            await connection.Command($"SET TRANSACTION SNAPSHOT '{snapshot}'").ExecuteAsync(cancellationToken);
            await using var command = new ServingCommand(connection, scope, Sessions);
            command.Parameters.AddWithValue("ids", ids);
            command.Parameters.AddWithValue("operators", of);
            command.Parameters.AddWithValue("from", NpgsqlDbType.TimestampTz, from);
            command.Parameters.AddWithValue("to", NpgsqlDbType.TimestampTz, to);
            command.Parameters.AddWithValue("begin", NpgsqlDbType.TimestampTz, begin);
            await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.Default, cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (corrected.Count == 0 || !corrected.Contains(reader.GetString(1))) Add(points[reader.GetInt32(0)], SessionOf(reader, points[reader.GetInt32(0)]));
            }
        }

        foreach (var (_, group, hours) in told.Values)
        {
            foreach (var (hour, figures) in hours) sums[group][hour.Place] += figures;
        }

        return sums;

        void Add(UsagePoint point, ChargingSession session)
        {
            foreach (var (day, hour, figures) in SessionHours.Of(session))
            {
                if (day < first || day > last) continue;
                if (!shared.Contains(point.Unit)) sums[point.Group][hour.Place] += figures;
                else Tell(point, day, hour, figures);
            }
        }

        // Of what is one and the same the first that tells of a day is believed.
        void Tell(UsagePoint point, DateOnly day, WeekHour hour, UsageFigures figures)
        {
            var before = point.Before.Count;
            if (!told.TryGetValue((point.Unit, day), out var known) || known.Before > before) told[(point.Unit, day)] = known = (before, point.Group, []);
            if (known.Before == before) known.Hours.Add((hour, figures));
        }
    }

    /// <summary>What figures are made of: reading all of each document would be most of the time of an answer.</summary>
    private static ChargingSession SessionOf(NpgsqlDataReader row, UsagePoint point)
    {
        var json = new Utf8JsonReader(row.GetFieldValue<byte[]>(6));
        var (start, end, minutes) = ((DateTimeOffset?)null, (DateTimeOffset?)null, (decimal?)null);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isStart, isEnd, isMinutes) = (json.ValueTextEquals("charge_start_at"u8), json.ValueTextEquals("charge_end_at"u8), json.ValueTextEquals("charging_minutes"u8));
            json.Read();
            if (json.TokenType == JsonTokenType.Null) { }
            else if (isStart) start = json.GetDateTimeOffset();
            else if (isEnd) end = json.GetDateTimeOffset();
            else if (isMinutes) minutes = json.GetDecimal();
            else json.Skip();

            // Properties have their order, and nothing that follows is asked for.
            if (isMinutes) break;
        }

        return new ChargingSession
        {
            SessionId = "",
            OperatorId = point.OperatorId,
            ChargePointId = point.ChargePointId,
            PlugInAt = row.Instant(2),
            PlugOutAt = row.InstantOrNull(3),
            ChargeStartAt = start,
            ChargeEndAt = end,
            ChargingMinutes = minutes,
            EnergyKwh = row.IsDBNull(5) ? null : row.GetInt64(5) / 1000m,
            LastUpdated = row.Instant(4),
        };
    }
}
