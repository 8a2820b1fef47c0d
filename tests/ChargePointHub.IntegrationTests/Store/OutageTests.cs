using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Outages in the store: changed in versions, late ones kept, checked again, and purged.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task An_outage_that_ends_makes_a_version_the_same_writes_nothing_and_an_older_state_turns_nothing_back()
    {
        var (open, ended) = (Outage("O1", minutes: null), Outage("O1"));
        var first = await WriteAsync(Outages(open, Outage("O2")));
        var closed = await WriteAsync(Outages(ended));
        var same = await WriteAsync(Outages(ended));
        var late = await WriteAsync(Outages(open));
        var older = await WriteAsync(Outages(Outage("O1", minutes: 5) with { LastUpdated = Noon }));

        Assert.Equal((2, 0), (first.Added, first.Changed));
        Assert.Equal((0, 1), (closed.Added, closed.Changed));
        Assert.Equal((null, 1), (same.Tick, same.Unchanged));
        Assert.Equal((0, 0, 0), (late.Added, late.Changed, late.Late));
        Assert.Equal(1, older.Late);
        Assert.Equal(["13:30 COMMS"], await hub.ManyAsync("SELECT to_char(ended_at AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || category FROM outage WHERE outage_id = 'char-gy:O1'"));
        Assert.Equal([$"{first.Tick} {closed.Tick}", $"{older.Tick} {older.Tick}"], await hub.ManyAsync("SELECT tick || ' ' || tick_to FROM outage_version ORDER BY tick"));
    }

    [Fact]
    public async Task One_that_passes_when_it_is_checked_again_is_written_and_one_that_was_sent_right_since_is_forgotten()
    {
        var findings = new[] { new Finding("outage-ends-before-start", Severity.Error, "/ended_at", "2026-11-19T12:00:00.000Z", "Its end.") };
        RefusedRecord Refused(string id) => new(Dataset.Outages, id, """{"outage_id":"O","charge_point_id":"1","started_at":"2026-11-20T12:00:00Z"}"""u8.ToArray(), findings) { ChargePoint = "1" };
        await WriteAsync(Page(new RecordPage { Refused = [Refused("O1"), Refused("O2")] }, Dataset.Outages));
        Assert.Equal(["2026-11-20 12:00:00 char-gy:1"], await hub.ManyAsync("SELECT DISTINCT (event_at AT TIME ZONE 'UTC')::text || ' ' || names_point FROM quarantine"));

        await WriteAsync(Outages(Outage("O1")));
        Assert.Equal(["O2"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
        var key = new QuarantineKey(Dataset.Outages, "O2", (await hub.ManyAsync("SELECT encode(content_hash, 'hex') FROM quarantine")).Single().ToUpperInvariant());
        var again = await WriteAsync(Page(new RecordPage(), Dataset.Outages) with { Rechecks = [new Rechecked(key, new RecordPage { Outages = [Accept(Outage("O2"))] })] });

        Assert.Equal(1, again.Rechecked.Released);
        Assert.Equal(["char-gy:O1", "char-gy:O2"], await hub.ManyAsync("SELECT outage_id FROM outage ORDER BY 1"));
        Assert.Empty(await hub.ManyAsync("SELECT own_id FROM quarantine"));
    }

    [Fact]
    public async Task A_purge_takes_an_outage_with_its_versions_and_those_of_a_purged_charge_point_and_keeps_them_out()
    {
        await WriteAsync(Points("1", "2"));
        await WriteAsync(Outages(Outage("O1"), Outage("O2", "2"), Outage("O3", "2", minutes: null)));
        await WriteAsync(Outages(Outage("O3", "2")));
        var store = new PurgeStore(hub.Database);

        await store.PurgeAsync(new Purge(Dataset.ChargePoints, Operator, $"{Operator}:1", false, false, "a home", "test"), CancellationToken.None);
        await store.PurgeAsync(new Purge(Dataset.Outages, Operator, $"{Operator}:O3", false, false, "a name", "test"), CancellationToken.None);
        await WriteAsync(Outages(Outage("O1"), Outage("O3", "2"), Outage("O4")));

        Assert.Equal([$"{Operator}:O2"], await hub.ManyAsync("SELECT outage_id FROM outage"));
        Assert.Empty(await hub.ManyAsync("SELECT outage_id FROM outage_version"));
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => new PageWriter(hub.Database).WriteAsync(page, CancellationToken.None);
}
