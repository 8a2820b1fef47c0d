using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Parameters that take words, one or a list of them, and what is wrong with those that are given.</summary>
internal static class WordList
{
    /// <summary>Values separated by commas, each one of a closed list.</summary>
    public static Parameter Words(string name, string description, IReadOnlyList<string> allowed, ErrorCode? code = null) =>
        new(name, description, allowed[0], allowed, (value, _) => Listed(value, name, word =>
            allowed.Contains(word) ? null : NotOneOf(name, word, allowed, code ?? ErrorCatalogue.UnknownValue)))
        {
            IsList = true,
            Errors = [code ?? ErrorCatalogue.UnknownValue],
        };

    public static IEnumerable<Fault> OneOf(string name, string value, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(value)) yield return NotOneOf(name, value, allowed, ErrorCatalogue.UnknownValue);
    }

    private static Fault NotOneOf(string name, string word, IReadOnlyList<string> allowed, ErrorCode code) =>
        new(code, name, $"'{Shown(word)}' is not a value of {name}.", allowed, Nearest.Of(word, allowed), $"{name}={Nearest.Of(word, allowed) ?? allowed[0]}");

    /// <param name="check">Of one word.</param>
    public static IEnumerable<Fault> Listed(string value, string name, Func<string, Fault?> check)
    {
        var words = Parameter.Split(value);
        if (words.Length > Parameter.LongestList)
        {
            yield return new Fault(
                ErrorCatalogue.ListTooLong, name, $"{name} lists {words.Length} values, more than the {Parameter.LongestList} that it takes.",
                Example: Whole(name, words.Distinct().Take(Parameter.LongestList), check));
            yield break;
        }

        if (words.Contains("")) yield return new Fault(ErrorCatalogue.EmptyValue, name, $"{name} has an empty place in its list.", Example: Whole(name, words, check));
        foreach (var fault in words.Where(w => w.Length > 0).Distinct().Select(check).OfType<Fault>().Take(Problem.MostTold + 1)) yield return fault;
    }

    /// <summary>The list without its empty places and what is wrong in it; null when nothing is left.</summary>
    private static string? Whole(string name, IEnumerable<string> words, Func<string, Fault?> check) =>
        words.Where(w => w.Length > 0 && check(w) is null).ToList() is { Count: > 0 } good ? $"{name}={string.Join(',', good.Select(Uri.EscapeDataString))}" : null;

    /// <summary>What a caller sent is echoed cut: enough to be recognised.</summary>
    public static string Shown(string value) => value.Length <= 80 ? value : value[..80] + "...";
}
