using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>The temporary tables that a page is copied into, made once for each connection and emptied by each commit.</summary>
internal static class PageStage
{
    private static readonly string Sql = string.Join(
        '\n',
        // The largest usual page stays in memory.
        "SET temp_buffers = '32MB';",
        "SET client_min_messages = warning;",
        RecordStages.ChargePoints.Table.CreateStage,
        RecordStages.Tariffs.Table.CreateStage,
        RecordStages.ChargingSessions.Table.CreateStage,
        RecordStages.Outages.Table.CreateStage,
        RecordStages.ReportedUsage.Table.CreateStage,
        StatusStage.CreateStage);

    public static void Create(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        command.ExecuteNonQuery();
    }

    public static async Task CreateAsync(NpgsqlConnection connection) =>
        await new NpgsqlCommand(Sql, connection).ExecuteAsync(CancellationToken.None);
}
