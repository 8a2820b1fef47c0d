using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store.Queries;
using static ChargePointHub.Server.Api.Parameters.WordList;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Filters on what records hold: they combine with AND, values of a list with OR. What is not known meets none.</summary>
internal static class FilterParameters
{
    public static readonly Parameter Ward = AreasOf(
        "ward", "Wards by GSS code or name, separated by commas, by today's boundaries.", "E05009317", directory => directory.Wards, "wards");

    public static readonly Parameter Lsoa = AreasOf(
        "lsoa", "Lower layer super output areas of 2021 by code or name, separated by commas, by today's boundaries.", "E01003113", directory => directory.Lsoas, "LSOAs");

    public static readonly Parameter Standard = Words("standard", "Kinds of plug that one of the charge point's connectors has, separated by commas.", ConnectorStandards.All);

    public static readonly Parameter Access = Words("access", "Who may use the charge point, separated by commas.", Words<Model.Access>.All);

    public static readonly Parameter FundingStream = Words("funding_stream", "What paid for the charge point, separated by commas.", Words<FundingStream>.All);

    public static readonly Parameter LocationType = Words("location_type", "Where the charge point stands, separated by commas.", Words<LocationType>.All);

    public static readonly Parameter UserType = Words("user_type", "Whose sessions, separated by commas.", Words<UserType>.All) with { Field = "user_type" };

    /// <summary>Of outages.</summary>
    public static readonly Parameter Category = Words("category", "Kinds of fault, separated by commas.", Words<OutageCategory>.All) with { Field = "category" };

    /// <summary>Of outages.</summary>
    public static readonly Parameter Origin = new(
        "origin", "`reported`: only outages that their operators report; `derived`: only those that the hub derives. Completeness is that of both. Default: both.", "reported", ["reported", "derived"],
        (value, _) => OneOf("origin", value, ["reported", "derived"]))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    public static readonly IReadOnlyList<Parameter> MaxPower = Range("max_power_kw", "Kilowatts of the charge point's strongest connector", "7.4");

    public static readonly IReadOnlyList<Parameter> Energy = [.. Range("energy_kwh", "Kilowatt-hours of the session", "10").Select(p => p with { Field = "energy_kwh" })];

    public static readonly IReadOnlyList<Parameter> PlugInMinutes = [.. Range("plug_in_minutes", "Minutes from plug-in to plug-out", "120").Select(p => p with { TellsTimes = true })];

