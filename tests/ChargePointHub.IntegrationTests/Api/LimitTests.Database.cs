using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;
using Npgsql;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What is answered without a database.</summary>
public sealed partial class LimitTests
{
    [Fact]
    public async Task Without_its_database_every_route_that_needs_it_says_so_and_when_to_ask_again()
    {
        await using var nowhere = Database.Open("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
        var (app, http) = await host.StartAsync(nowhere);
        await using (app)
        using (http) await AssertAwayAsync(http);
    }

    /// <summary>What a server says to who may not come in is no fault of a statement.</summary>
    [Theory]
    [InlineData("Database=none", "3D000")]
    [InlineData("Username=nobody", "28000")]
    public async Task A_database_that_lets_nobody_in_is_away(string instead, string sqlState)
    {
        await using var closed = Database.Open($"{host.ConnectionString};{instead}");
        Assert.Equal(sqlState, await RefusalOfAsync(closed));
        var (app, http) = await host.StartAsync(closed);
        await using (app)
        using (http) await AssertAwayAsync(http);
    }

    [Fact]
    public async Task A_database_that_is_shut_while_the_hub_runs_is_away_until_it_is_opened()
    {
        await using var maintenance = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(host.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await maintenance.OpenAsync();
        using (var before = await AskAsync(host.Http, "/health/ready", null)) Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        var name = new NpgsqlConnectionStringBuilder(host.ConnectionString).Database;
        await ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        try
        {
            await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            host.Database.ForgetConnections();
            Assert.Equal("55000", await RefusalOfAsync(host.Database));
            await AssertAwayAsync(host.Http);
        }
        finally
        {
            await ExecuteAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        }

        using var after = await AskAsync(host.Http, "/health/ready", null);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, maintenance);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_statement_that_is_wrong_is_no_database_that_is_away_though_the_code_be_the_same()
    {
        await using var connection = await host.Database.Reads.OpenConnectionAsync();
        await using var lastval = new NpgsqlCommand("SELECT lastval()", connection);

        var wrong = await Assert.ThrowsAsync<PostgresException>(() => lastval.ExecuteScalarAsync());

        Assert.Equal("55000", wrong.SqlState);
        Assert.False(DatabaseGone.Explains(wrong));
    }

    private static async Task<string> RefusalOfAsync(Database database) =>
        (await Assert.ThrowsAsync<PostgresException>(async () => await database.Reads.OpenConnectionAsync())).SqlState;

    /// <summary>Every route that needs the database says that it is away.</summary>
    private static async Task AssertAwayAsync(HttpClient http)
    {
        string[] needNone = ["/v1/errors", "/v1/errors/{id}", "/v1/schemas", "/v1/schemas/{id}", "/openapi/v1.json", "/health/live", "/metrics", "/v1/me", "/v1/areas", "/v1/areas.csv"];
        (string Path, string Id)[] ids = [("/v1/operators/", "alpha"), ("/v1/errors/", "CPH-1102"), ("/v1/schemas/", "hub/v1/values"), ("/v1/bulk/", "2026-10.ndjson.gz"), ("/", "alpha:P1")];
        foreach (var route in ApiRoutes.All)
        {
            var path = route.Path.Replace("{id}", ids.First(i => route.Path.StartsWith(i.Path, StringComparison.Ordinal)).Id, StringComparison.Ordinal);
            using var answer = await AskAsync(http, path, ApiHost.Key);
            if (needNone.Contains(route.Path)) Assert.True(answer.StatusCode == HttpStatusCode.OK, path);
            else await AssertRefusedAsync(answer, route.Restricted is null || route.Dataset == Dataset.ChargePoints ? "CPH-5001" : "CPH-5005", "5", HttpStatusCode.ServiceUnavailable);
        }
    }
}
