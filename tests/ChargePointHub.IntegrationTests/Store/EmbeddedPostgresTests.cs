using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using ChargePointHub.Store.Embedded;
using Npgsql;
using Xunit.Abstractions;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cphtest-").FullName;

    private readonly ITestOutputHelper output;

    public EmbeddedPostgresTests(ITestOutputHelper output)
    {
        this.output = output;

        // As root the server runs as another account, which must be able to pass through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    [Fact]
    public async Task A_committed_row_survives_a_clean_stop_and_a_new_start()
    {
        await using (var first = await StartAsync(folder))
        {
            await ScalarAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        }

        Assert.False(File.Exists(PostmasterFile));
        await using var second = await StartAsync(folder);
        Assert.Equal(7, await ScalarAsync(second, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_second_hub_on_the_same_folder_is_refused_and_told_the_process()
    {
        await using var first = await StartAsync(folder);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(folder));
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ScalarAsync(first, "SELECT 1"));
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_another_hub()
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Path.Combine(folder, "hub.lock");
        File.CreateSymbolicLink(file, file);

        var refused = Assert.Throws<IOException>(() => DataFolderLock.Take(folder));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.False(DataFolderLock.IsHeld(folder));
    }

    [Fact]
    public async Task A_server_that_was_killed_with_its_hub_recovers_with_what_was_committed()
    {
        var first = await StartAsync(folder);
        await ScalarAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        await first.AbandonAsync();
        await KillAsync();

        Assert.True(File.Exists(PostmasterFile));
        await using var second = await StartAsync(folder);
        Assert.Equal(7, await ScalarAsync(second, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_comes_back_at_the_same_place_and_is_told_of()
    {
        var told = Channel.CreateUnbounded<string>();
        await using var server = await StartAsync(folder);
        server.Told = sentence => told.Writer.TryWrite(sentence);
        await ScalarAsync(server, "CREATE TABLE kept (n int)");
        for (var n = 1; n <= 3; n++)
        {
            await ScalarAsync(server, $"INSERT INTO kept VALUES ({n})");
            await KillAsync();
            await HeardAsync(told, "has ended without being asked to");
            await HeardAsync(told, "answers again");

            Assert.Equal((long)n, await ScalarAsync(server, "SELECT count(*) FROM kept"));
        }
    }

    [Fact]
    public async Task A_server_that_cannot_come_back_is_tried_again_until_it_can_and_not_after_the_hub_has_ended()
    {
        var told = Channel.CreateUnbounded<string>();
        var server = await StartAsync(folder);
        server.Told = sentence => told.Writer.TryWrite(sentence);
        var (version, hidden) = (Path.Combine(folder, "postgres", "PG_VERSION"), Path.Combine(folder, "hidden"));
        File.Move(version, hidden);
        await KillAsync();
        await HeardAsync(told, "could not be started");

        File.Move(hidden, version);
        await HeardAsync(told, "answers again");

        await server.DisposeAsync();
        Assert.False(File.Exists(PostmasterFile));
    }

    [Fact]
    public async Task A_server_of_which_nothing_can_be_told_is_left_alone_and_watched_again_afterwards()
    {
        if (OperatingSystem.IsWindows()) return;
        var told = Channel.CreateUnbounded<string>();
        await using var server = await StartAsync(folder);
        server.Told = sentence => told.Writer.TryWrite(sentence);
        var (pid, hidden, link) = (ServerPid(), Path.Combine(folder, "hidden"), Path.Combine(folder, "postgres", "link"));
        File.Copy(PostmasterFile, hidden);

        // A link to itself is there and cannot be read, by nobody.
        File.CreateSymbolicLink(link, Path.GetFileName(PostmasterFile));
        File.Move(link, PostmasterFile, overwrite: true);
        await HeardAsync(told, "cannot be told whether");

        File.Move(hidden, PostmasterFile, overwrite: true);
        await KillAsync();
        await HeardAsync(told, "answers again");

        Assert.NotEqual(pid, ServerPid());
        Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_process_that_cannot_be_looked_at_is_not_held_to_have_ended(bool isThere)
    {
        if (!OperatingSystem.IsLinux()) return;
        var process = Environment.ProcessId;
        if (isThere) Directory.CreateDirectory(Path.Combine(folder, process.ToString(CultureInfo.InvariantCulture), "cmdline"));

        var unclear = Assert.Throws<EmbeddedPostgresException>(() => new Postmaster(process, null) { Processes = folder }.Serves(folder));

        Assert.Contains($"names process {process}", unclear.Message, StringComparison.Ordinal);
        Assert.False(new Postmaster(process, null).Serves(folder));
    }

    [Fact]
    public async Task The_server_that_a_killed_hub_left_running_is_replaced()
    {
        var first = await StartAsync(folder);
        await ScalarAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        var orphan = ServerPid();
        await first.AbandonAsync();

        await using var second = await StartAsync(folder);
        Assert.NotEqual(orphan, ServerPid());
        Assert.Equal(7, await ScalarAsync(second, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_stale_file_naming_another_program_does_not_stop_the_start_and_that_program_lives()
    {
        await using (await StartAsync(folder))
        {
        }

        using var bystander = Process.Start("sleep", "600");
        var lines = $"{bystander.Id}\n{Path.Combine(folder, "postgres")}\n1\n5432\n\n\n";
        await File.WriteAllTextAsync(PostmasterFile, lines);
        await using (var second = await StartAsync(folder))
        {
            Assert.Equal(1, await ScalarAsync(second, "SELECT 1"));
        }

        Assert.False(bystander.HasExited);
        bystander.Kill();
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_gets_a_private_one_in_the_temporary_folder()
    {
        if (OperatingSystem.IsWindows()) return;
        var deep = Path.Combine(folder, new string('a', 60), new string('b', 60));
        await using var server = await StartAsync(deep);
        var socket = new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;
        Assert.StartsWith(Path.GetTempPath(), socket, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socket));
        Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
        await server.DisposeAsync();
        Assert.False(Directory.Exists(socket));
    }

    [Fact]
    public async Task An_inherited_port_does_not_lead_the_start_astray()
    {
        Environment.SetEnvironmentVariable("PGPORT", "1");
        try
        {
            await using var server = await StartAsync(folder);
            Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PGPORT", null);
        }
    }

    [Fact]
    public async Task It_listens_on_no_network_address_and_writes_through_to_disk()
    {
        await using var server = await StartAsync(folder);
        Assert.Equal("", await ScalarAsync(server, "SHOW listen_addresses"));
        Assert.Equal("on", await ScalarAsync(server, "SHOW fsync"));
        Assert.Equal("on", await ScalarAsync(server, "SHOW synchronous_commit"));
    }

    [Fact]
    public async Task The_version_is_the_one_asked_for_and_one_that_the_hub_runs_on()
    {
        await using var server = await StartAsync(folder);
        var served = Convert.ToInt32(await ScalarAsync(server, "SELECT current_setting('server_version_num')::int / 10000"), CultureInfo.InvariantCulture);
        Assert.Equal(server.Major, served);
        Assert.True(served >= BinariesSearch.OldestMajor);
        var asked = Environment.GetEnvironmentVariable("CHARGEPOINTHUB_POSTGRES");
        if (asked == "npm") Assert.Equal(PostgresPackage.PinnedMajor, served);
        else if (asked is { Length: > 0 }) Assert.Equal((await PostgresBinaries.LookAsync(asked, null, CancellationToken.None))!.Major, served);

        // .ci/run reads it there and tells which PostgreSQL was proven.
        output.WriteLine($"Proven on PostgreSQL {await ScalarAsync(server, "SHOW server_version")}");
    }

    [Fact]
    public async Task A_configured_folder_without_programs_is_named_with_the_ways_out()
    {
        var options = new EmbeddedPostgresOptions { DataFolder = folder, BinariesFolder = folder };
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, CancellationToken.None));
        Assert.Contains($"--postgres-binaries names {folder}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("install PostgreSQL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_folder_keeps_can_be_forgotten_without_the_programs_that_made_it()
    {
        await using (await StartAsync(folder))
        {
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "postgres", "PG_VERSION"), "99\n");
        await EmbeddedPostgres.ForgetAsync(HubDatabase.Asked(folder), CancellationToken.None);
        Assert.False(Directory.Exists(folder));
        Directory.CreateDirectory(folder);
    }

    [Fact]
    public async Task What_a_first_start_left_that_did_not_come_through_can_be_forgotten()
    {
        Directory.CreateDirectory(Path.Combine(folder, "postgres.new"));
        await EmbeddedPostgres.ForgetAsync(HubDatabase.Asked(folder), CancellationToken.None);
        Assert.False(Directory.Exists(folder));
        Directory.CreateDirectory(folder);
    }

    [Fact]
    public async Task A_start_that_is_broken_off_leaves_no_server()
    {
        if (OperatingSystem.IsWindows()) return;
        var usual = HubDatabase.Asked(Path.Combine(folder, "data"));
        var binaries = await BinariesSearch.For(usual, folder, new ServerAccount((string?)null)).FindAsync(folder, CancellationToken.None);
        var slow = Directory.CreateDirectory(Path.Combine(folder, "slow")).FullName;
        foreach (var program in new[] { "initdb", "postgres" }) File.CreateSymbolicLink(Path.Combine(slow, program), Path.Combine(binaries.Folder, program));
        var (pgCtl, isUp) = (Path.Combine(slow, "pg_ctl"), Path.Combine(folder, "data", "postgres", "is-up"));
        await File.WriteAllTextAsync(pgCtl, $"#!/bin/sh\n'{binaries.PgCtl}' \"$@\" || exit\n[ \"$1\" = start ] || exit 0\n: > '{isUp}'\nexec sleep 600 > /dev/null 2>&1\n");
        File.SetUnixFileMode(pgCtl, (UnixFileMode)Convert.ToInt32("755", 8));
        using var breaking = new CancellationTokenSource();
        var start = EmbeddedPostgres.StartAsync(usual with { BinariesFolder = slow }, breaking.Token);
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50)))
        {
            while (!File.Exists(isUp) && !start.IsCompleted) await tick.WaitForNextTickAsync(CancellationToken.None);
        }

        await breaking.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        Assert.False(File.Exists(Path.Combine(folder, "data", "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task As_root_a_folder_closed_to_the_servers_account_moves_the_data_and_says_so()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var wanted = Path.Combine(folder, "data");
        string moved;
        await using (var server = await StartAsync(wanted))
        {
            moved = server.DataFolder;
            Assert.NotEqual(wanted, moved);
            Assert.Contains(moved, Assert.Single(server.Notes), StringComparison.Ordinal);
            Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
        }

        Directory.Delete(moved, recursive: true);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string PostmasterFile => Path.Combine(folder, "postgres", "postmaster.pid");

    private static async Task HeardAsync(Channel<string> told, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await told.Reader.ReadAsync(patience.Token)).Contains(words, StringComparison.Ordinal))
        {
        }
    }

    private async Task KillAsync()
    {
        using var postmaster = Process.GetProcessById(ServerPid());
        postmaster.Kill();
        await postmaster.WaitForExitAsync();
    }

    private int ServerPid() => int.Parse(File.ReadLines(PostmasterFile).First(), CultureInfo.InvariantCulture);

    private static Task<EmbeddedPostgres> StartAsync(string folder) =>
        EmbeddedPostgres.StartAsync(HubDatabase.Asked(folder), CancellationToken.None);

    private static async Task<object?> ScalarAsync(EmbeddedPostgres server, string sql)
    {
        var once = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
