using System.Globalization;
using ChargePointHub.Server.Access;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Tells a reader what is left of its quota, in the form of the IETF's draft and in the older one that most clients know.</summary>
internal static class QuotaHeaders
{
    public static void Set(IHeaderDictionary headers, Quota quota)
    {
        var (name, reset) = (NameOf(quota.Reader), Seconds(quota.FullAfter));
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota.Units};w={Quotas.Burst}");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={quota.Remaining};t={reset}");
        headers["X-RateLimit-Limit"] = quota.Units.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = quota.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = reset;
        if (quota.RetryAfter is { } wait) headers.RetryAfter = Seconds(wait);
    }

    /// <summary>What the quota is counted by.</summary>
    public static string NameOf(Reader reader) => reader.HasKey ? "key" : "address";

    /// <summary>Whole ones, and never too few.</summary>
    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
}
