using System.Text;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Pages;

/// <summary>The rules that records are judged by, from their catalogue.</summary>
internal static class RulePage
{
    private static readonly (Severity Severity, string Heading, string Said)[] Severities =
    [
        (Severity.Error, "Errors", "The record is refused and waits in quarantine until one of its key is accepted, or it passes by newer rules."),
        (Severity.Warning, "Warnings", "The record is kept, and what was found is told."),
        (Severity.Info, "Notes", "The record is kept; it could say more, or say it more plainly."),
    ];

    public static string Body(PageReading reading)
    {
        var html = new StringBuilder(
            "<p>Every record that an operator sends is held to these rules. What was found in the records of one operator is at "
            + "<a href=\"/docs/reference/listFindingsOfOperator\">/v1/operators/{id}/findings</a>.</p>\n");
        foreach (var (severity, heading, said) in Severities)
        {
            html.Append($"<h2>{heading}</h2>\n<p>{said}</p>\n").Append(Html.Definitions(RuleCatalogue.All.Where(r => r.Severity == severity).Select(r =>
                ($"<code>{r.Code}</code>", $"{Html.Encode(r.Summary)} {Html.Encode(r.Why)} <b>To do:</b> {Html.Encode(r.Fix)} <span>{Html.Encode(r.Reference)}</span>"))));
        }

        return html.ToString();
    }
}
