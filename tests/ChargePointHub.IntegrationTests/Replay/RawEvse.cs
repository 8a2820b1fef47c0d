using System.Globalization;
using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Replay;

/// <summary>One connector as the operator's file has it, read by rules written here once more.</summary>
internal sealed record RawConnector(string Id, decimal? Kw, IReadOnlyList<string> TariffIds);

/// <summary>One EVSE as the operator's file has it, read by rules written here once more.</summary>
internal sealed record RawEvse(string Uid, decimal Latitude, decimal Longitude, string Status, IReadOnlyList<RawConnector> Connectors)
{
    /// <param name="at">Names that lead to the array of locations.</param>
    public static List<RawEvse> ReadAll(string file, params string[] at)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var locations = at.Aggregate(json.RootElement, (here, name) => here.GetProperty(name));
        return [.. locations.EnumerateArray().SelectMany(l => l.GetProperty("evses").EnumerateArray().Select(e => One(l, e)))];
    }

    private static RawEvse One(JsonElement location, JsonElement evse)
    {
        var place = evse.TryGetProperty("coordinates", out var own) && own.ValueKind == JsonValueKind.Object ? own : location.GetProperty("coordinates");
        var ofEvse = evse.TryGetProperty("tariffs", out var tariffs) && tariffs.ValueKind == JsonValueKind.Array ? tariffs.EnumerateArray().Select(t => t.GetProperty("id").GetString()!).ToList() : [];
        return new RawEvse(
            evse.GetProperty("uid").GetString()!, Degrees(place.GetProperty("latitude")), Degrees(place.GetProperty("longitude")), evse.GetProperty("status").GetString()!,
            [.. evse.GetProperty("connectors").EnumerateArray().Select(c => Connector(c, ofEvse))]);
    }

    private static RawConnector Connector(JsonElement connector, IReadOnlyList<string> ofEvse)
    {
        var ids = connector.TryGetProperty("tariff_ids", out var given) && given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().Select(t => t.GetString()!).ToList() : [];
        return new RawConnector(connector.GetProperty("id").GetString()!, Kw(connector), ids.Count > 0 ? ids : ofEvse);
    }

    /// <summary>Watts; under 1,000 they are kilowatts; where there are none, volts times amperes, by the number of phases.</summary>
    private static decimal? Kw(JsonElement connector)
    {
        if (connector.TryGetProperty("max_electric_power", out var power) && power.ValueKind == JsonValueKind.Number && power.GetDecimal() is > 0 and var watts) return watts < 1000 ? watts : watts / 1000;
        var (volts, amperes) = (connector.GetProperty("max_voltage").GetDecimal(), connector.GetProperty("max_amperage").GetDecimal());
        var times = connector.GetProperty("power_type").GetString() != "AC_3_PHASE" ? 1 : volts > 300 ? 1.7320508 : 3;
        return Math.Round(volts * amperes * (decimal)times / 1000, 3, MidpointRounding.AwayFromZero);
    }

    /// <summary>To 7 decimals, about a centimetre.</summary>
    private static decimal Degrees(JsonElement value) =>
        Math.Round(decimal.Parse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture), 7, MidpointRounding.AwayFromZero);
}
