using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class StatusTests : IAsyncLifetime
{
    private const string Now = "SELECT status || ' ' || to_char(since AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || evidence FROM charge_point_status";

    private HubDatabase hub = null!;
    private PageWriter writer = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task Changes_go_to_the_partitions_of_their_months_and_the_newest_is_the_current_status()
    {
        var page = Changes(
            Change(Noon.AddMonths(-1), Status.Charging), Change(Noon, Status.OutOfOrder), Change(Noon.AddYears(-2), Status.Available));
        Assert.Equal(3, (await WriteAsync(page)).Added);
        Assert.Equal(
            ["status_change_2024_11", "status_change_2026_10", "status_change_2026_11"],
            await hub.ManyAsync("SELECT DISTINCT tableoid::regclass::text FROM status_change ORDER BY 1"));
        Assert.Equal("OUTOFORDER 12:00 EVENT", await hub.OneAsync(Now));
        Assert.Null((await WriteAsync(page)).Tick);
    }

    [Fact]
    public async Task An_old_page_pulled_again_does_not_turn_the_status_back()
    {
        var old = Changes(Change(Noon, Status.Available));
        await WriteAsync(old);
        await WriteAsync(Changes(Change(Noon, Status.Charging)));
        await WriteAsync(old);
        Assert.Equal("CHARGING 12:00 EVENT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task Many_writers_needing_the_same_new_month_make_it_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => new PageWriter(hub.Database).WriteAsync(Changes(Change(Noon.AddMinutes(i), Status.Available)), CancellationToken.None))));
        Assert.Equal("6", await hub.OneAsync("SELECT count(*) FROM status_change_2026_11"));
    }

    [Fact]
    public async Task An_event_replaces_a_snapshot_of_the_same_change_and_not_the_other_way_round()
    {
        await WriteAsync(Changes(Change(Noon, Status.Charging, evidence: Evidence.Snapshot)));
        Assert.Equal(1, (await WriteAsync(Changes(Change(Noon, Status.Charging)))).Changed);
        Assert.Null((await WriteAsync(Changes(Change(Noon, Status.Charging, evidence: Evidence.Snapshot)))).Tick);
        Assert.Equal("EVENT", await hub.OneAsync("SELECT evidence FROM status_change"));
        Assert.Contains("\"EVENT\"", await hub.OneAsync("SELECT document::text FROM status_change"), StringComparison.Ordinal);
        Assert.Equal("CHARGING 12:00 EVENT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task A_crawl_that_sees_another_status_is_evidence_of_a_change_and_the_first_look_is_too()
    {
        await WriteAsync(Seen(Noon, Status.Available));
        Assert.Null((await WriteAsync(Seen(Noon.AddMinutes(1), Status.Available))).Tick);
        await WriteAsync(Seen(Noon.AddMinutes(2), Status.Charging));
        Assert.Null((await WriteAsync(Seen(Noon.AddMinutes(1), Status.Available))).Tick);
        Assert.Equal(
            ["AVAILABLE 12:00 SNAPSHOT", "CHARGING 12:02 SNAPSHOT"],
            await hub.ManyAsync("SELECT status || ' ' || to_char(at AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || evidence FROM status_change ORDER BY at"));
        Assert.Equal("CHARGING 12:02 SNAPSHOT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task Where_changes_are_reported_a_crawl_moves_the_status_and_makes_no_change()
    {
        await WriteAsync(Changes(Change(Noon, Status.Charging)));
        await WriteAsync(Seen(Noon.AddMinutes(5), Status.Available, evidence: false));
        Assert.Equal("AVAILABLE 12:05 SNAPSHOT", await hub.OneAsync(Now));
        await WriteAsync(Changes(Change(Noon.AddMinutes(9), Status.Blocked)));
        Assert.Equal("BLOCKED 12:09 EVENT", await hub.OneAsync(Now));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM status_change"));
    }

    [Fact]
    public async Task Where_changes_are_reported_a_crawl_is_kept_once_where_no_change_is_known_since_reports_go_on()
    {
        const string Kept = "SELECT to_char(at AT TIME ZONE 'UTC', 'HH24:MI') || ' ' || status || coalesce(' since ' || to_char(since AT TIME ZONE 'UTC', 'MM-DD'), '') FROM status_sighting ORDER BY at";
        await WriteAsync(Seen(Noon, Status.OutOfOrder, evidence: false, since: Noon.AddDays(-9)));
        Assert.Empty(await hub.ManyAsync(Kept));

        await ClaimAsync(Noon.AddDays(-2), Noon.AddMinutes(1));
        Assert.NotNull((await WriteAsync(Seen(Noon.AddMinutes(2), Status.OutOfOrder, evidence: false, since: Noon.AddDays(-9)))).Tick);
        Assert.Null((await WriteAsync(Seen(Noon.AddMinutes(3), Status.OutOfOrder, evidence: false, since: Noon.AddDays(-9)))).Tick);
        Assert.Equal(["12:02 OUTOFORDER since 11-11"], await hub.ManyAsync(Kept));

        // A gap, and then one that is told and one that is not.
        await ClaimAsync(Noon.AddHours(1), Noon.AddHours(2));
        await WriteAsync(Changes(Change(Noon.AddHours(1.5), Status.Available)));
        await WriteAsync(Seen(Noon.AddHours(2), Status.Available, evidence: false));
        await WriteAsync(Seen(Noon.AddHours(2.1), Status.Charging, evidence: false));
        Assert.Single(await hub.ManyAsync(Kept));
        await ClaimAsync(Noon.AddHours(3), Noon.AddHours(4));
        await WriteAsync(Seen(Noon.AddHours(4), Status.Available, evidence: false));
        Assert.Equal(["12:02 OUTOFORDER since 11-11", "16:00 AVAILABLE"], await hub.ManyAsync(Kept));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM status_change"));
    }

    [Fact]
    public async Task What_was_missing_and_is_as_it_was_is_no_longer_missing_though_its_status_is_older()
    {
        await WriteAsync(Seen(Noon, Status.Available, since: Noon.AddHours(-3)));
        await WriteAsync(Page(new RecordPage(), Dataset.ChargePoints) with { AskedAt = Noon.AddHours(1), StatusesAreEvidence = true, StaleAt = Noon.AddMinutes(15) });
        Assert.Equal("MISSING 12:15 SNAPSHOT", await hub.OneAsync(Now));

        await WriteAsync(Seen(Noon.AddHours(2), Status.Available, since: Noon.AddHours(-3)));

        Assert.Equal("AVAILABLE 14:00 SNAPSHOT", await hub.OneAsync(Now));
        Assert.Null((await WriteAsync(Seen(Noon.AddHours(3), Status.Available, since: Noon.AddHours(-3)))).Tick);
        Assert.Equal("3", await hub.OneAsync("SELECT count(*) FROM status_change"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task A_crawl_whose_own_time_is_older_than_the_known_change_says_nothing(int saidMinute)
    {
        await WriteAsync(Changes(Change(Noon.AddMinutes(10), Status.Charging)));
        var stale = Seen(Noon.AddMinutes(11), Status.Available, evidence: false, since: Noon.AddMinutes(saidMinute));
        Assert.Null((await WriteAsync(stale)).Tick);
        await WriteAsync(Changes(Change(Noon.AddMinutes(10.5), Status.OutOfOrder)));
        Assert.Equal("OUTOFORDER 12:10 EVENT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task A_late_event_overrides_what_only_a_crawl_saw_unless_a_newer_event_is_known()
    {
        await WriteAsync(Changes(Change(Noon.AddMinutes(10), Status.Charging)));
        await WriteAsync(Seen(Noon.AddMinutes(15), Status.Available, evidence: false));
        await WriteAsync(Changes(Change(Noon.AddMinutes(9), Status.Blocked)));
        Assert.Equal("AVAILABLE 12:15 SNAPSHOT", await hub.OneAsync(Now));
        await WriteAsync(Changes(Change(Noon.AddMinutes(13), Status.OutOfOrder), Change(Noon.AddMinutes(12), Status.Reserved)));
        Assert.Equal("OUTOFORDER 12:13 EVENT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task A_change_of_the_future_is_kept_and_does_not_hold_the_current_status()
    {
        var asked = Noon.AddMinutes(1);
        await WriteAsync(Changes(Change(asked.AddMinutes(5), Status.Charging)) with { AskedAt = asked });
        await WriteAsync(Changes(Change(asked.AddMinutes(5.1), Status.Blocked), Change(asked.AddDays(20), Status.Reserved)) with { AskedAt = asked });
        Assert.Equal("CHARGING 12:06 EVENT", await hub.OneAsync(Now));
        Assert.Equal("3", await hub.OneAsync("SELECT count(*) FROM status_change"));
        await WriteAsync(Changes(Change(asked.AddMinutes(30), Status.Available)) with { AskedAt = asked.AddMinutes(31) });
        Assert.Equal("AVAILABLE 12:31 EVENT", await hub.OneAsync(Now));
    }

    [Fact]
    public async Task Changes_of_absurd_years_are_refused_and_make_no_partitions()
    {
        var absurd = Enumerable.Range(1, 9000).Where(y => y is < 2015 or > 2026).Where(y => y % 100 == 14)
            .Select(y => Change(new DateTimeOffset(y, 12, 31, 23, 59, 59, TimeSpan.Zero), Status.Charging));
        var page = Changes([.. absurd, Change(Noon.AddDays(33), Status.Blocked), Change(Noon, Status.Available)]);
        var written = await WriteAsync(page);
        Assert.Equal((1, 91), (written.Added, written.Refused));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM pg_inherits WHERE inhparent = 'status_change'::regclass"));
        Assert.Equal("91", await hub.OneAsync("SELECT count(*) FROM quarantine WHERE dataset = 'status_changes' AND own_id = '1'"));
        Assert.Contains("time-out-of-range", await hub.OneAsync("SELECT findings::text FROM quarantine LIMIT 1"), StringComparison.Ordinal);
        Assert.Null((await WriteAsync(page)).Tick);
    }

    private Task<PageWritten> ClaimAsync(DateTimeOffset from, DateTimeOffset to) =>
        WriteAsync(Page(new RecordPage(), Dataset.StatusChanges, Operator, new Claim(Dataset.StatusChanges, new Window(from, to), ClaimKind.Covered)));

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
