using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using Microsoft.Net.Http.Headers;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>The forms in which records are served.</summary>
internal enum AnswerForm
{
    Json,
    GeoJson,
    NdJson,
    Csv,
    Events,
}

/// <summary>Which form an answer takes: the address decides, then <c>format</c>, then the Accept header.</summary>
internal static class Formats
{
    private static readonly (string Word, AnswerForm Form, string MediaType)[] Known =
        [("json", AnswerForm.Json, ApiRoute.Json), ("geojson", AnswerForm.GeoJson, ApiRoute.GeoJson), ("ndjson", AnswerForm.NdJson, ApiRoute.NdJson), ("csv", AnswerForm.Csv, ApiRoute.Csv), ("events", AnswerForm.Events, ApiRoute.EventStream)];

    public static AnswerForm Of(HubRequest request)
    {
        if (request.Route.HasFormInPath) return Known.First(k => k.MediaType == request.Route.MediaType).Form;
        var offered = OfRoute(request.Route);
        if (request.Parameters["format"] is { } format) return Known.First(k => k.Word == format).Form;
        return Known.Where(k => offered.Contains(k.MediaType)).MaxBy(k => Quality(request.Http.Request, k.MediaType)).Form;
    }

    /// <summary>As an answer's Content-Type says it (of CSV: RFC 4180, section 3).</summary>
    public static string MediaTypeOf(AnswerForm form) => Known.First(k => k.Form == form).MediaType + (form == AnswerForm.Csv ? "; charset=utf-8; header=present" : "");

    /// <summary>As <c>format</c> names it.</summary>
    public static string WordOf(string mediaType) => Known.First(k => k.MediaType == mediaType).Word;

    /// <summary>The whole answer at once, a record a line, or without end.</summary>
    public static bool IsStream(AnswerForm form) => form is AnswerForm.NdJson or AnswerForm.Csv or AnswerForm.Events;

    /// <summary>Every media type that a route can answer with, its own first.</summary>
    public static IReadOnlyList<string> OfRoute(ApiRoute route) => [.. route.Answers.Select(a => a.MediaType)];

    /// <summary>Whether Accept ranks <paramref name="type"/> above <paramref name="other"/>.</summary>
    public static bool Prefers(HttpRequest request, string type, string other) => Quality(request, type) > Quality(request, other);

    /// <summary>
    /// What is wrong with Accept: it admits no form that the route has. Null where the address or <c>format</c> decides, and where no
    /// key is looked at: monitors ask with whatever they have. A range that is none is passed over.
    /// </summary>
    public static Fault? FaultOf(HttpRequest request, ApiRoute route, RequestParameters parameters)
    {
        if (route.IsOpen || route.HasFormInPath || parameters["format"] is not null || request.GetTypedHeaders().Accept.Count == 0) return null;
        var offered = OfRoute(route);
        // Whoever takes JSON takes a kind of it.
        if (offered.Any(o => Quality(request, o) > 0 || (o.EndsWith("+json", StringComparison.Ordinal) && Quality(request, ApiRoute.Json) > 0))) return null;
        return new Fault(
            ErrorCatalogue.NoSuchForm, "Accept", $"Accept admits none of the forms that this answer comes in: {string.Join(", ", offered)}.", offered,
            Example: "Accept: " + route.MediaType, In: FaultPlace.Header);
    }

    /// <summary>By the range that names the type most closely (RFC 9110, 12.5.1); at the same quality a closer one ranks higher.</summary>
    private static double Quality(HttpRequest request, string wanted) =>
        request.GetTypedHeaders().Accept.Where(a => Closeness(a, wanted) >= 0).MaxBy(a => Closeness(a, wanted)) is { } range
            // Qualities have three decimals.
            ? (range.Quality ?? 1) - (0.0002 * (2 - Closeness(range, wanted)))
            : 0;

    /// <summary>2: the type itself, 1: its kind, 0: anything, -1: something else.</summary>
    private static int Closeness(MediaTypeHeaderValue range, string wanted) =>
        range.MatchesAllTypes ? 0
        : range.MatchesAllSubTypes ? (wanted.StartsWith(range.Type.Value + "/", StringComparison.OrdinalIgnoreCase) ? 1 : -1)
        : range.MediaType.Equals(wanted, StringComparison.OrdinalIgnoreCase) ? 2 : -1;
}
