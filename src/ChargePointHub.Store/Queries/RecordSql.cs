using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// The one shape of every page: current rows up to the tick, and versions that the tick still saw, each in key order and each
/// cut at the limit, merged in that order. The text is put together from constants; values are always parameters.
/// </summary>
internal static class RecordSql
{
    /// <param name="Ties">What is shown of records that share a key once their times are cut; null: none do.</param>
    internal sealed record Shape(
        string Table, string? VersionTable, string? TimeColumn, string[] KeyColumns, string Joined, string Joins, string? PowerBand, string? Status, string Leading = "", string[]? Ties = null);

    private const string AreaJoin = " LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id";
    private const string PointJoin = " LEFT JOIN charge_point c ON c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id";
    private const string CurrentStatus = " LEFT JOIN charge_point_status s ON s.operator_id = r.operator_id AND s.charge_point_id = r.charge_point_id";

    /// <summary>The last change that was known at the tick and had begun: what the status then was.</summary>
    private const string StatusThen = " LEFT JOIN LATERAL (" + ChangesOfPoint + "AND h.tick <= @tick AND h.at <= @statuses_at" + LastOfThese;

    /// <summary>The last change that was known when the version was recorded.</summary>
    private const string StatusOfVersion = " LEFT JOIN LATERAL (" + ChangesOfPoint + "AND h.tick <= r.tick AND h.at <= r.recorded_at" + LastOfThese;

    private const string ChangesOfPoint = "SELECT h.status, h.at AS since FROM status_change h WHERE h.operator_id = r.operator_id AND h.charge_point_id = r.charge_point_id ",
        LastOfThese = " ORDER BY h.at DESC, h.tick DESC LIMIT 1) s ON true";

    /// <summary>Of those who do not hold status changes as they are: a status that was tells of them.</summary>
    private const string NoStatus = " CROSS JOIN LATERAL (SELECT NULL::text AS status, NULL::timestamptz AS since) s";

    private const string EffectiveStatus = "CASE WHEN r.operator_id = ANY(@fresh) THEN coalesce(s.status, 'MISSING') ELSE 'MISSING' END";

    /// <summary>As JSON text; null: none.</summary>
    private const string SameAs =
        "(SELECT '[' || string_agg('{\"charge_point_id\":' || to_json(m.other_id) || ',\"operator_id\":' || to_json(m.other_operator_id) || ',\"reason\":\"' || m.reason || '\"}', ',' ORDER BY m.other_id) || ']' "
        + "FROM charge_point_same m JOIN charge_point o ON o.operator_id = m.other_operator_id AND o.charge_point_id = m.other_id AND o.published "
        + "WHERE m.operator_id = r.operator_id AND m.charge_point_id = r.charge_point_id)";

    /// <summary>A charge point's borough; of a location the one in which all its charge points lie. What is of an operator as a whole lies in none.</summary>
    private const string UsageArea =
        " LEFT JOIN charge_point_area p ON p.operator_id = r.operator_id AND p.charge_point_id = r.charge_point_id"
        + " LEFT JOIN LATERAL (SELECT min(n.borough_gss) AS borough_gss FROM charge_point l LEFT JOIN charge_point_area n USING (operator_id, charge_point_id)"
        + " WHERE l.operator_id = r.operator_id AND l.location_id = r.location_id HAVING count(*) = count(n.borough_gss) AND min(n.borough_gss) = max(n.borough_gss)) l ON r.location_id IS NOT NULL"
        + " CROSS JOIN LATERAL (SELECT coalesce(p.borough_gss, l.borough_gss) AS borough_gss) a";

    /// <summary>As of sessions; a location's figures are partly those of each of its charge points.</summary>
    private const string UsageOfPublished =
        " AND NOT EXISTS (SELECT FROM charge_point w WHERE w.operator_id = r.operator_id AND NOT w.published AND (w.charge_point_id = r.charge_point_id OR w.location_id = r.location_id))";

