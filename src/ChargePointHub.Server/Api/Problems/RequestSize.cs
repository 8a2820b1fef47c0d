using Microsoft.AspNetCore.Http.Features;

namespace ChargePointHub.Server.Api.Problems;

/// <summary>
/// What a request may be in bytes. The server takes twice as much, so that what is somewhat too large is told why; what is larger still
/// is refused by the server itself, with the bare status and no body.
/// </summary>
internal static class RequestSize
{
    /// <summary>Path and query.</summary>
    public const int Address = 8 * 1024;

    /// <summary>Names and values of all headers.</summary>
    public const int Headers = 32 * 1024;

    public const int Body = 10 * 1024 * 1024;

    /// <summary>Times that the server itself takes, of address and headers.</summary>
    public const int ServerTakes = 2;

    private const int LongestRepeated = 200;

    /// <summary>Null: it is not too large.</summary>
    public static Fault? FaultOf(HttpContext context)
    {
        var request = context.Request;
        if ((context.Features.Get<IHttpRequestFeature>()?.RawTarget.Length ?? 0) > Address)
        {
            var path = request.Path.ToUriComponent();
            return new Fault(
                ErrorCatalogue.AddressTooLong, null, $"{ErrorCatalogue.AddressTooLong.Happened} {ErrorCatalogue.AddressTooLong.Remedy}",
                Example: path.Length <= LongestRepeated ? path : OpenRoutes.NearestTo(path[..LongestRepeated]), In: FaultPlace.Path);
        }

        if (request.Headers.Sum(SizeOf) > Headers)
        {
            var longest = request.Headers.MaxBy(SizeOf).Key;
            return new Fault(ErrorCatalogue.HeadersTooLong, longest, $"{ErrorCatalogue.HeadersTooLong.Happened} The longest is {longest}.", In: FaultPlace.Header);
        }

        return request.ContentLength > Body
            ? BodyFault
            : null;
    }

    public static Fault BodyFault { get; } = new(ErrorCatalogue.BodyTooLarge, null, $"{ErrorCatalogue.BodyTooLarge.Happened} {ErrorCatalogue.BodyTooLarge.Remedy}", In: FaultPlace.Body);

    private static int SizeOf(KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> header) => header.Value.Sum(v => header.Key.Length + (v?.Length ?? 0));
}
