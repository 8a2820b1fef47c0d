using System.Net;
using System.Text.Json;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>The areas that a hub has loaded, as one reads them who wants to ask by ward or draw a map.</summary>
public sealed class AreaTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string[] Versions = SmallAreas.Index.Version!.Split('+');

    [Fact]
    public async Task Every_area_is_told_by_kind_and_code_with_the_borough_that_it_lies_in()
    {
        var answer = await host.GetAsync("/v1/areas", key: null);

        Assert.Equal(
            [
                ("borough", "E09000022", "Lambeth", "E09000022", Versions[0]), ("borough", "E09000028", "Southwark", "E09000028", Versions[0]),
                ("ward", "E05000001", "Abbey", "E09000022", Versions[1]), ("ward", "E05000002", "Abbey", "E09000028", Versions[1]), ("ward", "E05000003", "Beyond, \"the\" pale", null, Versions[1]),
                ("lsoa", "E01000001", "Lambeth 001A", "E09000022", Versions[2]),
            ],
            answer.Data.Select(Told));
        Assert.Equal("Southwark", answer.Data[3].GetProperty("borough_name").GetString());
        Assert.Equal(SmallAreas.Index.Version, answer.Json.GetProperty("meta").GetProperty("boundary_version").GetString());
    }

    [Theory]
    [InlineData("kind=ward", "E05000001,E05000002,E05000003")]
    [InlineData("kind=lsoa,borough", "E09000022,E09000028,E01000001")]
    [InlineData("borough=lambeth", "E09000022,E05000001,E01000001")]
    [InlineData("borough=E09000028&kind=ward", "E05000002")]
    [InlineData("borough=camden", "")]
    public async Task Kinds_and_boroughs_narrow_the_list(string query, string codes) =>
        Assert.Equal(codes, string.Join(',', (await host.GetAsync("/v1/areas?" + query, key: null)).Data.Select(a => a.GetProperty("code").GetString())));

    [Fact]
    public async Task The_table_has_the_same_rows_at_each_of_its_addresses()
    {
        var table = await host.GetAsync("/v1/areas.csv?kind=ward", key: null);

        Assert.Equal("text/csv; charset=utf-8; header=present", table.Headers["Content-Type"]);
        Assert.Equal(
            "kind,code,name,borough_gss,borough_name,boundary_version\r\n"
            + $"ward,E05000001,Abbey,E09000022,Lambeth,{Versions[1]}\r\n"
            + $"ward,E05000002,Abbey,E09000028,Southwark,{Versions[1]}\r\n"
            + $"ward,E05000003,\"Beyond, \"\"the\"\" pale\",,,{Versions[1]}\r\n",
            table.Body);
        Assert.Equal(table.Body, (await host.GetAsync("/v1/areas?kind=ward&format=csv", key: null)).Body);
        Assert.Equal(table.Body, (await host.GetAsync("/v1/areas?kind=ward", key: null, headers: ("Accept", "text/csv"))).Body);
    }

    [Fact]
    public async Task Who_has_the_list_is_told_that_it_stands_until_other_boundaries_are_loaded()
    {
        var first = await host.GetAsync("/v1/areas", key: null);
        var tag = first.Headers["ETag"];

        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync("/v1/areas", key: null, headers: ("If-None-Match", tag))).Status);
        Assert.NotEqual(tag, (await host.GetAsync("/v1/areas?kind=ward", key: null)).Headers["ETag"]);
        Assert.NotEqual(tag, (await host.GetAsync("/v1/areas.csv", key: null)).Headers["ETag"]);
        var before = host.Directory;
        host.Directory = before with { Areas = AreaIndex.None };
        var none = await host.GetAsync("/v1/areas", key: null, headers: ("If-None-Match", tag));
        host.Directory = before;

        Assert.Equal((HttpStatusCode.OK, "{\"data\":[],\"meta\":{\"boundary_version\":null}}"), (none.Status, none.Body));
    }

    private static (string?, string?, string?, string?, string?) Told(JsonElement area) =>
        (Text(area, "kind"), Text(area, "code"), Text(area, "name"), Text(area, "borough_gss"), Text(area, "boundary_version"));

    private static string? Text(JsonElement area, string name) => area.GetProperty(name).GetString();
}