    private static readonly Dictionary<Dataset, Shape> Shapes = new()
    {
        [Dataset.ChargePoints] = new(
            "charge_point",
            "charge_point_version",
            null,
            ["operator_id", "charge_point_id"],
            ", a.borough_gss, a.borough_name, a.ward_gss, a.lsoa21, a.boundary_version, " + EffectiveStatus + " AS status, "
                + "CASE WHEN r.operator_id = ANY(@fresh) THEN s.since END AS status_since, r.longitude, r.latitude, " + SameAs,
            AreaJoin + PointJoin + CurrentStatus,
            "r.power_band",
            EffectiveStatus),
        [Dataset.ChargingSessions] = new(
            "charging_session",
            "charging_session_version",
            "plug_in_at",
            ["operator_id", "session_id"],
            ", a.borough_gss, a.ward_gss, a.lsoa21, c.power_band",
            AreaJoin + PointJoin,
            "c.power_band",
            null),
        [Dataset.StatusChanges] = new(
            "status_change", null, "at", ["operator_id", "charge_point_id", "status"], "", AreaJoin + PointJoin, "c.power_band", "r.status",
            Ties: ["r.evidence", "(r.document ->> 'reported_at')::timestamptz"]),
        [Dataset.Outages] = new("outage", "outage_version", "started_at", ["operator_id", "outage_id"], ", a.borough_gss, r.ended_at, r.category, r.recorded_at AS known_at", AreaJoin + PointJoin, "c.power_band", null,
            Ties: ["(r.ended_at)::timestamptz", "r.category"]),
        [Dataset.ReportedUsage] = new("reported_usage", "reported_usage_version", "period_from", ["operator_id", "reported_usage_id"], "", UsageArea, null, null),
        [Dataset.Tariffs] = new("tariff", "tariff_version", null, ["operator_id", "tariff_id"], "", "", null, null),
    };

    /// <summary>Nobody asks whether the operator was fresh then.</summary>
    private static readonly Shape VersionsOfPoints = Shapes[Dataset.ChargePoints] with
    {
        Joined = Shapes[Dataset.ChargePoints].Joined.Replace("r.operator_id = ANY(@fresh)", "@fresh IS NOT NULL", StringComparison.Ordinal),
        Joins = AreaJoin + PointJoin + StatusOfVersion,
    };

    private static readonly Shape PointsAsOf = Shapes[Dataset.ChargePoints] with { Joins = AreaJoin + PointJoin + StatusThen };

    /// <param name="layer">What the conditions are made of.</param>
    /// <param name="scope">What row security judges by: the same, but in tests that look at one of the two alone.</param>
    public static ServingCommand Command(RecordQuery query, Scope layer, Scope scope, NpgsqlConnection connection)
    {
        var command = new ServingCommand(connection, scope);
        var shape = ShapeOf(query, layer, command.Parameters);
        var cut = query.Only is null ? CutSql.Of(query, layer, command.Parameters) : null;
        var conditions = Conditions(cut is null ? query : query with { After = null, Categories = null }, layer, shape, command.Parameters);
        if (cut is not null && query.Categories is { } categories) command.Parameters.AddWithValue("categories", Array(categories));
        if (query.IsOfVersions)
        {
            command.CommandText = Versions(query, layer, shape, conditions);
            return command;
        }

        var order = string.Join(", ", Enumerable.Range(1, OrderColumns(query.Dataset, cut is not null)).Select(n => query.IsDescending ? $"{n} DESC" : $"{n}"));
        var sql = new StringBuilder();
        if (shape.VersionTable is null)
        {
            Current(conditions);
        }
        else
        {
            var reported = query.IsWithReported ? conditions : conditions + " AND false";
            sql.Append("SELECT * FROM ((");
            Current(reported);
            sql.Append(") UNION ALL (");
            var versions = reported + " AND r.tick_to > @tick";
            if (cut is null) Branch(sql, shape, shape.VersionTable, versions, order);
            else cut.Branch(sql, shape, shape.VersionTable, versions, Asked("told"), order);
            if (query.IsWithDerived)
            {
                // Derived ones have the same columns, and are asked for in the same way.
                sql.Append(") UNION ALL (");
                shape = shape with { Table = DerivedOutages.View, Joined = shape.Joined.Replace("r.recorded_at", "r.known_at", StringComparison.Ordinal) };
                Current(conditions + DerivedOutages.Conditions(command, query));
            }

            sql.Append(")) pages ORDER BY ").Append(order).Append(" LIMIT @limit");
        }

        command.CommandText = sql.ToString();
        return command;

        void Current(string held)
        {
            if (cut is null) Branch(sql, shape, shape.Table, held, order);
            else cut.Branch(sql, shape, shape.Table, held + cut.Reach(shape, held + Asked("r")), Asked("told"), order);
        }

        // Where keys are numbered, only once they are.
        string Asked(string table) => cut is null || query.Categories is null ? "" : $" AND {table}.category = ANY(@categories)";
    }

