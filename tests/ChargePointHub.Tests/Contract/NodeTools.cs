using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Tests.Contract;

/// <summary>
/// The outside tools of <c>tests/contract</c> and of <c>.build/client</c>: programs for Node, installed from the folder's lock file when they are first needed, and a browser.
/// </summary>
public static class NodeTools
{
    private static readonly Version Oldest = new(18, 19);

    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly ConcurrentDictionary<string, Lazy<Task>> Installed = [];

    public static string Folder { get; } = RepositoryRoot.Path("tests", "contract");

    /// <summary>What writes the generated part of the client.</summary>
    public static string ClientFolder { get; } = RepositoryRoot.Path(".build", "client");

    /// <summary>Why no Node program can run here; null: they can.</summary>
    public static string? Missing { get; } = Look();

    /// <summary>Chromium, or the browser that <c>CHROMIUM</c> names; null where there is none.</summary>
    public static string? Browser { get; } =
        Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : Array.Find(Browsers, File.Exists);

    /// <summary>Runs a program of the folder, or one of an installed tool (<c>node_modules/...</c>), in the folder.</summary>
    public static Task<NodeRun> RunAsync(string program, params string[] arguments) => RunInAsync(Folder, program, arguments);

    /// <inheritdoc cref="RunAsync"/>
    public static async Task<NodeRun> RunInAsync(string folder, string program, params string[] arguments)
    {
        await InstalledAsync(folder);
        return await StartAsync(folder, "node", [program, .. arguments], TimeSpan.FromMinutes(5));
    }

    /// <summary>For a program that is started in another way.</summary>
    public static Task InstalledAsync() => InstalledAsync(Folder);

    private static string Npm => OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    private static string? Look()
    {
        try
        {
            var version = StartAsync(Folder, "node", ["--version"], TimeSpan.FromMinutes(1)).GetAwaiter().GetResult().Output.Trim().TrimStart('v');
            if (!Version.TryParse(version, out var found) || found < Oldest) return $"Node {version} is older than {Oldest}: the outside tools of tests/contract cannot run.";
            StartAsync(Folder, Npm, ["--version"], TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
            return null;
        }
        catch (Win32Exception)
        {
            return "Node is missing (node and npm on the PATH): the outside tools of tests/contract cannot run.";
        }
    }

    /// <summary>Once for each state of the lock file, whichever of several test runs comes first.</summary>
    private static Task InstalledAsync(string folder) => Installed.GetOrAdd(folder, f => new Lazy<Task>(
        () => Task.Factory.StartNew(() => Install(f), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).Value;

    private static void Install(string folder)
    {
        var wanted = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));
        var marker = Path.Combine(folder, "node_modules", ".installed-from");
        // A mutex belongs to one thread: everything under it is done on this one.
        using var mutex = new Mutex(false, @"Global\chargepointhub-contract-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16]);
        try
        {
            if (!mutex.WaitOne(TimeSpan.FromMinutes(10))) throw new InvalidOperationException($"Another test run has been installing the tools of {folder} for 10 minutes.");
        }
        catch (AbandonedMutexException)
        {
            // The run that held it was killed; npm ci begins anew whatever it left.
        }

        try
        {
            if (File.Exists(marker) && File.ReadAllText(marker) == wanted) return;
            var run = StartAsync(folder, Npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], TimeSpan.FromMinutes(8)).GetAwaiter().GetResult();
            if (run.ExitCode != 0) throw new InvalidOperationException($"npm ci in {folder} failed, is the package registry reachable?\n{run.Said}");
            File.WriteAllText(marker, wanted);
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    private static async Task<NodeRun> StartAsync(string folder, string program, string[] arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // Checks look at files; none of them tells anybody about it.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(limit);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return new NodeRun(process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {limit}.");
        }
    }
}

/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
public sealed record NodeRun(int ExitCode, string Output, string Errors)
{
    public string Said => Output + Errors;
}

/// <summary>A test with outside tools; where Node is missing it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeTools.Missing;
}

/// <inheritdoc cref="NodeFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = NodeTools.Missing;
}

/// <summary>A test in a browser; where Node or a browser is missing it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() =>
        Skip = NodeTools.Missing ?? (NodeTools.Browser is null ? "Chromium is missing (/usr/bin/chromium, or the one that CHROMIUM names): pages cannot be looked at." : null);
}
