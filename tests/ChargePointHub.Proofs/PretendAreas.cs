using System.Globalization;
using System.Text.Json.Nodes;

namespace ChargePointHub.Proofs;

/// <summary>
/// Wards and LSOAs that are none: cells of two grids over London, some left out, some with a hole, some in two parts, so that there are places in none. Their lines run between the
/// six decimals that a pretend charge point's place has, so that none stands on a border.
/// </summary>
internal static class PretendAreas
{
    private const double West = -0.5500005;
    private const double South = 51.2500005;
    private const int Columns = 18;
    private const int Rows = 12;
    private const double Width = 0.05;
    private const double Height = 0.04;

    /// <summary>Beside <c>areas.geojson</c> and under the names that the checkers look for; returns both files.</summary>
    public static IReadOnlyList<string> Write(string folder)
    {
        Directory.CreateDirectory(folder);
        return [Written("wards.geojson", "pretend wards", Wards()), Written("lsoas.geojson", "pretend LSOAs", Lsoas())];

        string Written(string name, string title, IEnumerable<JsonNode> areas)
        {
            var file = Path.Combine(folder, name);
            File.WriteAllText(file, new JsonObject { ["type"] = "FeatureCollection", ["name"] = title, ["version"] = title, ["features"] = new JsonArray([.. areas]) }.ToJsonString());
            return file;
        }
    }

    /// <summary>Some names are those of two wards, as in London.</summary>
    private static IEnumerable<JsonNode> Wards() =>
        from cell in Enumerable.Range(0, Columns * Rows)
        where cell % 7 != 3
        let west = West + (cell % Columns * Width)
        let south = South + (cell / Columns * Height)
        select Area("E05", cell, string.Create(CultureInfo.InvariantCulture, $"Mill Ward {cell % 180}"), (cell % 5) switch
        {
            // A wide hole in the middle; two parts with a strip between them.
            1 => [[Box(west, south, Width, Height), Box(west + 0.01, south + 0.005, 0.03, 0.03)]],
            2 => [[Box(west, south, 0.02, Height)], [Box(west + 0.03, south, 0.02, Height)]],
            _ => [[Box(west, south, Width, Height)]],
        });

    /// <summary>Each ward's cell in four, each of these in two triangles.</summary>
    private static IEnumerable<JsonNode> Lsoas() =>
        from half in Enumerable.Range(0, Columns * Rows * 8)
        where half % 11 != 5
        let cell = half / 2
        let west = West + (cell % (Columns * 2) * Width / 2)
        let south = South + (cell / (Columns * 2) * Height / 2)
        select Area("E01", half, string.Create(CultureInfo.InvariantCulture, $"Mill {cell:000}{(char)('A' + (half % 2))}"),
            [[half % 2 == 0 ? Ring((west, south), (west + (Width / 2), south), (west + (Width / 2), south + (Height / 2))) : Ring((west, south), (west + (Width / 2), south + (Height / 2)), (west, south + (Height / 2)))]]);

    private static JsonObject Area(string kind, int number, string name, JsonNode[][] polygons) => new()
    {
        ["type"] = "Feature",
        ["properties"] = new JsonObject { ["code"] = string.Create(CultureInfo.InvariantCulture, $"{kind}{number:000000}"), ["name"] = name },
        ["geometry"] = new JsonObject { ["type"] = "MultiPolygon", ["coordinates"] = new JsonArray([.. polygons.Select(rings => new JsonArray(rings))]) },
    };

    private static JsonArray Box(double west, double south, double width, double height) => Ring((west, south), (west + width, south), (west + width, south + height), (west, south + height));

    private static JsonArray Ring(params (double Longitude, double Latitude)[] places) =>
        [.. places.Append(places[0]).Select(p => new JsonArray(Math.Round(p.Longitude, 7), Math.Round(p.Latitude, 7)))];
}