    /// <summary>How many records the query meets, whatever its limit and place.</summary>
    public static ServingCommand Count(RecordQuery query, Scope layer, Scope scope, NpgsqlConnection connection)
    {
        var command = new ServingCommand(connection, scope);
        var shape = ShapeOf(query, layer, command.Parameters);
        CutSql.Of(query, layer, command.Parameters);
        var conditions = Conditions(query with { After = null }, layer, shape, command.Parameters);
        var reported = query.IsWithReported ? conditions : conditions + " AND false";
        var sql = new StringBuilder("SELECT (SELECT count(*) FROM ").Append(shape.Table).Append(" r").Append(shape.Joins).Append(" WHERE ").Append(reported).Append(')');
        if (shape.VersionTable is { } versions)
            sql.Append(" + (SELECT count(*) FROM ").Append(versions).Append(" r").Append(shape.Joins).Append(" WHERE ").Append(reported).Append(" AND r.tick_to > @tick)");
        if (query.IsWithDerived)
            sql.Append(" + (SELECT count(*) FROM ").Append(DerivedOutages.View).Append(" r").Append(shape.Joins).Append(" WHERE ").Append(conditions).Append(DerivedOutages.Conditions(command, query)).Append(')');
        command.CommandText = sql.ToString();
        return command;
    }

    /// <summary>Columns that lead each row: the order. The document follows them; with places in memory the id of the charge point comes before it: columns are read from left to right, each once.</summary>
    /// <param name="isCut">Times are cut, so that keys may need their ties broken.</param>
    public static int OrderColumns(Dataset dataset, bool isCut) => Order(Shapes[dataset]).Count() + (isCut && Shapes[dataset].Ties is not null ? 1 : 0);

    public static bool LeadsWithTime(Dataset dataset) => Shapes[dataset].TimeColumn is not null;

    /// <summary>Where the scope withholds something, each row says its borough: it decides what.</summary>
    private static Shape ShapeOf(RecordQuery query, Scope layer, NpgsqlParameterCollection parameters)
    {
        var isOfVersions = query.Dataset == Dataset.ChargePoints && query.IsOfVersions;
        var shape = isOfVersions ? VersionsOfPoints : query.StatusesAt is null ? Shapes[query.Dataset] : PointsAsOf;
        if ((isOfVersions || query.StatusesAt is not null) && layer.AreasOf(Dataset.StatusChanges) is { } areas) shape = shape with { Joins = areas.IsFull ? shape.Joins.Replace(LastOfThese, $" AND {ScopeSql.Within(areas, "h.operator_id", "a.borough_gss", parameters, "statuses")}{LastOfThese}", StringComparison.Ordinal) : AreaJoin + PointJoin + NoStatus };
        if (query.Places is not null) return shape with { Joins = "", Joined = "", Leading = ", r.charge_point_id" };
        return shape.Joined.Length == 0 && layer.AreasOf(query.Dataset) is { IsFull: false } ? shape with { Joined = ", a.borough_gss" } : shape;
    }

