using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>GET /openapi/v1.json: every route, for programs.</summary>
internal static class GetOpenApi
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/openapi/v1.json",
        OperationId = "getOpenApi",
        Summary = "The API as OpenAPI",
        Description = "An OpenAPI 3.1 document of every route, made from the routes themselves and from the published schemas.",
        Tag = "Documentation",
        IsHeldBy = RouteRights.Anyone,
        IsOpen = true,
        Answers = [new(ApiRoute.Json, "OpenApiDocument")],
        Handler = request => JsonAnswer.SendAsync(request, json => json.WriteRawValue(HubOpenApi.Utf8.Span, skipInputValidation: true)),
    };
}
