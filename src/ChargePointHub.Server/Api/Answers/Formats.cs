namespace ChargePointHub.Server.Api.Answers;

/// <summary>Which form an answer takes: the address decides, then <c>format</c>, then the Accept header.</summary>
internal static class Formats
{
    public static bool WantsGeoJson(HubRequest request)
    {
        if (request.Route.MediaType == ApiRoute.GeoJson) return true;
        if (!request.Route.Parameters.Contains(Parameters.HubParameters.Format)) return false;
        return request.Parameters["format"] is { } format ? format == "geojson" : Prefers(request.Http.Request, ApiRoute.GeoJson, ApiRoute.Json);
    }

    /// <summary>Whether Accept ranks <paramref name="type"/> above <paramref name="other"/>.</summary>
    public static bool Prefers(HttpRequest request, string type, string other)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(type) > Quality(other);

        double Quality(string wanted) => accepted
            .Where(a => a.MediaType.Equals(wanted, StringComparison.OrdinalIgnoreCase) || a.MatchesAllTypes)
            // Named outranks matched by */* at the same quality; qualities have three decimals.
            .Select(a => (a.Quality ?? 1) - (a.MatchesAllTypes ? 0.0005 : 0)).DefaultIfEmpty(0).Max();
    }
}
