using ChargePointHub.Server.Geography;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Two boroughs as squares, three wards of which one lies in neither, and an LSOA.</summary>
internal static class SmallAreas
{
    public static readonly AreaIndex Index = Load();

    private static AreaIndex Load()
    {
        var folder = Directory.CreateTempSubdirectory("cph-small-areas-");
        try
        {
            return new AreaIndex([.. new[]
            {
                ("boroughs", "Boroughs, small", new[] { Square("E09000022", "Lambeth", 0, 1), Square("E09000028", "Southwark", 1, 2) }),
                ("wards", "Wards", [Square("E05000003", "Beyond, \"the\" pale", 7, 8), Square("E05000001", "Abbey", 0.2, 0.4), Square("E05000002", "Abbey", 1.2, 1.4)]),
                ("lsoas", "LSOAs", [Square("E01000001", "Lambeth 001A", 0.3, 0.4)]),
            }.Select(layer =>
            {
                var file = Path.Combine(folder.FullName, layer.Item1 + ".geojson");
                File.WriteAllText(file, $$"""{"type":"FeatureCollection","name":{{System.Text.Json.JsonSerializer.Serialize(layer.Item2)}},"features":[{{string.Join(',', layer.Item3)}}]}""");
                return BoundaryLayer.Load(file);
            })]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Square(string code, string name, double west, double east) => FormattableString.Invariant(
        $$$"""{"type":"Feature","properties":{"code":"{{{code}}}","name":{{{System.Text.Json.JsonSerializer.Serialize(name)}}}},"geometry":{"type":"Polygon","coordinates":[[[{{{west}}},51],[{{{east}}},51],[{{{east}}},52],[{{{west}}},52],[{{{west}}},51]]]}}""");
}
