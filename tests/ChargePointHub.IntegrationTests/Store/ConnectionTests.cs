using ChargePointHub.Store;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>What every connection of the hub asks of the server, whoever runs that.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [InlineData("", "off")]
    [InlineData("-c jit=on", "on")]
    public async Task Statements_are_not_compiled_unless_the_connection_string_says_so(string options, string expected)
    {
        await using var hub = await HubDatabase.CreateDatabaseAsync();
        await hub.OneAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = on', current_database()); END $$");
        await using var database = Database.Open(new NpgsqlConnectionStringBuilder(hub.ConnectionString) { Options = options }.ConnectionString);
        NpgsqlConnection[] connections = [await database.Reads.OpenConnectionAsync(), await database.OpenServingAsync(CancellationToken.None), await database.Pages.OpenConnectionAsync()];

        foreach (var connection in connections)
        {
            Assert.Equal(expected, (await connection.Command("SHOW jit").ListAsync(r => r.GetString(0), CancellationToken.None)).Single());
            await connection.DisposeAsync();
        }
    }
}