    private static IEnumerable<string> Order(Shape shape) => shape.TimeColumn is null ? shape.KeyColumns : shape.KeyColumns.Prepend(shape.TimeColumn);

    private static void Branch(StringBuilder sql, Shape shape, string table, string conditions, string order) =>
        sql.Append("SELECT ").AppendJoin(", ", Order(shape).Select(c => "r." + c)).Append(shape.Leading).Append(", r.document").Append(shape.Joined)
            .Append(" FROM ").Append(table).Append(" r").Append(shape.Joins)
            .Append(" WHERE ").Append(conditions)
            .Append(" ORDER BY ").Append(order).Append(" LIMIT @limit");

    /// <summary>Behind what each row shows: when it was recorded, when it was superseded, and its tick. Where times are cut, only what was current when a unit began.</summary>
    private static string Versions(RecordQuery query, Scope layer, Shape shape, string conditions)
    {
        var unit = query.PrecisionUnder(layer);
        var spans = unit == TimePrecision.Exact ? "" : $" AND (r.tick_to > @tick OR {CutSql.Next("r.recorded_at", unit)} <= r.recorded_to)";
        if (query.BeforeVersion is not null) conditions += " AND r.tick < @before";
        string Of(string table, string supersededAt) =>
            $"SELECT {string.Join(", ", Order(shape).Select(c => "r." + c))}, r.document{shape.Joined}, r.recorded_at, {supersededAt}, r.tick AS version FROM {table} r{shape.Joins} WHERE {conditions}";
        return $"SELECT * FROM (({Of(shape.Table, "NULL::timestamptz")}) UNION ALL ({Of(shape.VersionTable!, "CASE WHEN r.tick_to <= @tick THEN r.recorded_to END")} AND r.tick_to > r.tick{spans})) versions ORDER BY version DESC LIMIT @limit";
    }

    private static string Conditions(RecordQuery query, Scope scope, Shape shape, NpgsqlParameterCollection parameters)
    {
        var sql = new StringBuilder("r.tick <= @tick");
        parameters.AddWithValue("tick", query.Tick);
        parameters.AddWithValue("limit", query.Limit);
        if (query.Dataset == Dataset.ChargePoints)
        {
            sql.Append(" AND r.published");
            parameters.AddWithValue("fresh", Array(query.FreshOperators));
            if (query.StatusesAt is { } then) parameters.AddWithValue("statuses_at", then);
        }

        // What is withheld today is withheld at every tick, and with everything that happened there.
        if (shape.Joins.Contains(PointJoin, StringComparison.Ordinal)) sql.Append(" AND c.published IS NOT FALSE");
        if (query.Dataset == Dataset.ReportedUsage) sql.Append(UsageOfPublished);
        if (query.Window is { } window)
        {
            sql.Append(" AND ").Append(FilterSql.Window(query.TimeField, "r." + shape.TimeColumn));
            parameters.AddWithValue("from", window.From);
            parameters.AddWithValue("to", window.To);
        }

        if (query.After is { } after) After(sql, shape, after, query.IsDescending, parameters);
        OneOf(sql, parameters, "r.operator_id", "operators", query.Operators);
        // Of either of two tables: see FilterSql.Often.
        if (query.Dataset == Dataset.ReportedUsage && query.Boroughs is { } boroughs)
        {
            sql.Append(" AND ").Append(FilterSql.Often("a.borough_gss = ANY (@boroughs)"));
            parameters.AddWithValue("boroughs", Array(boroughs));
        }
        else
        {
            OneOf(sql, parameters, "a.borough_gss", "boroughs", query.Boroughs);
        }

        OneOf(sql, parameters, shape.PowerBand, "bands", query.PowerBands);
        OneOf(sql, parameters, shape.Status, "statuses", query.Statuses);
        OneOf(sql, parameters, query.Dataset == Dataset.Outages ? "r.category" : null, "categories", query.Categories);
        OneOf(sql, parameters, query.Dataset == Dataset.ReportedUsage ? "r.usage_group" : null, "groups", query.Groups);
        OneOf(sql, parameters, query.Dataset == Dataset.ReportedUsage ? "r.period_unit" : null, "units", query.PeriodUnits);
        FilterSql.Append(sql, query.Filters, query.Dataset, parameters);
        if (query.ChargePointId is { } id)
        {
            // Hub ids begin with the operator's slug and a colon; naming the operator lets the key's index be used.
            sql.Append(" AND r.charge_point_id = @point AND r.operator_id = split_part(@point, ':', 1)");
            parameters.AddWithValue("point", id);
        }

        if (query.Only is { } only) OneOf(sql, shape, only, parameters);
        if (query.BeforeVersion is { } before) parameters.AddWithValue("before", before);
        if (scope.AreasOf(query.Dataset) is { } areas) sql.Append(" AND ").Append(ScopeSql.Within(areas, "r.operator_id", shape.Joins.Contains(AreaJoin, StringComparison.Ordinal) || shape.Joins == UsageArea ? "a.borough_gss" : null, parameters));
        return sql.ToString();
    }

