using System.Text;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Headers of every OCPI request.</summary>
internal static class OcpiHeaders
{
    /// <param name="token">As it goes on the wire; null: none is needed.</param>
    public static Dictionary<string, string> Of(TimeProvider clock, string? token)
    {
        var headers = new Dictionary<string, string>
        {
            ["X-Request-ID"] = Guid.CreateVersion7(clock.GetUtcNow()).ToString(),
            ["X-Correlation-ID"] = Guid.CreateVersion7(clock.GetUtcNow()).ToString(),
        };
        if (token is not null) headers["Authorization"] = $"Token {token}";
        return headers;
    }

    /// <summary>In base64, as the standard has it, or as it is.</summary>
    public static string Written(string token, FeedDefinition feed) => feed.Ocpi.TokenIsRaw ? token : Convert.ToBase64String(Encoding.UTF8.GetBytes(token));
}
