using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>
/// The OpenAPI document: each route's own words, and the published schemas as its components. Nothing is documented in a second
/// place. OpenAPI 3.1 takes JSON Schema as it is, so the document is written as JSON and no object model stands between.
/// </summary>
public static class HubOpenApi
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = HubJson.WriterOptions.Encoder };

    private static readonly Lazy<byte[]> Written = new(() => [.. JsonSerializer.SerializeToUtf8Bytes(Document(), Indented), (byte)'\n']);

    /// <summary>As served, and as committed in <c>openapi/hub.v1.json</c>.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Written.Value;

    /// <summary>What a route can answer besides success: by its parameters, its access and its own.</summary>
    public static IReadOnlyList<ErrorCode> ErrorsOf(ApiRoute route)
    {
        var errors = new List<ErrorCode> { ErrorCatalogue.UnknownParameter, ErrorCatalogue.KeyInUrl, ErrorCatalogue.NoSuchCoding, ErrorCatalogue.Unexpected, ErrorCatalogue.BodyTooLarge, ErrorCatalogue.AddressTooLong, ErrorCatalogue.HeadersTooLong };
        // A key in the address and a second mistake are two kinds of fault on any route.
        errors.Add(ErrorCatalogue.SeveralFaults);
        if (!route.IsOpen) errors.AddRange([ErrorCatalogue.KeyMalformed, ErrorCatalogue.KeyUnknown, ErrorCatalogue.KeyExpired, ErrorCatalogue.KeyRevoked]);
        if (!route.IsOpen && !route.HasFormInPath) errors.Add(ErrorCatalogue.NoSuchForm);
        if (route.IsRestricted) errors.Add(ErrorCatalogue.KeyNeeded);
        if (new[] { Scope.Public, Scope.Of(OrganisationRole.Auditor, null, []) }.Any(s => !route.IsHeldBy(s))) errors.Add(ErrorCatalogue.ScopeTooNarrow);
        if (route.Parameters.Count > 0) errors.AddRange([ErrorCatalogue.RepeatedParameter, ErrorCatalogue.EmptyValue]);
        if (route.Parameters.Any(p => p.IsList)) errors.Add(ErrorCatalogue.ListTooLong);
        foreach (var parameter in route.Parameters) errors.AddRange(parameter.Errors);
        if (!route.IsOpen) errors.AddRange([ErrorCatalogue.DatabaseAway, ErrorCatalogue.HubBusy, ErrorCatalogue.TookTooLong, ErrorCatalogue.QuotaUsedUp]);
        if (route.Dataset is not null) errors.Add(ErrorCatalogue.TooManyAnswers);
        if (route.Restricted is not null) errors.Add(ErrorCatalogue.NotOnRecord);
        errors.AddRange(route.Errors);
        return [.. errors.Distinct().OrderBy(e => e.Code, StringComparer.Ordinal)];
    }

    private static JsonObject Document() => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "ChargePointHub",
            ["version"] = "1.0.0",
            ["summary"] = "London's public charge points, their use and their prices.",
            ["description"] = "Every operator's charge points, charging sessions, status changes and tariffs in one form, with a statement of completeness in every answer. "
                + "Reference and availability data are open; charging sessions and the history of status need a key. HEAD is answered as GET, without the body.",
            ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "The hub that serves this document.", ["x-internal"] = false }),
        ["tags"] = new JsonArray([.. Chapters.All.Select(c => new JsonObject { ["name"] = c.Name, ["description"] = c.Description })]),
        ["paths"] = new JsonObject(ApiRoutes.All.Select(r => KeyValuePair.Create(r.Path, (JsonNode?)new JsonObject([.. OperationsAt(r)])))),
        ["components"] = Components(),
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> OperationsAt(ApiRoute route) =>
        ApiRoutes.Posts.Where(p => p.Path == route.Path).Prepend(route).Select(r => KeyValuePair.Create(r.Method.ToLowerInvariant(), (JsonNode?)OperationOf(r)));

    private static JsonObject OperationOf(ApiRoute route)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.OperationId,
            ["tags"] = new JsonArray(route.Tag),
            ["summary"] = route.Summary,
            ["description"] = route.Description,
            ["security"] = SecurityOf(route),
        };
        var isRead = route.Bodies.Count == 0;
        operation["parameters"] = new JsonArray(
            [
                .. route.Id is { } id ? [IdParameter(id)] : Array.Empty<JsonNode>(), .. route.Parameters.Select(OpenApiParameters.Of),
                .. isRead ? [OpenApiFrame.Reference("parameters", "If-None-Match")] : Array.Empty<JsonNode>(),
            ]);
        if (!isRead)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["description"] = "The file.",
                ["content"] = new JsonObject(route.Bodies.Select(b => KeyValuePair.Create(b, (JsonNode?)new JsonObject()))),
            };
        }

        operation["responses"] = new JsonObject(
        [
            KeyValuePair.Create("200", (JsonNode?)SuccessOf(route)),
            .. isRead ? [KeyValuePair.Create("304", (JsonNode?)OpenApiFrame.Reference("responses", "NotModified"))] : Array.Empty<KeyValuePair<string, JsonNode?>>(),
            .. ErrorsOf(route).GroupBy(e => e.Status).OrderBy(s => s.Key)
                .Select(s => KeyValuePair.Create(s.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)FailureOf(s.Key, [.. s]))),
        ]);
        return operation;
    }

    private static JsonObject IdParameter((string Description, string Example) id) => new()
    {
        ["name"] = "id",
        ["in"] = "path",
        ["required"] = true,
        ["description"] = id.Description,
        ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 4096 },
        ["example"] = id.Example,
    };

    /// <summary>Restricted: one of the three ways to show a key. Otherwise none is needed, and one that is shown must be good.</summary>
    private static JsonArray SecurityOf(ApiRoute route) => route.IsOpen ? []
        : new JsonArray([.. route.IsRestricted ? Array.Empty<JsonNode>() : [new JsonObject()], .. OpenApiFrame.SecuritySchemes.Select(s => new JsonObject { [s.Key] = new JsonArray() })]);

    private static string[] When(bool answersWithIt, string header) => answersWithIt ? [header] : [];

    private static JsonObject SuccessOf(ApiRoute route)
    {
        string[] headers =
        [
            "ETag", .. When(route.Dataset is not null, "Hub-Completeness"), .. When(route.Parameters.Contains(HubParameters.Count), "Hub-Count"),
            .. When(route.Parameters.Any(p => p.Name == HubParameters.Cursor.Name), "Link"), .. route.IsOpen ? [] : OpenApiFrame.QuotaHeaders,
            "X-Request-Id",
        ];
        return new JsonObject
        {
            ["description"] = route.Summary + ".",
            ["headers"] = OpenApiFrame.HeadersOf(headers),
            ["content"] = new JsonObject(route.Answers.Select(a => KeyValuePair.Create(a.MediaType, (JsonNode?)ContentOf(route, a)))),
        };
    }

    private static JsonObject ContentOf(ApiRoute route, MediaForm form) => form.Schema is { } schema
        ? new JsonObject { ["schema"] = Reference(schema), ["example"] = JsonNode.Parse(HubSchemas.Component(schema).Example) }
        : form == ApiRoute.AsCsv
        ? new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = int.MaxValue, ["description"] = form.Description }, ["example"] = CsvRecord.ExampleOf(route.TableOf ?? route) }
        : form.MediaType == ApiRoute.GZip ? []
        : new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 100_000, ["description"] = form.Description } };

    private static JsonObject FailureOf(int status, IReadOnlyList<ErrorCode> errors) => new()
    {
        ["description"] = string.Join("; ", errors.Select(e => $"{e.Code} {e.Title}")) + ".",
        ["headers"] = OpenApiFrame.HeadersOf([.. status switch { 401 => ["WWW-Authenticate"], 503 => ["Retry-After"], 429 => ["Retry-After", .. OpenApiFrame.QuotaHeaders], _ => Array.Empty<string>() }, "X-Request-Id"]),
        ["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject
            {
                ["schema"] = Reference("Problem"),
                ["examples"] = new JsonObject(errors.Select(e => KeyValuePair.Create(e.Code, (JsonNode?)new JsonObject { ["$ref"] = "#/components/examples/" + e.Code }))),
            },
        },
    };

    private static JsonObject Components()
    {
        var used = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var found = new Queue<string>(["Problem", .. ApiRoutes.All.Concat(ApiRoutes.Posts).SelectMany(r => r.Answers).Select(a => a.Schema).OfType<string>()]);
        while (found.TryDequeue(out var name))
        {
            var component = HubSchemas.Component(name);
            if (!used.TryAdd(name, component.Schema.DeepClone())) continue;
            foreach (var reference in component.References) found.Enqueue(reference);
        }

        var errors = ApiRoutes.All.Concat(ApiRoutes.Posts).SelectMany(ErrorsOf).Distinct().OrderBy(e => e.Code, StringComparer.Ordinal);
        return new JsonObject
        {
            ["schemas"] = new JsonObject(used),
            ["examples"] = new JsonObject(errors.Select(e => KeyValuePair.Create(e.Code, (JsonNode?)OpenApiFrame.ExampleOf(e)))),
            ["parameters"] = new JsonObject { ["If-None-Match"] = OpenApiFrame.IfNoneMatch.DeepClone() },
            ["responses"] = new JsonObject { ["NotModified"] = OpenApiFrame.NotModified.DeepClone() },
            ["headers"] = new JsonObject(OpenApiFrame.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.DeepClone()))!),
            ["securitySchemes"] = new JsonObject(OpenApiFrame.SecuritySchemes.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value.DeepClone()))),
        };
    }

    private static JsonObject Reference(string component) => new() { ["$ref"] = HubSchemas.ComponentsAt + component };
}
