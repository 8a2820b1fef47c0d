using ChargePointHub.Server.Api;

namespace ChargePointHub.Server.Pages;

/// <summary>The contents: every page of the documentation, in the order of the menu.</summary>
internal static class DocPages
{
    public static readonly IReadOnlyList<DocPage> All =
    [
        Written("", "ChargePointHub", "Five minutes", "Start"),
        Written("/integrators", "Mirror the network", "Five minutes", "Integrators"),
        Written("/analysts", "Sessions in a spreadsheet or a notebook", "Five minutes", "Analysts"),
        Written("/operators", "Your feed, as the hub sees it", "Five minutes", "Operators"),
        Written("/developers", "A pretend London on your machine", "Five minutes", "Developers"),
        Written("/keys", "Keys", "How to"),
        Written("/agreements", "Read under an agreement", "How to", "Agreements"),
        Written("/administrators", "Keep a hub that is trusted", "How to", "Administrators"),
        Written("/limits", "Limits", "How to"),
        Written("/looping", "Read everything", "How to"),
        Written("/following", "Follow changes", "How to"),
        Written("/completeness", "Read completeness", "How to", "Completeness"),
        Written("/status-minutes", "Minutes in each status", MeasurePages.Chapter),
        Written("/missing-minutes", "Missing minutes", MeasurePages.Chapter),
        Written("/reliability-r1", "Reliability R1", MeasurePages.Chapter),
        Written("/reliability-r2", "Reliability R2", MeasurePages.Chapter),
        Written("/status-coverage", "Coverage of status", MeasurePages.Chapter),
        new("/docs/reference", "Every route", "Look up", ReferencePages.Index) { Name = "Routes" },
        new("/docs/data", "Every field", "Look up", DataPages.Index) { Name = "Fields" },
        new("/docs/measures", "What figures mean", "Look up", MeasurePages.Index) { Name = "Measures" },
        new("/docs/errors", "Error codes", "Look up", ErrorPages.Index) { Name = "Errors" },
        new("/docs/rules", "What records are held to", "Look up", RulePage.Body) { Name = "Rules" },
        Written("/data-protection", "Data protection", "Look up"),
        new("/docs/clause", "The clause, line by line", "Look up", ClausePage.Body) { Name = "Clause" },
        .. ApiRoutes.All.Select(ReferencePages.Of),
        .. DataPages.All,
        .. MeasurePages.All,
    ];

    public static DocPage? Find(string path) => All.FirstOrDefault(p => p.Path == path);

    /// <summary>A page whose words stand in <c>Content/</c>.</summary>
    private static DocPage Written(string path, string title, string chapter, string? name = null)
    {
        var file = path.Length == 0 ? "start" : path[1..];
        return new DocPage("/docs" + path, title, chapter, reading => Fragments.Fill(file, reading)) { Name = name ?? title };
    }
}
