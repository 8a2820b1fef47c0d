using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>The audit as it lies in a test's database.</summary>
internal static class AuditTable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Every row in order, once each opened one has its closed one: that is written after the answer has gone out.</summary>
    /// <param name="of">Opened rows that must have one; null: all.</param>
    public static async Task<IReadOnlyList<AuditEvent>> UntilClosedAsync(string connectionString, Func<AuditEvent, bool>? of = null)
    {
        using var patience = new CancellationTokenSource(Limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var rows = await ReadAsync(connectionString);
            var closed = rows.Select(r => (r.Chain, r.Opened)).ToHashSet();
            if (rows.Where(r => r.Kind == AuditKind.Opened && of?.Invoke(r) != false).All(r => closed.Contains((r.Chain, r.Number)))) return rows;
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>The server lets go of what an instance held a moment after the instance has gone.</summary>
    public static async Task UntilEndedAsync(string connectionString)
    {
        using var patience = new CancellationTokenSource(Limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await VerifyAsync(connectionString)).Any(c => c.IsRunning)) await tick.WaitForNextTickAsync(patience.Token);
    }

    public static async Task<IReadOnlyList<AuditEvent>> ReadAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT {AuditRow.Columns} FROM audit_event ORDER BY written_at, chain, number", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<AuditEvent>();
        while (await reader.ReadAsync()) rows.Add(AuditRow.Read(reader));
        return rows;
    }

    public static async Task<IReadOnlyList<ChainState>> VerifyAsync(string connectionString, params AuditCheckpoint[] checkpoints)
    {
        await using var database = Database.Open(connectionString);
        return await new AuditVerification(database).VerifyAsync(checkpoints, (_, _) => { }, CancellationToken.None);
    }
}
