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

    /// <summary>
    /// An e-mail address, what may be a telephone number of nine digits or more (with 0, 00, 44 or + before it, however it is divided), or a plate of the form that cars have had since 2001.
    /// Of a plate that is divided the last letters are capitals: "cp01 has" would be one otherwise.
    /// </summary>
    public static bool IsPersonal(string text)
    {
        var plain = Dividers().Replace(string.Concat(text.Select(c => char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c)), " ");
        return Address().IsMatch(plain) || Telephone().IsMatch(plain) || Plate().IsMatch(plain);
    }

    [GeneratedRegex(@"[\p{Zs}\p{Pd}/]")]
    private static partial Regex Dividers();

    [GeneratedRegex(@"[^\s@]@[^\s@]+\.[^\s@]")]
    private static partial Regex Address();

    // A day and an hour have as many digits.
    [GeneratedRegex(@"(?<![0-9.])(?![0-3]?[0-9][. ][01]?[0-9][. ][0-9]{2,4}\b)(\+[0-9]|00[1-9]|0[1-9]|44|\(0)[0-9 ().]{7,18}[0-9]($|[^0-9])")]
    private static partial Regex Telephone();

    [GeneratedRegex(@"\b([A-Za-z]{2}[0-9]{2} [A-Z]{3}|[A-Za-z]{2}[0-9]{2}[A-Za-z]{3})\b")]
    private static partial Regex Plate();
}
