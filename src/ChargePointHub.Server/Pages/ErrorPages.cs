using System.Text;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Pages;

/// <summary>What can go wrong and what to do: the list, and the page that each problem's <c>type</c> points at.</summary>
internal static class ErrorPages
{
    private static readonly (string Digits, string Name)[] Hundreds =
        [("10", "Request"), ("11", "Time"), ("12", "Paging"), ("20", "Access"), ("30", "Not found"), ("40", "Validation"), ("50", "Service")];

    public static string Index(PageReading reading)
    {
        var html = new StringBuilder(
            "<p>Every refusal is <code>application/problem+json</code> with a code that never changes its meaning. <code>errors[]</code> lists all faults of a "
            + "request at once, each with what is allowed and an example. The same catalogue for programs is <a href=\"/v1/errors\">/v1/errors</a>.</p>\n");
        foreach (var (digits, name) in Hundreds)
        {
            var codes = ErrorCatalogue.All.Where(e => e.Code.StartsWith("CPH-" + digits, StringComparison.Ordinal)).ToList();
            if (codes.Count == 0) continue;
            html.Append($"<h2>{name}</h2>\n").Append(Html.Definitions(codes.Select(e =>
                ($"<a href=\"{e.Path}\">{e.Code}</a> <span>{e.Status}</span>", $"<b>{Html.Encode(e.Title)}.</b> {Html.Prose(e.Remedy)}"))));
        }

        return html.ToString();
    }

    public static string Of(ErrorCode error) => $"""
        <p><code>{error.Code}</code>, HTTP status {error.Status}</p>
        <h2>What happened</h2>
        <p>{Html.Prose(error.Happened)}</p>
        <h2>What to do</h2>
        <p>{Html.Prose(error.Remedy)}</p>
        <h2>Example</h2>
        {Html.Block("text", error.Example)}<p><a href="/docs/errors">All codes</a></p>
        """;
}
