using System.Buffers;
using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class PageWriterTests : IAsyncLifetime
{
    private HubDatabase hub = null!;
    private PageWriter writer = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task The_same_page_twice_changes_nothing_and_takes_no_tick()
    {
        await WriteAsync(Points("1"));
        var page = Sessions(Session("a"), Session("b")) with { Claims = [Covered(0, 1)] };
        var first = await WriteAsync(page);
        var second = await WriteAsync(page);
        Assert.Equal(new PageWritten(2, 2, 0, 0, 0, 0, 0), first with { Taken = new RecordPage() });
        Assert.Equal(new PageWritten(null, 0, 0, 2, 0, 0, 0), second with { Taken = new RecordPage() });
        Assert.Equal("2", await hub.OneAsync("SELECT tick FROM hub_clock"));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM hub_tick"));
    }

    [Fact]
    public async Task The_document_is_stored_byte_for_byte_and_beside_it_the_typed_columns()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("a")));
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, ChargePoint("1"));
        Assert.Equal(Encoding.UTF8.GetString(output.WrittenSpan), await hub.OneAsync("SELECT document::text FROM charge_point"));
        Assert.Equal("51.4613000 -0.1150000 7.40 slow true", await hub.OneAsync(
            "SELECT concat_ws(' ', latitude, longitude, max_power_kw, power_band, published::text) FROM charge_point"));
        Assert.Equal("7123", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
        Assert.Equal("true", await hub.OneAsync("SELECT (plug_in_at = '2026-11-20T12:00:00Z' AND tick = 2)::text FROM charging_session"));
    }

    [Fact]
    public async Task A_changed_record_leaves_its_earlier_version_with_the_ticks_it_held()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("a", kwh: 1m)));
        var written = await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(3))));
        Assert.Equal((3L, 1), (written.Tick!.Value, written.Changed));
        Assert.Equal("2000 3", await hub.OneAsync("SELECT energy_wh || ' ' || tick FROM charging_session"));
        Assert.Equal("1000 2 3", await hub.OneAsync("SELECT concat_ws(' ', energy_wh, tick, tick_to) FROM charging_session_version"));
        Assert.Equal("true", await hub.OneAsync(
            "SELECT (v.recorded_to = c.recorded_at AND v.recorded_at < v.recorded_to)::text FROM charging_session_version v JOIN charging_session c USING (session_id)"));
    }

    [Fact]
    public async Task An_older_record_that_comes_late_is_kept_but_never_current()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(5))));
        var late = Sessions(Session("a", kwh: 1m, lastUpdated: Noon.AddHours(4)));
        var written = await WriteAsync(late);
        Assert.Equal((0, 1, 1), (written.Changed, written.Late, new RunCounts().Plus(written, 0).Changed));
        Assert.NotNull(written.Tick);
        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
        Assert.Equal("1000 true", await hub.OneAsync("SELECT energy_wh || ' ' || (tick = tick_to)::text FROM charging_session_version"));
        Assert.Null((await WriteAsync(late)).Tick);
    }

    [Fact]
    public async Task At_equal_last_updated_the_later_arrival_wins()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("a", kwh: 1m)));
        await WriteAsync(Sessions(Session("a", kwh: 2m)));
        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task A_record_twice_in_one_page_is_one_and_the_newer_wins()
    {
        await WriteAsync(Points("1"));
        var written = await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(5)), Session("a", kwh: 1m, lastUpdated: Noon.AddHours(4))));
        Assert.Equal((1, 1), (written.Added, written.Unchanged));
        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task Where_last_updated_lies_only_content_makes_a_version()
    {
        PageToWrite At(int hour, string? city = null) => Page(
            new RecordPage { ChargePoints = [Accept(ChargePoint("1", Noon.AddHours(hour)) with { City = city })] }, Dataset.ChargePoints)
            with
        { LastUpdatedLies = true };
        await WriteAsync(At(1));
        Assert.Null((await WriteAsync(At(2))).Tick);
        Assert.Equal(1, (await WriteAsync(At(0, "London"))).Changed);
        Assert.Equal(1, (await WriteAsync(At(3) with { LastUpdatedLies = false })).Changed);
    }

    [Fact]
    public async Task Where_records_do_not_say_when_they_changed_the_later_arrival_wins()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("a", kwh: 2m, lastUpdated: Noon.AddHours(5))));
        var shorter = Sessions(Session("a", kwh: 1m, lastUpdated: Noon.AddHours(4))) with { LaterArrivalWins = true };
        Assert.Equal(1, (await WriteAsync(shorter)).Changed);
        Assert.Null((await WriteAsync(shorter)).Tick);
        Assert.Equal("1000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task What_is_so_of_a_list_s_later_arrivals_is_not_so_of_the_sessions_that_it_releases_and_what_is_so_of_these_stays()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Session("old", "8", Noon.AddHours(3), 1m)));
        await WriteAsync(Sessions(Session("old", "1", Noon.AddHours(5), 2m)));
        await WriteAsync(Sessions(Session("later", "1", Noon.AddHours(5), 2m)) with { LaterArrivalWins = true });
        await WriteAsync(Sessions(Session("later", "9", Noon.AddHours(3), 1m)) with { LaterArrivalWins = true });

        await WriteAsync(Points("8") with { LaterArrivalWins = true });
        await WriteAsync(Points("9"));

        Assert.Equal(["char-gy:later 1000", "char-gy:old 2000"], await hub.ManyAsync("SELECT session_id || ' ' || energy_wh FROM charging_session ORDER BY 1"));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM charging_session_version"));
    }

    [Fact]
    public async Task Withdrawing_from_publication_is_a_change()
    {
        await WriteAsync(Points("1"));
        var hidden = Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1") with { Published = false })] }, Dataset.ChargePoints);
        Assert.Equal(1, (await WriteAsync(hidden)).Changed);
        Assert.Equal("false", await hub.OneAsync("SELECT published::text FROM charge_point"));
    }

    [Fact]
    public async Task Two_operators_may_use_the_same_own_id()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", op: "other"))] }, Dataset.ChargePoints, "other"));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM charge_point"));
    }

    [Fact]
    public async Task A_page_that_fails_before_its_commit_leaves_nothing()
    {
        await WriteAsync(Points("1"));
        var failing = new PageWriter(hub.Database)
        {
            AtPoint = (point, _) => point == CommitPoint.RowsWritten ? throw new InvalidOperationException("cut") : ValueTask.CompletedTask,
        };
        var page = Sessions(Session("a"), Session("b", chargePoint: "unknown")) with { Claims = [Covered(0, 1)] };
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WriteAsync(page, CancellationToken.None));
        Assert.Equal("0 0 0 0 1", await hub.OneAsync(
            """
            SELECT concat_ws(' ', (SELECT count(*) FROM charging_session), (SELECT count(*) FROM coverage), (SELECT count(*) FROM coverage_change),
                (SELECT count(*) FROM quarantine), (SELECT tick FROM hub_clock))
            """));
        Assert.Equal(1, (await WriteAsync(page)).Added);
    }

    [Fact]
    public async Task The_planted_bug_claims_what_it_has_not_written()
    {
        await WriteAsync(Points("1"));
        var cut = 0;
        var buggy = new PageWriter(hub.Database)
        {
            Planted = PlantedBug.ClaimBeforeRows,
            AtPoint = (point, _) => point == CommitPoint.RowsWritten && cut++ == 1 ? throw new InvalidOperationException("cut") : ValueTask.CompletedTask,
        };
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => buggy.WriteAsync(Sessions(Session("a")) with { Claims = [Covered(0, 1)] }, CancellationToken.None));
        Assert.Equal("1 0", await hub.OneAsync("SELECT (SELECT count(*) FROM coverage) || ' ' || (SELECT count(*) FROM charging_session)"));
    }

    [Fact]
    public async Task Ticks_become_visible_in_order_under_many_writers()
    {
        const int writers = 6;
        const int pagesEach = 12;
        foreach (var w in Enumerable.Range(0, writers))
        {
            var op = Op(w);
            await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", op: op))] }, Dataset.ChargePoints, op));
        }

        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new SortedSet<long>();
            var looks = 0;
            while (!done.IsCancellationRequested)
            {
                var now = (await hub.ManyAsync("SELECT DISTINCT tick::text FROM charging_session")).Select(t => long.Parse(t, CultureInfo.InvariantCulture));
                var fresh = now.Except(seen).ToList();
                if (seen.Count > 0 && fresh.Count > 0) Assert.True(fresh.Min() > seen.Max, $"{fresh.Min()} appeared after {seen.Max}");
                seen.UnionWith(fresh);
                looks++;
            }

            return looks;
        });
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var p = 0; p < pagesEach; p++)
            {
                var sessions = Enumerable.Range(0, 1 + p * 20).Select(i => Accept(Session($"{p}-{i}", op: Op(w)))).ToList();
                await WriteAsync(Page(new RecordPage { ChargingSessions = sessions }, op: Op(w)));
            }
        })));
        await done.CancelAsync();
        Assert.True(await reading > 3);
        Assert.Equal("true", await hub.OneAsync(
            """
            SELECT bool_and(recorded_at > before AND tick = last + 1)::text
            FROM (SELECT tick, recorded_at, lag(recorded_at) OVER w AS before, lag(tick) OVER w AS last FROM hub_tick WINDOW w AS (ORDER BY tick)) t
            WHERE before IS NOT NULL
            """));

        static string Op(int w) => $"op-{w.ToString(CultureInfo.InvariantCulture)}";
    }

    [Fact]
    public async Task The_same_page_from_many_writers_at_once_is_written_once()
    {
        await WriteAsync(Points("1"));
        var page = Sessions([.. Enumerable.Range(0, 300).Select(i => Session(i.ToString(CultureInfo.InvariantCulture)))]) with { Claims = [Covered(0, 1)] };
        var written = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => WriteAsync(page))));
        Assert.Equal(300, written.Sum(w => w.Added));
        Assert.Single(written, w => w.Tick is not null);
    }

    [Fact]
    public async Task Areas_are_written_beside_the_record_and_only_a_change_of_them_takes_a_tick()
    {
        await WriteAsync(Points("1"));
        var placed = new AreaCodes("E09000022", "Lambeth", "E05014095", "E01003017", "2024");
        var page = Points("1") with { Areas = new Dictionary<string, AreaCodes> { [$"{Operator}:1"] = placed } };
        Assert.Equal(2, (await WriteAsync(page)).Tick);
        Assert.Null((await WriteAsync(page)).Tick);
        Assert.Equal("Lambeth", await hub.OneAsync("SELECT borough_name FROM charge_point_area"));
        Assert.Equal("1", await hub.OneAsync("SELECT tick FROM charge_point"));

        var areas = new AreaStore(hub.Database) { SimulatedClock = new MayOf2031() };
        var place = Assert.Single(await areas.ReadPlacesAsync(CancellationToken.None));
        Assert.Equal((51.4613m, -0.115m, "2024"), (place.Latitude, place.Longitude, place.BoundaryVersion));
        PlacedChargePoint[] moved = [new(Operator, $"{Operator}:1", placed with { BoundaryVersion = "2026" })];
        Assert.Equal(1, await areas.WriteAsync(moved, CancellationToken.None));
        Assert.Equal(0, await areas.WriteAsync(moved, CancellationToken.None));
        Assert.Equal("true", await hub.OneAsync("SELECT (tick = 3 AND value = int8send(3))::text FROM hub_clock, hub_setting WHERE name = 'places_tick'"));
        Assert.Equal("True", await hub.OneAsync("SELECT recorded_at = timestamptz '2031-05-01Z' FROM hub_tick WHERE tick = 3"));
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);

    private sealed class MayOf2031 : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2031, 5, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
