using System.Text;
using System.Text.Encodings.Web;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

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
        Id = ("Error code.", "CPH-1102"),
        Errors = [ErrorCatalogue.NoSuchCode],
        Example = """
            {"data":{"code":"CPH-1102","status":400,"title":"Time without an offset","what_happened":"Without an offset the time could be UTC or London's.",
            "what_to_do":"Add Z for UTC or the offset.","example":"/v1/charging-sessions?from=2026-11-20T08:00:00Z"}}
            """,
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
            JsonAnswer.SetHeaders(request, "text/html; charset=utf-8");
            request.Http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            var page = Encoding.UTF8.GetBytes(PageOf(error));
            request.Http.Response.ContentLength = page.Length;
            await request.Http.Response.Body.WriteAsync(page, request.Aborted);
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

    private static string PageOf(ErrorCode error)
    {
        Func<string, string> encode = HtmlEncoder.Default.Encode;
        return $$"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{{error.Code}}: {{encode(error.Title)}}</title>
            <style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}code{font-size:.95em;overflow-wrap:anywhere}</style></head>
            <body><main>
            <h1>{{encode(error.Title)}}</h1>
            <p><code>{{error.Code}}</code>, HTTP status {{error.Status}}</p>
            <h2>What happened</h2><p>{{encode(error.Happened)}}</p>
            <h2>What to do</h2><p>{{encode(error.Remedy)}}</p>
            <h2>Example</h2><p><code>{{encode(error.Example)}}</code></p>
            <p><a href="/v1/errors">All codes</a></p>
            </main></body></html>
            """;
    }
}
