namespace ChargePointHub.Store.Embedded;

/// <summary>What there is of an embedded server, found without starting or changing anything.</summary>
/// <param name="Home">Where its data is, or would be.</param>
/// <param name="Major">Version of PostgreSQL that made the data; null: no hub has started there yet.</param>
/// <param name="ConnectionString">Reaches the database of a hub that runs now; null: none runs. Unix only.</param>
public sealed record EmbeddedState(string Home, int? Major, string? ConnectionString)
{
    /// <summary>True where the data folder of an embedded server is.</summary>
    public static bool IsAt(string dataFolder) => File.Exists(Path.Combine(Cluster.FolderUnder(dataFolder), "PG_VERSION"));

    public static async Task<EmbeddedState> LookAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataFolder));
        var account = await ServerAccount.ChooseAsync(Cluster.FolderUnder(wanted), cancellationToken);
        var (home, _) = await account.ReachableAsync(wanted, cancellationToken);
        var data = Cluster.FolderUnder(home);
        if (Cluster.MajorOf(home) is not { } major) return new EmbeddedState(home, null, null);

        // A server whose hub was killed is not joined: the next start settles it.
        var running = Postmaster.NamedIn(data) is { SocketFolder: { } folder } server && server.Serves(data) && DataFolderLock.IsHeld(home)
            ? EmbeddedPostgres.ConnectionBySocket(folder)
            : null;
        return new EmbeddedState(home, major, running);
    }
}
