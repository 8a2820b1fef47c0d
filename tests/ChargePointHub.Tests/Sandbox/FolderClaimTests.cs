using ChargePointHub.Sandbox;

namespace ChargePointHub.Tests.Sandbox;

public class FolderClaimTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_Sandbox_on_a_folder_is_refused_and_changes_nothing(bool fresh)
    {
        await using var first = new SandboxFixture();
        await first.StartAsync(first.Options);
        var before = Contents(first.Options.DataFolder);

        var second = await PretendLondonHost.StartAsync(first.Options with { Fresh = fresh }, first.Time, CancellationToken.None);

        Assert.Contains("another Sandbox is using this folder", Assert.Single(Assert.IsType<SandboxStart.Refused>(second).Faults), StringComparison.Ordinal);
        Assert.Equal(before, Contents(first.Options.DataFolder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_refused_with_a_sentence()
    {
        await using var sandbox = new SandboxFixture();
        Directory.CreateDirectory(sandbox.Options.DataFolder);
        var file = Path.Combine(sandbox.Options.DataFolder, "file");
        await File.WriteAllTextAsync(file, "");

        var start = await PretendLondonHost.StartAsync(sandbox.Options with { DataFolder = Path.Combine(file, "below") }, sandbox.Time, CancellationToken.None);

        Assert.Contains("Name another one", Assert.Single(Assert.IsType<SandboxStart.Refused>(start).Faults), StringComparison.Ordinal);
    }

    private static string Contents(string folder) => string.Join('\n', Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(f => Path.GetFileName(f) != FolderClaim.FileName)
        .Order(StringComparer.Ordinal)
        .Select(f => $"{f} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}
