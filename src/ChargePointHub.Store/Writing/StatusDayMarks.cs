using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>Marks days whose status is made already and of which a page brings something; nearly every page brings what is of today, and marks nothing. Under the operator's page lock.</summary>
internal static class StatusDayMarks
{
    private static readonly Dataset[] Seen = [Dataset.StatusChanges, Dataset.ChargePoints];

    /// <summary>Of changes that the page adds.</summary>
    /// <param name="earliest">The first of them, or before.</param>
    public static async Task OfChangesAsync(NpgsqlConnection connection, string operatorId, DateTimeOffset earliest, Tick tick, CancellationToken cancellationToken)
    {
        if (await ReadMadeAsync(connection, operatorId, cancellationToken) is not (_, var end) || earliest >= end) return;
        await connection.Command(
            $"""
            INSERT INTO status_day_dirty (operator_id, tick, charge_point_id, from_day, to_day)
            SELECT $1, $2, s.charge_point_id, min((s.at AT TIME ZONE 'Europe/London')::date), max((s.at AT TIME ZONE 'Europe/London')::date)
            FROM decided_status_change d JOIN stage_status_change s USING (ord) WHERE d.verdict = {(int)Verdict.Added} AND s.at < $3 GROUP BY s.charge_point_id
            ON CONFLICT (operator_id, tick, charge_point_id, from_day) DO UPDATE SET to_day = greatest(status_day_dirty.to_day, excluded.to_day)
            """,
            operatorId, tick.Number, end).ExecuteAsync(cancellationToken);
    }

    /// <summary>Of charge points that a crawl saw, each from when it was so.</summary>
    /// <param name="seenAt">When it was seen.</param>
    public static async Task OfSightingsAsync(NpgsqlConnection connection, string operatorId, IReadOnlyList<(string ChargePointId, DateTimeOffset From)> seen, DateTimeOffset seenAt, Tick tick, CancellationToken cancellationToken)
    {
        if (await ReadMadeAsync(connection, operatorId, cancellationToken) is not (_, var end) || seen.Where(s => s.From < end).ToList() is not { Count: > 0 } made) return;
        await connection.Command(
            """
            INSERT INTO status_day_dirty (operator_id, tick, charge_point_id, from_day, to_day) SELECT $1, $2, s.id, s.from_day, $3 FROM unnest($4::text[], $5::date[]) AS s (id, from_day)
            ON CONFLICT (operator_id, tick, charge_point_id, from_day) DO UPDATE SET to_day = greatest(status_day_dirty.to_day, excluded.to_day)
            """,
            operatorId, tick.Number, LondonCalendar.DayOf((seenAt < end ? seenAt : end).AddTicks(-1)), made.Select(s => s.ChargePointId).ToArray(), made.Select(s => LondonCalendar.DayOf(s.From)).ToArray()).ExecuteAsync(cancellationToken);
    }

    /// <summary>Of time that is covered from now on; before it is.</summary>
    public static async Task OfClaimAsync(NpgsqlConnection connection, string operatorId, Dataset dataset, Window window, Tick tick, CancellationToken cancellationToken)
    {
        if (!Seen.Contains(dataset) || await ReadMadeAsync(connection, operatorId, cancellationToken) is not (var made, var end)) return;

        // Before the first report crawls tell, and after it reports alone: where that moves, all between is another, and with the first report of all everything is.
        var first = dataset != Dataset.StatusChanges ? null : (await connection.Command(
            "SELECT min(from_at) FROM coverage WHERE operator_id = $1 AND dataset = $2 AND kind = 'covered'", operatorId, dataset.Name).ListAsync(r => r.InstantOrNull(0), cancellationToken)).Single();
        var isFirst = dataset == Dataset.StatusChanges && first is null;
        var (from, last) = isFirst ? (made < window.From ? made : window.From, end) : (window.From, first > window.To ? first.Value : window.To);
        if (from >= end) return;
        await connection.Command(
            "INSERT INTO status_day_dirty (operator_id, tick, charge_point_id, from_day, to_day) VALUES ($1, $2, '', $3, $4) ON CONFLICT (operator_id, tick, charge_point_id, from_day) DO UPDATE SET to_day = greatest(status_day_dirty.to_day, excluded.to_day)",
            operatorId, tick.Number, LondonCalendar.DayOf(from), LondonCalendar.DayOf((last < end ? last : end).AddTicks(-1))).ExecuteAsync(cancellationToken);
    }

    /// <summary>From the first day that is made to the end of the last; null: none is.</summary>
    private static async Task<(DateTimeOffset From, DateTimeOffset To)?> ReadMadeAsync(NpgsqlConnection connection, string operatorId, CancellationToken cancellationToken)
    {
        var made = await connection.Command("SELECT from_day, to_day FROM status_day_made WHERE operator_id = $1", operatorId)
            .ListAsync(r => (From: r.GetFieldValue<DateOnly>(0), To: r.GetFieldValue<DateOnly>(1)), cancellationToken);
        return made.Count == 0 ? null : (LondonCalendar.Midnight(made[0].From), LondonCalendar.Midnight(made[0].To.AddDays(1)));
    }
}
