using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Parking places as OCPI 2.3.0 lists them at a location; its EVSEs refer to them.</summary>
internal static class OcpiParking
{
    /// <summary>Ids of places that are made for disabled drivers, without case.</summary>
    public static IReadOnlySet<string> Accessible(RecordReader reader, JsonElement places)
    {
        var accessible = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var place in Objects(reader, places, "parking_places"))
        {
            if (!place.TryGetProperty("vehicle_types", out var types) || types.ValueKind != JsonValueKind.Array) continue;
            if (!types.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals("DISABLED"))) continue;
            if (place.TryGetProperty("id", out var id) && reader.Id(id, "parking_places/id", isKey: false) is { } named) accessible.Add(named);
        }

        return accessible;
    }

    /// <summary>Whether an EVSE's <c>parking</c> names one of them; null: it names none, which is not to say that none is there.</summary>
    public static bool? Names(RecordReader reader, JsonElement parking, IReadOnlySet<string> accessible)
    {
        foreach (var reference in Objects(reader, parking, "parking"))
        {
            if (reference.TryGetProperty("parking_id", out var id) && reader.Id(id, "parking/parking_id", isKey: false) is { } named && accessible.Contains(named)) return true;
        }

        return null;
    }

    private static IEnumerable<JsonElement> Objects(RecordReader reader, JsonElement list, string name)
    {
        if (list.ValueKind == JsonValueKind.Array) return list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object);
        if (list.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) reader.Add(ValueRules.ValueWrongType, name, null);
        return [];
    }
}
