using System.ComponentModel;
using System.Diagnostics;

namespace ChargePointHub.Store.Embedded;

/// <summary>What a short-lived program left: its exit code and everything it printed.</summary>
internal sealed record ToolResult(int ExitCode, string Output);

/// <summary>Runs one of PostgreSQL's own programs: bounded in time, in a clean environment, as a given account.</summary>
internal static class Tool
{
    /// <summary>
    /// ETXTBSY: somebody has the program open for writing. Of one that was unpacked a moment ago that is a process which another
    /// thread was just beginning: until it runs its own program, it holds what was open in ours.
    /// </summary>
    private const int TextFileBusy = 26;
    private const int Tries = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    /// <summary>The first program of that name in the rooted folders of a search path; null: there is none.</summary>
    /// <param name="ending">Of its file's name on this system, e.g. <c>.exe</c>.</param>
    public static string? Find(string name, string ending, string searchPath) =>
        searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, name + ending))
            .FirstOrDefault(File.Exists);

    /// <param name="account">Account to run as; null: ours.</param>
    /// <param name="folder">Working folder; null: one that every account may enter.</param>
    /// <exception cref="EmbeddedPostgresException">It could not be started, or did not end within <paramref name="limit"/>.</exception>
    public static async Task<ToolResult> RunAsync(
        string file, IReadOnlyList<string> arguments, string? account, TimeSpan limit, CancellationToken cancellationToken, string? folder = null)
    {
        using var process = await BeginAsync(file, arguments, account, folder, cancellationToken);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bounded.Token);
            var errors = process.StandardError.ReadToEndAsync(bounded.Token);
            await process.WaitForExitAsync(bounded.Token);
            return new ToolResult(process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: folder is not null);
            cancellationToken.ThrowIfCancellationRequested();
            throw new EmbeddedPostgresException($"{Path.GetFileName(file)} did not end within {limit.TotalSeconds:0} s.");
        }
    }

    private static async Task<Process> BeginAsync(
        string file, IReadOnlyList<string> arguments, string? account, string? folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            // Ours may be closed to the account.
            WorkingDirectory = folder ?? Path.GetPathRoot(Path.GetFullPath(file)),
        };
        if (account is not null) start.UserName = account;

        // An inherited PGPORT or PGDATA would send these programs to another server.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        for (var tried = 1; ; tried++)
        {
            try
            {
                return Process.Start(start) ?? throw new EmbeddedPostgresException($"{file} could not be started.");
            }
            catch (Win32Exception busy) when (busy.NativeErrorCode == TextFileBusy && tried < Tries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (Win32Exception refused)
            {
                throw new EmbeddedPostgresException($"{file} could not be started: {refused.Message}", refused);
            }
        }
    }
}
