using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>The documentation as it is seen: in a browser, judged by outside tools.</summary>
[Collection(DocsLondon.Name)]
public sealed class DocsBrowserTests(DocsLondon london)
{
    private const string Reference = "/docs/reference/";

    [BrowserFact]
    public async Task Every_page_is_valid_accessible_quiet_and_within_its_width_and_a_route_can_be_tried()
    {
        // Pages about errors are alike: one stands for them.
        var pages = (await london.PagesAsync()).Values.Where(p => !p.Path.StartsWith("/v1/errors/", StringComparison.Ordinal) || p.Path == "/v1/errors/CPH-1001").ToArray();
        // So are those of the reference: what differs is how much is on them, so the fullest and the emptiest are audited in every look, and the others in one.
        var alike = pages.Where(p => p.Path.StartsWith(Reference, StringComparison.Ordinal)).ToArray();
        ServedPage[] extremes = [alike.MaxBy(p => p.Html.Length)!, alike.MinBy(p => p.Html.Length)!, alike.MaxBy(p => p.Path.Length)!, alike.MaxBy(p => p.Blocks.Max(b => b.Text.Length))!];
        var everyLook = pages.Except(alike).Union(extremes).ToArray();

        var run = await NodeTools.RunAsync(
            "check_pages.mjs", [london.SandboxFile, NodeTools.Browser!, .. everyLook.Select(p => p.Path), "--", .. alike.Except(extremes).Select(p => p.Path)]);

        Assert.True(run.ExitCode == 0, run.Said);
    }
}
