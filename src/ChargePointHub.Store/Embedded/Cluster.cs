using System.Diagnostics;
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

    private string? temporarySocketFolder;

    public string DataFolder => FolderUnder(home);

    private string PostmasterFile => Path.Combine(DataFolder, "postmaster.pid");

    private string PasswordFile => Path.Combine(home, "password");

    public static string FolderUnder(string home) => Path.Combine(home, "postgres");

    /// <summary>Major version that made the data folder; null when there is none yet.</summary>
    public static int? MajorOf(string home) =>
        Path.Combine(FolderUnder(home), "PG_VERSION") is var file && File.Exists(file)
            ? int.Parse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture)
            : null;

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
        if (!File.Exists(PostmasterFile)) return;
        var lines = await File.ReadAllLinesAsync(PostmasterFile, cancellationToken);
        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)) return;
        temporarySocketFolder = lines.Length > 4 && Path.GetFileName(lines[4]).StartsWith("cph-", StringComparison.Ordinal) ? lines[4] : null;
        if (!IsAlive(pid))
        {
            DeleteTemporarySocket();
            return;
        }

        if (await IsOursAsync(pid, cancellationToken))
        {
            await StopAsync(cancellationToken);
        }
        else
        {
            // The number was given to another program since: PostgreSQL itself would take that one for a server.
            File.Delete(PostmasterFile);
        }
    }

    /// <summary>Starts the server and returns how to reach its maintenance database.</summary>
    public async Task<NpgsqlConnectionStringBuilder> StartAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var reach = OperatingSystem.IsWindows() ? ByLoopback() : await BySocketAsync(cancellationToken);
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
        if (started.ExitCode == 0) return reach;
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
            if (stopped.ExitCode == 0 || !File.Exists(PostmasterFile)) break;
        }

        DeleteTemporarySocket();
    }

    private void DeleteTemporarySocket()
    {
        if (temporarySocketFolder is not null && Directory.Exists(temporarySocketFolder)) Directory.Delete(temporarySocketFolder, recursive: true);
        temporarySocketFolder = null;
    }

    private async Task<NpgsqlConnectionStringBuilder> BySocketAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(home, "socket");
        if (IsTooLong(folder))
        {
            folder = temporarySocketFolder = Directory.CreateTempSubdirectory("cph-").FullName;
            if (IsTooLong(folder)) throw new EmbeddedPostgresException($"The temporary folder's path is too long for a socket: {folder}");
        }

        await account.MakePrivateAsync(folder, cancellationToken);
        return new NpgsqlConnectionStringBuilder { Host = folder, Port = SocketPort, Username = User, Database = "postgres", SslMode = SslMode.Disable };
    }

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

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private async Task<bool> IsOursAsync(int pid, CancellationToken cancellationToken)
    {
        var commandLine = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline";
        if (OperatingSystem.IsLinux() && File.Exists(commandLine))
        {
            var words = (await File.ReadAllTextAsync(commandLine, cancellationToken)).Split('\0');
            return Path.GetFileName(words[0]) is "postgres" or "postmaster" && words.Contains(DataFolder);
        }

        using var process = Process.GetProcessById(pid);
        return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
    }
}
