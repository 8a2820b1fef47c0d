using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>An answer of the API that was kept back to be changed. Its status and headers stand in the response.</summary>
public static class HeldAnswer
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<byte[]> TakeAsync(HttpContext context, Func<Task> api)
    {
        var sent = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var held = new MemoryStream();
        context.Response.Body = held;
        try
        {
            await api();
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Features.Set(sent);
        }

        context.Response.ContentLength = null;
        return held.ToArray();
    }

    /// <summary>Lets the API answer, changes the object or array that it answered, and sends that; anything else is sent as it is.</summary>
    /// <param name="polish">Last changes to the text.</param>
    public static async Task ChangeAsync(FaultyRequest request, Func<Task> api, Action<JsonNode> change, Func<string, string>? polish = null)
    {
        var context = request.Context;
        var body = await TakeAsync(context, api);
        if (context.Response.StatusCode == 200 && body.Length > 0 && JsonNode.Parse(body) is { } json)
        {
            change(json);
            var text = json.ToJsonString(Relaxed);
            body = Encoding.UTF8.GetBytes(polish?.Invoke(text) ?? text);
        }

        await context.Response.Body.WriteAsync(body, request.Ended);
    }

    /// <summary>The records of an answer, in its list; null where it brings none.</summary>
    public static JsonArray? Rows(JsonNode json) => (json as JsonObject)?["data"] as JsonArray ?? json as JsonArray;
}
