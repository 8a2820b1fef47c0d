using System.Text.Json;

namespace ChargePointHub.Sandbox.Areas;

/// <summary>A point, WGS84 degrees.</summary>
public readonly record struct Place(double Longitude, double Latitude);

/// <summary>One area: a code, a name, and rings of places. A place is inside when it lies inside an odd number of rings.</summary>
public sealed class Area(string code, string name, IReadOnlyList<Place[]> rings)
{
    public string Code => code;

    public string Name => name;

    public IReadOnlyList<Place[]> Rings => rings;

    public double West { get; } = rings.Min(r => r.Min(p => p.Longitude));

    public double East { get; } = rings.Max(r => r.Max(p => p.Longitude));

    public double South { get; } = rings.Min(r => r.Min(p => p.Latitude));

    public double North { get; } = rings.Max(r => r.Max(p => p.Latitude));

    /// <summary>Ray casting over all rings; for a place exactly on a border either answer may come.</summary>
    public bool Contains(Place place)
    {
        var inside = false;
        foreach (var ring in rings)
        {
            for (int i = 0, j = ring.Length - 1; i < ring.Length; j = i++)
            {
                var (a, b) = (ring[i], ring[j]);
                if (a.Latitude > place.Latitude != b.Latitude > place.Latitude
                    && place.Longitude < ((b.Longitude - a.Longitude) * (place.Latitude - a.Latitude) / (b.Latitude - a.Latitude)) + a.Longitude)
                {
                    inside = !inside;
                }
            }
        }

        return inside;
    }
}

/// <summary>The areas in which the pretend London lies.</summary>
public sealed record AreaLayer(IReadOnlyList<Area> Areas)
{
    private static readonly string[] CodeNames = ["areaCode", "area_code", "code", "gss", "GSS_CODE"];

    private static readonly string[] NameNames = ["areaName", "area_name", "name", "NAME"];

    /// <summary>Reads a GeoJSON FeatureCollection of polygons; on failure the fault says what is wrong, and where.</summary>
    public static AreaLayer? Read(string file, out string? fault)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!json.RootElement.TryGetProperty("features", out var features) || features.ValueKind != JsonValueKind.Array)
            {
                fault = $"{file}: a GeoJSON FeatureCollection is needed; there is no array \"features\".";
                return null;
            }

            var areas = new List<Area>();
            foreach (var feature in features.EnumerateArray())
            {
                var properties = feature.GetProperty("properties");
                var code = Named(properties, CodeNames, "CD");
                if (code is null)
                {
                    fault = $"{file}: /features/{areas.Count}/properties has no area code; looked for {string.Join(", ", CodeNames)} and names ending in CD, as LAD23CD.";
                    return null;
                }

                areas.Add(new Area(code, Named(properties, NameNames, "NM") ?? code, Rings(feature.GetProperty("geometry"))));
            }

            fault = areas.Count == 0 ? $"{file}: \"features\" is empty." : null;
            return areas.Count == 0 ? null : new AreaLayer([.. areas.OrderBy(a => a.Code, StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            fault = $"{file}: not readable as GeoJSON polygons ({e.Message})";
            return null;
        }
    }

    private static string? Named(JsonElement properties, string[] names, string ending)
    {
        foreach (var name in names)
        {
            if (properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String) return value.GetString();
        }

        foreach (var property in properties.EnumerateObject())
        {
            if (property.Name.EndsWith(ending, StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.String) return property.Value.GetString();
        }

        return null;
    }

    private static List<Place[]> Rings(JsonElement geometry)
    {
        var coordinates = geometry.GetProperty("coordinates");
        var polygons = geometry.GetProperty("type").GetString() switch
        {
            "Polygon" => [coordinates],
            "MultiPolygon" => coordinates.EnumerateArray().ToArray(),
            var other => throw new JsonException($"Geometry {other} is neither Polygon nor MultiPolygon."),
        };
        return [.. polygons.SelectMany(p => p.EnumerateArray()).Select(r => r.EnumerateArray().Select(c => new Place(c[0].GetDouble(), c[1].GetDouble())).ToArray())];
    }
}
