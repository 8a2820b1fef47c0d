using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ChargePointHub.Server.Pages;

/// <summary>Pieces of pages that stand on more than one.</summary>
internal static partial class Html
{
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Plain words, in which `backticks` mark code and addresses of the hub become links.</summary>
    public static string Prose(string text) => Linked().Replace(Code().Replace(Encode(text), "<code>$1</code>"), "<a href=\"$0\">$0</a>");

    /// <summary>A block to read or to copy. The language is for tests and for the copy button.</summary>
    public static string Block(string language, string text) => $"<pre tabindex=\"0\" data-lang=\"{language}\"><code>{Encode(text)}</code></pre>\n";

    /// <summary>Names with what is said about each; both are HTML.</summary>
    public static string Definitions(IEnumerable<(string Name, string Said)> entries)
    {
        var html = new StringBuilder("<dl>\n");
        foreach (var (name, said) in entries) html.Append($"<dt>{name}</dt>\n<dd>{said}</dd>\n");
        return html.Append("</dl>\n").ToString();
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w/>=&;-])/(?:v1/(?:operators|errors|charge-points)|openapi/v1\.json|docs/reference)(?![\w/?-])")]
    private static partial Regex Linked();
}
