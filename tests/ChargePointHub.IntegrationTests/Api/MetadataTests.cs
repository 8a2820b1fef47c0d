using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>The catalogue, as one who harvests it reads it.</summary>
public sealed class MetadataTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Each_operators_dataset_stands_in_the_catalogue_with_its_licence_and_where_it_is()
    {
        var answer = await host.GetAsync("/v1/metadata", key: null);

        Assert.Equal("application/ld+json", answer.Headers["Content-Type"]);
        var entries = answer.Json.GetProperty("dcat:dataset").EnumerateArray().ToList();
        var listed = host.Directory.Operators.SelectMany(o => o.Datasets.Select(d => (o, d.Dataset))).Append((host.Directory.Find("alpha")!, Dataset.Outages)).ToList();
        var datasets = entries.Where(e => e.GetProperty("@type").GetString() == "dcat:Dataset").ToList();
        Assert.Equal(listed.Count, datasets.Count);
        Assert.Equal(Dataset.All.Count, entries.Count - datasets.Count);
        Assert.All(entries.Except(datasets), series => Assert.Equal(
            Id(series) == "/v1/outages" ? [] : ["application/x-ndjson", "text/csv"], series.GetProperty("dcat:distribution").EnumerateArray().Where(f => Id(f.GetProperty("dcat:accessURL")) == "/v1/bulk").Select(f => f.GetProperty("dcat:mediaType").GetString())));
        foreach (var (o, d) in listed)
        {
            var entry = Assert.Single(datasets, e => Id(e) == $"/v1/{d.Name.Replace('_', '-')}?operator={o.OperatorId}");
            Assert.Equal(o.Licence, entry.GetProperty("dcterms:license").GetString());
            Assert.Equal(o.Attribution, entry.GetProperty("dcterms:rights").GetString());
            Assert.Contains(entries, e => Id(e) == Id(entry.GetProperty("dcat:inSeries")));
            Assert.EndsWith(d.IsRestricted ? "RESTRICTED" : "PUBLIC", Id(entry.GetProperty("dcterms:accessRights")), StringComparison.Ordinal);
            foreach (var form in entry.GetProperty("dcat:distribution").EnumerateArray())
            {
                var there = await host.GetAsync(Id(form.GetProperty("dcat:accessURL"))!);
                Assert.Equal(HttpStatusCode.OK, there.Status);
                Assert.StartsWith(form.GetProperty("dcat:mediaType").GetString()!, there.Headers["Content-Type"], StringComparison.Ordinal);
            }

            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(Id(entry.GetProperty("dcterms:conformsTo"))!, key: null)).Status);
        }
    }

    [Fact]
    public async Task Outages_that_follow_from_status_changes_are_an_operators_too_until_it_reports_its_own()
    {
        var derived = await OutagesAsync();
        await host.ExecuteAsync("INSERT INTO outage_reporter VALUES ('alpha', 1)");
        var unprovided = await OutagesAsync();
        var plan = new ListedDataset { Dataset = Dataset.Outages, Axis = WindowAxis.StartedAt, Protocol = "loti-v1" };
        var before = host.Directory;
        host.Directory = new OperatorDirectory([.. before.Operators.Select(o => o.OperatorId == "alpha" ? o with { Datasets = [.. o.Datasets, plan] } : o)]);
        var reported = await OutagesAsync();
        await host.ExecuteAsync("DELETE FROM outage_reporter");
        host.Directory = before;

        Assert.Equal("/v1/status-changes?operator=alpha", Id(Assert.Single(derived).GetProperty("prov:wasDerivedFrom")));
        Assert.Equal("OGL-UK-3.0", derived[0].GetProperty("dcterms:license").GetString());
        Assert.Empty(unprovided);
        Assert.Equal(JsonValueKind.Null, Assert.Single(reported).GetProperty("prov:wasDerivedFrom").ValueKind);

        async Task<List<JsonElement>> OutagesAsync() =>
            [.. (await host.GetAsync("/v1/metadata", key: null)).Json.GetProperty("dcat:dataset").EnumerateArray().Where(e => Id(e)!.StartsWith("/v1/outages?operator=", StringComparison.Ordinal))];
    }

    private static string? Id(JsonElement entry) => entry.GetProperty("@id").GetString();
}
