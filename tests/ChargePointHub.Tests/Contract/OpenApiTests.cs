using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Tests.Contract;

/// <summary>Code and OpenAPI document, walked in both directions.</summary>
public sealed class OpenApiTests
{
    /// <summary>Set to 1, the test writes the committed document anew instead of comparing it.</summary>
    public const string Regenerate = "CHARGEPOINTHUB_REGENERATE";

    /// <summary>Given before a route is found, or by no GET: no operation can list them.</summary>
    private static readonly ErrorCode[] OfNoRoute = [ErrorCatalogue.NoSuchRoute, ErrorCatalogue.MethodNotAllowed, ErrorCatalogue.PlainHttp];

    private static readonly JsonObject Document = JsonNode.Parse(HubOpenApi.Utf8.Span)!.AsObject();

    public static TheoryData<string> Routes => [.. ApiRoutes.All.Select(r => r.Path)];

    [Fact]
    public void The_committed_document_is_the_one_that_is_served()
    {
        var file = RepositoryRoot.Path("openapi", "hub.v1.json");
        if (Environment.GetEnvironmentVariable(Regenerate) == "1") File.WriteAllBytes(file, HubOpenApi.Utf8.ToArray());

        Assert.True(
            File.Exists(file) && HubOpenApi.Utf8.Span.SequenceEqual(File.ReadAllBytes(file)),
            $"openapi/hub.v1.json is not what the routes and schemas say. If the change is meant: {Regenerate}=1 dotnet test tests/ChargePointHub.Tests --filter OpenApiTests, and commit the difference.");
    }

    [Fact]
    public void Every_route_is_in_the_document_and_the_document_has_no_other() => Assert.Equal(
        ApiRoutes.All.Concat(ApiRoutes.Posts).Select(r => (r.Path, r.Method.ToLowerInvariant(), r.OperationId)).Order(),
        Document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, (string)o.Value!["operationId"]!))).Order());

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_route_s_parameters_are_documented_with_the_values_they_take(string path)
    {
        var route = ApiRoutes.All.Single(r => r.Path == path);
        var said = Operation(path)["parameters"]!.AsArray().Where(p => p!["$ref"] is null).ToDictionary(p => (string)p!["name"]!, p => p!.AsObject());

        Assert.Equal(route.Parameters.Select(p => p.Name).Concat(route.Id is null ? [] : ["id"]).Order(StringComparer.Ordinal), said.Keys.Order(StringComparer.Ordinal));
        foreach (var parameter in route.Parameters)
        {
            var schema = said[parameter.Name]["schema"]!;
            var value = parameter.IsList ? schema["items"]! : schema;
            Assert.Equal(parameter.IsList ? "array" : parameter.Range is null ? "string" : "integer", (string)schema["type"]!);
            Assert.Equal(parameter.Allowed, value["enum"]?.AsArray().Select(w => (string)w!));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_route_s_answers_and_errors_are_documented_with_schema_and_example(string path)
    {
        var route = ApiRoutes.All.Single(r => r.Path == path);
        var responses = Operation(path)["responses"]!.AsObject();
        var content = responses["200"]!["content"]!.AsObject();

        Assert.Equal(route.Answers.Select(a => a.MediaType), content.Select(c => c.Key));
        foreach (var form in route.Answers.Where(a => a.Schema is not null))
        {
            Assert.Equal("#/components/schemas/" + form.Schema, (string)content[form.MediaType]!["schema"]!["$ref"]!);
            Assert.NotNull(content[form.MediaType]!["example"]);
        }

        var failures = responses.Where(r => r.Key is not ("200" or "304"))
            .SelectMany(r => r.Value!["content"]!["application/problem+json"]!["examples"]!.AsObject().Select(e => (Code: e.Key, Status: r.Key)));
        Assert.Equal(HubOpenApi.ErrorsOf(route).Select(e => (e.Code, $"{e.Status}")).Order(), failures.Order());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_route_has_a_tag_takes_one_and_answers_304(string path)
    {
        Assert.NotNull(Operation(path)["responses"]!["200"]!["headers"]!["ETag"]);
        Assert.Equal("#/components/responses/NotModified", (string?)Operation(path)["responses"]!["304"]?["$ref"]);
        Assert.Contains(Operation(path)["parameters"]!.AsArray(), p => (string?)p!["$ref"] == "#/components/parameters/If-None-Match");
    }

    [Fact]
    public void Every_error_code_is_one_that_some_route_documents()
    {
        var documented = ApiRoutes.All.Concat(ApiRoutes.Posts).SelectMany(HubOpenApi.ErrorsOf).Distinct();

        Assert.Equal(
            ErrorCatalogue.All.Except(OfNoRoute).Select(e => e.Code).Order(StringComparer.Ordinal),
            documented.Select(e => e.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_chapter_has_routes_and_every_route_a_chapter() =>
        Assert.Equal(Chapters.All.Select(c => c.Name).Order(StringComparer.Ordinal), ApiRoutes.All.Select(r => r.Tag).Distinct().Order(StringComparer.Ordinal));

    /// <summary>What strict clients need: one type for a number, a length for a text, words for an enum, null as its own alternative.</summary>
    [Fact]
    public void Every_schema_keeps_to_the_forms_that_were_decided()
    {
        foreach (var (path, schema) in Schemas(Document, ""))
        {
            var types = schema["type"] switch { JsonArray a => [.. a.Select(t => (string)t!)], JsonValue v => [(string)v!], _ => Array.Empty<string>() };
            Assert.False(types.Contains("string") && types.Contains("number") && !path.Contains("/elements/", StringComparison.Ordinal), $"{path}: a number is a number, never also a text.");
            if (types.Contains("string"))
                Assert.True(schema.ContainsKey("maxLength") || schema.ContainsKey("enum") || schema.ContainsKey("const") || path.Contains("/elements/", StringComparison.Ordinal), $"{path}: give it a maxLength.");
            if (types.Contains("number")) Assert.True((string?)schema["format"] == "decimal" || path.Contains("/elements/", StringComparison.Ordinal), $"{path}: give it format decimal.");
            if (types.Contains("array")) Assert.True(schema.ContainsKey("maxItems"), $"{path}: give it maxItems.");
            if (schema["enum"] is JsonArray words) Assert.All(words, w => Assert.Equal(JsonValueKind.String, w!.GetValueKind()));
        }
    }

    private static JsonObject Operation(string path) => Document["paths"]![path]!["get"]!.AsObject();

    private static IEnumerable<(string Path, JsonObject Schema)> Schemas(JsonNode? node, string at) => node switch
    {
        JsonObject o => (o.ContainsKey("type") && o["type"] is JsonArray or JsonValue ? [(at, o)] : Array.Empty<(string, JsonObject)>())
            .Concat(o.Where(p => p.Key is not ("example" or "examples" or "default" or "securitySchemes")).SelectMany(p => Schemas(p.Value, $"{at}/{p.Key}"))),
        JsonArray a => a.SelectMany((item, i) => Schemas(item, $"{at}/{i}")),
        _ => [],
    };
}
