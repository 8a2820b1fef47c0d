using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary>How the program ends, and what it says, when something is not as it should be.</summary>
public sealed class CommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly HubProgram hub = new();

    public void Dispose() => hub.Dispose();

    [Theory]
    [InlineData("migrate --database 'Host=127.0.0.1;Port=1;Database=x;Username=x'", ExitCode.Unreachable, "The database does not answer: Failed to connect to 127.0.0.1:1")]
    [InlineData("migrate --database 'postgres://hub:secret@db/x'", ExitCode.WrongUse, "The database's connection string is not understood")]
    [InlineData("migrate --database env:NOT_SET_ANYWHERE", ExitCode.WrongUse, "env:NOT_SET_ANYWHERE is not set")]
    [InlineData("feeds status", ExitCode.Unreachable, "There is no database in ")]
    [InlineData("feeds try nowhere.json", ExitCode.WrongUse, "is no file. Name an operator file")]
    [InlineData("feeds check nowhere", ExitCode.WrongUse, "is neither a file nor a folder")]
    public async Task Each_way_of_failing_has_its_exit_code_and_its_words(string line, ExitCode code, string words)
    {
        var run = await hub.RunAsync(line);

        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal((int)code, run.Code);
        Assert.Empty(run.Output);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told_from_a_server_that_is_not_there()
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        var other = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "nobody_made_this" };

        var (code, _, error) = await hub.RunAsync($"migrate --database '{other}'");

        Assert.Equal((int)ExitCode.Unreachable, code);
        Assert.Contains("Make it first, for instance with `createdb`", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_refused_before_anything_is_made()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, _, error) = await hub.RunAsync($"--port {((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}");

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("name another port with --port", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(hub.Folder, ".chargepointhub")));
    }

    [Fact]
    public async Task Settings_in_files_and_environment_are_judged_with_the_command_line_which_wins()
    {
        await File.WriteAllTextAsync(Path.Combine(hub.Folder, "appsettings.json"), """{"Hub": {"Prot": 1, "Port": "many", "Listen": "nowhere"}}""");

        var (code, _, error) = await hub.RunAsync("serve --listen localhost");

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("Hub:Prot is no setting of the hub. Was Hub:Port meant?", error, StringComparison.Ordinal);
        Assert.Contains("--port (Hub:Port) is 'many'; allowed: a whole number from 1 to 65535.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task What_is_broken_off_before_it_is_done_ends_with_130()
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        await using var another = new NpgsqlConnection(database.ConnectionString);
        await another.OpenAsync();
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({AdvisoryLocks.Migrations})", another)) await hold.ExecuteNonQueryAsync();
        await using var run = hub.Start($"migrate --database '{database.ConnectionString}'");
        await using var waiting = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", another);
        using var patience = new CancellationTokenSource(Limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((long)(await waiting.ExecuteScalarAsync(patience.Token))! == 0) await tick.WaitForNextTickAsync(patience.Token);

        await run.InterruptAsync();

        Assert.Equal((int)ExitCode.Interrupted, await run.EndAsync(Limit));
        Assert.Contains("Broken off before it was done.", run.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_join_the_embedded_database_of_a_running_hub_and_a_second_hub_is_refused()
    {
        hub.WriteOperator("old-mill");
        await using var running = hub.Start($"--port {ChildProgram.FreePort()}");
        await running.UntilItSaysAsync("The hub answers at", Limit);

        var made = await hub.RunAsync("keys create 'While it runs' --scope everything");
        var listed = await hub.JsonAsync("keys list");
        var status = await hub.JsonAsync("feeds status");
        var second = await hub.RunAsync($"--port {ChildProgram.FreePort()}");

        Assert.Equal(0, made.Code);
        Assert.Equal("While it runs", Assert.Single(listed.EnumerateArray()).GetProperty("label").GetString());
        Assert.Equal("old-mill", Assert.Single(status.EnumerateArray()).GetProperty("operator_id").GetString());
        Assert.Equal((int)ExitCode.Unreachable, second.Code);
        Assert.Contains("in use by another hub", second.Error, StringComparison.Ordinal);

        // In a hurry somebody has the whole key, and not its id.
        var key = made.Output.Split('\n').First(l => l.StartsWith("cph_live_", StringComparison.Ordinal)).Trim();
        Assert.Equal(0, (await hub.RunAsync($"keys revoke {key}")).Code);
        var again = await hub.RunAsync($"keys revoke {key}");
        Assert.Equal((int)ExitCode.Refused, again.Code);
        Assert.Contains($"'{key.Split('_')[2]}'", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split('_', 4)[3], again.Error, StringComparison.Ordinal);

        await running.InterruptAsync();
        Assert.Equal((int)ExitCode.Done, await running.EndAsync(Limit));
    }
}
