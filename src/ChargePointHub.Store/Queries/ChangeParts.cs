using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>One kind of change.</summary>
/// <param name="Id">The field of the record that <see cref="ChangedKey.Key"/>'s id is.</param>
/// <param name="Tick">At which it is told.</param>
/// <param name="Keys">Operator and hub id, then what else leads to one row: time, word.</param>
internal sealed record ChangePart(Dataset Dataset, ChangeOf Of, string Id, string Tick, string[] Keys, string From, string Where = "true")
{
    public bool HasTime => Keys.Length == 4;

    /// <summary>Columns by which a scope judges: operator and borough; null: it is open to all.</summary>
    public (string Operator, string Borough)? Scoped { get; init; }

    /// <summary>Column with the tick of one version, where the key leads to several of a record; null: it leads to one row.</summary>
    public string? Version { get; init; }

    /// <summary>What is found is the version of its tick, and not what there is now.</summary>
    public bool IsOfVersions { get; init; }

    /// <summary>A walk along places to what happened at each: nothing before this one's place is looked at.</summary>
    public bool IsOfPlace { get; init; }

    /// <summary>What has been replaced since the last tick that is told: changes by tick come to it where it stands now.</summary>
    public bool IsByKeyOnly { get; init; }
}

/// <summary>
/// The kinds of change, in their order within a tick: of each dataset its ends come before what is told again at the same tick. A dataset is one line here.
/// </summary>
internal static class ChangeParts
{
    private const string ChangedTick = "greatest(r.tick, r.replaced_tick)";

    private const string SinceBegun = " AND p.place_tick > @begun";

    private const string AreaOfPoint = " LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id";

    /// <summary>Figures are of a charge point, of a location, or of no place.</summary>
    private const string AreaOfEither = " LEFT JOIN charge_point_area n ON n.operator_id = r.operator_id AND n.charge_point_id = r.charge_point_id"
        + " LEFT JOIN location_told l ON l.operator_id = r.operator_id AND l.location_id = r.location_id CROSS JOIN LATERAL (SELECT coalesce(n.borough_gss, l.borough_gss) AS borough_gss) a";

    public static readonly IReadOnlyList<ChangePart> All =
    [
        new(Dataset.ChargePoints, ChangeOf.Record, "charge_point_id", "r.tick", ["r.operator_id", "r.charge_point_id"], "charge_point_told r", "r.was_published"),
        .. Anywhere(Dataset.Tariffs, "tariff", "tariff_id"),
        Left(Dataset.StatusChanges, ChangeOf.ChargePoint),
        new(Dataset.StatusChanges, ChangeOf.Record, "charge_point_id", ChangedTick, ["r.operator_id", "r.charge_point_id", "r.at", "r.status"], "status_change r" + AreaOfPoint, NotAgain(ChangedTick, ChangeOf.ChargePoint)) { Scoped = OfArea },
        new(Dataset.StatusChanges, ChangeOf.Record, "charge_point_id", "p.place_tick", ["p.operator_id", "p.charge_point_id", "r.at", "r.status"], At(ChangeOf.ChargePoint, "status_change") + AreaOfPoint, $"{ChangedTick} < p.place_tick")
        {
            Scoped = OfArea,
            IsOfPlace = true,
        },
        .. AtPlaces(Dataset.ChargingSessions, "charging_session", "session_id", AreaOfPoint, ChangeOf.ChargePoint),
        .. AtPlaces(Dataset.Outages, "outage", "outage_id", AreaOfPoint, ChangeOf.ChargePoint),
        .. AtPlaces(Dataset.ReportedUsage, "reported_usage", "reported_usage_id", AreaOfEither, ChangeOf.ChargePoint, ChangeOf.Location),
    ];

    /// <summary>
    /// The same of versions: each at the tick that brought it, and all of a place's again where it comes back or changes after the copy was begun. What ended
    /// is told by the versions themselves, which stay; what must not be kept is gone with them.
    /// </summary>
    public static readonly IReadOnlyList<ChangePart> Versions =
    [
        new(
            Dataset.ChargePoints, ChangeOf.End, "charge_point_id", "r.tick", ["r.operator_id", "r.charge_point_id"], "charge_point_told r",
            "r.was_published AND NOT EXISTS (SELECT FROM charge_point c WHERE c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id AND c.published)"),
        Ended(Dataset.ChargePoints, "charge_point_id", ""),
        .. VersionsOf(Dataset.ChargePoints, "charge_point", "charge_point_id", "", ChangeOf.ChargePoint),
        Ended(Dataset.Tariffs, "tariff_id", ""),
        .. VersionsOf(Dataset.Tariffs, "tariff", "tariff_id", ""),
        Left(Dataset.StatusChanges, ChangeOf.ChargePoint),
        .. All.Where(p => p.Dataset == Dataset.StatusChanges && p.Of == ChangeOf.Record).Select(p => p with { Where = p.IsOfPlace ? p.Where + SinceBegun : "true" }),
        .. VersionsAtPlaces(Dataset.ChargingSessions, "charging_session", "session_id", AreaOfPoint, ChangeOf.ChargePoint),
        .. VersionsAtPlaces(Dataset.Outages, "outage", "outage_id", AreaOfPoint, ChangeOf.ChargePoint),
        .. VersionsAtPlaces(Dataset.ReportedUsage, "reported_usage", "reported_usage_id", AreaOfEither, ChangeOf.ChargePoint, ChangeOf.Location),
    ];

    private static (string, string)? OfArea => ("r.operator_id", "a.borough_gss");