    private static void After(StringBuilder sql, Shape shape, PageKey after, bool isDescending, NpgsqlParameterCollection parameters) =>
        sql.Append(" AND (").AppendJoin(", ", Order(shape).Select(c => "r." + c)).Append(isDescending ? ") < (" : ") > (").AppendJoin(", ", Names(after, parameters)).Append(')');

    /// <summary>Parameters that hold a key, in its order.</summary>
    internal static IReadOnlyList<string> Names(PageKey after, NpgsqlParameterCollection parameters)
    {
        var names = new List<string>();
        if (after.At is { } at)
        {
            names.Add("@after_at");
            parameters.AddWithValue("after_at", at);
        }

        for (var i = 0; i < after.Texts.Count; i++)
        {
            names.Add($"@after_{i}");
            parameters.AddWithValue($"after_{i}", after.Texts[i]);
        }

        return names;
    }

    private static void OneOf(StringBuilder sql, NpgsqlParameterCollection parameters, string? column, string name, IReadOnlyList<string>? values)
    {
        if (values is null) return;
        if (column is null) throw new ArgumentException($"This dataset has no filter '{name}'.", nameof(name));
        sql.Append(" AND ").Append(column).Append(" = ANY(@").Append(name).Append(')');
        parameters.AddWithValue(name, Array(values));
    }

    private static void OneOf(StringBuilder sql, Shape shape, IReadOnlyList<RecordKey> keys, NpgsqlParameterCollection parameters)
    {
        var hasTime = shape.KeyColumns.Contains("status");
        parameters.AddWithValue("only_operators", keys.Select(k => k.OperatorId).ToArray());
        parameters.AddWithValue("only_ids", keys.Select(k => k.Id).ToArray());
        if (keys is [{ Version: not null }, ..])
        {
            sql.Append(" AND (").AppendJoin(", ", shape.KeyColumns.Select(c => "r." + c)).Append(", r.tick) IN (SELECT * FROM unnest(@only_operators, @only_ids, @only_versions))");
            parameters.AddWithValue("only_versions", keys.Select(k => k.Version!.Value).ToArray());
            return;
        }

        sql.Append(" AND (").AppendJoin(", ", shape.KeyColumns.Select(c => "r." + c)).Append(hasTime ? ", r.at) IN (SELECT * FROM unnest(@only_operators, @only_ids, @only_statuses, @only_at))" : ") IN (SELECT * FROM unnest(@only_operators, @only_ids))");
        if (!hasTime) return;
        parameters.AddWithValue("only_statuses", keys.Select(k => k.Status!).ToArray());
        parameters.AddWithValue("only_at", keys.Select(k => k.At!.Value.UtcDateTime).ToArray());
    }

    private static string[] Array(IReadOnlyList<string> values) => [.. values];
}
