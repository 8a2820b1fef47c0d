using System.Globalization;
using System.Text.RegularExpressions;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Filters by place on the map. Charge points without coordinates meet none of them.</summary>
internal static partial class PlaceParameters
{
    private const int UsualRadius = 400;
    private const int LargestRadius = 50_000;
    private const string BoxExample = "-0.15,51.48,-0.08,51.52";
    private const string PlaceExample = "51.5033,-0.1195";

    /// <summary>RFC 7946, section 5, in two dimensions.</summary>
    public static readonly Parameter Box = new(
        "bbox", "Box on the map: west,south,east,north in WGS84 degrees, longitude first, edges inclusive.", BoxExample, null, CheckBox)
    {
        MaxLength = 60,
        Errors = [ErrorCatalogue.InvalidPlace],
    };

    public static readonly Parameter Near = new(
        "near", "Around a place: latitude,longitude in WGS84 degrees, latitude first; `radius_m` says how far.", PlaceExample, null, CheckNear)
    {
        MaxLength = 40,
        Errors = [ErrorCatalogue.InvalidPlace],
    };

    public static readonly Parameter Radius = new(
        "radius_m", "Metres around `near`, inclusive: 1 to 50000. Default: 400.", "400", null, CheckRadius)
    {
        Range = (1, LargestRadius, UsualRadius),
        Errors = [ErrorCatalogue.InvalidNumber, ErrorCatalogue.RadiusAlone],
    };

    public static IEnumerable<RecordFilter> Read(RequestParameters parameters)
    {
        if (BoxOf(parameters["bbox"]) is { } box) yield return box;
        if (PlaceOf(parameters["near"]) is { } place) yield return new RecordFilter.Near(place.Latitude, place.Longitude, MetresOf(parameters["radius_m"]) ?? UsualRadius);
    }

    /// <summary>A radius needs its place.</summary>
    public static IEnumerable<Fault> FaultsOf(RequestParameters parameters)
    {
        if (parameters["radius_m"] is not null && parameters["near"] is null)
            yield return new Fault(ErrorCatalogue.RadiusAlone, "radius_m", "radius_m says how far around near, and near is not given.");
    }

    private static IEnumerable<Fault> CheckBox(string value, CheckAgainst against)
    {
        var exchanged = Numbers(value) is [var a, var b, var c, var d] ? string.Create(CultureInfo.InvariantCulture, $"{b},{a},{d},{c}") : null;
        if (BoxOf(exchanged) is not { } other || !IsNearBritain(other.South, other.West)) exchanged = null;
        if (BoxOf(value) is { } box && (exchanged is null || IsNearBritain(box.South, box.West))) yield break;
        yield return new Fault(
            ErrorCatalogue.InvalidPlace, "bbox", $"'{WordList.Shown(value)}' is not west,south,east,north with west before east and south before north.", DidYouMean: exchanged, Example: $"bbox={exchanged ?? BoxExample}");
    }

    private static IEnumerable<Fault> CheckNear(string value, CheckAgainst against)
    {
        var exchanged = Numbers(value) is [var a, var b] && IsNearBritain(b, a) ? string.Create(CultureInfo.InvariantCulture, $"{b},{a}") : null;
        if (PlaceOf(value) is { } place && (exchanged is null || IsNearBritain(place.Latitude, place.Longitude))) yield break;
        yield return new Fault(
            ErrorCatalogue.InvalidPlace, "near", $"'{WordList.Shown(value)}' is not latitude,longitude in degrees{(exchanged is null ? "" : ", or they are exchanged")}.", DidYouMean: exchanged, Example: $"near={exchanged ?? PlaceExample}");
    }

    private static IEnumerable<Fault> CheckRadius(string value, CheckAgainst against)
    {
        if (MetresOf(value) is null)
            yield return new Fault(ErrorCatalogue.InvalidNumber, "radius_m", $"'{WordList.Shown(value)}' is not a whole number of metres from 1 to {LargestRadius}.", Example: $"radius_m={UsualRadius}");
    }

    private static RecordFilter.InBox? BoxOf(string? text) =>
        Numbers(text) is [var west, var south, var east, var north] && west is >= -180 and <= 180 && east is >= -180 and <= 180 && south is >= -90 and <= 90 && north is >= -90 and <= 90
        && west < east && south < north ? new RecordFilter.InBox(west, south, east, north) : null;

    private static (decimal Latitude, decimal Longitude)? PlaceOf(string? text) =>
        Numbers(text) is [var latitude and >= -90 and <= 90, var longitude and >= -180 and <= 180] ? (latitude, longitude) : null;

    /// <summary>Degrees that are taken the other way round lie in an ocean, and an empty answer would read like a place without charge points.</summary>
    private static bool IsNearBritain(decimal latitude, decimal longitude) => latitude is >= 49 and <= 61 && longitude is >= -9 and <= 3;

    private static int? MetresOf(string? text) =>
        text is { Length: <= 5 } && text.All(char.IsAsciiDigit) && int.Parse(text, CultureInfo.InvariantCulture) is >= 1 and <= LargestRadius and var metres ? metres : null;

    private static List<decimal>? Numbers(string? text)
    {
        if (text is null) return null;
        var parts = Parameter.Split(text);
        return parts.All(p => Degrees().IsMatch(p)) ? [.. parts.Select(p => decimal.Parse(p, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))] : null;
    }

    [GeneratedRegex(@"\A-?[0-9]{1,3}(\.[0-9]{1,15})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Degrees();
}
