using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Npgsql;

namespace ChargePointHub.IntegrationTests;

/// <summary>
/// Real PostgreSQL for tests: one embedded cluster for the whole run, a fresh migrated database for each that asks. The variable
/// CHARGEPOINTHUB_POSTGRES chooses which: a folder of programs, or <c>npm</c>; without it, what a hub would find by itself.
/// </summary>
public sealed class HubDatabase : IAsyncDisposable
{
    private static readonly string? Choice = Environment.GetEnvironmentVariable("CHARGEPOINTHUB_POSTGRES");

    private static readonly Lazy<Task<EmbeddedPostgres>> Cluster = new(StartAsync);

    private static readonly SemaphoreSlim OneAtATime = new(1);

    private static int made;

    /// <summary>Its own; null: the one that tests share.</summary>
    private readonly (EmbeddedPostgres Server, string Folder)? own;

    private HubDatabase(string connectionString, (EmbeddedPostgres Server, string Folder)? own = null)
    {
        this.own = own;
        ConnectionString = connectionString;
        Database = Database.Open(connectionString);
    }

    public string ConnectionString { get; }

    public Database Database { get; }

    /// <summary>An empty database at the newest schema, this test's alone.</summary>
    public static async Task<HubDatabase> CreateDatabaseAsync()
    {
        var cluster = await Cluster.Value;
        var name = $"test_{Interlocked.Increment(ref made).ToString(CultureInfo.InvariantCulture)}";
        var maintenance = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "postgres", Pooling = false };
        await OneAtATime.WaitAsync();
        try
        {
            await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE chargepointhub", connection);
            await create.ExecuteNonQueryAsync();
        }
        finally
        {
            OneAtATime.Release();
        }

        return new HubDatabase(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = name }.ConnectionString);
    }

    /// <summary>The same on a server of its own, with the settings that a hub gives it; removed with it.</summary>
    public static async Task<HubDatabase> CreateServerAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chargepointhub-tests-{Path.GetRandomFileName()}");
        var server = await EmbeddedPostgres.StartAsync(Asked(folder), CancellationToken.None);
        var database = new HubDatabase(server.ConnectionString, (server, folder));
        await Migrator.MigrateAsync(database.Database, CancellationToken.None);
        return database;
    }

    /// <summary>Options of a server in that folder, on the PostgreSQL that this run was asked to use.</summary>
    internal static EmbeddedPostgresOptions Asked(string folder) => Choice switch
    {
        null or "" => new EmbeddedPostgresOptions { DataFolder = folder },
        "npm" => new EmbeddedPostgresOptions { DataFolder = folder, Places = [] },
        var binaries => new EmbeddedPostgresOptions { DataFolder = folder, BinariesFolder = binaries },
    };

    /// <summary>What tests opened beside the hub's pools would stay for minutes, and all tests share the cluster's connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (var beside = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(beside);
        await Database.DisposeAsync();
        if (own is not { } alone) return;
        await alone.Server.DisposeAsync();
        Directory.Delete(alone.Folder, recursive: true);
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        // The same folder for the same build: a run that was killed is settled by the next one.
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AppContext.BaseDirectory + Choice)))[..12];
        var folder = Path.Combine(Path.GetTempPath(), $"chargepointhub-tests-{mark}");
        EmbeddedPostgres server;
        try
        {
            server = await StartFreshAsync(folder);
        }
        catch (EmbeddedPostgresException)
        {
            // Another run of the same build is at work there.
            server = await StartFreshAsync($"{folder}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        }

        // The folder stays: the next run of this build starts without making a new cluster.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }

    /// <summary>Starts with the hub's database dropped, made anew and migrated: it is the template of all others.</summary>
    private static async Task<EmbeddedPostgres> StartFreshAsync(string folder)
    {
        var server = await EmbeddedPostgres.StartAsync(Asked(folder), CancellationToken.None);
        var maintenance = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false };
        await using (var connection = new NpgsqlConnection(maintenance.ConnectionString))
        {
            await connection.OpenAsync();
            var left = new List<string>();
            await using (var list = new NpgsqlCommand("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'", connection))
            await using (var reader = await list.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync()) left.Add(reader.GetString(0));
            }

            // What a power cut would take is nobody's here; whatever kills a server has one of its own.
            foreach (var setting in new[] { "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()" })
            {
                await using var change = new NpgsqlCommand(setting, connection);
                await change.ExecuteNonQueryAsync();
            }

            foreach (var name in left.Append("chargepointhub"))
            {
                await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
                await drop.ExecuteNonQueryAsync();
            }

            await using var create = new NpgsqlCommand("CREATE DATABASE chargepointhub", connection);
            await create.ExecuteNonQueryAsync();
        }

        // Unpooled: a template may have no connections.
        await using var template = Database.Open(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await Migrator.MigrateAsync(template, CancellationToken.None);
        return server;
    }
}
