using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class QuarantineRecheckTests : IAsyncLifetime
{
    private static readonly Finding Wrong = new("energy-negative", Severity.Error, "/energy_kwh", "-1", "Wrong.");

    private HubDatabase hub = null!;
    private PageWriter writer = null!;
    private QuarantineStore quarantine = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database);
        quarantine = new QuarantineStore(hub.Database);
        await WriteAsync(Points("1"));
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task What_passes_is_released_with_the_run_that_brought_it_and_what_does_not_stays_with_its_new_findings()
    {
        var page = Refused(("a", 1), ("b", 1));
        await WriteAsync(page);
        var again = Again(await ReadAsync(), r => r.Key.OwnId == "a" ? Passes(Session("a")) : Fails("session-too-long"));

        var written = await WriteAsync(again);

        Assert.Equal((1L, 1, new RecheckCounts(1, 0, 1)), (written.Tick - 2, written.Added, written.Rechecked));
        Assert.Equal(page.RunId.ToString(), await hub.OneAsync("SELECT run_id::text FROM charging_session"));
        Assert.Equal("b session-too-long new-rules", await hub.OneAsync("SELECT own_id || ' ' || (findings->0->>'rule') || ' ' || judged_with FROM quarantine"));
        Assert.Equal(1, await ReadCountAsync(unless: "old-rules"));
        Assert.Equal(0, await ReadCountAsync(unless: "new-rules"));
        var second = await WriteAsync(Again(await ReadAsync(), _ => Fails("session-too-long")));
        Assert.Equal((null, new RecheckCounts(0, 0, 1)), (second.Tick, second.Rechecked));
    }

    [Fact]
    public async Task What_another_page_has_taken_meanwhile_is_not_written()
    {
        await WriteAsync(Refused(("a", 1)));
        var again = Again(await ReadAsync(), _ => Passes(Session("a", kwh: 1m, lastUpdated: Noon.AddHours(9))));
        await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(3))));

        Assert.Equal((null, new RecheckCounts(0, 0, 0)), ((await WriteAsync(again)).Tick, (await WriteAsync(again)).Rechecked));
        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task A_released_record_never_turns_a_newer_one_back()
    {
        await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(5))));
        await WriteAsync(Refused(("a", 1)));
        await WriteAsync(Again(await ReadAsync(), _ => Passes(Session("a", kwh: 1m, lastUpdated: Noon.AddHours(4)))));

        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
        Assert.Equal("1000", await hub.OneAsync("SELECT energy_wh FROM charging_session_version"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
    }

    [Fact]
    public async Task Of_two_refused_records_with_one_id_the_newer_stays_when_only_the_older_passes()
    {
        await WriteAsync(Refused(("a", 1)));
        await WriteAsync(Refused(("a", 2)));
        var records = await ReadAsync();
        Assert.Equal(2, records.Count);
        await WriteAsync(Again(records, r => Number(r) == 1 ? Passes(Session("a")) : Fails("energy-negative")));

        Assert.Equal("2", await hub.OneAsync("SELECT document->>'number' FROM quarantine"));
        await WriteAsync(Again(await ReadAsync(), _ => Passes(Session("a", kwh: 9m, lastUpdated: Noon.AddHours(6)))));
        Assert.Equal("9000 0", await hub.OneAsync("SELECT energy_wh || ' ' || (SELECT count(*) FROM quarantine) FROM charging_session"));
    }

    [Fact]
    public async Task Of_two_that_pass_at_once_the_later_arrival_wins_where_last_updated_lies()
    {
        await WriteAsync(Refused(("a", 1)));
        await WriteAsync(Refused(("a", 2)));
        var again = Again(await ReadAsync(), r => Passes(Session("a", kwh: Number(r), lastUpdated: Noon.AddHours(9 - Number(r)))));

        await WriteAsync(again with { LastUpdatedLies = true });

        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task A_session_that_passes_waits_for_its_charge_point_which_may_come_by_another_feed()
    {
        var page = Refused(("a", 1));
        await WriteAsync(page);
        var arrived = await hub.OneAsync("SELECT recorded_at::text FROM quarantine");

        Assert.Equal(new RecheckCounts(0, 1, 0), (await WriteAsync(Again(await ReadAsync(), _ => Passes(Session("a", chargePoint: "9"))))).Rechecked);
        Assert.Equal($"{Operator}:9 {page.RunId} {arrived}", await hub.OneAsync("SELECT waits_for || ' ' || run_id || ' ' || recorded_at FROM quarantine"));
        Assert.Empty(await ReadAsync());

        var points = Points("9");
        var released = await WriteAsync(points with { Feed = points.Feed with { FeedId = "other" }, PageNumber = 7 });
        Assert.Equal(1, released.Released);
        Assert.Equal($"main {page.RunId}", await hub.OneAsync("SELECT feed_id || ' ' || run_id FROM charging_session"));
    }

    [Fact]
    public async Task A_status_change_that_passes_is_kept_with_its_run_and_is_followed_only_where_it_is_the_newest()
    {
        await WriteAsync(Changes(Change(Noon, Status.Charging)));
        var page = Refused(Dataset.StatusChanges, ("1", 1), ("2", 2));
        await WriteAsync(page);

        var written = await WriteAsync(Again(
            await ReadAsync(Dataset.StatusChanges),
            r => Passes(Change(Noon.AddMonths(-Number(r)), Status.Available, chargePoint: r.Key.OwnId))));

        Assert.Equal(new RecheckCounts(2, 0, 0), written.Rechecked);
        Assert.Equal(["1 CHARGING", "2 AVAILABLE"], await hub.ManyAsync("SELECT split_part(charge_point_id, ':', 2) || ' ' || status FROM charge_point_status ORDER BY 1"));
        Assert.Equal([page.RunId.ToString()], await hub.ManyAsync("SELECT DISTINCT run_id::text FROM status_change WHERE status = 'AVAILABLE'"));
    }

    [Fact]
    public async Task A_status_change_of_the_future_is_believed_when_its_time_has_come_near()
    {
        var change = Change(Noon.AddDays(40), Status.Available);
        await WriteAsync(Changes(change));
        var record = Assert.Single(await ReadAsync(Dataset.StatusChanges));
        Assert.Equal(change, record.Accepted()!.Record);
        var again = Again([record], r => new RecordPage { StatusChanges = [r.Accepted()!] });

        Assert.Equal(new RecheckCounts(0, 0, 1), (await WriteAsync(again)).Rechecked);
        Assert.Equal(new RecheckCounts(1, 0, 0), (await WriteAsync(again with { AskedAt = Noon.AddDays(39) })).Rechecked);
        Assert.Equal("1 0", await hub.OneAsync("SELECT count(*) || ' ' || (SELECT count(*) FROM quarantine) FROM status_change"));
    }

    [Fact]
    public async Task A_hub_that_lost_its_lease_releases_nothing()
    {
        await WriteAsync(Refused(("a", 1)));
        var lease = await new OperatorLeases(hub.Database).TryTakeAsync(Guid.NewGuid(), Operator, CancellationToken.None);
        var again = Again(await ReadAsync(), _ => Passes(Session("a")));

        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(again with { LeaseToken = lease!.Token - 1 }));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        Assert.Equal(1, (await WriteAsync(again with { LeaseToken = lease!.Token })).Rechecked.Released);
    }

    [Fact]
    public async Task Two_hubs_that_check_the_same_records_at_once_release_each_once()
    {
        await WriteAsync(Refused([.. Enumerable.Range(0, 40).Select(i => ($"s{i}", i))]));
        var records = await ReadAsync();
        var pages = Enumerable.Range(0, 4).Select(_ => Again(records, r => Passes(Session(r.Key.OwnId))));

        var written = await Task.WhenAll(pages.Select(WriteAsync));

        Assert.Equal(40, written.Sum(w => w.Rechecked.Released));
        Assert.Equal("40 0", await hub.OneAsync("SELECT count(*) || ' ' || (SELECT count(*) FROM charging_session_version) FROM charging_session"));
    }

    [Fact]
    public async Task Records_of_which_nothing_is_kept_are_not_read_and_batches_follow_each_other()
    {
        await WriteAsync(Refused(("a", 1), ("a", 2), ("", 3), ("", 4)));
        await WriteAsync(Page(new RecordPage { Refused = [new RefusedRecord(Dataset.ChargingSessions, null, "null"u8.ToArray(), [Wrong])] }));

        var first = await quarantine.ReadAsync(Operator, "main", Dataset.ChargingSessions, null, null, 3, CancellationToken.None);
        var rest = await quarantine.ReadAsync(Operator, "main", Dataset.ChargingSessions, null, first[^1].Key, 3, CancellationToken.None);

        Assert.Equal([1, 2, 3, 4], first.Concat(rest).Select(Number).Order());
        Assert.Single(rest);
        Assert.Empty(await quarantine.ReadAsync(Operator, "other", Dataset.ChargingSessions, null, null, 3, CancellationToken.None));
        Assert.Equal([Operator], await quarantine.ReadOperatorsAsync(CancellationToken.None));
    }

    private static PageToWrite Refused(params (string OwnId, int Number)[] records) => Refused(Dataset.ChargingSessions, records);

    private static PageToWrite Refused(Dataset dataset, params (string OwnId, int Number)[] records) => Page(
        new RecordPage
        {
            Refused = [.. records.Select(r => new RefusedRecord(dataset, r.OwnId, Encoding.UTF8.GetBytes($"{{\"number\":{r.Number}}}"), [Wrong]))],
        },
        dataset) with
    { JudgedWith = "old-rules" };

    private static PageToWrite Again(IReadOnlyList<QuarantinedRecord> records, Func<QuarantinedRecord, RecordPage> judge) =>
        Page(new RecordPage()) with { Rechecks = [.. records.Select(r => new Rechecked(r.Key, judge(r)))], JudgedWith = "new-rules" };

    private static RecordPage Passes(ChargingSession session) => new() { ChargingSessions = [Accept(session)] };

    private static RecordPage Passes(StatusChange change) => new() { StatusChanges = [Accept(change)] };

    private static RecordPage Fails(string rule) =>
        new() { Refused = [new RefusedRecord(Dataset.ChargingSessions, null, "{}"u8.ToArray(), [Wrong with { Rule = rule }])] };

    private static int Number(QuarantinedRecord record) =>
        System.Text.Json.JsonDocument.Parse(record.Document).RootElement.GetProperty("number").GetInt32();

    private async Task<int> ReadCountAsync(string unless) =>
        (await quarantine.ReadAsync(Operator, "main", Dataset.ChargingSessions, unless, null, 100, CancellationToken.None)).Count;

    private Task<List<QuarantinedRecord>> ReadAsync(Dataset? dataset = null) =>
        quarantine.ReadAsync(Operator, "main", dataset ?? Dataset.ChargingSessions, null, null, 100, CancellationToken.None);

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
