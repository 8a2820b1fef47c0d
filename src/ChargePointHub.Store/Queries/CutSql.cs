using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Pages of records whose times are cut: ordered by the times as they are told and then by key, so that neither order nor key tells more. Records that
/// share a key once cut are numbered by what is shown of them, before anything is asked of one record alone: its number, which is part of a derived outage's id, is the same whatever is asked.
/// </summary>
internal sealed class CutSql
{
    private const string London = "'Europe/London'";

    private readonly TimePrecision unit;
    private readonly IReadOnlyList<(TimePrecision Precision, string Condition)> levels;
    private readonly IReadOnlyList<string> after = [];
    private readonly bool isDescending;

    private CutSql(TimePrecision unit, RecordQuery query, Scope.Areas areas, NpgsqlParameterCollection parameters)
    {
        this.unit = unit;
        isDescending = query.IsDescending;
        levels = [.. areas.Levels.Select((level, n) => (level.Precision, Condition(level, n, parameters)))];
        if (query.After is not { At: { } at } key) return;
        after = RecordSql.Names(key, parameters);
        parameters.AddWithValue("after_unit", unit.Next(at));
        parameters.AddWithValue("before_unit", unit.Cut(at));
    }

    /// <summary>Null: every time is told as it is.</summary>
    /// <exception cref="InvalidOperationException">The window is finer than what may be told, or about another time than the event's: it must not run.</exception>
    public static CutSql? Of(RecordQuery query, Scope layer, NpgsqlParameterCollection parameters)
    {
        if (query.PrecisionUnder(layer) is not (var unit and not TimePrecision.Exact)) return null;
        if (query.Window is not { } w || unit.Cut(w.From) != w.From || unit.Cut(w.To) != w.To) throw new InvalidOperationException($"The scope tells times by {unit}, and the window is finer.");
        if (query.TimeField != TimeField.Event) throw new InvalidOperationException($"The scope tells times by {unit}, and the window is about {query.TimeField}.");
        return new CutSql(unit, query, layer.AreasOf(query.Dataset)!, parameters);
    }

    /// <param name="conditions">Those that all records of a key once cut meet, or none.</param>
    /// <param name="asked">Those that some of them meet; begins with AND, or is empty.</param>
    /// <param name="order">Numbers of the columns that lead each row.</param>
    public void Branch(StringBuilder sql, RecordSql.Shape shape, string table, string conditions, string asked, string order)
    {
        var keys = shape.KeyColumns.Select(k => "r." + k).ToList();
        var told = Cut("r." + shape.TimeColumn);
        sql.Append("SELECT * FROM (SELECT ").Append(told).Append(" AS told_at, ").AppendJoin(", ", keys);
        if (shape.Ties is { } ties)
        {
            sql.Append(", lpad((row_number() OVER (PARTITION BY ").AppendJoin(", ", keys.Prepend(told))
                .Append(" ORDER BY ").AppendJoin(", ", ties.Select(t => t.EndsWith("::timestamptz", StringComparison.Ordinal) ? Cut(t) : t)).Append("))::text, 9, '0') AS place");
        }

        sql.Append(", r.document").Append(shape.Joined).Append(" FROM ").Append(table).Append(" r").Append(shape.Joins).Append(" WHERE ").Append(conditions);
        if (after.Count > 0) sql.Append(" AND r.").Append(shape.TimeColumn).Append(isDescending ? " < @after_unit" : " >= @after_at");
        sql.Append(") told WHERE true").Append(asked);
        if (after.Count > 0)
            sql.Append(" AND (").AppendJoin(", ", shape.KeyColumns.Prepend("told_at").Concat(shape.Ties is null ? [] : ["place"])).Append(isDescending ? ") < (" : ") > (").AppendJoin(", ", after).Append(')');
        sql.Append(" ORDER BY ").Append(order).Append(" LIMIT @limit");
    }

    /// <summary>
    /// A further condition, so that a page does not sort the whole window: as many records as are wanted lie between the end of the unit that the page before
    /// ended in and some time, so that what is wanted lies before the end of that time's unit. Last first, the same from the other end. How far that is the planner
    /// cannot know: the window's own bound is hidden from it as well, or of a long window it would read the table.
    /// </summary>
    public string Reach(RecordSql.Shape shape, string conditions) => isDescending
        ? $" AND r.{shape.TimeColumn} < (SELECT @to) AND r.{shape.TimeColumn} >= coalesce((SELECT {Cut("far.at", unit)} FROM (SELECT r.{shape.TimeColumn} AS at FROM {shape.Table} r{shape.Joins} WHERE {conditions}"
        + (after.Count > 0 ? $" AND r.{shape.TimeColumn} < @before_unit" : "") + $" ORDER BY r.{shape.TimeColumn} DESC OFFSET @limit - 1 LIMIT 1) far), '-infinity')"
        : $" AND r.{shape.TimeColumn} >= (SELECT @from) AND r.{shape.TimeColumn} < coalesce((SELECT {Next("far.at")} FROM (SELECT r.{shape.TimeColumn} AS at FROM {shape.Table} r{shape.Joins} WHERE {conditions}"
        + (after.Count > 0 ? $" AND r.{shape.TimeColumn} >= @after_unit" : "") + $" ORDER BY r.{shape.TimeColumn} OFFSET @limit - 1 LIMIT 1) far), 'infinity')";

    /// <summary>As it is told: the finest precision first that names the record's place.</summary>
    private string Cut(string time) =>
        levels.Count == 1 ? Cut(time, levels[0].Precision)
        : $"CASE {string.Join(' ', levels.SkipLast(1).Select(l => $"WHEN {l.Condition} THEN {Cut(time, l.Precision)}"))} ELSE {Cut(time, levels[^1].Precision)} END";

    private string Next(string time) => Next(time, unit);

    /// <summary>The first instant of the next unit.</summary>
    internal static string Next(string time, TimePrecision unit) => unit == TimePrecision.Day
        ? $"(date_trunc('day', {time} AT TIME ZONE {London}) + interval '1 day') AT TIME ZONE {London}"
        : $"{Cut(time, unit)} + interval '{(unit == TimePrecision.Hour ? 60 : 15)} minutes'";

    private static string Cut(string time, TimePrecision precision) => precision switch
    {
        TimePrecision.Exact => time,
        TimePrecision.QuarterHour => $"date_bin('15 minutes', {time}, '2000-01-01Z')",
        TimePrecision.Hour => $"date_bin('1 hour', {time}, '2000-01-01Z')",
        _ => $"date_trunc('day', {time}, {London})",
    };

    private static string Condition(
        (TimePrecision Precision, IReadOnlyList<string> Operators, IReadOnlyList<(string OperatorId, string Borough)> Boroughs) level, int number, NpgsqlParameterCollection parameters)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"level_{number}");
        parameters.AddWithValue(name, level.Operators.ToArray());
        parameters.AddWithValue(name + "_of", level.Boroughs.Select(b => b.OperatorId).ToArray());
        parameters.AddWithValue(name + "_in", level.Boroughs.Select(b => b.Borough).ToArray());
        return $"(r.operator_id = ANY (@{name}) OR (r.operator_id, a.borough_gss) IN (SELECT * FROM unnest(@{name}_of, @{name}_in)))";
    }
}
