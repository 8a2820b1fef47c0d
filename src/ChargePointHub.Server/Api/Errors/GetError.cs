using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Pages;

namespace ChargePointHub.Server.Api.Errors;

/// <summary>GET /v1/errors/{id}: the page that the <c>type</c> of every problem points at.</summary>
internal static class GetError
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/errors/{id}",
        OperationId = "getError",
        Summary = "One error code",
        Description = "What happened and what to do: JSON, or a page for people where Accept prefers text/html.",
        Tag = "Errors",
        IsHeldBy = RouteRights.Anyone,
        Id = ("Error code.", "CPH-1102"),
        Errors = [ErrorCatalogue.NoSuchCode],
        Answers = [new(ApiRoute.Json, "ErrorAnswer"), new("text/html", null)],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        if (ErrorCatalogue.Find(request.Id) is not { } error)
        {
            await request.RefuseIdAsync(ErrorCatalogue.NoSuchCode, $"The catalogue has no {request.Id}.", [.. ErrorCatalogue.All.Select(e => e.Code)]);
            return;
        }

        if (Formats.Prefers(request.Http.Request, "text/html", ApiRoute.Json))
        {
            request.Http.Response.Headers.Vary = "Accept";
            await HubPages.SendAsync(request.Http, error.Title, ErrorPages.Of(error));
            return;
        }

        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data");
            ListErrors.Write(json, error);
            json.WriteEndObject();
        });
    }
}
