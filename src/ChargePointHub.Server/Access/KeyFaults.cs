using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Access;

/// <summary>Says what is wrong with the key of a request, or with its absence. An example cannot be a key: it is what answers without one.</summary>
internal static class KeyFaults
{
    /// <summary>A longer word may be anything, a key among them.</summary>
    private const int LongestScheme = 20;

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
        header == Headers[0] && error == ErrorCatalogue.KeyMalformed && headers.Authorization.Select(OfAuthorization).OfType<string>().FirstOrDefault() is { } wrong
            ? wrong : $"{error.Happened} {error.Remedy}";

    /// <summary>What is wrong with the form of the header; null: it holds something by one of the two schemes. Never quotes what may be a key.</summary>
    private static string? OfAuthorization(string? value)
    {
        if (value!.StartsWith(CallerAccess.Prefix, StringComparison.Ordinal)) return "The key stands alone in Authorization; the word Bearer and a space belong before it.";
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        var scheme = space < 0 ? "" : value[..space];
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return null;
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return CallerAccess.PairOf(value[(space + 1)..].Trim()) is null
                ? "What stands behind Basic is not base64 of id:secret. Send the key's id as user and its secret, or the whole key, as password." : null;
        }

        var named = scheme.Length is > 0 and <= LongestScheme && scheme.All(char.IsAsciiLetter) ? $"The scheme {scheme} of Authorization is not known here" : "Authorization names no scheme that is known here";
        return $"{named}; the schemes are Bearer, with the whole key behind it, and Basic. The header X-API-Key takes the key alone.";
    }
}
