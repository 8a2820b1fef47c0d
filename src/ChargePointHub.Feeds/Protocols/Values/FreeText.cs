using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// What somebody wrote in his own words. Where it holds what looks like a person's address, number or plate nothing of it is kept, nor shown in the finding.
/// A name cannot be told from any other word.
/// </summary>
internal static partial class FreeText
{
    private const int Longest = 500;

    public static string? Read(RecordReader reader, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String && StorableText.Of(value) is { } sent && IsPersonal(sent))
        {
            reader.Add(OutageRules.TextPersonal, name, null);
            return null;
        }

        return reader.Text(value, name, Longest);
    }

    /// <summary>An e-mail address, a telephone number of nine digits or more, or a plate of the form that cars have had since 2001.</summary>
    public static bool IsPersonal(string text) => Address().IsMatch(text) || Telephone().IsMatch(text) || Plate().IsMatch(text);

    [GeneratedRegex(@"[^\s@]@[^\s@]+\.[^\s@]")]
    private static partial Regex Address();

    // A day and an hour have as many digits.
    [GeneratedRegex(@"(^|[^\w.])(?![0-3][0-9][-. ][01][0-9][-. ][0-9]{4}\b)(\+[0-9]|0[1-9]|\(0)[0-9 ().\-]{7,18}[0-9]($|\D)")]
    private static partial Regex Telephone();

    [GeneratedRegex(@"\b([A-Z]{2}[0-9]{2} ?[A-Z]{3}|[A-Za-z]{2}[0-9]{2}[A-Za-z]{3})\b")]
    private static partial Regex Plate();
}
