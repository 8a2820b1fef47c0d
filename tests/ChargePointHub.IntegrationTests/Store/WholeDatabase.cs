using System.Text;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>All that a database holds, as text.</summary>
internal static class WholeDatabase
{
    public static async Task<string> DumpAsync(Database database)
    {
        var tables = new List<string>();
        await using (var command = database.Reads.CreateCommand(
            "SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables UNION SELECT 'pg_catalog.pg_stat_activity'"))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        Assert.True(tables.Count > 25, string.Join(", ", tables));
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = database.Reads.CreateCommand($"SELECT string_agg(t::text, E'\\n') FROM {table} t");
            dump.Append(await command.ExecuteScalarAsync() as string);
        }

        return dump.ToString();
    }
}
