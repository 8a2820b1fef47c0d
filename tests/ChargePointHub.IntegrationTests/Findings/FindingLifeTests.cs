using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Findings;
using ChargePointHub.Store;
using ChargePointHub.Store.Findings;
using ChargePointHub.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Findings;

/// <summary>From the night on which something is found to the one on which it no longer holds, and to its purge.</summary>
public sealed class FindingLifeTests : IAsyncLifetime
{
    private const string Op = "old-mill";

    private readonly ManualTime time = new(StoredSample.Now);
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_finding_begins_is_renewed_ends_when_its_record_is_put_right_and_begins_again_beside_what_was()
    {
        await StoredSample.WriteAsync(hub, Op, StoredSample.Read("sessions-overlap", "failing.json"), StoredSample.AllOfIt);

        Assert.Equal((2, 2, 0), await CheckAsync());
        Assert.Equal((2, 0, 0), await CheckAsync());
        await hub.OneAsync("UPDATE charging_session SET plug_out_at = plug_in_at + interval '20 minutes' WHERE session_id = 'old-mill:A' RETURNING 1");
        Assert.Equal((1, 0, 1), await CheckAsync());
        await hub.OneAsync("UPDATE charging_session SET plug_out_at = plug_in_at + interval '40 minutes' WHERE session_id = 'old-mill:A' RETURNING 1");
        Assert.Equal((2, 1, 0), await CheckAsync());

        Assert.Equal(
            ["B 30.0 1 nights, ended", "B 10.0 0 nights, open", "Q 5.0 3 nights, open"],
            await hub.ManyAsync("SELECT substr(record_id, 10) || ' ' || measured || ' ' || extract(day FROM last_seen_at - first_seen_at) || ' nights, ' || CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END FROM dataset_finding ORDER BY finding_key, first_seen_at"));
    }

    [Fact]
    public async Task Where_records_are_missing_here_nothing_is_judged_and_nothing_ends()
    {
        var sample = StoredSample.Read("session-not-occupied", "failing.json");
        await StoredSample.WriteAsync(hub, "no-claims", sample, null);
        await StoredSample.WriteAsync(hub, Op, sample, StoredSample.AllOfIt);
        await StoredSample.WriteAsync(hub, "by-crawl", sample, StoredSample.AllOfIt);
        var byCrawl = StoredSample.Listed("by-crawl");
        byCrawl = byCrawl with { Datasets = [.. byCrawl.Datasets.Select(d => d.Dataset == Dataset.StatusChanges ? d with { CarriedBy = Dataset.ChargePoints } : d)] };

        var check = new FindingCheck(hub.Database, time);
        foreach (var o in new[] { StoredSample.Listed("no-claims"), byCrawl }) await check.RunAsync(o, null, CancellationToken.None);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM dataset_finding WHERE of_statuses"));
        Assert.Equal(["by-crawl 0", "no-claims 0"], await hub.ManyAsync("SELECT operator_id || ' ' || judged_percent FROM dataset_check WHERE rule = 'session-not-occupied' ORDER BY 1"));
        Assert.Equal((2, 2, 0), await CheckAsync());

        // A gap where the first of the two lies, and both put right: only what can be seen to have ended has.
        await hub.OneAsync("UPDATE coverage SET to_at = '2026-11-03T10:30Z' WHERE operator_id = 'old-mill' AND dataset = 'status_changes' RETURNING 1");
        await hub.OneAsync("INSERT INTO coverage VALUES ('old-mill', 'status_changes', 'covered', '2026-11-03T12:00Z', '2026-11-24T11:45Z', NULL) RETURNING 1");
        await hub.OneAsync("DELETE FROM charging_session WHERE operator_id = 'old-mill' RETURNING 1");
        await hub.OneAsync("UPDATE dataset_finding SET from_at = '2026-11-03T11:00Z' WHERE record_id = 'old-mill:A' RETURNING 1");
        Assert.Equal((0, 0, 1), await CheckAsync());
        Assert.Equal(["old-mill:A"], await hub.ManyAsync("SELECT record_id FROM dataset_finding WHERE ended_at IS NULL"));
    }

    [Fact]
    public async Task A_session_that_was_refused_or_waits_is_not_missed()
    {
        await StoredSample.WriteAsync(hub, Op, StoredSample.Read("occupied-without-session", "failing.json"), StoredSample.AllOfIt);
        var refused = new RefusedRecord(Dataset.ChargingSessions, "R", JsonSerializer.SerializeToUtf8Bytes(new { charge_point_id = "1", plug_in_at = "2026-11-03T10:00:00Z" }), [new Finding("energy-negative", Severity.Error, "/energy_kwh", "-1", "Wrong.")]);
        await new PageWriter(hub.Database).WriteAsync(Samples.Page(new RecordPage { Refused = [refused] }, Dataset.ChargingSessions, Op), CancellationToken.None);

        Assert.Equal((0, 0, 0), await CheckAsync());
    }

