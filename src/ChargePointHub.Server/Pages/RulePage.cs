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
            html.Append($"<h2>{heading}</h2>\n<p>{said}</p>\n").Append(Html.Definitions(RuleCatalogue.All.Where(r => r.Severity == severity && !IsOfDataset(r)).Select(Told)));
        }

        html.Append("<h2 id=\"datasets\">Over all records of an operator</h2>\n<p>What no single record shows. Each night the hub judges the last five weeks by these, where all that it needs of that time is here; what no longer holds is marked as ended. No record is refused by them.</p>\n")
            .Append(Html.Definitions(RuleCatalogue.All.Where(IsOfDataset).Select(Told)));
        return html.ToString();
    }

    private static bool IsOfDataset(Rule rule) => DatasetRule.Named(rule.Code) is not null;

    private static (string Term, string Said) Told(Rule rule) =>
        ($"<code>{rule.Code}</code>", $"{Html.Encode(rule.Summary)} {Html.Encode(rule.Why)} <b>To do:</b> {Html.Encode(rule.Fix)} <span>{Html.Encode(rule.Reference)}</span>");
}
