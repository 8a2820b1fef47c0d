using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>The documentation as it is seen: in a browser, judged by outside tools.</summary>
[Collection(DocsLondon.Name)]
public sealed class DocsBrowserTests(DocsLondon london)
{
    /// <summary>So that each run of the tools ends within its time on a busy machine.</summary>
    private const int AtOnce = 8;

    [BrowserFact]
    public async Task Every_page_is_valid_accessible_quiet_and_within_its_width_and_a_route_can_be_tried()
    {
        // Pages about errors are alike: one stands for them.
        var paths = (await london.PagesAsync()).Keys.Where(p => !p.StartsWith("/v1/errors/", StringComparison.Ordinal) || p == "/v1/errors/CPH-1001");
        foreach (var some in paths.Chunk(AtOnce))
        {
            var run = await NodeTools.RunAsync("check_pages.mjs", [london.SandboxFile, NodeTools.Browser!, .. some]);
            Assert.True(run.ExitCode == 0, run.Said);
        }
    }
}
