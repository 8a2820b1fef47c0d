using System.Text;
using ChargePointHub.Server.Api;

namespace ChargePointHub.Server.Pages;

/// <summary>The clause, line by line: how far it is kept, where that can be seen, and which tests hold it.</summary>
internal static class ClausePage
{
    public static string Body(PageReading reading)
    {
        var html = new StringBuilder(
            "<p>This is what a data-sharing contract asks of an operator’s API. The hub asks it of operators and keeps it itself. Each line has the addresses at which it "
            + "can be seen and the tests that fail if it were not so.</p>\n");
        foreach (var line in ClauseTable.All)
        {
            html.Append($"<h2 id=\"{line.Id}\">{line.Id} {Html.Encode(line.Clause)}</h2>\n<p>{Html.Encode(line.Kept)}</p>\n");
            if (line.NotYet is { } missing) html.Append($"<p><b>Not yet:</b> {Html.Encode(missing)}</p>\n");
            html.Append(Html.Definitions(
            [
                ("Where", Lines(line.Routes.Select(Link))),
                ("Tests", Lines(line.Tests.Select(t => $"<code>{t.Replace("_", "_<wbr>", StringComparison.Ordinal)}</code>"))),
            ]));
        }

        return html.ToString();
    }

    private static string Link(string address) =>
        $"<a href=\"{(ApiRoutes.All.FirstOrDefault(r => r.Path == address) is { } route ? ReferencePages.AddressOf(route) : address)}\">{address}</a>";

    private static string Lines(IEnumerable<string> lines) => string.Join("<br>\n", lines);
}
