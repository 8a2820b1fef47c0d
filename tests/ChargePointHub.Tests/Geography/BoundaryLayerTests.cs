using ChargePointHub.Server.Geography;

namespace ChargePointHub.Tests.Geography;

public sealed class BoundaryLayerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-areas-").FullName;

    [Fact]
    public void A_place_belongs_to_the_area_that_holds_it_and_a_hole_belongs_to_none()
    {
        var layer = Load(
            """
            {"type":"FeatureCollection","name":"squares","features":[
              {"type":"Feature","properties":{"areaCode":"E09000001","areaName":"One"},"geometry":{"type":"Polygon","coordinates":[
                [[0,51],[1,51],[1,52],[0,52],[0,51]],[[0.4,51.4],[0.6,51.4],[0.6,51.6],[0.4,51.6],[0.4,51.4]]]}},
              {"type":"Feature","properties":{"areaCode":"E09000002","areaName":"Two"},"geometry":{"type":"MultiPolygon","coordinates":[
                [[[2,51],[3,51],[3,52],[2,52],[2,51]]],[[[4,51],[5,51],[5,52],[4,52],[4,51]]]]}}]}
            """);

        Assert.Equal(AreaKind.Borough, layer.Kind);
        Assert.Equal(new Area("E09000001", "One"), layer.Find(51.1m, 0.1m));
        Assert.Null(layer.Find(51.5m, 0.5m));
        Assert.Equal("E09000002", layer.Find(51.5m, 2.5m)?.Gss);
        Assert.Equal("E09000002", layer.Find(51.5m, 4.5m)?.Gss);
        Assert.Null(layer.Find(51.5m, 1.5m));
        Assert.Null(layer.Find(0.1m, 51.1m));
    }

    [Fact]
    public void A_place_on_a_border_or_in_an_overlap_belongs_to_the_lowest_code()
    {
        var layer = Load(Squares("E09000007", "0", "1.1", "E09000003", "1", "2"));

        Assert.Equal("E09000003", layer.Find(51.5m, 1.05m)?.Gss);
        Assert.Equal("E09000003", layer.Find(51.5m, 1m)?.Gss);
        Assert.Equal("E09000007", layer.Find(51.5m, 0.95m)?.Gss);
    }

    [Fact]
    public void Two_files_never_share_a_version()
    {
        var first = Load(Squares("E09000007", "0", "1", "E09000003", "1", "2"));
        var second = Load(Squares("E09000007", "0", "1", "E09000003", "1", "3"));

        Assert.StartsWith("squares@", first.Version, StringComparison.Ordinal);
        Assert.NotEqual(first.Version, second.Version);
    }

    [Theory]
    [InlineData("[1, 2]", "not a GeoJSON FeatureCollection")]
    [InlineData("""{"features":[{"properties":{"title":"x"},"geometry":null}]}""", "has no code")]
    [InlineData("""{"features":[{"properties":{"code":"E12000007"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}""", "GSS codes")]
    [InlineData("""{"features":[{"properties":{"code":"E09000001"},"geometry":{"type":"Point","coordinates":[0,0]}}]}""", "Point")]
    public void A_file_that_cannot_be_used_is_refused_with_the_reason(string content, string reason)
    {
        var refusal = Assert.Throws<BoundaryException>(() => Load(content));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_layers_of_one_kind_are_refused()
    {
        var layer = Load(Squares("E09000007", "0", "1", "E09000003", "1", "2"));

        Assert.Throws<BoundaryException>(() => new AreaIndex([layer, layer]));
    }

    [Fact]
    public void Areas_are_listed_once_by_code_with_the_borough_that_holds_their_middle_however_they_are_bent()
    {
        // The centroid of a horseshoe lies outside it: here in the other borough.
        const string horseshoe = """{"type":"Feature","properties":{"code":"E05000002"},"geometry":{"type":"Polygon","coordinates":[[[0.8,51],[1.9,51],[1.9,51.2],[0.95,51.2],[0.95,51.8],[1.9,51.8],[1.9,52],[0.8,52],[0.8,51]]]}}""";
        var index = new AreaIndex(
        [
            Load($$$"""{"name":"wards","features":[{{{horseshoe}}},{{{Square("E05000001", "1.2", "1.4")}}},{{{Square("E05000001", "0.1", "0.2")}}},{{{Square("E05000003", "5", "6")}}},{"properties":{"code":"E05000004"},"geometry":{"type":"MultiPolygon","coordinates":[]}}]}"""),
            Load(Squares("E09000007", "0", "1", "E09000003", "1", "2")),
        ]);

        Assert.Equal(
            [("E09000003", "E09000003"), ("E09000007", "E09000007"), ("E05000001", "E09000003"), ("E05000002", "E09000007"), ("E05000003", null), ("E05000004", null)],
            index.All.Select(a => (a.Area.Gss, a.Borough?.Gss)));
    }

    [Fact]
    public void A_place_without_coordinates_or_without_layers_has_no_codes()
    {
        var index = new AreaIndex([Load(Squares("E09000007", "0", "1", "E09000003", "1", "2"))]);

        Assert.Equal(ChargePointHub.Model.AreaCodes.None, index.Place(null, 0.5m));
        Assert.Equal(ChargePointHub.Model.AreaCodes.None, new AreaIndex([]).Place(51.5m, 0.5m));
        Assert.Equal("E09000007", index.Place(51.5m, 0.5m).BoroughGss);
        Assert.Equal(index.Version, index.Place(0m, 0m).BoundaryVersion);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Squares(string first, string firstWest, string firstEast, string second, string secondWest, string secondEast) =>
        $$$"""{"type":"FeatureCollection","name":"squares","features":[{{{Square(first, firstWest, firstEast)}}},{{{Square(second, secondWest, secondEast)}}}]}""";

    private static string Square(string code, string west, string east) =>
        $$$"""
        {"type":"Feature","properties":{"code":"{{{code}}}"},"geometry":{"type":"Polygon","coordinates":
          [[[{{{west}}},51],[{{{east}}},51],[{{{east}}},52],[{{{west}}},52],[{{{west}}},51]]]}}
        """;

    private BoundaryLayer Load(string content)
    {
        var file = Path.Combine(folder, Guid.NewGuid() + ".geojson");
        File.WriteAllText(file, content);
        return BoundaryLayer.Load(file);
    }
}
