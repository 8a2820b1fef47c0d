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
        Example = """
            {"data":[{"code":"CPH-1102","status":400,"title":"Time without an offset","what_happened":"Without an offset the time could be UTC or London's.",
            "what_to_do":"Add Z for UTC or the offset.","example":"/v1/charging-sessions?from=2026-11-20T08:00:00Z"}]}
            """,
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