    /// <summary>Records of a dataset that is open and of no place.</summary>
    private static IEnumerable<ChangePart> Anywhere(Dataset dataset, string table, string id) =>
    [
        Ended(dataset, id, ""),
        new(dataset, ChangeOf.Record, id, "r.tick", ["r.operator_id", "r." + id], table + " r"),
    ];

    /// <summary>Records that belong to a place, and are told again, or leave a reader's rights, with it.</summary>
    /// <param name="area">Joins the borough by today's areas.</param>
    /// <param name="places">What each may belong to, one of them.</param>
    private static IEnumerable<ChangePart> AtPlaces(Dataset dataset, string table, string id, string area, params ChangeOf[] places)
    {
        ChangePart Record(string rows) =>
            new(dataset, ChangeOf.Record, id, "r.tick", ["r.operator_id", "r." + id], rows + " r" + area, NotAgain("r.tick", places)) { Scoped = OfArea };
        ChangePart Again(ChangeOf place, string rows) =>
            new(dataset, ChangeOf.Record, id, "p.place_tick", ["p.operator_id", $"p.{NameOf(place)}_id", "r." + id], At(place, rows) + area, "r.tick < p.place_tick") { Scoped = OfArea, IsOfPlace = true };
        ChangePart Replaced(ChangePart part) => part with { Where = part.Where + " AND r.tick_to > @up_to", IsByKeyOnly = true };

        return
        [
            .. places.Select(p => Left(dataset, p)),
            Ended(dataset, id, area) with { Scoped = OfArea },
            Record(table),
            .. places.Select(p => Again(p, table)),
            Replaced(Record(table + "_version")),
            .. places.Select(p => Replaced(Again(p, table + "_version"))),
        ];
    }

    /// <summary>As <see cref="AtPlaces"/>, of versions.</summary>
    private static IEnumerable<ChangePart> VersionsAtPlaces(Dataset dataset, string table, string id, string area, params ChangeOf[] places)
    {
        var ended = Ended(dataset, id, area);
        return
        [
            .. places.Select(p => Left(dataset, p)),
            ended with
            {
                Where = ended.Where + $" AND NOT EXISTS (SELECT FROM {table}_version v WHERE v.operator_id = r.operator_id AND v.{id} = r.record_id AND v.tick_to = r.tick AND coalesce(v.charge_point_id, '') = r.charge_point_id)",
                Scoped = OfArea,
            },
            .. VersionsOf(dataset, table, id, area, places).Select(p => p with { Scoped = OfArea }),
        ];
    }

    /// <summary>A version that came late was never current: its span is empty.</summary>
    private static IEnumerable<ChangePart> VersionsOf(Dataset dataset, string table, string id, string area, params ChangeOf[] places)
    {
        var (before, published) = (table + "_version", dataset == Dataset.ChargePoints);
        string Held(string rows) => (rows == before ? "r.tick_to > r.tick" : "true") + (published ? " AND r.published" : "");
        string NoNext(string rows) => $" AND NOT EXISTS (SELECT FROM {rows} n WHERE n.operator_id = r.operator_id AND n.{id} = r.{id} AND n.tick = r.tick_to"
            + string.Concat(places.Select(p => $" AND n.{NameOf(p)}_id IS NOT DISTINCT FROM r.{NameOf(p)}_id")) + (published ? " AND n.published)" : ")");
        ChangePart Record(string rows) =>
            new(dataset, ChangeOf.Record, id, "r.tick", ["r.operator_id", "r." + id], rows + " r" + area, Held(rows)) { IsOfVersions = true };
        ChangePart Again(ChangeOf place, string rows) =>
            new(dataset, ChangeOf.Record, id, "p.place_tick", ["p.operator_id", $"p.{NameOf(place)}_id", "r." + id], At(place, rows) + area, $"{Held(rows)} AND r.tick < p.place_tick" + SinceBegun)
            {
                Version = "r.tick",
                IsOfVersions = true,
                IsOfPlace = true,
            };
        ChangePart Last() =>
            new(dataset, ChangeOf.LastVersion, id, "r.tick_to", ["r.operator_id", "r." + id], before + " r" + area, Held(before) + NoNext(table) + NoNext(before)
                + (published ? " AND EXISTS (SELECT FROM charge_point c WHERE c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id AND c.published)" : ""));

        return [.. places.Take(1).Select(_ => Last()), Record(before), Record(table), .. places.SelectMany(p => new[] { Again(p, before), Again(p, table) })];
    }

    private static ChangePart Ended(Dataset dataset, string id, string area) =>
        new(dataset, ChangeOf.End, id, "r.tick", ["r.operator_id", "r.record_id"], "record_gone r" + area, $"r.dataset = '{dataset.Name}'");

    private static ChangePart Left(Dataset dataset, ChangeOf place) =>
        new(dataset, place, NameOf(place) + "_id", "r.tick", ["r.operator_id", $"r.{NameOf(place)}_id"], NameOf(place) + "_left r") { Scoped = ("r.operator_id", "r.borough_gss") };

    private static string At(ChangeOf place, string table) => $"{NameOf(place)}_told p JOIN {table} r ON r.operator_id = p.operator_id AND r.{NameOf(place)}_id = p.{NameOf(place)}_id";

    /// <summary>It is not told again at a later of the ticks that are told, with its place.</summary>
    private static string NotAgain(string tick, params ChangeOf[] places) => string.Join(" AND ", places.Select(p =>
        $"NOT EXISTS (SELECT FROM {NameOf(p)}_told p WHERE p.operator_id = r.operator_id AND p.{NameOf(p)}_id = r.{NameOf(p)}_id AND p.place_tick > {tick} AND p.place_tick <= @up_to)"));

    private static string NameOf(ChangeOf place) => place == ChangeOf.Location ? "location" : "charge_point";
}
