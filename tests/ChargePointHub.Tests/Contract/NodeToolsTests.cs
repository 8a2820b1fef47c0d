namespace ChargePointHub.Tests.Contract;

/// <summary>What the outside tools need is here once it was asked for.</summary>
public class NodeToolsTests
{
    [NodeTheory]
    [InlineData("node_modules/@stoplight/spectral-cli/dist/index.js")]
    [InlineData("node_modules/@redocly/cli/bin/cli.js")]
    [InlineData("node_modules/html-validate/bin/html-validate.mjs")]
    public async Task A_tool_is_installed_and_says_its_version(string program)
    {
        var run = await NodeTools.RunAsync(program, "--version");

        Assert.True(run.ExitCode == 0, run.Said);
        Assert.Matches(@"\d+\.\d+\.\d+", run.Output);
    }
}
