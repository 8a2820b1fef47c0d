namespace ChargePointHub.Store.Embedded;

/// <summary>The npm client of this machine: it knows where a package's archive lies, and fetches it with the settings that its user gave it.</summary>
/// <param name="searchPath">Folders to look for it, and for curl, in, as in PATH.</param>
/// <param name="time">Of the pauses before a fetch is begun again.</param>
internal sealed class NpmClient(string searchPath, TimeProvider time)
{
    /// <summary>Bytes that make an attempt worth its while: less than a hundredth of the smallest archive.</summary>
    private const int Step = 100_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)];

    private readonly CurlClient curl = new(searchPath);

    public bool IsThere => Program is not null;

    private string? Program => Tool.Find("npm", OperatingSystem.IsWindows() ? ".cmd" : "", searchPath);

    /// <summary>
    /// Puts the archive into a folder and returns its path. Runs none of the package's scripts. Where there is curl, the fetch goes on
    /// from what an earlier one left in the folder, also one of an earlier start. Without it, or where it cannot, as it knows neither
    /// the credentials nor the certificates in npm's settings, npm fetches: begun again twice, with its cache in the folder.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">There is no npm, or it could not.</exception>
    public async Task<string> FetchAsync(PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
        if (Program is not { } npm) throw new EmbeddedPostgresException("npm, which could fetch PostgreSQL, is not on PATH");
        return curl.IsThere && await ContinueAsync(npm, package, folder, cancellationToken) is { } continued
            ? continued
            : await PackAsync(npm, package, folder, cancellationToken);
    }

    /// <summary>The archive; null when curl cannot bring it, or brings other bytes than the pinned ones.</summary>
    private async Task<string?> ContinueAsync(string npm, PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(folder, "archive.part");
        if (await package.IsAsync(archive, cancellationToken)) return archive;
        if (await AddressAsync(npm, package, folder, cancellationToken) is not { } address) return null;
        for (var failed = 0; ; failed++)
        {
            var before = Length();
            var end = await curl.ContinueAsync(address, archive, (package.Megabytes + 1) * 1_000_000L, cancellationToken);
            if (end == DownloadEnd.Whole && await package.IsAsync(archive, cancellationToken)) return archive;
            if (end != DownloadEnd.Cut)
            {
                // What nothing can be appended to, or is whole and wrong, must not be gone on with.
                File.Delete(archive);
                return null;
            }

            // As long as it gets on, each cut is the first.
            if (Length() - before >= Step) failed = 0;
            if (failed == Pauses.Length) return null;
            await Task.Delay(Pauses[failed], time, cancellationToken);
        }

        long Length() => new FileInfo(archive) is { Exists: true, Length: var length } ? length : 0;
    }

    /// <summary>Where the user's registry keeps the archive; null when npm does not say, or it is not HTTPS.</summary>
    private static async Task<Uri?> AddressAsync(string npm, PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
        string[] arguments = ["view", $"{package.Name}@{package.Version}", "dist.tarball", "--cache", Path.Combine(folder, "cache"), "--loglevel=silent", "--update-notifier=false"];
        var said = await Tool.RunAsync(npm, arguments, null, Limit, cancellationToken, folder);
        return said.ExitCode == 0 && Uri.TryCreate(said.Output, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? address : null;
    }

    private async Task<string> PackAsync(string npm, PostgresPackage package, string folder, CancellationToken cancellationToken)
    {
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
