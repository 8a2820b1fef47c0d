using System.Text.Json.Nodes;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>Writes each route's own words into the OpenAPI document; nothing is documented in a second place.</summary>
internal static class HubOpenApi
{
    private const string BearerScheme = "bearer";
    private const string HeaderScheme = "api_key";
    private const string BasicScheme = "basic";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        // HEAD answers as GET does and would only repeat it.
        options.ShouldInclude = api => api.HttpMethod == HttpMethods.Get;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ChargePointHub",
                Version = "v1",
                Description = "London's public charge points, their use and their prices from every operator in one form, with a statement of completeness in every answer.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "cph_live_<id>_<secret>" },
                [HeaderScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "The key, whole." },
                [BasicScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "Key id as user, secret as password." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiRoute>().FirstOrDefault() is { } route) Describe(operation, route, context.Document!);
            return Task.CompletedTask;
        });
    }

    private static void Describe(OpenApiOperation operation, ApiRoute route, OpenApiDocument document)
    {
        operation.OperationId = route.OperationId;
        operation.Summary = route.Summary;
        operation.Description = route.Description;
        operation.Tags = new HashSet<OpenApiTagReference> { new(route.Tag, document) };
        operation.Parameters = [.. route.Parameters.Select(ParameterOf)];
        if (route.Id is { } id)
        {
            operation.Parameters.Insert(0, new OpenApiParameter
            {
                Name = "id",
                In = ParameterLocation.Path,
                Required = true,
                Description = id.Description,
                Schema = Text(),
                Example = JsonValue.Create(id.Example),
            });
        }

        if (route.IsRestricted)
            operation.Security = [.. new[] { BearerScheme, HeaderScheme, BasicScheme }.Select(s => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(s, document)] = [] })];

        operation.Responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse
            {
                Description = route.Summary,
                Content = Answers.Formats.OfRoute(route).ToDictionary(type => type, type => type == route.MediaType
                    ? new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = JsonNode.Parse(route.Example) }
                    : new OpenApiMediaType { Schema = new OpenApiSchema { Type = type == ApiRoute.NdJson ? JsonSchemaType.String : JsonSchemaType.Object } }),
            },
        };
        foreach (var status in ErrorsOf(route).GroupBy(e => e.Status).OrderBy(s => s.Key))
        {
            operation.Responses[status.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join("; ", status.Select(e => $"{e.Code} {e.Title}")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = ProblemExample(status.First()) },
                },
            };
        }
    }

    /// <summary>What the route can answer besides success: by its parameters, its access and its own.</summary>
    internal static IEnumerable<ErrorCode> ErrorsOf(ApiRoute route)
    {
        var errors = new List<ErrorCode> { ErrorCatalogue.UnknownParameter, ErrorCatalogue.KeyInUrl, ErrorCatalogue.NoSuchCoding, ErrorCatalogue.Unexpected };
        if (!route.IsOpen) errors.AddRange([ErrorCatalogue.KeyMalformed, ErrorCatalogue.KeyUnknown, ErrorCatalogue.KeyExpired, ErrorCatalogue.KeyRevoked]);
        if (route.IsRestricted) errors.AddRange([ErrorCatalogue.KeyNeeded, ErrorCatalogue.ScopeTooNarrow]);
        if (route.Parameters.Count > 0) errors.AddRange([ErrorCatalogue.SeveralFaults, ErrorCatalogue.RepeatedParameter, ErrorCatalogue.EmptyValue]);
        if (route.Parameters.Any(p => p.Allowed is not null && p.Name != "select")) errors.Add(ErrorCatalogue.UnknownValue);
        foreach (var parameter in route.Parameters) errors.AddRange(ErrorsOf(parameter));
        if (!route.Path.StartsWith("/health/live", StringComparison.Ordinal)) errors.Add(ErrorCatalogue.DatabaseAway);
        if (!route.Path.StartsWith("/health/", StringComparison.Ordinal)) errors.Add(ErrorCatalogue.HubBusy);
        errors.AddRange(route.Errors);
        return errors.Distinct().OrderBy(e => e.Code, StringComparer.Ordinal);
    }

    private static ErrorCode[] ErrorsOf(Parameter parameter) => parameter.Name switch
    {
        "from" => [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.EndsBeforeItStarts, ErrorCatalogue.WhollyInFuture],
        "period" => [ErrorCatalogue.PeriodWithBounds, ErrorCatalogue.InvalidPeriod],
        "operator" => [ErrorCatalogue.UnknownOperator],
        "borough" => [ErrorCatalogue.UnknownBorough],
        "limit" => [ErrorCatalogue.InvalidLimit, ErrorCatalogue.LimitTooLarge],
        "cursor" => [ErrorCatalogue.BrokenCursor, ErrorCatalogue.ForeignCursor, ErrorCatalogue.CursorAhead],
        "format" when parameter.Allowed!.Contains("ndjson") => [ErrorCatalogue.CursorOfStream],
        "count" => [ErrorCatalogue.TooMuchToCount],
        "select" => [ErrorCatalogue.UnknownField],
        _ => [],
    };

    private static OpenApiParameter ParameterOf(Parameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Allowed is { } allowed && parameter.Name != "select" ? $"{parameter.Description} One of: {string.Join(", ", allowed)}." : parameter.Description,
        Schema = parameter.Name == "limit"
            ? new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "50000", Default = JsonValue.Create(HubParameters.DefaultLimit) }
            : Text(),
        Example = parameter.Name == "limit" ? JsonValue.Create(HubParameters.DefaultLimit) : JsonValue.Create(parameter.Example),
    };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String, MaxLength = 4096 };

    private static JsonObject ProblemExample(ErrorCode error) => new()
    {
        ["type"] = error.Path,
        ["title"] = error.Title,
        ["status"] = error.Status,
        ["detail"] = error.Happened,
        ["code"] = error.Code,
        ["errors"] = new JsonArray(new JsonObject
        {
            ["in"] = error.Status switch { 401 or 403 => "header", 404 => "path", 405 => "method", >= 500 => "service", _ => "query" },
            ["parameter"] = error.Status switch { 401 or 403 => "Authorization", 404 => "id", >= 405 => null, _ => "name" },
            ["code"] = error.Code,
            ["message"] = error.Happened,
            ["example"] = error.Example,
        }),
        ["request_id"] = "0199f0c2a4f17c3a9d1f7c52c3a1b0de",
    };
}
