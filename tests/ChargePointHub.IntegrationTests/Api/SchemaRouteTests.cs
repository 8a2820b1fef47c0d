using System.Net;
using System.Text;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What describes the hub to programs is served as it was published.</summary>
public sealed class SchemaRouteTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Every_listed_schema_is_served_under_its_id()
    {
        var listed = (await host.GetAsync("/v1/schemas", key: null)).Data;

        Assert.Equal(PublishedSchemas.All.Select(s => s.Name), listed.Select(s => s.GetProperty("name").GetString()));
        foreach (var entry in listed)
        {
            var answer = await host.GetAsync(entry.GetProperty("href").GetString()!, key: null);
            Assert.Equal("application/schema+json", answer.Headers["Content-Type"]);
            Assert.Equal(entry.GetProperty("href").GetString(), answer.Json.GetProperty("$id").GetString());
            Assert.Equal(Encoding.UTF8.GetString(PublishedSchemas.Find(entry.GetProperty("name").GetString()!)!.Utf8.Span), answer.Body);
        }
    }

    [Fact]
    public async Task A_schema_s_name_may_be_written_with_its_slashes_encoded() =>
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/schemas/hub%2Fv1%2Ftariffs", key: null)).Status);

    [Fact]
    public async Task The_schema_that_an_answer_names_is_there()
    {
        var answer = await host.GetAsync("/v1/charging-sessions");

        Assert.NotNull(PublishedSchemas.Find(answer.Json.GetProperty("meta").GetProperty("schema").GetString()!));
    }

    [Fact]
    public async Task The_OpenApi_document_is_served_as_committed()
    {
        var answer = await host.GetAsync("/openapi/v1.json", key: null);

        Assert.Equal("application/json", answer.Headers["Content-Type"]);
        Assert.Equal(Encoding.UTF8.GetString(HubOpenApi.Utf8.Span), answer.Body);
    }
}
