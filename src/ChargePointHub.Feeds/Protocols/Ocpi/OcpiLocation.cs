using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>What an OCPI location says of all its EVSEs, read once.</summary>
internal sealed record OcpiLocation
{
    private static readonly FieldNames Fields = new(
        "country_code", "party_id", "id", "publish", "name", "address", "city", "postal_code", "country", "coordinates", "parking_type", "evses",
        "owner", "opening_times", "energy_mix", "parking_places", "last_updated");

    public string? Id { get; private init; }

    public bool Publish { get; private init; } = true;

    public string? Name { get; private init; }

    public string? Address { get; private init; }

    public string? City { get; private init; }

    public string? Postcode { get; private init; }

    public string? Owner { get; private init; }

    public decimal? Latitude { get; private init; }

    public decimal? Longitude { get; private init; }

    public LocationType? Type { get; private init; }

    public bool? OnStreet { get; private init; }

    public JsonElement? OpeningHours { get; private init; }

    public bool? GreenEnergy { get; private init; }

    public DateTimeOffset? LastUpdated { get; private init; }

    /// <summary>As sent; undefined where there is none.</summary>
    public JsonElement Evses { get; private init; }

    /// <summary>Ids of its parking places for disabled drivers.</summary>
    public IReadOnlySet<string> AccessiblePlaces { get; private init; } = new HashSet<string>();

    /// <summary>The reader's findings then hold what is wrong with the location.</summary>
    public static OcpiLocation Read(RecordReader reader, OcpiVersion version, JsonElement row)
    {
        reader.At = "";
        string? id = null, name = null, address = null, city = null, postcode = null, owner = null, parking = null;
        bool? publish = null, green = null;
        DateTimeOffset? updated = null;
        JsonElement? hours = null;
        JsonElement coordinates = default, evses = default, places = default;
        var expected = 0;
        foreach (var property in row.EnumerateObject())
        {
            var field = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
            var value = property.Value;
            switch (field)
            {
                case "id": id = reader.Id(value, field, isKey: false); break;
                case "publish": publish = reader.Flag(value, field); break;
                case "name": name = reader.Text(value, field); break;
                case "address": address = reader.Text(value, field); break;
                case "city": city = reader.Text(value, field); break;
                case "postal_code": postcode = reader.Text(value, field, 10); break;
                case "country": Country(reader, value); break;
                case "coordinates": coordinates = value; break;
                case "parking_type": parking = reader.Text(value, field); break;
                case "evses": evses = value; break;
                case "owner": owner = Within(reader, value, field, "name") is { } n ? reader.Text(n, "owner/name") : null; break;
                case "opening_times": hours = OcpiWords.Hours(reader, value, field); break;
                case "energy_mix": green = Within(reader, value, field, "is_green_energy") is { } g ? reader.Flag(g, "energy_mix/is_green_energy") : null; break;
                case "parking_places" when version.HasParkingPlaces: places = value; break;
                case "last_updated": updated = reader.Instant(value, field); break;
            }
        }

        reader.Expect(id is not null, "id");
        reader.Expect(address is not null, "address");
        reader.Expect(publish is not null, "publish");
        var (latitude, longitude) = Coordinates(reader, coordinates);
        var (type, onStreet) = Parking(reader, parking);
        return new OcpiLocation
        {
            Id = id,
            Publish = publish ?? true,
            Name = name,
            Address = address,
            City = city,
            Postcode = postcode,
            Owner = owner,
            Latitude = latitude,
            Longitude = longitude,
            Type = type,
            OnStreet = onStreet,
            OpeningHours = hours,
            GreenEnergy = green,
            LastUpdated = updated,
            Evses = evses,
            AccessiblePlaces = OcpiParking.Accessible(reader, places),
        };
    }

    /// <summary>OCPI's GeoLocation: degrees as text.</summary>
    public static (decimal? Latitude, decimal? Longitude) Coordinates(RecordReader reader, JsonElement coordinates)
    {
        decimal? latitude = null, longitude = null;
        if (coordinates.ValueKind == JsonValueKind.Object)
        {
            if (coordinates.TryGetProperty("latitude", out var lat)) latitude = Degrees(reader, lat, "coordinates/latitude");
            if (coordinates.TryGetProperty("longitude", out var lon)) longitude = Degrees(reader, lon, "coordinates/longitude");
        }

        return PlaceCheck.Judge(latitude, longitude, $"{reader.At}/coordinates/latitude", $"{reader.At}/coordinates/longitude", reader.Territory, reader.Findings);
    }

    private static decimal? Degrees(RecordReader reader, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String &&
            decimal.TryParse(StorableText.Of(value), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var degrees) &&
            Math.Abs(degrees) <= 1000)
        {
            return degrees;
        }

        if (value.ValueKind == JsonValueKind.Number) reader.Add(ValueRules.TextAsNumber, name, value.GetRawText());
        return reader.Number(value, name, -1000, 1000);
    }

    private static void Country(RecordReader reader, JsonElement value)
    {
        if (reader.Text(value, "country") is { } country && !(country.Length == 3 && country.All(char.IsAsciiLetterUpper)))
        {
            reader.Add(ChargePointRules.CountryNotAlpha3, "country", country);
        }
    }

    private static JsonElement? Within(RecordReader reader, JsonElement value, string field, string name)
    {
        if (value.ValueKind == JsonValueKind.Object) return value.TryGetProperty(name, out var inner) ? inner : null;
        if (value.ValueKind != JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, field, null);
        return null;
    }

    private static (LocationType?, bool?) Parking(RecordReader reader, string? word)
    {
        switch (word?.ToUpperInvariant())
        {
            case null: return (null, null);
            case "ON_STREET": return (LocationType.OnStreet, true);
            case "ON_DRIVEWAY": return (LocationType.OffStreet, false);
            case "PARKING_LOT" or "PARKING_GARAGE" or "UNDERGROUND_GARAGE": return (LocationType.CarPark, false);
            case "ALONG_MOTORWAY": return (LocationType.Other, false);
            default:
                reader.Add(ValueRules.WordUnknown, "parking_type", word);
                return (null, null);
        }
    }
}
