using ChargePointHub.Store.Embedded;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Programs that were unpacked a moment ago.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cphtest-").FullName;

    [ShellFact]
    public async Task A_program_that_is_still_open_for_writing_is_begun_when_it_no_longer_is()
    {
        var program = Program();
        Task<ToolResult> run;
        // The first trial is made before RunAsync hands its task over.
        await using (File.Open(program, FileMode.Open, FileAccess.Write)) run = Tool.RunAsync(program, [], null, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Equal("ran", (await run).Output);
    }

    [ShellFact]
    public async Task One_that_stays_open_is_told()
    {
        var program = Program();
        await using var written = File.Open(program, FileMode.Open, FileAccess.Write);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Tool.RunAsync(program, [], null, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Contains("could not be started", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Program()
    {
        var program = Path.Combine(folder, "program");
        File.WriteAllText(program, "#!/bin/sh\necho ran\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }
}
