using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Access;

/// <summary>Says what is wrong with the key of a request, or with its absence. An example cannot be a key: it is what answers without one.</summary>
internal static class KeyFaults
{
    private static readonly string[] Headers = ["Authorization", "X-API-Key"];

    /// <summary>One entry for each header that carries a key; one about <c>Authorization</c> where none does.</summary>
    public static IReadOnlyList<Fault> Of(ErrorCode error, ApiRoute route, IHeaderDictionary headers)
    {
        var shown = Headers.Where(headers.ContainsKey).ToList();
        return
        [
            .. (shown.Count > 0 ? shown : [Headers[0]]).Select(header => new Fault(
                error, header, $"{error.Happened} {error.Remedy}", Example: route.IsRestricted ? OpenRoutes.InsteadOf(route) : null, In: FaultPlace.Header)),
        ];
    }
}
