using System.Text;
using System.Text.Json;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Pages;

/// <summary>The reference: a page for each route of <see cref="ApiRoutes"/>, from the declaration that OpenAPI comes from too.</summary>
internal static class ReferencePages
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static DocPage Of(ApiRoute route) => new(AddressOf(route), route.Summary, null, reading => Body(route, reading));

    public static string AddressOf(ApiRoute route) => "/docs/reference/" + route.OperationId;

    public static string Index(PageReading reading)
    {
        var html = new StringBuilder(
            "<p>Every route answers <code>GET</code> and <code>HEAD</code>. A parameter means the same wherever it stands, and one that a route does not know is "
            + "refused, never ignored. Each page has samples to copy and a form to try. Programs read the same in the "
            + "<a href=\"/openapi/v1.json\">OpenAPI document</a>.</p>\n");
        foreach (var tag in ApiRoutes.All.GroupBy(r => r.Tag))
        {
            html.Append($"<h2>{Html.Encode(tag.Key)}</h2>\n").Append(Html.Definitions(tag.Select(r =>
                ($"<a href=\"{AddressOf(r)}\">{Html.Encode(r.Path)}</a>", Html.Encode(r.Summary) + (r.IsRestricted ? " <span>needs a key</span>" : "")))));
        }

        return html.ToString();
    }

    private static string Body(ApiRoute route, PageReading reading) => $"""
        <p class="route"><code>GET {Html.Encode(route.Path)}</code></p>
        <p>{Html.Prose(route.Description)}</p>
        <p>{Access(route)}</p>
        {Parameters(route)}<h2 id="try">Try it</h2>
        {Form(route)}
        <h2 id="copy">Copy as</h2>
        <p>{(route.IsRestricted ? "The key is taken from the environment variable <code>KEY</code>; <a href=\"/docs/keys\">Keys</a> says how. " : "")}Where the hub’s certificate is of its own authority, <a href="/docs/keys#set-up">set up your terminal</a> first. The calls follow what is filled in above.</p>
        {Snippets(route, reading)}<h2 id="answer">Answer</h2>
        {Answer(route)}<h2 id="errors">Errors</h2>
        {Html.Definitions(HubOpenApi.ErrorsOf(route).Select(e => ($"<a href=\"{e.Path}\">{e.Code}</a> <span>{e.Status}</span>", Html.Encode(e.Title))))}
        """;

    private static string Answer(ApiRoute route) => route.MediaType == ApiRoute.GZip
        ? $"<p>200, <code>{route.MediaType}</code>: a file. 206 where a Range was asked for.</p>\n"
        : $"<p>200, <code>{route.MediaType}</code>; records are shortened here.</p>\n{Html.Block("example", route.TableOf is null ? Pretty(route.Example) : route.Example)}";

    private static string Access(ApiRoute route) =>
        route.IsRestricted ? "It needs <a href=\"/docs/keys\">a key</a> that holds restricted data." : route.IsOpen ? "It is open and looks at no key." : "It is open. <a href=\"/docs/keys\">A key</a> is not needed; under one that opens restricted data more may be shown, as causes of gaps.";

    private static string Parameters(ApiRoute route)
    {
        var entries = new List<(string, string)>();
        if (route.Id is { } id) entries.Add(("<code>id</code>", $"In the path. {Html.Prose(id.Description)}"));
        entries.AddRange(route.Parameters.Select(p => ($"<code>{p.Name}</code>", Html.Prose(p.Description) + Words(p))));
        return entries.Count == 0 ? "" : "<h2 id=\"parameters\">Parameters</h2>\n" + Html.Definitions(entries);
    }

    private static string Words(Parameter parameter) =>
        parameter.Allowed is { } allowed ? " One of: " + string.Join(", ", allowed.Select(a => $"<code>{Html.Encode(a)}</code>")) + "." : $" Example: <code>{Html.Encode(parameter.Example)}</code>";

    private static string Form(ApiRoute route)
    {
        var html = new StringBuilder($"<form class=\"try\" data-path=\"{Html.Encode(route.Path)}\">\n");
        if (!route.IsOpen) html.Append(Field("key", "Key", "password", "", route.IsRestricted ? "cph_live_…" : "may be left out") + "<p class=\"note\">The key stays in this tab and goes to this hub only.</p>\n");
        if (RouteSnippets.SampleId(route) is { } id) html.Append(Field("id", "id", "text", id, id));
        foreach (var parameter in route.Parameters)
            html.Append(Field("q-" + parameter.Name, parameter.Name, "text", parameter.Name == "limit" ? "5" : "", parameter.Example));
        return html.Append(
            "<p><button type=\"submit\">Send</button></p>\n<noscript><p>Trying it here needs scripts; the samples below do not.</p></noscript>\n"
            + "<p class=\"said\" role=\"status\"></p>\n<div class=\"came\"></div>\n</form>").ToString();
    }

    private static string Field(string name, string label, string type, string value, string placeholder) =>
        $"<p><label for=\"{name}\">{label}</label> <input id=\"{name}\" name=\"{name}\" type=\"{type}\" value=\"{Html.Encode(value)}\" placeholder=\"{Html.Encode(placeholder)}\""
        + (type == "password" ? " autocomplete=\"current-password\"" : " autocomplete=\"off\"") + " autocapitalize=\"none\" spellcheck=\"false\"></p>\n";

    private static string Snippets(ApiRoute route, PageReading reading)
    {
        var html = new StringBuilder();
        foreach (var (name, language, text) in RouteSnippets.Of(route, reading.Hub))
            html.Append($"<details class=\"copy-as\"{(language == "sh" ? " open" : "")}>\n<summary>{name}</summary>\n{Html.Block(language, text)}</details>\n");
        return html.ToString();
    }

    private static string Pretty(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()! : JsonSerializer.Serialize(document.RootElement, Indented);
    }
}
