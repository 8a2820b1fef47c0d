using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Small answers that are written at once.</summary>
internal static class JsonAnswer
{
    public static async Task SendAsync(HubRequest request, Action<Utf8JsonWriter> write)
    {
        using var body = new AnswerBody(request);
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions)) write(json);
        await SendAsync(request, request.Route.MediaType, body);
    }

    /// <summary>A body that is whole: its tag is made from its bytes.</summary>
    public static async Task SendAsync(HubRequest request, string mediaType, AnswerBody body)
    {
        SetHeaders(request, mediaType);
        if (AnswerTags.IsHeld(request, AnswerTags.OfBytes(body.Held, request.Coding))) return;
        await body.EndAsync(request.Aborted);
    }

    /// <summary>
    /// Public answers may be kept by anyone and are asked for again each time, at the price of a 304; what holds restricted data is
    /// kept by nobody on the way, and neither is what is about the one who asks.
    /// </summary>
    public static void SetHeaders(HubRequest request, string mediaType)
    {
        var headers = request.Http.Response.Headers;
        request.Http.Response.ContentType = mediaType;
        headers.CacheControl = request.Scope.HoldsRights || request.Route.IsPersonal ? "no-store" : "public, no-cache";
        headers.Vary = "Accept, Accept-Encoding, Authorization, X-API-Key";
        headers.ContentEncoding = ContentCodings.NameOf(request.Coding);
    }
}
