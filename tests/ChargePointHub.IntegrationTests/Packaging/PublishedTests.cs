using System.Diagnostics;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.IntegrationTests.Packaging;

/// <summary>What the publish script makes, run where neither PostgreSQL nor the .NET SDK is installed.</summary>
public sealed class PublishedTests : IAsyncLifetime
{
    private const string WithNpm = "/usr/bin:/bin:/usr/sbin:/sbin";
    private const string WithNothing = "/nonexistent";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string root = ReadmeFile.Read().Root;
    private readonly string folder = Directory.CreateTempSubdirectory("cph-published-").FullName;

    public async Task InitializeAsync()
    {
        if (new BareRootFactAttribute().Skip is not null) return;
        var (code, said) = await ChildProgram.RunAsync(
            $"chmod 755 '{folder}' && install -d -o nobody '{folder}/user' && install -d '{folder}/root' && '{root}/.packaging/publish' linux-x64 '{folder}'", folder, TimeSpan.FromMinutes(10));
        Assert.True(code == 0, said);
        Assert.True(File.Exists(Path.Combine(folder, "server", "README.md")), "The unit names a README.md that is not published.");
    }

    [BareRootFact]
    public async Task On_a_bare_machine_npm_brings_PostgreSQL_and_without_npm_one_error_names_the_three_ways()
    {
        foreach (var account in new[] { "nobody", "root" })
        {
            var home = Home(account);
            await using (var refused = Bare(account, WithNothing, "sandbox/ChargePointHub.Sandbox", "--port 0 --data refused"))
            {
                Assert.True(await refused.EndAsync(Patience) == (int)ExitCode.Unreachable, refused.Said);
                foreach (var way in new[] { "install PostgreSQL", "--postgres-binaries", "install Node.js with npm" }) Assert.Contains(way, refused.Said, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", refused.Said, StringComparison.Ordinal);
            }

            await using (var sandbox = Bare(account, WithNpm, "sandbox/ChargePointHub.Sandbox", "--port 0 --data sandbox"))
            {
                await sandbox.UntilItSaysAsync("All history is here", Patience);
                Assert.Contains("npm fetches", sandbox.Said, StringComparison.Ordinal);
                using var wired = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(home, "sandbox", "sandbox.json")));
                await IsReadyAsync(wired.RootElement.GetProperty("base_url").GetString()!, wired.RootElement.GetProperty("ca_file").GetString()!);
                await sandbox.InterruptAsync();
                Assert.True(await sandbox.EndAsync(Patience) == 0, sandbox.Said);
            }
        }

        // The hub itself, with what npm brought for the same account before; npm is not needed again.
        Directory.CreateDirectory(Path.Combine(Home("nobody"), "operators"));
        var port = ChildProgram.FreePort();
        await using var hub = Bare("nobody", WithNothing, "server/ChargePointHub.Server", $"--port {port} --data hub");
        await hub.UntilItSaysAsync("The hub answers", Patience);
        Assert.DoesNotContain("npm fetches", hub.Said, StringComparison.Ordinal);
        await IsReadyAsync($"https://localhost:{port}", Directory.GetFiles(Path.Combine(Home("nobody"), "hub"), "localhost.pem", SearchOption.AllDirectories).Single());
        await hub.InterruptAsync();
        Assert.True(await hub.EndAsync(Patience) == 0, hub.Said);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    private string Home(string account) => Path.Combine(folder, account == "root" ? "root" : "user");

    private ChildProgram Bare(string account, string path, string program, string arguments) => ChildProgram.Start(
        $"exec unshare --mount '{root}/tests/ChargePointHub.IntegrationTests/Packaging/bare-root.sh' {account} '{Home(account)}' '{path}' '{folder}/{program}' {arguments}", folder);

    private async Task IsReadyAsync(string hub, string ca)
    {
        var (code, said) = await ChildProgram.RunAsync($"curl -sS --fail --cacert '{ca}' '{hub}/health/ready'", folder, TimeSpan.FromSeconds(30));
        Assert.True(code == 0, said);
        Assert.Contains("\"ready\"", said, StringComparison.Ordinal);
    }
}

/// <summary>A fact that hides this machine's PostgreSQL from a program, and lets npm bring another.</summary>
public sealed class BareRootFactAttribute : FactAttribute
{
    public BareRootFactAttribute()
    {
        Skip = new Store.NpmFactAttribute().Skip
            ?? (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "Only root on Linux can hide this machine's PostgreSQL from a program."
                : PostgresPackage.Platform == "linux-x64" ? CannotUnshare() : "The publish script is tried on linux-x64.");
    }

    private static string? CannotUnshare()
    {
        using var trial = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "unshare --mount mount -t tmpfs none /usr/local/bin"]) { RedirectStandardError = true })!;
        trial.StandardError.ReadToEnd();
        trial.WaitForExit();
        return trial.ExitCode == 0 ? null : "This machine does not let root hide folders from a program (unshare --mount).";
    }
}
