using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace ChargePointHub.Store.Embedded;

/// <summary>One PostgreSQL data folder and the programs that open it: make it, settle what a killed hub left, start it, stop it.</summary>
internal sealed class Cluster(string home, PostgresBinaries binaries, ServerAccount account, TimeSpan stopLimit)
{
    /// <summary>Superuser of the embedded server; reached through the private socket only.</summary>
    public const string User = "hub";

    private const int SocketPort = 5432;

    // The system allows about 107 bytes for a socket's path.
    private const int LongestSocketPath = 100;

    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(2);

    private NpgsqlConnectionStringBuilder? reach;
    private string? temporarySocketFolder;

    public string DataFolder => FolderUnder(home);

    /// <summary>True while a server of this folder runs; it may not accept connections yet.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be told.</exception>
    /// <exception cref="IOException">Its file cannot be read: it cannot be told either.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool IsServed => Postmaster.NamedIn(DataFolder)?.Serves(DataFolder) ?? false;

    private string PasswordFile => Path.Combine(home, "password");

    public static string FolderUnder(string home) => Path.Combine(home, "postgres");

    /// <summary>Major version that made the data folder; null when there is none yet.</summary>
    /// <exception cref="EmbeddedPostgresException">There is something, and it does not say which version made it.</exception>
    public static int? MajorOf(string home)
    {
        var folder = FolderUnder(home);
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()) return null;
        var file = Path.Combine(folder, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new EmbeddedPostgresException(
                $"{folder} holds files, and its PG_VERSION does not say which PostgreSQL made them: it is damaged, or not a database. Nothing in it was changed; restore it, or give another --data.");
    }

    /// <summary>Makes the cluster where there is none. A run that was cut short leaves only a folder that the next run throws away.</summary>
    public async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        if (MajorOf(home) is not null) return;
        var unfinished = DataFolder + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await account.MakePrivateAsync(unfinished, cancellationToken);
        List<string> arguments = ["-D", unfinished, "-U", User, "-E", "UTF8", "--locale=C", "--data-checksums"];
        if (OperatingSystem.IsWindows())
        {
            await File.WriteAllTextAsync(PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), cancellationToken);
            arguments.AddRange(["-A", "scram-sha-256", $"--pwfile={PasswordFile}"]);
        }
        else
        {
            arguments.AddRange(["-A", "trust"]);
        }

        var made = await Tool.RunAsync(binaries.InitDb, arguments, account.Name, InitLimit, cancellationToken);
        if (made.ExitCode != 0) throw new EmbeddedPostgresException($"The data folder could not be made: {made.Output}");
        if (Directory.Exists(DataFolder)) Directory.Delete(DataFolder);
        Directory.Move(unfinished, DataFolder);
    }

    /// <summary>Stops the server that a killed hub left running, after making sure that it is this folder's; clears what only looks like one.</summary>
    public async Task SettleOrphanAsync(CancellationToken cancellationToken)
    {
        if (Postmaster.NamedIn(DataFolder) is not { } left) return;
        if (left.Serves(DataFolder))
        {
            await StopAsync(cancellationToken);
        }
        else if (left.HasProcess)
        {
            // The number was given to another program since, or its process was never waited for: PostgreSQL itself would take that one for a server.
            File.Delete(Postmaster.FileOf(DataFolder));
            if (left.SocketFolder is { } socket && Directory.Exists(socket)) File.Delete(Path.Combine(socket, $".s.PGSQL.{SocketPort}.lock"));
        }

        // A server that comes back keeps its place.
        if (reach is null) left.DeleteTemporarySocket();
    }

    /// <summary>Starts the server and returns how to reach its maintenance database: each time the same.</summary>
    public async Task<NpgsqlConnectionStringBuilder> StartAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        reach ??= OperatingSystem.IsWindows() ? ByLoopback() : BySocket();
        if (!OperatingSystem.IsWindows()) await account.MakePrivateAsync(reach.Host!, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(DataFolder, "postgresql.conf"), Settings(reach), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(DataFolder, "pg_hba.conf"),
            OperatingSystem.IsWindows() ? "host all all 127.0.0.1/32 scram-sha-256\n" : "local all all trust\n",
            cancellationToken);
        var seconds = ((int)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var log = Path.Combine(DataFolder, "start.log");
        if (File.Exists(log)) File.Delete(log);
        var started = await Tool.RunAsync(
            binaries.PgCtl, ["start", "-w", "-s", "-t", seconds, "-D", DataFolder, "-l", log],
            account.Name, limit + TimeSpan.FromSeconds(10), cancellationToken);
        if (started.ExitCode == 0) return new NpgsqlConnectionStringBuilder(reach.ConnectionString);
        var said = File.Exists(log) ? string.Join(' ', (await File.ReadAllLinesAsync(log, cancellationToken)).TakeLast(5)) : "";
        throw new EmbeddedPostgresException($"PostgreSQL did not start in {DataFolder}: {started.Output} {said}".TrimEnd());
    }

    /// <summary>Fast, then, past the limit, without a checkpoint: what was committed is kept either way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var mode in new[] { "fast", "immediate" })
        {
            var seconds = ((int)stopLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var stopped = await Tool.RunAsync(
                binaries.PgCtl, ["stop", "-w", "-s", "-t", seconds, "-m", mode, "-D", DataFolder],
                account.Name, stopLimit + TimeSpan.FromSeconds(10), cancellationToken);
            if (stopped.ExitCode == 0 || !File.Exists(Postmaster.FileOf(DataFolder))) break;
        }

        DeleteTemporarySocket();
    }

    private void DeleteTemporarySocket()
    {
        if (temporarySocketFolder is not null && Directory.Exists(temporarySocketFolder)) Directory.Delete(temporarySocketFolder, recursive: true);
    }

    private NpgsqlConnectionStringBuilder BySocket()
    {
        var folder = Path.Combine(home, "socket");
        if (IsTooLong(folder))
        {
            folder = temporarySocketFolder = Directory.CreateTempSubdirectory(Postmaster.TemporaryPrefix).FullName;
            if (IsTooLong(folder)) throw new EmbeddedPostgresException($"The temporary folder's path is too long for a socket: {folder}");
        }

        return Reach(folder);
    }

    /// <summary>The maintenance database of the server that listens in a socket's folder.</summary>
    public static NpgsqlConnectionStringBuilder Reach(string socketFolder) =>
        new() { Host = socketFolder, Port = SocketPort, Username = User, Database = "postgres", SslMode = SslMode.Disable };

    private NpgsqlConnectionStringBuilder ByLoopback()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        var password = File.ReadAllText(PasswordFile);
        return new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = "postgres" };
    }

    private static bool IsTooLong(string folder) => System.Text.Encoding.UTF8.GetByteCount($"{folder}/.s.PGSQL.{SocketPort}") > LongestSocketPath;

    private static string Settings(NpgsqlConnectionStringBuilder reach)
    {
        var overSocket = reach.Host!.StartsWith('/');
        return $"""
            listen_addresses = '{(overSocket ? "" : reach.Host)}'
            unix_socket_directories = '{(overSocket ? reach.Host.Replace("'", "''", StringComparison.Ordinal) : "")}'
            port = {reach.Port}
            max_connections = 200
            shared_buffers = 128MB
            max_wal_size = 2GB
            fsync = on
            synchronous_commit = on
            random_page_cost = 1.1
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            logging_collector = on
            log_directory = 'log'
            log_filename = 'postgresql-%a.log'
            log_rotation_age = 1d
            log_truncate_on_rotation = on
            log_line_prefix = '%m [%p] %a '

            """;
    }
}