    public static readonly IReadOnlyList<Parameter> LastUpdated =
    [
        HubParameters.From with { Name = "last_updated__gte",
            Description = "Changed by the operator at this instant (or from the midnight that begins this London date) or later.", Check = (value, against) => HubParameters.Time(LastUpdated![0], value, against), Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.EmptyRange] },
        HubParameters.To with { Name = "last_updated__lt", Description = "Changed by the operator before this instant (or the midnight that begins this London date).", Check = (value, against) => HubParameters.Time(LastUpdated![1], value, against), Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.EmptyRange] },
    ];

    /// <summary>What records are of: their charge points' place and equipment.</summary>
    public static readonly IReadOnlyList<Parameter> OfPoints =
        [HubParameters.Borough, Ward, Lsoa, PlaceParameters.Box, PlaceParameters.Near, PlaceParameters.Radius, HubParameters.PowerBand, .. MaxPower, Standard, Access, FundingStream, LocationType];

    public static readonly IReadOnlyList<Parameter> OfSessions = [UserType, .. Energy, .. PlugInMinutes];

    /// <summary>What the parameters ask of a query.</summary>
    public static RecordQuery Narrow(RecordQuery query, RequestParameters parameters, OperatorDirectory directory) => query with
    {
        Boroughs = parameters.Boroughs(),
        PowerBands = parameters.List("power_band"),
        Statuses = parameters.List("status"),
        Categories = parameters.List("category"),
        Groups = parameters.List("group"),
        PeriodUnits = parameters.List("period_unit"),
        Filters =
        [
            .. Listed(FilterField.Ward, parameters.List("ward")?.SelectMany(directory.Wards.CodesOf)),
            .. Listed(FilterField.Lsoa, parameters.List("lsoa")?.SelectMany(directory.Lsoas.CodesOf)),
            .. Listed(FilterField.Standard, parameters.List("standard")),
            .. Listed(FilterField.Access, parameters.List("access")),
            .. Listed(FilterField.FundingStream, parameters.List("funding_stream")),
            .. Listed(FilterField.LocationType, parameters.List("location_type")),
            .. Listed(FilterField.UserType, parameters.List("user_type")),
            .. Between(FilterField.MaxPowerKw, "max_power_kw", parameters),
            .. Between(FilterField.EnergyKwh, "energy_kwh", parameters),
            .. Between(FilterField.PlugInMinutes, "plug_in_minutes", parameters),
            .. Changed(parameters),
            .. PlaceParameters.Read(parameters),
        ],
    };

    /// <summary>Ranges that are good one by one and hold nothing together.</summary>
    public static IEnumerable<Fault> RangeFaults(RequestParameters parameters)
    {
        foreach (var name in new[] { "max_power_kw", "energy_kwh", "plug_in_minutes" })
        {
            if (DecimalText.Parse(parameters[name + "__gte"]) is { } least && DecimalText.Parse(parameters[name + "__lt"]) is { } below && below <= least)
                yield return Empty(name, parameters, Math.Min(least + 1, DecimalText.Largest).ToString("0.######", CultureInfo.InvariantCulture));
        }

        if (TimeOf(parameters["last_updated__gte"]) is { } from && TimeOf(parameters["last_updated__lt"]) is { } to && to <= from)
            yield return Empty("last_updated", parameters, Instants.Format(from.AddDays(1)));
    }

    /// <param name="above">More than the lower end, which stays.</param>
    private static Fault Empty(string name, RequestParameters parameters, string above)
    {
        var (least, below) = (parameters[name + "__gte"]!, parameters[name + "__lt"]!);
        return new Fault(
            ErrorCatalogue.EmptyRange, name + "__lt", $"{name} cannot be {Shown(least)} or more and less than {Shown(below)}.",
            Example: $"{name}__lt={above}");
    }

    private static IEnumerable<RecordFilter> Listed(FilterField field, IEnumerable<string>? words)
    {
        if (words is not null) yield return new RecordFilter.OneOf(field, [.. words.Distinct()]);
    }

    private static IEnumerable<RecordFilter> Between(FilterField field, string name, RequestParameters parameters)
    {
        var (least, below) = (DecimalText.Parse(parameters[name + "__gte"]), DecimalText.Parse(parameters[name + "__lt"]));
        if ((least ?? below) is not null) yield return new RecordFilter.Between(field, least, below);
    }

    private static IEnumerable<RecordFilter> Changed(RequestParameters parameters)
    {
        var (from, to) = (TimeOf(parameters["last_updated__gte"]), TimeOf(parameters["last_updated__lt"]));
        if ((from ?? to) is not null) yield return new RecordFilter.LastUpdated(from, to);
    }

    private static DateTimeOffset? TimeOf(string? text) => text is null ? null : TimeText.Parse(text);

    private static Parameter[] Range(string field, string what, string example)
    {
        Parameter Bound(string suffix, string words) => new(
            field + suffix, $"{what}: {words}.", example, null,
            (value, _) => DecimalText.Parse(value) is not null ? [] : [DecimalText.FaultOf(field + suffix, value, example)])
        {
            MaxLength = DecimalText.MaxLength,
            Errors = [ErrorCatalogue.InvalidNumber, ErrorCatalogue.EmptyRange],
        };

        return [Bound("__gte", "this or more"), Bound("__lt", "less than this")];
    }

    private static Parameter AreasOf(string name, string description, string example, Func<OperatorDirectory, AreaNames> loaded, string plural)
    {
        return new Parameter(name, description, example, null, Check, against => loaded(against.Directory).Codes is [var first, ..] ? first : null)
        {
            IsList = true,
            MaxLength = 60,
            Errors = [ErrorCatalogue.UnknownArea, ErrorCatalogue.NoBoundaries],
        };

        IEnumerable<Fault> Check(string value, CheckAgainst against)
        {
            var areas = loaded(against.Directory);
            return areas.Codes.Count == 0
                ? [new Fault(ErrorCatalogue.NoBoundaries, name, $"This hub has no boundaries of {plural}, so nothing can be found by {name}.")]
                : WordList.Listed(value, name, word => areas.CodesOf(word).Count == 1, areas.Words, (word, nearest) => areas.CodesOf(word) switch
                {
                    [] => new Fault(
                        ErrorCatalogue.UnknownArea, name, $"'{Shown(word)}' is none of the {areas.Codes.Count} {plural} that are loaded.", null, nearest,
                        $"{name}={(nearest is not null ? string.Join(',', areas.CodesOf(nearest)) : areas.Codes[0])}"),
                    var several => new Fault(ErrorCatalogue.UnknownArea, name, $"'{Shown(word)}' is the name of {several.Count} {plural}.", several, several[0], $"{name}={string.Join(',', several)}"),
                });
        }
    }
}
