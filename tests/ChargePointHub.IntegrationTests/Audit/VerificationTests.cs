using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Server.Access;
using ChargePointHub.Store.Audit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>Whatever is done to the table by somebody who can switch off its trigger is found, and told for what it is.</summary>
public sealed class VerificationTests : IAsyncLifetime
{
    private readonly ApiHost host = new();
    private Guid chain;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        var audit = new AuditChain(host.Database);
        chain = audit.Id;
        await using (var writer = new AuditWriter(audit, TimeProvider.System, NullLogger<AuditWriter>.Instance))
        {
            for (var n = 0; n < 3; n++) writer.Close(AuditWriterTests.End((await writer.OpenAsync(AuditWriterTests.Reading()))!));
            await AuditTable.UntilClosedAsync(host.ConnectionString);
        }

        await AuditTable.UntilEndedAsync(host.ConnectionString);
        await host.ExecuteAsync("ALTER TABLE audit_event DISABLE TRIGGER audit_event_stays");
    }

    public Task DisposeAsync() => host.DisposeAsync();

    /// <summary>Each column that says something, one byte of it changed.</summary>
    [Theory]
    [InlineData("written_at = written_at + interval '1 microsecond'", "opened", ChainFault.Changed)]
    [InlineData("request_id = 'requesu'", "opened", ChainFault.Changed)]
    [InlineData("key_id = 'kez'", "opened", ChainFault.Changed)]
    [InlineData("organisation_id = NULL", "opened", ChainFault.Changed)]
    [InlineData("holder = 'greater London Authority'", "opened", ChainFault.Changed)]
    [InlineData("rights[2] = 'beta:grant:gla-betb'", "opened", ChainFault.Changed)]
    [InlineData("rights = ARRAY['alpha:grant:gla-alphabeta:grant:gla-beta']", "opened", ChainFault.Changed)]
    [InlineData("route = '/v1/charging-session'", "opened", ChainFault.Changed)]
    [InlineData("path = '/v1/charging-sessionS'", "opened", ChainFault.Changed)]
    [InlineData("path = path || filter, filter = ''", "opened", ChainFault.Changed)]
    [InlineData("filter = 'operator=alpha%2Cbetb'", "opened", ChainFault.Changed)]
    [InlineData("operators[1] = 'alphb'", "opened", ChainFault.Changed)]
    [InlineData("opened = 99", "closed", ChainFault.Changed)]
    [InlineData("outcome = 'failed'", "closed", ChainFault.Changed)]
    [InlineData("records[2] = 5", "closed", ChainFault.Changed)]
    [InlineData("bytes = 701", "closed", ChainFault.Changed)]
    [InlineData("previous = set_byte(previous, 31, get_byte(previous, 31) # 1)", "closed", ChainFault.Changed)]
    [InlineData("hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", "closed", ChainFault.Changed)]
    [InlineData("kind = 'checkpoint', opened = NULL, outcome = NULL, operators = NULL", "closed", ChainFault.Changed)]
    [InlineData("number = number + 1000", "closed", ChainFault.Missing)]
    [InlineData("chain = gen_random_uuid()", "closed", ChainFault.Missing)]
    public async Task One_changed_byte_is_found_in_each_column(string change, string kind, ChainFault fault)
    {
        var changed = await NumberAsync($"SELECT max(number) - 2 FROM audit_event WHERE kind <> 'checkpoint'");
        changed = await NumberAsync($"SELECT min(number) FROM audit_event WHERE kind = '{kind}' AND number >= {changed - 1}");

        await host.ExecuteAsync($"UPDATE audit_event SET {change} WHERE number = {changed}");

        Assert.Equal((changed, fault), await BrokenAsync());
    }

    [Fact]
    public async Task An_untouched_table_holds_and_every_row_can_be_held_against_the_log()
    {
        var rows = await AuditTable.ReadAsync(host.ConnectionString);

        var state = Assert.Single(await AuditTable.VerifyAsync(host.ConnectionString, [.. rows.Select(AuditCheckpoint.Of)]));

        Assert.Equal((8L, 3L, false, true, 0, null), (state.Rows, state.Readings, state.IsRunning, state.HasEnd, state.Beyond, state.Broken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task A_deleted_row_is_missing(int number)
    {
        await host.ExecuteAsync($"DELETE FROM audit_event WHERE number = {number}");

        Assert.Equal((number, ChainFault.Missing), await BrokenAsync());
    }

    [Fact]
    public async Task Two_rows_that_changed_places_are_reordered()
    {
        await host.ExecuteAsync("UPDATE audit_event SET number = -3 WHERE number = 3; UPDATE audit_event SET number = 3 WHERE number = 4; UPDATE audit_event SET number = 4 WHERE number = -3");

        Assert.Equal((3, ChainFault.Reordered), await BrokenAsync());
    }

    [Fact]
    public async Task A_row_put_in_is_found()
    {
        await host.ExecuteAsync(
            "INSERT INTO audit_event SELECT chain, 9, kind, written_at, 99, request_id, key_id, organisation_id, holder, rights, route, path, filter, operators, outcome, records, bytes, previous, hash FROM audit_event WHERE kind = 'closed' LIMIT 1");

        Assert.Equal((9, ChainFault.Changed), await BrokenAsync());
    }

    [Fact]
    public async Task A_cut_end_shows_against_a_checkpoint_of_the_log_and_only_there()
    {
        var last = (await AuditTable.ReadAsync(host.ConnectionString)).MaxBy(r => r.Number)!;
        await host.ExecuteAsync("DELETE FROM audit_event WHERE number > 4");

        Assert.Null(await BrokenAsync());
        Assert.Equal((5, ChainFault.Cut), await BrokenAsync(AuditCheckpoint.Of(last)));

        await host.ExecuteAsync("DELETE FROM audit_event");
        Assert.Equal((1, ChainFault.Cut), await BrokenAsync(AuditCheckpoint.Of(last)));
    }

    [Fact]
    public async Task A_chain_is_in_the_log_from_its_first_row_and_what_came_after_a_checkpoint_is_counted()
    {
        var rows = (await AuditTable.ReadAsync(host.ConnectionString)).OrderBy(r => r.Number).ToList();

        Assert.Equal((AuditKind.Opened, AuditKind.Checkpoint), (rows[0].Kind, rows[1].Kind));
        Assert.Equal(6, (await AuditTable.VerifyAsync(host.ConnectionString, AuditCheckpoint.Of(rows[1]))).Single().Beyond);
        Assert.Null((await AuditTable.VerifyAsync(host.ConnectionString)).Single().Beyond);
        await host.ExecuteAsync("DELETE FROM audit_event");
        Assert.Equal((1, ChainFault.Cut), await BrokenAsync(AuditCheckpoint.Of(rows[1])));
    }

    [Fact]
    public async Task A_chain_that_was_written_anew_is_whole_and_not_the_one_of_the_log()
    {
        var rows = (await AuditTable.ReadAsync(host.ConnectionString)).OrderBy(r => r.Number).ToList();
        var previous = AuditEvent.NoHash;
        foreach (var row in rows)
        {
            var forged = row.Kind == AuditKind.Opened ? row with { Holder = "Nobody" } : row;
            var hash = AuditHash.Of(forged, previous.Span);
            await host.ExecuteAsync(
                "UPDATE audit_event SET holder = @holder, previous = @previous, hash = @hash WHERE number = @number",
                ("holder", (object?)forged.Holder ?? DBNull.Value), ("previous", previous.ToArray()), ("hash", hash), ("number", row.Number));
            previous = hash;
        }

        Assert.Null(await BrokenAsync());
        Assert.Equal((2, ChainFault.Rewritten), await BrokenAsync(AuditCheckpoint.Of(rows[1])));
        Assert.Equal((8, ChainFault.Rewritten), await BrokenAsync(AuditCheckpoint.Of(rows[^1])));
    }

    [Fact]
    public async Task Readings_of_instances_that_run_are_told_from_those_that_nobody_will_close()
    {
        await host.ExecuteAsync("DELETE FROM audit_event WHERE number > 6");
        await using var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, NullLogger<AuditWriter>.Instance);
        await writer.OpenAsync(AuditWriterTests.Reading());

        var states = await AuditTable.VerifyAsync(host.ConnectionString);

        var (gone, running) = (states.Single(s => s.Chain == chain), states.Single(s => s.Chain != chain));
        Assert.Equal((false, false, 1), (gone.IsRunning, gone.HasEnd, gone.Unclosed.Count));
        Assert.Equal((true, 1, null), (running.IsRunning, running.Unclosed.Count, running.Broken));

        // The next instance tells the log where the chain of the one that is gone ended.
        var abandoned = Assert.Single(await new AuditVerification(host.Database).ReadAbandonedAsync(CancellationToken.None));
        Assert.Equal((chain, 6), (abandoned.Chain, abandoned.Number));
        Assert.Null(await BrokenAsync(abandoned));
        await host.ExecuteAsync("DELETE FROM audit_event WHERE number > 5");
        Assert.Equal((6, ChainFault.Cut), await BrokenAsync(abandoned));
    }

    private async Task<(long Number, ChainFault Fault)?> BrokenAsync(params AuditCheckpoint[] checkpoints) =>
        (await AuditTable.VerifyAsync(host.ConnectionString, checkpoints)).Single(c => c.Chain == chain || c.Rows == 0).Broken is { } broken ? (broken.Number, broken.Fault) : null;

    private async Task<long> NumberAsync(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
