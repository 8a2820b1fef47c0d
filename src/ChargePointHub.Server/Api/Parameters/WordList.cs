using System.Diagnostics;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Parameters that take words, one or a list of them, and what is wrong with those that are given.</summary>
internal static class WordList
{
    /// <summary>Values separated by commas, each one of a closed list.</summary>
    public static Parameter Words(string name, string description, IReadOnlyList<string> allowed, ErrorCode? code = null) =>
        new(name, description, allowed[0], allowed, (value, _) => Listed(
            value, name, allowed.Contains, allowed, (word, nearest) => NotOneOf(name, word, nearest, allowed, code ?? ErrorCatalogue.UnknownValue)))
        {
            IsList = true,
            Errors = [code ?? ErrorCatalogue.UnknownValue],
        };

    public static IEnumerable<Fault> OneOf(string name, string value, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(value)) yield return NotOneOf(name, value, Nearest.Of(value, allowed), allowed, ErrorCatalogue.UnknownValue);
    }

    private static Fault NotOneOf(string name, string word, string? nearest, IReadOnlyList<string> allowed, ErrorCode code) =>
        new(code, name, $"'{Shown(word)}' is not a value of {name}.", allowed, nearest, $"{name}={nearest ?? allowed[0]}");

    /// <summary>Of a list whose words are looked up later.</summary>
    public static IEnumerable<Fault> Listed(string value, string name) => Listed(value, name, _ => true, [], (_, _) => throw new UnreachableException());

    /// <param name="isGood">Of one word.</param>
    /// <param name="candidates">What may have been meant.</param>
    /// <param name="wrong">Of one that is not good, and what was probably meant by it.</param>
    public static IEnumerable<Fault> Listed(string value, string name, Func<string, bool> isGood, IEnumerable<string> candidates, Func<string, string?, Fault> wrong)
    {
        var words = Parameter.Split(value);
        if (words.Length > Parameter.LongestList)
        {
            yield return new Fault(
                ErrorCatalogue.ListTooLong, name, $"{name} lists {words.Length} values, more than the {Parameter.LongestList} that it takes.",
                Example: Whole(name, words.Distinct().Take(Parameter.LongestList), isGood));
            yield break;
        }

        if (words.Contains("")) yield return new Fault(ErrorCatalogue.EmptyValue, name, $"{name} has an empty place in its list.", Example: Whole(name, words, isGood));
        var bad = words.Where(w => w.Length > 0).Distinct().Where(w => !isGood(w)).Take(Problem.MostTold + 1);
        foreach (var fault in bad.Select((w, i) => wrong(w, i < Nearest.MostGuesses ? Nearest.Of(w, candidates) : null))) yield return fault;
    }

    /// <summary>The list without its empty places and what is wrong in it; null when nothing is left.</summary>
    private static string? Whole(string name, IEnumerable<string> words, Func<string, bool> isGood) =>
        words.Where(w => w.Length > 0 && isGood(w)).ToList() is { Count: > 0 } good ? $"{name}={string.Join(',', good.Select(Uri.EscapeDataString))}" : null;

    /// <summary>What a caller sent is echoed cut: enough to be recognised.</summary>
    public static string Shown(string value) => value.Length <= 80 ? value : value[..80] + "...";
}
