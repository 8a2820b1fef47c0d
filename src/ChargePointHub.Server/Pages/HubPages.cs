using System.Text;
using System.Text.RegularExpressions;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Pages;

/// <summary>Puts the documentation into a web application. It needs no key, and nothing that it shows comes from elsewhere.</summary>
public static partial class HubPages
{
    private const string HtmlType = "text/html; charset=utf-8";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly (string Name, string Type)[] Assets = [("docs.css", "text/css; charset=utf-8"), ("docs.js", "text/javascript; charset=utf-8"), ("docs.svg", "image/svg+xml")];

    /// <summary>Maps <c>/docs</c>, and leads people who open the bare address there; programs are told as ever that nothing is served at it.</summary>
    public static WebApplication MapHubPages(this WebApplication app)
    {
        app.MapMethods("/", Methods, Start);
        foreach (var page in DocPages.All) app.MapMethods(page.Path, Methods, context => SendAsync(context, page));
        foreach (var (name, type) in Assets) app.MapMethods("/docs/assets/" + name, Methods, context => SendAssetAsync(context, name, type));
        return app;
    }

    /// <summary>A page in the frame, with the headers that keep everything foreign out of it.</summary>
    internal static Task SendAsync(HttpContext context, string title, string body)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        return WriteAsync(context, HtmlType, Encoding.UTF8.GetBytes(PageFrame.Around(context.Request.Path, title, body)));
    }

    private static Task Start(HttpContext context)
    {
        context.Response.Headers.Vary = "Accept";
        if (Formats.Prefers(context.Request, "text/html", ApiRoute.Json))
        {
            context.Response.ContentLength = 0;
            context.Response.Redirect("/docs");
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext context, DocPage page)
    {
        var hub = context.RequestServices.GetRequiredService<HubServices>();
        var yesterday = LondonCalendar.DayOf(hub.Now).AddDays(-1);
        return SendAsync(context, page.Title, page.Body(new PageReading(AddressOf(context.Request), yesterday, hub.Directory)));
    }

    private static Task SendAssetAsync(HttpContext context, string name, string type)
    {
        context.Response.Headers.CacheControl = context.Request.Query["v"] == PageFrame.AssetVersion ? "public, max-age=31536000, immutable" : "no-cache";
        return WriteAsync(context, type, Fragments.Asset(name));
    }

    /// <summary>As the reader reached it, so that samples can be copied; a Host that could end a shell's quotes is not repeated.</summary>
    private static string AddressOf(HttpRequest request) =>
        request.Host.Value is { } host && PlainHost().IsMatch(host) ? $"{request.Scheme}://{host}" : "https://localhost:8443";

    private static async Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    [GeneratedRegex(@"^[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?\z|^\[[0-9a-fA-F:.]{2,45}\](:[0-9]{1,5})?\z")]
    private static partial Regex PlainHost();
}
