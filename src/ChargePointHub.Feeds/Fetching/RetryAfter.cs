using System.Globalization;
using System.Net.Http.Headers;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Reads the Retry-After header (RFC 9110, 10.2.3) in both forms.</summary>
internal static class RetryAfter
{
    /// <summary>
    /// Never negative; null when the header is absent or unreadable. A date is measured against the answer's own Date header
    /// where it has one, so that a wrong clock on either side does no harm.
    /// </summary>
    public static TimeSpan? Of(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter is { } header
            ? header.Delta ?? (header.Date - (headers.Date ?? now))
            : SecondsTooLargeForTheHeaderType(headers);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static TimeSpan? SecondsTooLargeForTheHeaderType(HttpResponseHeaders headers) =>
        headers.TryGetValues("Retry-After", out var values)
        && values.First() is [>= '0' and <= '9', ..] text // not "NaN" or "Infinity", which are numbers to the framework
        && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(3650).TotalSeconds))
            : null;
}
