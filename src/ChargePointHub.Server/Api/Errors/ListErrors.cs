using System.Text.Json;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Errors;

/// <summary>GET /v1/errors: the catalogue.</summary>
internal static class ListErrors
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/errors",
        OperationId = "listErrors",
        Summary = "Every error code",
        Description = "What each code means and what to do about it.",
        Tag = "Errors",
        IsHeldBy = RouteRights.Anyone,
        Answers = [new(ApiRoute.Json, "ErrorList")],
        Handler = request => JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var error in ErrorCatalogue.All) Write(json, error);
            json.WriteEndArray();
            json.WriteEndObject();
        }),
    };

    public static void Write(Utf8JsonWriter json, ErrorCode error)
    {
        json.WriteStartObject();
        json.WriteString("code", error.Code);
        json.WriteNumber("status", error.Status);
        json.WriteString("title", error.Title);
        json.WriteString("what_happened", error.Happened);
        json.WriteString("what_to_do", error.Remedy);
        json.WriteString("example", error.Example);
        json.WriteEndObject();
    }
}
