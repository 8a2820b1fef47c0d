using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Small answers that are written at once.</summary>
internal static class JsonAnswer
{
    public static async Task SendAsync(HubRequest request, Action<Utf8JsonWriter> write)
    {
        SetHeaders(request, request.Route.MediaType);
        using var body = new AnswerBody(request.Http.Response);
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions)) write(json);
        await body.EndAsync(request.Aborted);
    }

    /// <summary>Whoever shows a key gets an answer of their own, which no cache may keep.</summary>
    public static void SetHeaders(HubRequest request, string mediaType)
    {
        var headers = request.Http.Response.Headers;
        request.Http.Response.ContentType = mediaType;
        headers.CacheControl = request.Scope.ReadsRestricted ? "no-store" : "no-cache";
        headers.Vary = "Accept, Authorization, X-API-Key";
    }
}