    [Fact]
    public async Task What_is_purged_is_named_by_no_finding_whether_it_went_before_or_after()
    {
        await StoredSample.WriteAsync(hub, Op, StoredSample.Read("sessions-overlap", "failing.json"), StoredSample.AllOfIt);
        await CheckAsync();
        var purges = new PurgeStore(hub.Database);
        await purges.PurgeAsync(new Purge(Dataset.ChargingSessions, Op, "old-mill:A", false, false, "Personal.", "a test"), CancellationToken.None);
        Assert.Equal(["old-mill:Q"], await hub.ManyAsync("SELECT record_id FROM dataset_finding"));

        // Read before the purge, written after it.
        await using (var connection = await hub.Database.Reads.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = connection.CreateCommand();
            hold.CommandText = $"SELECT pg_advisory_xact_lock({AdvisoryLocks.Pages}, {AdvisoryLocks.OfOperator(Op)})";
            await hold.ExecuteNonQueryAsync();
            var late = CheckAsync();
            await UntilWaitingAsync();
            hold.CommandText = "DELETE FROM charging_session WHERE session_id = 'old-mill:O'; DELETE FROM dataset_finding";
            await hold.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            Assert.Equal((0, 0, 0), await late);
        }

        await hub.OneAsync("UPDATE charging_session SET plug_out_at = '2026-11-04T12:05Z' WHERE session_id = 'old-mill:Q' RETURNING 1");
        Assert.Equal((1, 1, 0), await CheckAsync());
        await purges.PurgeAsync(new Purge(Dataset.ChargePoints, Op, "old-mill:1", false, false, "A home.", "a test"), CancellationToken.None);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM dataset_finding"));
    }

    [Fact]
    public async Task Of_too_many_the_worst_are_kept_and_the_others_are_counted_and_none_is_said_to_have_ended()
    {
        await StoredSample.WriteAsync(hub, Op, StoredSample.Read("sessions-overlap", "failing.json"), StoredSample.AllOfIt);
        var store = new FindingStore(hub.Database) { Bound = 1 };
        var usual = FindingCheck.UsualWindow(time.GetUtcNow());
        var all = new DatasetToCheck(Op, usual, Coverage.Of(usual), Coverage.Of(usual), Coverage.None, null, [], []);

        Assert.Equal(new DatasetChecked(2, 1, 0, 1), await store.CheckAsync(all, time.GetUtcNow(), CancellationToken.None));
        Assert.Equal(new DatasetChecked(2, 0, 0, 1), await store.CheckAsync(all, time.GetUtcNow().AddDays(1), CancellationToken.None));
        Assert.Equal(["old-mill:B"], await hub.ManyAsync("SELECT record_id FROM dataset_finding"));
    }

    [Fact]
    public async Task A_night_is_done_once_by_one_of_several_hubs_and_caught_up_with()
    {
        await StoredSample.WriteAsync(hub, Op, StoredSample.Read("sessions-overlap", "failing.json"), StoredSample.AllOfIt);
        var (one, other) = (Rounds(), Rounds());
        await using (await new FindingStore(hub.Database).TryEnterAsync(CancellationToken.None)) Assert.False(await one.RunDueAsync(CancellationToken.None));

        Assert.True(await one.RunDueAsync(CancellationToken.None));
        Assert.False(await other.RunDueAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromHours(15));
        Assert.False(await other.RunDueAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.True(await other.RunDueAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromDays(3));
        Assert.True(await one.RunDueAsync(CancellationToken.None));
        Assert.False(await one.RunDueAsync(CancellationToken.None));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM dataset_finding WHERE ended_at IS NULL AND last_seen_at - first_seen_at > interval '3 days'"));
    }

    private FindingRounds Rounds() => new(
        new FindingCheck(hub.Database, time), new FindingStore(hub.Database), () => new Server.OperatorDirectory([StoredSample.Listed(Op)]), time, NullLogger<FindingRounds>.Instance);

    /// <summary>Each a night after the one before, over the same window.</summary>
    private async Task<(long Found, long Begun, long Ended)> CheckAsync()
    {
        var done = await new FindingCheck(hub.Database, time).RunAsync(StoredSample.Listed(Op), new Window(StoredSample.Now.AddDays(-30), StoredSample.Now), CancellationToken.None);
        time.Advance(TimeSpan.FromDays(1));
        return (done.Found, done.Begun, done.Ended);
    }

    private async Task UntilWaitingAsync()
    {
        while (await hub.OneAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == "0")
            await Task.Yield();
    }
}
