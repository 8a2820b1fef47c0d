namespace ChargePointHub.Server.Api.Answers;

/// <summary>The forms in which records are served.</summary>
internal enum AnswerForm
{
    Json,
    GeoJson,
    NdJson,
}

/// <summary>Which form an answer takes: the address decides, then <c>format</c>, then the Accept header.</summary>
internal static class Formats
{
    private static readonly (string Word, AnswerForm Form, string MediaType)[] Known =
        [("json", AnswerForm.Json, ApiRoute.Json), ("geojson", AnswerForm.GeoJson, ApiRoute.GeoJson), ("ndjson", AnswerForm.NdJson, ApiRoute.NdJson)];

    public static AnswerForm Of(HubRequest request)
    {
        if (request.Route.MediaType == ApiRoute.GeoJson) return AnswerForm.GeoJson;
        var offered = OfRoute(request.Route);
        if (request.Parameters["format"] is { } format) return Known.First(k => k.Word == format).Form;
        return Known.Where(k => offered.Contains(k.MediaType)).MaxBy(k => Quality(request.Http.Request, k.MediaType)).Form;
    }

    public static string MediaTypeOf(AnswerForm form) => Known.First(k => k.Form == form).MediaType;

    /// <summary>Every media type that a route can answer with, its own first.</summary>
    public static IReadOnlyList<string> OfRoute(ApiRoute route) => [.. route.Answers.Select(a => a.MediaType)];

    /// <summary>Whether Accept ranks <paramref name="type"/> above <paramref name="other"/>.</summary>
    public static bool Prefers(HttpRequest request, string type, string other) => Quality(request, type) > Quality(request, other);

    private static double Quality(HttpRequest request, string wanted) => request.GetTypedHeaders().Accept
        .Where(a => a.MediaType.Equals(wanted, StringComparison.OrdinalIgnoreCase) || a.MatchesAllTypes)
        // Named outranks matched by */* at the same quality; qualities have three decimals.
        .Select(a => (a.Quality ?? 1) - (a.MatchesAllTypes ? 0.0005 : 0)).DefaultIfEmpty(0).Max();
}
