using System.Text;
using System.Text.Json;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Areas;

/// <summary>
/// Sandbox areas (simple, not official): 33 cells, each of the places nearer to one borough's rough middle than to any other's,
/// within a rough outline. They carry the boroughs' codes and names, and nothing else of the boroughs.
/// </summary>
public static class SimpleAreas
{
    public const string Title = "Sandbox areas (simple, not official)";

    public const string Version = "sandbox-simple-1";

    // A degree of longitude is this much of a degree of latitude here, so that "nearer" is nearer on the ground.
    private const double Squeeze = 0.6225;

    private static readonly Place[] Outline =
    [
        new(-0.46, 51.40), new(-0.30, 51.32), new(-0.10, 51.29), new(0.09, 51.30), new(0.20, 51.43), new(0.32, 51.53),
        new(0.30, 51.63), new(0.05, 51.66), new(-0.08, 51.69), new(-0.24, 51.68), new(-0.48, 51.63), new(-0.51, 51.48),
    ];

    public static AreaLayer Build() => new([.. BoroughFacts.All.Select(b => new Area(b.Gss, b.Name, [Cell(b)]))]);

    /// <summary>GeoJSON FeatureCollection with properties areaCode and areaName.</summary>
    public static byte[] ToGeoJson(AreaLayer layer)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", "FeatureCollection");
            json.WriteString("name", Title);
            json.WriteString("version", Version);
            json.WriteStartArray("features");
            foreach (var area in layer.Areas)
            {
                json.WriteStartObject();
                json.WriteString("type", "Feature");
                json.WriteStartObject("properties");
                json.WriteString("areaCode", area.Code);
                json.WriteString("areaName", area.Name);
                json.WriteEndObject();
                json.WriteStartObject("geometry");
                json.WriteString("type", "Polygon");
                json.WriteStartArray("coordinates");
                foreach (var ring in area.Rings)
                {
                    json.WriteStartArray();
                    foreach (var place in ring.Append(ring[0]))
                    {
                        json.WriteStartArray();
                        json.WriteNumberValue(place.Longitude);
                        json.WriteNumberValue(place.Latitude);
                        json.WriteEndArray();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetBytes("\n"));
        return output.ToArray();
    }

    private static Place[] Cell(BoroughFact own)
    {
        IReadOnlyList<Place> cell = Outline;
        foreach (var other in BoroughFacts.All)
        {
            if (other != own) cell = CutAwayNearerTo(other, own, cell);
        }

        return [.. cell.Select(p => new Place(Math.Round(p.Longitude, 6), Math.Round(p.Latitude, 6)))];
    }

    // Keeps the half-plane of places that are nearer to own: an edge that crosses the bisector is cut there.
    private static List<Place> CutAwayNearerTo(BoroughFact other, BoroughFact own, IReadOnlyList<Place> ring)
    {
        var kept = new List<Place>(ring.Count + 1);
        for (var i = 0; i < ring.Count; i++)
        {
            var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
            var (da, db) = (Side(a), Side(b));
            if (da <= 0) kept.Add(a);
            if (da < 0 != db < 0 && da != db)
            {
                var share = da / (da - db);
                kept.Add(new Place(a.Longitude + (share * (b.Longitude - a.Longitude)), a.Latitude + (share * (b.Latitude - a.Latitude))));
            }
        }

        return kept;

        double Side(Place place) => Distance(place, own) - Distance(place, other);
    }

    private static double Distance(Place place, BoroughFact middle)
    {
        var (x, y) = ((place.Longitude - middle.Longitude) * Squeeze, place.Latitude - middle.Latitude);
        return (x * x) + (y * y);
    }
}
