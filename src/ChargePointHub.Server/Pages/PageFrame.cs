using System.Text;

namespace ChargePointHub.Server.Pages;

/// <summary>What stands around every page: head, contents, foot.</summary>
internal static class PageFrame
{
    private const string Product = "ChargePointHub";

    /// <summary>Beyond it, tabs and search results cut a title, and the product's name with it.</summary>
    private const int LongestTitle = 50;

    public static readonly string AssetVersion =
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. Fragments.Asset("docs.css").Span, .. Fragments.Asset("docs.js").Span]))[..12];

    public static string Around(string path, string title, string body) => $$"""
        <!DOCTYPE html>
        <html lang="en-GB">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{Html.Encode(title == Product || title.Length > LongestTitle ? title : $"{title} - {Product}")}}</title>
        <link rel="icon" href="/docs/assets/docs.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/docs/assets/docs.css?v={{AssetVersion}}">
        <script src="/docs/assets/docs.js?v={{AssetVersion}}" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the text</a>
        <header><a href="/docs">ChargePointHub</a> <span>London’s charge points, one API</span></header>
        <nav aria-label="Contents">
        {{Contents(path)}}</nav>
        <main id="main" tabindex="-1">
        <h1>{{Html.Encode(title)}}</h1>
        {{body}}
        </main>
        <footer><p>For programs: <a href="/openapi/v1.json">OpenAPI document</a>, <a href="/v1/errors">error catalogue</a>.</p></footer>
        </body>
        </html>

        """;

    private static string Contents(string path)
    {
        var html = new StringBuilder();
        foreach (var chapter in DocPages.All.Where(p => p.Chapter is not null).GroupBy(p => p.Chapter))
        {
            html.Append($"<p>{chapter.Key}</p>\n<ul>\n");
            foreach (var page in chapter)
            {
                var here = page.Path == path ? " aria-current=\"page\"" : "";
                html.Append($"<li><a href=\"{page.Path}\"{here}>{Html.Encode(page.Name)}</a></li>\n");
            }

            html.Append("</ul>\n");
        }

        return html.ToString();
    }
}
