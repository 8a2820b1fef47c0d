using System.Globalization;
using System.Text.RegularExpressions;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Reads the one form of decimal numbers in queries: digits, and a point where one is needed.</summary>
internal static partial class DecimalText
{
    public const int MaxLength = 16;

    public const decimal Largest = 999_999_999.999999m;

    /// <summary>Null when there is none, or it is no plain number from 0 on with at most nine digits before the point and six after it.</summary>
    public static decimal? Parse(string? text) => text is not null && Plain().IsMatch(text) ? decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    public static Fault FaultOf(string parameter, string value, string example)
    {
        var meant = value.Replace(',', '.').Trim();
        var nearest = Parse(meant) is not null ? meant : null;
        return new Fault(ErrorCatalogue.InvalidNumber, parameter, $"'{WordList.Shown(value)}' is not a plain number from 0 on.", DidYouMean: nearest, Example: $"{parameter}={nearest ?? example}");
    }

    [GeneratedRegex(@"\A[0-9]{1,9}(\.[0-9]{1,6})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
