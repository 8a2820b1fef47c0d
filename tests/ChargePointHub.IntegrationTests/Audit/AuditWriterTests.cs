using System.Net;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Hosting;
using ChargePointHub.Server.Access;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using ChargePointHub.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>Without its opened row nothing is read; a closed row that cannot be written is not lost; what waits shares a commit.</summary>
public sealed class AuditWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ApiHost host = new();

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("ALTER TABLE audit_event RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO audit_event")]
    [InlineData("ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (chain IS NULL) NOT VALID", "ALTER TABLE audit_event DROP CONSTRAINT full_disk")]
    public async Task What_cannot_be_put_on_record_is_not_read_and_open_data_is_answered_as_always(string broken, string mended)
    {
        await host.AddSessionAsync("alpha:S1", ApiHost.Now.AddHours(-2));
        await host.TickAsync(1);
        await host.ExecuteAsync(broken);

        foreach (var path in new[] { "/v1/charging-sessions", "/v1/charging-sessions?format=ndjson", "/v1/status-changes", "/v1/charge-points/alpha:P1/status-changes", "/v1/gaps", "/v1/coverage", "/v1/quarantine", "/v1/operators/alpha/findings", "/v1/operators/alpha/feed-health" })
        {
            var refused = await host.GetAsync(path);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "CPH-5005", "5"), (refused.Status, refused.Code, refused.Headers["Retry-After"]));
            Assert.DoesNotContain("alpha:S1", refused.Body, StringComparison.Ordinal);
        }

        foreach (var path in new[] { "/v1/charge-points", "/v1/tariffs", "/v1/operators" }) Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path)).Status);
        foreach (var path in new[] { "/v1/gaps", "/v1/coverage", "/v1/operators/alpha/feed-health" }) Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path, key: null)).Status);

        await host.ExecuteAsync(mended);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions")).Status);
        Assert.Equal(2, (await AuditTable.UntilClosedAsync(host.ConnectionString)).Count(r => r.Kind != AuditKind.Checkpoint));
    }

    [Fact]
    public async Task A_closed_row_that_cannot_be_written_is_written_when_it_can()
    {
        using var log = new HeardLog("AuditWriter", LogLevel.Error);
        await using var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, LoggerOf(log));
        var opened = await writer.OpenAsync(Reading());

        await host.ExecuteAsync("ALTER TABLE audit_event RENAME TO elsewhere");
        writer.Close(End(opened!));
        await log.Heard.WaitAsync(Limit);
        Assert.Null(await writer.OpenAsync(Reading()));
        await host.ExecuteAsync("ALTER TABLE elsewhere RENAME TO audit_event");

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal([AuditKind.Opened, AuditKind.Closed], rows.Select(r => r.Kind).Where(k => k != AuditKind.Checkpoint));
        Assert.All(await AuditTable.VerifyAsync(host.ConnectionString), c => Assert.Null(c.Broken));
    }

    [Fact]
    public async Task Rows_that_were_committed_though_the_connection_broke_are_not_written_twice_and_who_was_refused_is_closed()
    {
        var breaks = 0;
        var chain = new AuditChain(host.Database)
        {
            BeforeTold = () =>
            {
                if (Interlocked.Increment(ref breaks) is 2 or 3) throw new IOException("The connection broke.");
            },
        };
        await using (var writer = new AuditWriter(chain, TimeProvider.System, NullLogger<AuditWriter>.Instance))
        {
            var opened = await writer.OpenAsync(Reading());
            Assert.Null(await writer.OpenAsync(Reading() with { RequestId = "refused" }));
            writer.Close(End(opened!));
        }

        var rows = (await AuditTable.ReadAsync(host.ConnectionString)).OrderBy(r => r.Number).ToList();
        Assert.Equal([AuditKind.Opened, AuditKind.Checkpoint, AuditKind.Opened], rows.Take(3).Select(r => r.Kind));
        Assert.Equal([1L, 3L], rows.Where(r => r.Kind == AuditKind.Closed).Select(r => r.Opened!.Value).Order());
        Assert.Equal((6, AuditKind.Checkpoint), (rows.Count, rows[^1].Kind));
        Assert.Equal(ReadOutcome.Failed, rows.Single(r => r.Opened == rows.Single(o => o.RequestId == "refused").Number).Outcome);
        Assert.All(await AuditTable.VerifyAsync(host.ConnectionString), c => Assert.Null(c.Broken));
    }

    [Fact]
    public async Task A_connection_that_broke_without_the_server_noticing_holds_nobody_up()
    {
        var chain = new AuditChain(host.Database);
        await using var left = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await left.OpenAsync();
        await AdvisoryLocks.TakeAuditAsync(left, chain.Id, CancellationToken.None);
        await using var writer = new AuditWriter(chain, TimeProvider.System, NullLogger<AuditWriter>.Instance);

        Assert.NotNull(await writer.OpenAsync(Reading()));
    }

    [Fact]
    public async Task A_reader_who_goes_on_to_the_next_page_waits_for_one_commit_that_holds_the_end_of_the_one_before()
    {
        var commits = 0;
        var chain = new AuditChain(host.Database) { BeforeTold = () => Interlocked.Increment(ref commits) };
        await using (var writer = new AuditWriter(chain, TimeProvider.System, NullLogger<AuditWriter>.Instance) { Company = Limit })
        {
            for (var page = 0; page < 20; page++)
            {
                writer.Close(End((await writer.OpenAsync(Reading()))!));
                // Long enough for a commit of its own.
                for (var n = 0; n < 10; n++) await host.ExecuteAsync("SELECT 1");
            }
        }

        // And the last one's end, and the checkpoint after everything.
        Assert.Equal(22, commits);
    }

    [Fact]
    public async Task A_thousand_readings_at_once_leave_a_pair_each_in_one_chain_that_ends_with_a_checkpoint()
    {
        await using (var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, NullLogger<AuditWriter>.Instance))
        {
            await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async _ => writer.Close(End((await writer.OpenAsync(Reading()))!))));
        }

        var chain = Assert.Single(await AuditTable.VerifyAsync(host.ConnectionString));
        Assert.Equal((1_000, 0, true, null), (chain.Readings, chain.Unclosed.Count, chain.HasEnd, chain.Broken));
        Assert.InRange(chain.Rows, 2_002, 2_010);
    }

    [Fact]
    public async Task Ten_minutes_after_rows_came_a_checkpoint_stands_in_the_table()
    {
        using var patience = new CancellationTokenSource(Limit);
        var time = new ManualTime();
        await using var writer = new AuditWriter(new AuditChain(host.Database), time, NullLogger<AuditWriter>.Instance);
        writer.Close(End((await writer.OpenAsync(Reading()))!));
        await AuditTable.UntilClosedAsync(host.ConnectionString);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal([AuditKind.Opened, AuditKind.Checkpoint, AuditKind.Closed], await KindsAsync());

        while ((await KindsAsync()).Count == 3)
        {
            patience.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([AuditKind.Opened, AuditKind.Checkpoint, AuditKind.Closed, AuditKind.Checkpoint], await KindsAsync());

        async Task<IReadOnlyList<AuditKind>> KindsAsync() => [.. (await AuditTable.ReadAsync(host.ConnectionString)).OrderBy(r => r.Number).Select(r => r.Kind)];
    }

    [Fact]
    public async Task More_than_wait_at_once_are_refused_and_one_who_asks_after_the_end_too()
    {
        await host.ExecuteAsync("ALTER TABLE audit_event RENAME TO elsewhere; CREATE VIEW audit_event AS SELECT * FROM elsewhere WHERE pg_sleep(1) IS NULL");
        var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, NullLogger<AuditWriter>.Instance);

        var asked = Enumerable.Range(0, AuditWriter.MostWaiting + 1).Select(_ => writer.OpenAsync(Reading())).ToList();
        Assert.True(asked[^1].IsCompletedSuccessfully);
        Assert.All(await Task.WhenAll(asked), Assert.Null);
        await writer.DisposeAsync();
        Assert.Null(await writer.OpenAsync(Reading()));
    }

    [Fact]
    public async Task A_checkpoint_that_is_due_while_the_audit_cannot_be_written_is_tried_again_after_a_pause()
    {
        using var log = new HeardLog("AuditWriter", LogLevel.Error);
        var clock = new HandClock(ApiHost.Now);
        await using var writer = new AuditWriter(new AuditChain(host.Database), clock, LoggerOf(log));
        writer.Close(End((await writer.OpenAsync(Reading()))!));
        await AuditTable.UntilClosedAsync(host.ConnectionString);
        await host.ExecuteAsync("ALTER TABLE audit_event RENAME TO elsewhere");

        await clock.UntilAsync(TimeSpan.FromMinutes(10)).WaitAsync(Limit);
        await log.Heard.WaitAsync(Limit);
        for (var tries = 0; tries < 3; tries++) await clock.UntilAsync(TimeSpan.FromSeconds(1)).WaitAsync(Limit);
        await host.ExecuteAsync("ALTER TABLE elsewhere RENAME TO audit_event");
    }

    [Fact]
    public async Task Who_waits_for_an_opened_row_is_told_though_more_closed_rows_wait_than_go_at_once()
    {
        using var log = new HeardLog("AuditWriter", LogLevel.Error);
        await using (var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, LoggerOf(log)))
        {
            var opened = await Task.WhenAll(Enumerable.Range(0, 700).Select(_ => writer.OpenAsync(Reading())));
            await host.ExecuteAsync("ALTER TABLE audit_event RENAME TO elsewhere");
            foreach (var one in opened) writer.Close(End(one!));
            await log.Heard.WaitAsync(Limit);
            for (var n = 0; n < 3; n++) Assert.Null(await writer.OpenAsync(Reading()).WaitAsync(Limit));
            await host.ExecuteAsync("ALTER TABLE elsewhere RENAME TO audit_event");
        }

        var chain = Assert.Single(await AuditTable.VerifyAsync(host.ConnectionString));
        Assert.Equal((700, 0, true, null), (chain.Readings, chain.Unclosed.Count, chain.HasEnd, chain.Broken));
    }

    [Fact]
    public async Task A_moment_without_the_database_at_the_end_loses_no_closed_row_and_one_that_comes_after_it_is_told()
    {
        using var log = new HeardLog("AuditWriter", LogLevel.Error);
        var writer = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, LoggerOf(log));
        var (first, last) = (await writer.OpenAsync(Reading()), await writer.OpenAsync(Reading()));
        await host.ExecuteAsync("ALTER TABLE audit_event RENAME TO elsewhere");
        writer.Close(End(first!));
        var end = writer.DisposeAsync();
        await log.Heard.WaitAsync(Limit);
        await host.ExecuteAsync("SELECT pg_sleep(0.5); ALTER TABLE elsewhere RENAME TO audit_event");
        await end;

        Assert.Equal([last!.Number], Assert.Single(await AuditTable.VerifyAsync(host.ConnectionString)).Unclosed.Select(u => u.Number));
        using var late = new HeardLog("AuditWriter", LogLevel.Error);
        var ended = new AuditWriter(new AuditChain(host.Database), TimeProvider.System, LoggerOf(late));
        await ended.DisposeAsync();
        ended.Close(End(last));
        Assert.True(late.Heard.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Nothing_on_record_is_altered_or_deleted()
    {
        await host.GetAsync("/v1/charging-sessions");
        await AuditTable.UntilClosedAsync(host.ConnectionString);

        foreach (var sql in new[] { "UPDATE audit_event SET holder = 'nobody'", "DELETE FROM audit_event", "TRUNCATE audit_event" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ExecuteAsync(sql));
            Assert.Equal("audit_event is history: nothing in it is altered or deleted", refused.MessageText);
        }
    }

    internal static AuditEvent Reading() => new()
    {
        Kind = AuditKind.Opened,
        WrittenAt = ApiHost.Now,
        RequestId = "request",
        KeyId = "key",
        OrganisationId = "gla",
        Holder = "Greater London Authority",
        Rights = [ReadRight.Granted("alpha", "gla-alpha"), ReadRight.Granted("beta", "gla-beta")],
        Route = "/v1/charging-sessions",
        Path = "/v1/charging-sessions",
        Filter = "operator=alpha%2Cbeta",
        Operators = ["alpha", "beta"],
    };

    internal static AuditEvent End(AuditEvent opened) => new()
    {
        Kind = AuditKind.Closed,
        WrittenAt = ApiHost.Now.AddSeconds(1),
        Opened = opened.Number,
        Operators = ["alpha", "beta"],
        Outcome = ReadOutcome.Complete,
        Records = [3, 4],
        Bytes = 700,
    };

    private static ILogger<AuditWriter> LoggerOf(ILoggerProvider provider) => LoggerFactory.Create(l => l.AddProvider(provider)).CreateLogger<AuditWriter>();
}
