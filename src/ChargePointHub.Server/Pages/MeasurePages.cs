using System.Text.RegularExpressions;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Usage;

namespace ChargePointHub.Server.Pages;

/// <summary>What each figure means: the list, and a page for each.</summary>
internal static partial class MeasurePages
{
    /// <summary>Chapter of the pages about reliability, whose words stand in <c>Content/</c>.</summary>
    public const string Chapter = "Figures";

    public static readonly IReadOnlyList<DocPage> All = [.. UsageMeasures.All.Append(ProfileMeasures.Whole).Concat(ProfileMeasures.All).Select(Of)];

    public static string Index(PageReading reading) =>
        "<p>What each figure says, how it is worked out and of which fields, an example worked by hand, and what it is not. "
        + "Days, weeks, months, quarters and years are London's; days have 23, 24 or 25 hours. Figures follow their records: a correction, a late session or a new boundary changes them at once.</p>\n"
        + "<h2 id=\"usage\">Use, by period</h2>\n<p>The measures of <a href=\"/docs/reference/listUsage\">/v1/usage</a>.</p>\n"
        + List(UsageMeasures.All)
        + $"<h2 id=\"profile\">Use, by hour of the week</h2>\n<p>The <a href=\"{ProfileMeasures.Whole.Path}\">profile</a> of <a href=\"/docs/reference/listUsageProfile\">/v1/usage/profile</a>, and the measures that only it has.</p>\n"
        + List(ProfileMeasures.All)
        + "<h2 id=\"reliability\">Status and reliability</h2>\n<p>The measures of <a href=\"/docs/reference/listReliability\">/v1/reliability</a>.</p>\n"
        + Html.Definitions(DocPages.All.Where(p => p.Chapter == Chapter).Select(p => ($"<a href=\"{p.Path}\">{p.Title}</a>", Lead().Match(p.Body(reading)).Groups[1].Value)));

    private static string List(IEnumerable<Measure> measures) => Html.Definitions(measures.Select(m => ($"<a href=\"{m.Path}\"><code>{m.Name}</code></a>", Html.Prose(m.Definition))));

    private static DocPage Of(Measure measure) => new(measure.Path, measure.Name, null, _ => $"""
        <p>{Html.Prose(measure.Definition)}</p>
        <h2>Formula</h2>
        <p>{Html.Prose(measure.Formula)}</p>
        <h2>Source</h2>
        <p>{Html.Prose(measure.Source)}</p>
        <h2>Example</h2>
        <p>{Html.Prose(measure.Example)}</p>
        <h2>What it is not</h2>
        <p>{Html.Prose(measure.IsNot)}</p>
        <p><a href="/docs/measures">All measures</a></p>
        """);

    [GeneratedRegex("<p class=\"lead\">(.*?)</p>")]
    private static partial Regex Lead();
}
