using ChargePointHub.IntegrationTests.Audit;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>audit verify</c> and <c>audit list</c>.</summary>
public sealed class AuditTests : IAsyncLifetime, IDisposable
{
    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync() => database = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Verify_says_what_there_is_and_ends_with_one_where_a_row_is_not_as_it_was_written()
    {
        var (emptyCode, _, empty) = await hub.RunAsync(Line("audit verify"));
        var (noneCode, _, none) = await hub.RunAsync(Line("audit list"));
        var chain = await ReadAsync();
        var last = (await AuditTable.ReadAsync(database.ConnectionString)).MaxBy(r => r.Number)!;
        var point = $"{chain}:{last.Number}:{Convert.ToHexStringLower(last.Hash.Span)}";
        var (code, whole, _) = await hub.RunAsync(Line($"audit verify --checkpoint {point}"));
        var (_, bare, _) = await hub.RunAsync(Line("audit verify"));
        await ExecuteAsync("ALTER TABLE audit_event DISABLE TRIGGER audit_event_stays; UPDATE audit_event SET holder = 'Nobody' WHERE number = 3");
        var (changedCode, changed, _) = await hub.RunAsync(Line("audit verify"));
        var broken = await hub.JsonAsync(Line("audit verify"));
        await ExecuteAsync("DELETE FROM audit_event WHERE number > 2");
        var (cutCode, cut, _) = await hub.RunAsync(Line($"audit verify --checkpoint {point}"));
        var (wrongCode, _, wrong) = await hub.RunAsync(Line("audit verify --checkpoint 1:2:3"));

        Assert.Equal((0, "Nothing is on record: nobody has read restricted data yet."), (emptyCode, empty.Trim()));
        Assert.Equal((0, "Nobody has read any of this."), (noneCode, none.Trim()));
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Matches($@"{chain}\s+ended\s+6\s+0\s+2\s+0\s", whole);
        Assert.EndsWith("Each chain holds together and has the rows of the checkpoints given. For 0 rows after them and for chains that may be gone whole, give the other checkpoints of the logs.", whole.Trim(), StringComparison.Ordinal);
        Assert.Matches($@"{chain}\s+ended\s+6\s+not covered\s", bare);
        Assert.EndsWith("Each chain holds together; that none was cut at its end, written anew or deleted whole shows only with --checkpoint, from the log.", bare.Trim(), StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Refused, changedCode);
        Assert.Matches($@"BROKEN at row 3 of {chain}, written [0-9TZ:.-]+: it says something else than when it was written\.", changed);
        Assert.False(broken.GetProperty("holds").GetBoolean());
        Assert.Equal((3, "changed"), (broken.GetProperty("chains")[0].GetProperty("broken").GetProperty("number").GetInt32(), broken.GetProperty("chains")[0].GetProperty("broken").GetProperty("fault").GetString()));
        Assert.Equal((int)ExitCode.Refused, cutCode);
        Assert.Contains($"BROKEN at row 3 of {chain}: the chain ends before it", cut, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.WrongUse, wrongCode);
        Assert.Contains("--checkpoint is '1:2:3'; expected: the three parts as the log has them", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_shows_who_read_what_of_one_operator_only_its_part()
    {
        await ReadAsync();
        var (_, all, _) = await hub.RunAsync(Line("audit list"));
        var alpha = (await hub.JsonAsync(Line("audit list --operator alpha --since 2026-11-20 --limit 1"))).EnumerateArray().Single();
        var (_, _, none) = await hub.RunAsync(Line("audit list --operator gamma"));
        var (code, _, wrong) = await hub.RunAsync(Line("audit list --since yesterday"));

        Assert.Matches(@"key\s+Greater London Authority\s+complete\s+7\s+alpha, beta\s+/v1/charging-sessions\?operator=alpha%2Cbeta", all);
        Assert.Equal("operator=alpha", alpha.GetProperty("filter").GetString());
        Assert.Equal(3, alpha.GetProperty("records").GetInt32());
        Assert.Equal(["alpha:grant:gla-alpha"], alpha.GetProperty("rights").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal("Nobody has read any of this.", none.Trim());
        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("--since is 'yesterday'; expected: 2026-11-20T08:00:00Z, or the London date 2026-11-20.", wrong, StringComparison.Ordinal);
    }

    /// <summary>Twice, one after the other; the chain.</summary>
    private async Task<Guid> ReadAsync()
    {
        var chain = new AuditChain(database.Database);
        await using var writer = new AuditWriter(chain, TimeProvider.System, NullLogger<AuditWriter>.Instance);
        for (var n = 0; n < 2; n++)
        {
            writer.Close(AuditWriterTests.End((await writer.OpenAsync(AuditWriterTests.Reading()))!));
            await AuditTable.UntilClosedAsync(database.ConnectionString);
        }

        return chain.Id;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private string Line(string arguments) => $"{arguments} --database '{database.ConnectionString}'";
}
