namespace ChargePointHub.Tests.Contract;

/// <summary>The typed client is what the committed OpenAPI document makes of it.</summary>
public sealed class GeneratedClientTests
{
    [NodeFact]
    public async Task The_committed_client_is_generated_from_the_committed_document()
    {
        var committed = RepositoryRoot.Path("src", "ChargePointHub.Client", "HubClient.g.cs");
        var written = Environment.GetEnvironmentVariable(OpenApiTests.Regenerate) == "1" ? committed : Path.GetTempFileName();

        var run = await NodeTools.RunInAsync(NodeTools.ClientFolder, "generate.mjs", written);

        Assert.True(run.ExitCode == 0, run.Said);
        Assert.True(
            await File.ReadAllTextAsync(written) == await File.ReadAllTextAsync(committed),
            $"src/ChargePointHub.Client/HubClient.g.cs is not what openapi/hub.v1.json makes of it: {OpenApiTests.Regenerate}=1 dotnet test tests/ChargePointHub.Tests --filter GeneratedClientTests, and commit the difference.");
        if (written != committed) File.Delete(written);
    }
}
