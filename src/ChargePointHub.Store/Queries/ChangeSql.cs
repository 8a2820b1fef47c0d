using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Builds the statement that finds which keys changed, in one order over all datasets: each part a keyset walk along an index on ticks. Ends come before what is
/// told again at the same tick. A record is found at its newest tick alone.
/// </summary>
internal static class ChangeSql
{
    /// <summary>One kind of change.</summary>
    /// <param name="Tick">At which it is told.</param>
    /// <param name="Keys">Operator and hub id, then what else leads to one row: time, word.</param>
    /// <param name="Scoped">Columns by which a scope judges: operator and borough; null: it is open to all.</param>
    private sealed record Part(int Number, Dataset Dataset, ChangeOf Of, string Tick, string[] Keys, string From, string Where = "true", (string Operator, string? Borough)? Scoped = null)
    {
        public bool HasTime => Keys.Length == 4;

        /// <summary>A walk along charge points to what happened at each: nothing before this one's place is looked at.</summary>
        public bool IsOfChargePoint { get; init; }

        /// <summary>What has been replaced since the last tick that is told: changes by tick come to it where it stands now.</summary>
        public bool IsByKeyOnly { get; init; }
    }

    private const string Area = " LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id";
    private const string ChangedTick = "greatest(r.tick, r.replaced_tick)";

    private static readonly Part[] Parts =
    [
        new(0, Dataset.ChargePoints, ChangeOf.Record, "r.tick", ["r.operator_id", "r.charge_point_id"], "charge_point_told r", "r.was_published"),
        Ended(1, Dataset.Tariffs, "record_gone r"),
        new(2, Dataset.Tariffs, ChangeOf.Record, "r.tick", ["r.operator_id", "r.tariff_id"], "tariff r"),
        Left(3, Dataset.StatusChanges),
        Left(4, Dataset.ChargingSessions),
        new(5, Dataset.StatusChanges, ChangeOf.Record, ChangedTick, ["r.operator_id", "r.charge_point_id", "r.at", "r.status"], "status_change r" + Area, NotAgain(ChangedTick), OfArea),
        new(6, Dataset.StatusChanges, ChangeOf.Record, "p.place_tick", ["p.operator_id", "p.charge_point_id", "r.at", "r.status"], Told("status_change"), $"{ChangedTick} < p.place_tick", OfArea) { IsOfChargePoint = true },
        Ended(7, Dataset.ChargingSessions, "record_gone r" + Area) with { Scoped = OfArea },
        new(8, Dataset.ChargingSessions, ChangeOf.Record, "r.tick", ["r.operator_id", "r.session_id"], "charging_session r" + Area, NotAgain("r.tick"), OfArea),
        new(9, Dataset.ChargingSessions, ChangeOf.Record, "p.place_tick", ["p.operator_id", "p.charge_point_id", "r.session_id"], Told("charging_session"), "r.tick < p.place_tick", OfArea) { IsOfChargePoint = true },
        new(10, Dataset.ChargingSessions, ChangeOf.Record, "r.tick", ["r.operator_id", "r.session_id"], "charging_session_version r" + Area, "r.tick_to > @up_to AND " + NotAgain("r.tick"), OfArea) { IsByKeyOnly = true },
        new(11, Dataset.ChargingSessions, ChangeOf.Record, "p.place_tick", ["p.operator_id", "p.charge_point_id", "r.session_id"], Told("charging_session_version"), "r.tick_to > @up_to AND r.tick < p.place_tick", OfArea)
        {
            IsOfChargePoint = true,
            IsByKeyOnly = true,
        },
    ];

    private static (string, string?)? OfArea => ("r.operator_id", "a.borough_gss");

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
        if (query.Operators is { } operators) parameters.AddWithValue("operators", operators.ToArray());
        foreach (var dataset in query.Datasets)
        {
            // Named once, however many parts ask.
            if (layer.AreasOf(dataset) is { } areas) ScopeSql.Within(areas, "", "", parameters, dataset.Name);
        }

