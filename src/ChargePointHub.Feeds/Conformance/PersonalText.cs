using System.Collections.Frozen;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Text that looks like something of a person's. A name cannot be told from any other word, but where a number or a time belongs words are few.</summary>
public static partial class PersonalText
{
    /// <summary>What stands in numbers and times that are not written as they should be.</summary>
    private static readonly FrozenSet<string> Expected = FrozenSet.ToFrozenSet(
        [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
            "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "utc", "gmt", "bst", "cet", "cest", "noon", "midnight", "yesterday", "today", "tomorrow", "now",
            "kwh", "mwh", "min", "mins", "minute", "minutes", "sec", "secs", "second", "seconds", "hour", "hours", "day", "days", "pounds", "pence", "gbp", "eur", "inf", "infinity", "nan",
            "null", "nil", "none", "true", "false", "yes", "unknown", "undefined", "not", "available", "applicable", "set", "given", "pending", "ongoing", "open", "free", "ref", "value", "div",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Their values are kept as they are, and are what the finding is about; many are as long as a telephone number.</summary>
    private static readonly FrozenSet<string> AboutIds = FrozenSet.ToFrozenSet(
        [ValueRules.IdUnusable.Code, ValueRules.DuplicateId.Code, ValueRules.DuplicateIdDiffers.Code, ChargePointRules.EvseIdMalformed.Code, ChargePointRules.PartyNotTheOperators.Code]);

    private static readonly FrozenSet<string> ReadAsNothing = FrozenSet.ToFrozenSet(
        [ValueRules.NumberUnusable.Code, ValueRules.NumberOutOfRange.Code, ValueRules.TimeUnusable.Code, ValueRules.TimeYearOutOfRange.Code, ValueRules.WordUnknown.Code]);

    /// <summary>
    /// An e-mail address, what may be a telephone number of nine digits or more (with 0, 00, 44 or + before it, however it is divided), or a plate of the form that cars have had since 2001.
    /// Of a plate that is divided the last letters are capitals: "cp01 has" would be one otherwise.
    /// </summary>
    public static bool LooksPersonal(string text)
    {
        var plain = Dividers().Replace(string.Concat(text.Select(c => char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c)), " ");
        return Address().IsMatch(plain) || Telephone().IsMatch(plain) || Plate().IsMatch(plain);
    }

    /// <summary>What a finding shows of a value: itself, or where it looks personal its form alone, <c>x</c> for each letter and <c>9</c> for each digit. So are numbers as long as a card's.</summary>
    public static string Shown(Rule rule, string value)
    {
        var hides = Address().IsMatch(value) || (!AboutIds.Contains(rule.Code) && !StartsAsDate().IsMatch(value) && (LooksPersonal(value) || Card().IsMatch(value)))
            || ((rule == ValueRules.NumberUnusable || rule == ValueRules.TimeUnusable) && Words().Matches(value).Any(w => !Expected.Contains(w.Value)));
        return hides ? FormOf(value) : value;
    }

    /// <summary>Whether a finding tells, by its form, of a value that was read as nothing: the record as it was sent is kept without it too.</summary>
    public static bool HidesInRecord(Finding finding) => finding.Value is { Length: > 0 } value && ReadAsNothing.Contains(finding.Rule) && FormOf(value) == value;

    /// <summary><c>x</c> for each letter, <c>9</c> for each digit, and whatever divides them.</summary>
    public static string FormOf(string value) => string.Concat(value.Select(c => char.IsDigit(c) ? '9' : char.IsAscii(c) && !char.IsLetter(c) ? c : 'x'));

    [GeneratedRegex(@"[\p{Zs}\p{Pd}/]")]
    private static partial Regex Dividers();

    [GeneratedRegex(@"[^\s@]@[^\s@]+\.[^\s@]")]
    private static partial Regex Address();

    // A day and an hour have as many digits.
    [GeneratedRegex(@"(?<![0-9.])(?![0-3]?[0-9][. ][01]?[0-9][. ][0-9]{2,4}\b)(\+[0-9]|00[1-9]|0[1-9]|44|\(0)[0-9 ().]{7,18}[0-9]($|[^0-9])")]
    private static partial Regex Telephone();

    [GeneratedRegex(@"\b([A-Za-z]{2}[0-9]{2} [A-Z]{3}|[A-Za-z]{2}[0-9]{2}[A-Za-z]{3})\b")]
    private static partial Regex Plate();

    // A time is no telephone number, however wrongly it is written.
    [GeneratedRegex(@"^\s*[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}(?![0-9])")]
    private static partial Regex StartsAsDate();

    // Milliseconds since 1970 have 13 digits, micro- and nanoseconds 16 and 19; a time without dividers begins with its year, and a fraction has any number.
    [GeneratedRegex(@"(?<![0-9.])(?!20[0-9]{2}[01][0-9][0-3][0-9])(?!1[5-9][0-9]{14}(?:[0-9]{3})?(?![0-9]))[0-9](?:[ -]?[0-9]){13,18}(?![0-9])")]
    private static partial Regex Card();

    [GeneratedRegex(@"\p{L}{3,}")]
    private static partial Regex Words();
}
