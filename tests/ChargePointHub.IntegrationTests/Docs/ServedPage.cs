using System.Net;
using System.Text.RegularExpressions;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>A page of the documentation as a reader meets it: what can be copied, and where it leads.</summary>
public sealed partial record ServedPage(string Path, string Html)
{
    /// <summary>Blocks in order, by language.</summary>
    public IReadOnlyList<(string Language, string Text)> Blocks =>
        [.. Block().Matches(Html).Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)))];

    public IReadOnlyList<string> Links => [.. Link().Matches(Html).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Distinct()];

    public IReadOnlySet<string> Ids => Id().Matches(Html).Select(m => m.Groups[1].Value).ToHashSet();

    /// <summary>What is typed, with all that was set up before it on the page, and what is printed under it as its output.</summary>
    public IEnumerable<(string Typed, string Language, string Output)> Samples
    {
        get
        {
            var before = "";
            var blocks = Blocks;
            for (var i = 0; i < blocks.Count; i++)
            {
                if (blocks[i].Language is not ("sh" or "python")) continue;
                var typed = blocks[i].Language == "sh" ? blocks[i].Text : AsShell(blocks[i].Text);
                if (i + 1 < blocks.Count && blocks[i + 1].Language is "json" or "ndjson" or "text") yield return (before + typed, blocks[i + 1].Language, blocks[i + 1].Text);
                else before += typed + "\n";
            }
        }
    }

    /// <summary>A Python program as lines of shell.</summary>
    public static string AsShell(string python) => $"python3 - <<'END'\n{python}\nEND\n";

    /// <summary>Whether lines of shell run a program made by <see cref="AsShell"/>.</summary>
    public static bool NeedsPython(string typed) => typed.Contains("python3 - <<'END'", StringComparison.Ordinal);

    [GeneratedRegex("<pre tabindex=\"0\" data-lang=\"(\\w+)\"><code>(.*?)</code></pre>", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("\\b(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("\\bid=\"([^\"]*)\"")]
    private static partial Regex Id();
}
