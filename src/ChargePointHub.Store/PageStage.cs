using Npgsql;

namespace ChargePointHub.Store;

/// <summary>The temporary tables that a page is copied into, made once for each connection and emptied by each commit.</summary>
internal static class PageStage
{
    private const string Sql = "SET temp_buffers = '32MB'";

    public static void Create(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        command.ExecuteNonQuery();
    }

    public static async Task CreateAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
