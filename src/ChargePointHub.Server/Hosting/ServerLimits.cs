using ChargePointHub.Server.Api.Problems;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChargePointHub.Server.Hosting;

/// <summary>What the web server takes of a connection before the hub sees a request.</summary>
public static class ServerLimits
{
    public static void Set(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = RequestSize.ServerTakes * RequestSize.Address;
        limits.MaxRequestHeadersTotalSize = RequestSize.ServerTakes * RequestSize.Headers;
        limits.Http2.MaxRequestHeaderFieldSize = RequestSize.ServerTakes * RequestSize.Headers;
        limits.MaxRequestBodySize = RequestSize.Body;

        // Slow clients: of their headers, and of what they are sent.
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 2 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
    }
}
