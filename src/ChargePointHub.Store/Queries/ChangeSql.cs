using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Builds the statement that finds which keys changed, in one order over all datasets: each part a keyset walk along an index on ticks. Ends come before what is
/// told again at the same tick. A record is found at its newest tick alone, unless each of its versions is asked for.
/// </summary>
internal static class ChangeSql
{
    /// <param name="layer">What the conditions are made of.</param>
    /// <param name="scope">What row security judges by.</param>
    public static ServingCommand Command(ChangeQuery query, Scope layer, Scope scope, NpgsqlConnection connection)
    {
        var command = new ServingCommand(connection, scope);
        var parameters = command.Parameters;
        var place = query.After;
        parameters.AddWithValue("up_to", query.UpTo);
        parameters.AddWithValue("begun", query.Begun);
        parameters.AddWithValue("limit", query.Limit);
        parameters.AddWithValue("tick", query.ByKeySince ?? place.Tick);
        parameters.AddWithValue("operator", place.OperatorId);
        parameters.AddWithValue("id", place.Id);
        parameters.Add(new NpgsqlParameter("at", NpgsqlTypes.NpgsqlDbType.TimestampTz) { Value = (object?)place.At?.UtcDateTime ?? DBNull.Value });
        parameters.AddWithValue("word", place.Word);
        parameters.AddWithValue("version", place.Version);
        if (query.Operators is { } operators) parameters.AddWithValue("operators", operators.ToArray());
        foreach (var dataset in query.Datasets)
        {
            // Named once, however many parts ask.
            if (layer.AreasOf(dataset) is { } areas) ScopeSql.Within(areas, "", "", parameters, dataset.Name);
        }

        var order = query.ByKeySince is null ? "tick, part, operator_id, id, at, word, version" : "part, operator_id, id, at, word";
        var asked = PartsOf(query.IsOfVersions).Index().Where(p => query.Datasets.Contains(p.Item.Dataset) && (query.ByKeySince is null ? !p.Item.IsByKeyOnly : p.Index >= place.Part)).Select(p => Branch(p.Item, p.Index, query, layer)).ToList();
        command.CommandText = asked.Count == 0
            ? "SELECT 0::bigint, 0, '', '', now(), '', 0::bigint, now() WHERE false"
            : $"""
            SELECT u.tick, u.part, u.operator_id, u.id, u.at, u.word, u.version, (SELECT h.recorded_at FROM hub_tick h WHERE h.tick >= u.tick ORDER BY h.tick LIMIT 1)
            FROM (SELECT * FROM ({string.Join(" UNION ALL ", asked)}) parts ORDER BY {order} LIMIT @limit) u ORDER BY {order}
            """;
        return command;
    }

    /// <summary>What was found at a place.</summary>
    public static ChangedKey KeyOf(ChangePlace place, DateTimeOffset recordedAt, bool isOfVersions)
    {
        var part = PartsOf(isOfVersions)[place.Part];
        var key = part.HasTime ? new RecordKey(place.OperatorId, place.Id, place.At, place.Word) : new RecordKey(place.OperatorId, part.IsOfPlace ? place.Word : place.Id);
        if (part.IsOfVersions) key = key with { Version = part.Version is null ? place.Tick : place.Version };
        return new ChangedKey(place, recordedAt, part.Dataset, part.Of, part.Id, key);
    }

    private static IReadOnlyList<ChangePart> PartsOf(bool versions) => versions ? ChangeParts.Versions : ChangeParts.All;

    private static string Branch(ChangePart part, int number, ChangeQuery query, Scope layer)
    {
        var sql = new StringBuilder("(SELECT ").Append(part.Tick).Append(" AS tick, ").Append(number.ToString(CultureInfo.InvariantCulture)).Append(" AS part, ")
            .Append(part.Keys[0]).Append(" AS operator_id, ").Append(part.Keys[1]).Append(" AS id, ")
            .Append(part.HasTime ? part.Keys[2] : "NULL::timestamptz").Append(" AS at, ").Append(part.Keys.Length > 2 ? part.Keys[^1] : "''").Append(" AS word, ").Append(part.Version ?? "0::bigint").Append(" AS version FROM ").Append(part.From)
            .Append(" WHERE ").Append(part.Where).Append(" AND ").Append(part.Tick).Append(" <= @up_to");
        if (query.Operators is not null) sql.Append(" AND ").Append(part.Keys[0]).Append(" = ANY (@operators)");
        if (part.Of is not (ChangeOf.Record or ChangeOf.LastVersion)) sql.Append(" AND ").Append(part.Tick).Append(" > @begun");
        if (part.Scoped is { } scoped) sql.Append(" AND ").Append(Held(part, scoped, layer));
        var isWithin = query.After.Part == number;
        sql.Append(" AND ").Append(part.Tick).Append(query.ByKeySince is null && (isWithin || query.After.Part < number) ? " >= @tick" : " > @tick");
        if (isWithin)
        {
            var (columns, values) = query.ByKeySince is null ? (part.Tick + ", ", "@tick, ") : ("", "");
            var key = string.Join(", ", Order(part));
            var after = part.Keys.Length switch { 2 => "@operator, @id", 3 => "@operator, @id, @word", _ => "@operator, @id, @at, @word" } + (part.Version is null ? "" : ", @version");
            if (part.IsOfPlace) sql.Append(CultureInfo.InvariantCulture, $" AND ({columns}{part.Keys[0]}, {part.Keys[1]}) >= ({values}@operator, @id)");
            sql.Append(CultureInfo.InvariantCulture, $" AND ({columns}{key}) > ({values}{after})");
        }

        return sql.Append(" ORDER BY ").Append(query.ByKeySince is null ? part.Tick + ", " : "").AppendJoin(", ", Order(part)).Append(" LIMIT @limit)").ToString();
    }

    private static IEnumerable<string> Order(ChangePart part) => part.Version is null ? part.Keys : part.Keys.Append(part.Version);

    /// <summary>Of a place that left, only those are told who held it there and do not hold all of its operator's.</summary>
    private static string Held(ChangePart part, (string Operator, string Borough) scoped, Scope layer)
    {
        var name = part.Dataset.Name;
        var isLeft = part.Of is ChangeOf.ChargePoint or ChangeOf.Location;
        if (layer.AreasOf(part.Dataset) is not { } areas) return isLeft ? "r.borough_gss = ''" : "true";
        var whole = $"{scoped.Operator} = ANY (@{name}_operators)" + (isLeft ? " AND r.borough_gss = ''" : "");
        return areas.Boroughs.Count == 0 ? whole : $"({whole} OR ({scoped.Operator}, {scoped.Borough}) IN (SELECT * FROM unnest(@{name}_area_operators, @{name}_area_boroughs)))";
    }
}
