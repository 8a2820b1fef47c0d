using Npgsql;

namespace ChargePointHub.Store.Embedded;

/// <summary>
/// The PostgreSQL that a hub without a connection string starts for itself: its own data folder, reached through a private
/// socket (Windows: a loopback port and a random password). A server that ends meanwhile is started again. Disposing stops it; a killed
/// hub's server is settled by the next start.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string DatabaseName = "chargepointhub";

    private readonly Cluster cluster;
    private readonly DataFolderLock folderLock;
    private readonly ServerWatch watch;
    private bool stopped;

    private EmbeddedPostgres(
        Cluster cluster, DataFolderLock folderLock, TimeSpan startLimit, string connectionString, string home, int major, IReadOnlyList<string> notes)
    {
        this.cluster = cluster;
        this.folderLock = folderLock;
        watch = new ServerWatch(cluster, startLimit, sentence => Told?.Invoke(sentence));
        ConnectionString = connectionString;
        DataFolder = home;
        Major = major;
        Notes = notes;
    }

    /// <summary>Reaches the hub's own database as its owner. Holds a password on Windows only.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the data really is: the folder asked for, or another where <see cref="Notes"/> say why.</summary>
    public string DataFolder { get; }

    /// <summary>Major version of the server.</summary>
    public int Major { get; }

    /// <summary>Sentences for whoever started the hub: what is not as they might expect.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Told, one sentence each, when the server has ended without being asked to, and what came of starting it again.</summary>
    public Action<string>? Told { get; set; }

    /// <exception cref="EmbeddedPostgresException">It cannot run; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataFolder));
        var account = await ServerAccount.ChooseAsync(Cluster.FolderUnder(wanted), cancellationToken);
        var (home, note) = await account.ReachableAsync(wanted, cancellationToken);
        account.MakeHome(home);
        var folderLock = DataFolderLock.Take(home);
        try
        {
            var binaries = await BinariesSearch.For(options, home, account).FindAsync(home, cancellationToken);
            var cluster = new Cluster(home, binaries, account, options.StopLimit);
            await cluster.InitialiseAsync(cancellationToken);
            await cluster.SettleOrphanAsync(cancellationToken);
            NpgsqlConnectionStringBuilder reach;
            try
            {
                reach = await cluster.StartAsync(options.StartLimit, cancellationToken);
                await EnsureDatabaseAsync(reach, cancellationToken);
            }
            catch
            {
                await cluster.StopAsync(CancellationToken.None);
                throw;
            }

            reach.Database = DatabaseName;
            return new EmbeddedPostgres(cluster, folderLock, options.StartLimit, reach.ConnectionString, home, binaries.Major, note is null ? [] : [note]);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Deletes everything that a server with these options keeps, wherever it keeps it; a server that a killed hub left is stopped first.</summary>
    /// <exception cref="EmbeddedPostgresException">A hub is using it.</exception>
    public static async Task ForgetAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataFolder));
        var account = await ServerAccount.ChooseAsync(Cluster.FolderUnder(wanted), cancellationToken);
        var (home, _) = await account.ReachableAsync(wanted, cancellationToken);
        if (!Directory.Exists(home)) return;
        using (DataFolderLock.Take(home))
        {
            var left = Postmaster.NamedIn(Cluster.FolderUnder(home));
            if (left?.Serves(Cluster.FolderUnder(home)) ?? false)
            {
                var binaries = await BinariesSearch.For(options, home, account).FindAsync(home, cancellationToken);
                await new Cluster(home, binaries, account, options.StopLimit).SettleOrphanAsync(cancellationToken);
            }
            else
            {
                left?.DeleteTemporarySocket();
            }
        }

        Directory.Delete(home, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (stopped) return;
        stopped = true;
        try
        {
            await watch.DisposeAsync();
        }
        finally
        {
            await StopAsync();
        }
    }

    /// <summary>What kill -9 of the hub does: the lock is freed and the server goes on.</summary>
    internal async Task AbandonAsync()
    {
        stopped = true;
        await watch.DisposeAsync();
        folderLock.Dispose();
    }

    /// <summary>For another process of the same account, while the server runs.</summary>
    internal static string ConnectionBySocket(string folder)
    {
        var reach = Cluster.Reach(folder);
        reach.Database = DatabaseName;
        return reach.ConnectionString;
    }

    private async Task StopAsync()
    {
        try
        {
            await cluster.StopAsync(CancellationToken.None);
        }
        finally
        {
            folderLock.Dispose();
        }
    }

    private static async Task EnsureDatabaseAsync(NpgsqlConnectionStringBuilder maintenance, CancellationToken cancellationToken)
    {
        var once = new NpgsqlConnectionStringBuilder(maintenance.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", connection)
        {
            Parameters = { new() { Value = DatabaseName } },
        };
        if ((bool)(await exists.ExecuteScalarAsync(cancellationToken))!) return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE {DatabaseName}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }
}
