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
                error, header, Message(error, header, headers), Example: route.IsRestricted ? OpenRoutes.InsteadOf(route) : null, In: FaultPlace.Header)),
        ];
    }

    private static string Message(ErrorCode error, string header, IHeaderDictionary headers) =>
        header == Headers[0] && headers.Authorization.Any(v => v!.StartsWith(CallerAccess.Prefix, StringComparison.Ordinal))
            ? "The key stands alone in Authorization; the word Bearer and a space belong before it."
            : $"{error.Happened} {error.Remedy}";
}
