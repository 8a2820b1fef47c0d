using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Tests.Feeds.Fetching;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>doctor</c> against real databases; operators are left alone.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly HubProgram hub = new();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task A_sound_database_passes_and_every_check_has_its_sentence()
    {
        await using var database = await HubDatabase.CreateServerAsync();
        hub.WriteOperator("old-mill");

        var (code, output, _) = await hub.RunAsync($"doctor --offline --database '{database.ConnectionString}'");
        var checks = await LookAsync(database.ConnectionString);

        Assert.Equal((int)ExitCode.Done, code);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
        Assert.Equal(
            ["boundaries", "bulk files", "certificate", "clock", "database", "disk", "feeds", "operator files", "settings"], checks.Select(c => c.Subject).Distinct().Order(StringComparer.Ordinal));
        Assert.All(checks.Where(c => c.Subject == "database"), c => Assert.Equal("ok", c.Outcome));
        Assert.Equal("not checked", checks.Single(c => c.Subject == "feeds").Outcome);
        Assert.Equal(("ok", "0 months stand as files, 0.0 MB; 0 are still to be made."), checks.Where(c => c.Subject == "bulk files").Select(c => (c.Outcome, c.Sentence)).Single());

        await database.OneAsync("INSERT INTO hub_tick VALUES (1, '2026-11-20T02:00Z'); UPDATE hub_clock SET recorded_at = '2026-11-20T09:00Z'; INSERT INTO hub_setting (name, value) VALUES ('bulk_tick', int8send(1))");
        var behind = (await LookAsync(database.ConnectionString)).Single(c => c.Subject == "bulk files");
        Assert.Equal(("warning", true), (behind.Outcome, behind.Sentence.EndsWith("Nothing that was learnt after 2026-11-20 02:00 UTC is in them.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Settings_that_lose_data_a_missing_schema_and_missing_rights_are_told()
    {
        await using var database = await HubDatabase.CreateDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var poor = source.CreateCommand("DO $$ BEGIN CREATE ROLE cph_poor LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            await poor.ExecuteNonQueryAsync();
            await using var empty = source.CreateCommand("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO cph_poor");
            await empty.ExecuteNonQueryAsync();
        }

        var checks = await LookAsync(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "cph_poor", Options = "-c synchronous_commit=off" }.ConnectionString);

        Assert.Contains(checks, c => c.Outcome == "failed" && c.Sentence.Contains("synchronous_commit = off", StringComparison.Ordinal) && c.Remedy is not null);
        Assert.Contains(checks, c => c.Outcome == "failed" && c.Sentence.Contains("cph_poor may not make tables in its schema", StringComparison.Ordinal));
        Assert.Contains(checks, c => c.Outcome == "warning" && c.Sentence.Contains("Its schema lacks 0001_hub.sql", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_operators_are_asked_is_counted_with_the_hubs_and_without_a_turn_nobody_is_asked()
    {
        using var certificates = new Certificates();
        using var good = certificates.Good();
        await using var server = await OperatorServer.StartAsync(good, context => context.Response.WriteAsync("""{"data": [], "next_cursor": null}"""));
        await using var database = await HubDatabase.CreateDatabaseAsync();
        File.WriteAllText(Path.Combine(hub.Folder, "operators", "old-mill.json"), $$"""
            {"operator_id": "old-mill", "name": "Old Mill", "feeds": [{"feed_id": "main", "protocol": "loti-v1", "base_url": "https://localhost:{{server.Port}}/v1",
             "ca_file": "{{certificates.CaFile}}", "allow_private_hosts": ["localhost"], "limits": [{"requests": 1, "per": "PT1H"}], "datasets": [{"dataset": "charge_points"}]}]}
            """);

        var first = await hub.RunAsync($"doctor --database '{database.ConnectionString}'");
        var second = await hub.RunAsync($"doctor --database '{database.ConnectionString}'");

        Assert.Matches(@"(ok|warning)\s+feeds\s+old-mill/main at \S+ answers", first.Output);
        Assert.Matches(@"not checked\s+feeds\s+old-mill/main at \S+ was not asked", second.Output);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_broken_installation_is_looked_at_to_the_end_and_nothing_is_made()
    {
        File.WriteAllText(Path.Combine(hub.Folder, "operators", "broken.json"), "{");

        var run = await hub.RunAsync("doctor --offline --port 0 --areas none.geojson --database 'Host=127.0.0.1;Port=1;Database=x;Username=x'");
        var fresh = await hub.RunAsync("doctor --offline --operators nowhere");

        Assert.Equal((int)ExitCode.Refused, run.Code);
        Assert.Matches(@"failed\s+settings\s+--port \(Hub:Port\) is '0'", run.Output);
        Assert.Matches(@"failed\s+database\s+The database does not answer", run.Output);
        Assert.Matches(@"failed\s+operator files\s+broken\.json", run.Output);
        Assert.Matches(@"failed\s+boundaries", run.Output);
        Assert.Matches(@"not checked\s+database\s+There is no embedded database in .*yet", fresh.Output);
        Assert.Equal(["operators"], Directory.EnumerateFileSystemEntries(hub.Folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("kept/postgres")]
    public async Task A_data_folder_too_high_or_too_low_is_told_with_the_one_that_was_meant(string asked)
    {
        var (data, home) = (Path.GetFullPath(Path.Combine(hub.Folder, asked)), Path.GetFullPath(Path.Combine(hub.Folder, "kept")));
        var cluster = Directory.CreateDirectory(Path.Combine(home, "postgres", "postgres")).FullName;
        File.WriteAllText(Path.Combine(cluster, "PG_VERSION"), "15\n");

        var doctor = await hub.RunAsync($"doctor --offline --data '{data}'");
        var status = await hub.RunAsync($"feeds status --data '{data}'");

        Assert.Matches(@"warning\s+database\s+There is no embedded database in \S+ yet", doctor.Output);
        Assert.Contains($"--data {home}", doctor.Output, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Unreachable, status.Code);
        Assert.Contains($"--data {home}", status.Error, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<(string Subject, string Outcome, string Sentence, string? Remedy)>> LookAsync(string connectionString) =>
        [.. (await hub.JsonAsync($"doctor --offline --database '{connectionString}'")).EnumerateArray()
            .Select(c => (Text(c, "subject")!, Text(c, "outcome")!, Text(c, "sentence")!, Text(c, "remedy")))];

    private static string? Text(JsonElement check, string name) => check.GetProperty(name).GetString();
}
