namespace ChargePointHub.Store.Embedded;

/// <summary>The npm client of this machine: it fetches a package's archive with the settings that its user gave it.</summary>
/// <param name="searchPath">Folders to look for it in, as in PATH.</param>
internal sealed class NpmClient(string searchPath)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public bool IsThere => Program is not null;

    private string? Program => searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm"))
        .FirstOrDefault(File.Exists);

    /// <summary>Puts the archive into a folder and returns its path. Runs none of the package's scripts.</summary>
    /// <exception cref="EmbeddedPostgresException">There is no npm, or it could not.</exception>
    public async Task<string> FetchAsync(PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
        if (Program is not { } npm) throw new EmbeddedPostgresException("npm, which could fetch PostgreSQL, is not on PATH");
        var said = await Tool.RunAsync(
            npm, ["pack", $"{package.Name}@{package.Version}", "--ignore-scripts", "--loglevel=error", "--update-notifier=false"],
            null, Limit, cancellationToken, folder);
        if (said.ExitCode == 0 && Directory.GetFiles(folder, "*.tgz") is [var archive]) return archive;
        var words = string.Join(' ', said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(4));
        throw new EmbeddedPostgresException($"npm could not fetch {package.Name} {package.Version}: {(words.Length > 0 ? words : $"it ended with {said.ExitCode}")}");
    }
}