        var order = query.ByKeySince is null ? "tick, part, operator_id, id, at, word" : "part, operator_id, id, at, word";
        var asked = Parts.Where(p => query.Datasets.Contains(p.Dataset) && (query.ByKeySince is null ? !p.IsByKeyOnly : p.Number >= place.Part)).Select(p => Branch(p, query, layer)).ToList();
        command.CommandText = asked.Count == 0
            ? "SELECT 0::bigint, 0, '', '', now(), '', now() WHERE false"
            : $"""
            SELECT u.tick, u.part, u.operator_id, u.id, u.at, u.word, (SELECT h.recorded_at FROM hub_tick h WHERE h.tick >= u.tick ORDER BY h.tick LIMIT 1)
            FROM (SELECT * FROM ({string.Join(" UNION ALL ", asked)}) parts ORDER BY {order} LIMIT @limit) u ORDER BY {order}
            """;
        return command;
    }

    public static (Dataset Dataset, ChangeOf Of, RecordKey Key) KeyOf(ChangePlace place)
    {
        var part = Parts[place.Part];
        return (part.Dataset, part.Of, part.HasTime ? new RecordKey(place.OperatorId, place.Id, place.At, place.Word)
            : new RecordKey(place.OperatorId, part.Dataset == Dataset.ChargingSessions && part.IsOfChargePoint ? place.Word : place.Id));
    }

    private static string Branch(Part part, ChangeQuery query, Scope layer)
    {
        var sql = new StringBuilder("(SELECT ").Append(part.Tick).Append(" AS tick, ").Append(part.Number.ToString(CultureInfo.InvariantCulture)).Append(" AS part, ")
            .Append(part.Keys[0]).Append(" AS operator_id, ").Append(part.Keys[1]).Append(" AS id, ")
            .Append(part.HasTime ? part.Keys[2] : "NULL::timestamptz").Append(" AS at, ").Append(part.Keys.Length > 2 ? part.Keys[^1] : "''").Append(" AS word FROM ").Append(part.From)
            .Append(" WHERE ").Append(part.Where).Append(" AND ").Append(part.Tick).Append(" <= @up_to");
        if (query.Operators is not null) sql.Append(" AND ").Append(part.Keys[0]).Append(" = ANY (@operators)");
        if (part.Of != ChangeOf.Record) sql.Append(" AND ").Append(part.Tick).Append(" > @begun");
        if (part.Scoped is { } scoped) sql.Append(" AND ").Append(Held(part, scoped, layer));
        var isWithin = query.After.Part == part.Number;
        sql.Append(" AND ").Append(part.Tick).Append(query.ByKeySince is null && (isWithin || query.After.Part < part.Number) ? " >= @tick" : " > @tick");
        if (isWithin)
        {
            var (columns, values) = query.ByKeySince is null ? (part.Tick + ", ", "@tick, ") : ("", "");
            var key = string.Join(", ", part.Keys);
            var after = part.Keys.Length switch { 2 => "@operator, @id", 3 => "@operator, @id, @word", _ => "@operator, @id, @at, @word" };
            if (part.IsOfChargePoint) sql.Append(CultureInfo.InvariantCulture, $" AND ({columns}{part.Keys[0]}, {part.Keys[1]}) >= ({values}@operator, @id)");
            sql.Append(CultureInfo.InvariantCulture, $" AND ({columns}{key}) > ({values}{after})");
        }

        return sql.Append(" ORDER BY ").Append(query.ByKeySince is null ? part.Tick + ", " : "").AppendJoin(", ", part.Keys).Append(" LIMIT @limit)").ToString();
    }

    /// <summary>Of a charge point that left, only those are told who held it there and do not hold all of its operator's.</summary>
    private static string Held(Part part, (string Operator, string? Borough) scoped, Scope layer)
    {
        var name = part.Dataset.Name;
        var isLeft = part.Of == ChangeOf.ChargePoint;
        if (layer.AreasOf(part.Dataset) is not { } areas) return isLeft ? "r.borough_gss = ''" : "true";
        var whole = $"{scoped.Operator} = ANY (@{name}_operators)" + (isLeft ? " AND r.borough_gss = ''" : "");
        return areas.Boroughs.Count == 0 ? whole : $"({whole} OR ({scoped.Operator}, {scoped.Borough}) IN (SELECT * FROM unnest(@{name}_area_operators, @{name}_area_boroughs)))";
    }

    private static Part Ended(int number, Dataset dataset, string from) =>
        new(number, dataset, ChangeOf.End, "r.tick", ["r.operator_id", "r.record_id"], from, $"r.dataset = '{dataset.Name}'");

    private static Part Left(int number, Dataset dataset) =>
        new(number, dataset, ChangeOf.ChargePoint, "r.tick", ["r.operator_id", "r.charge_point_id"], "charge_point_left r", Scoped: ("r.operator_id", "r.borough_gss"));

    private static string Told(string table) => $"charge_point_told p JOIN {table} r ON r.operator_id = p.operator_id AND r.charge_point_id = p.charge_point_id{Area}";

    /// <summary>It is not told again at a later of the ticks that are told, with its charge point.</summary>
    private static string NotAgain(string tick) =>
        $"NOT EXISTS (SELECT FROM charge_point_told p WHERE p.operator_id = r.operator_id AND p.charge_point_id = r.charge_point_id AND p.place_tick > {tick} AND p.place_tick <= @up_to)";
}
