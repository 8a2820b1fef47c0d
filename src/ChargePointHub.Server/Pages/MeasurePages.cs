using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Usage;

namespace ChargePointHub.Server.Pages;

/// <summary>What each figure means: the list, and a page for each.</summary>
internal static class MeasurePages
{
    public static readonly IReadOnlyList<DocPage> All = [.. UsageMeasures.All.Select(Of)];

    public static string Index(PageReading reading) =>
        "<p>What <a href=\"/docs/reference/listUsage\">/v1/usage</a> measures: what each figure says, how it is worked out and of which fields, an example worked by hand, and what it is not. "
        + "Days, weeks, months, quarters and years are London's; days have 23, 24 or 25 hours. Figures follow their records: a correction, a late session or a new boundary changes them at once.</p>\n"
        + Html.Definitions(UsageMeasures.All.Select(m => ($"<a href=\"{m.Path}\"><code>{m.Name}</code></a>", Html.Prose(m.Definition))));

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
}
