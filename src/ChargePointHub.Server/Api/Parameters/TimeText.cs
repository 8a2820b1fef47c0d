using System.Globalization;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Reads the two forms of time in queries: an instant with its offset, and a London date (its midnight).</summary>
internal static partial class TimeText
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>Null when the text is no time of the years 2000 to 2099 with an offset.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (LondonCalendar.TryParseDay(text, out var day)) return LondonCalendar.Midnight(day);
        // An unencoded + of an address arrives as a space; before an offset it can mean nothing else.
        var upper = SpaceForPlus().Replace(text.ToUpperInvariant(), "+");
        if (upper.EndsWith('Z')) upper = upper[..^1] + "+00:00";
        return DateTimeOffset.TryParseExact(upper, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            && instant.UtcDateTime.Year is >= 2000 and <= 2099
            ? Instants.ToStoredResolution(instant.ToUniversalTime())
            : null;
    }

    /// <summary>Whether it would be a time if only it said where.</summary>
    public static bool IsNaive(string text) => Parse(text) is null && Parse(text.Replace(' ', 'T') + "Z") is not null;

    [GeneratedRegex("(?<=T[0-9:.]+) (?=[0-9]{2}:[0-9]{2}$)", RegexOptions.CultureInvariant)]
    private static partial Regex SpaceForPlus();
}
