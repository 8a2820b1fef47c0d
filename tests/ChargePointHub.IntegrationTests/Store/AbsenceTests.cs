using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>What whole crawls no longer name, and what is not believed of them.</summary>
public sealed class AbsenceTests : IAsyncLifetime
{
    private static readonly string[] Ten = [.. Enumerable.Range(0, 10).Select(i => $"P{i}")];
    private HubDatabase hub = null!;
    private PageWriter writer = null!;
    private int crawls;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Absent_from_two_whole_crawls_is_removed_with_a_reason_and_comes_back(bool evidence)
    {
        await CrawlAsync(Ten, evidence: evidence);
        await CrawlAsync(Ten[1..], evidence: evidence);
        Assert.Equal("AVAILABLE", await StatusAsync("P0"));
        await CrawlAsync(Ten[1..], evidence: evidence);

        Assert.Equal("REMOVED", await StatusAsync("P0"));
        Assert.Contains("absent-from-two-crawls", await hub.OneAsync("SELECT findings::text FROM status_change WHERE status = 'REMOVED'"), StringComparison.Ordinal);
        Assert.Equal("10", await hub.OneAsync("SELECT count(*) FROM charge_point"));
        await CrawlAsync(Ten[1..], evidence: evidence);
        await CrawlAsync(Ten, evidence: evidence);

        Assert.Equal("AVAILABLE", await StatusAsync("P0"));
        var history = await hub.ManyAsync($"SELECT status FROM status_change WHERE charge_point_id = '{Operator}:P0' ORDER BY at");
        Assert.Equal(evidence ? ["AVAILABLE", "REMOVED", "AVAILABLE"] : ["REMOVED", "AVAILABLE"], history);
        await CrawlAsync(Ten[1..], evidence: evidence);
        Assert.Equal("AVAILABLE", await StatusAsync("P0"));
    }

    [Fact]
    public async Task What_comes_back_without_a_status_is_missing_and_not_unknown_to_its_operator()
    {
        await CrawlAsync(Ten);
        foreach (var _ in Enumerable.Range(0, 2)) await CrawlAsync(Ten[1..]);
        Assert.Equal("REMOVED", await StatusAsync("P0"));

        await CrawlAsync(Ten, tellsStatuses: false);

        Assert.Equal("MISSING", await StatusAsync("P0"));
    }

    [Fact]
    public async Task A_partial_crawl_one_that_names_it_between_and_a_refused_record_remove_nothing()
    {
        await CrawlAsync(Ten);
        await CrawlAsync(Ten[1..], whole: false);
        await CrawlAsync(Ten[1..], whole: false);
        await CrawlAsync(Ten[1..]);
        await CrawlAsync(Ten);
        await CrawlAsync(Ten[1..]);
        await CrawlAsync([.. Ten[1..]], named: $"{Operator}:P0");
        await CrawlAsync([.. Ten[1..]], named: $"{Operator}:L-P0");
        await CrawlAsync([.. Ten[1..]], namesAll: false);

        Assert.Equal("AVAILABLE", await StatusAsync("P0"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_change WHERE status = 'REMOVED'"));
    }

    [Fact]
    public async Task More_than_a_fifth_at_once_is_held_until_a_usual_crawl_or_a_release()
    {
        var holds = new CrawlHolds(hub.Database);
        await CrawlAsync(Ten);
        await CrawlAsync(Ten[3..]);
        Assert.True((await CrawlAsync(Ten[3..])).IsHeldAnew);
        Assert.True(await CrawlAsync(Ten[3..]) is { IsHeld: true, IsHeldAnew: false });
        Assert.Equal((10, 3, 0), (await holds.ReadAsync(CancellationToken.None)).Select(h => (h.Known, h.Vanishing, h.Changing)).Single());
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_change WHERE status = 'REMOVED'"));
        Assert.False((await CrawlAsync(Ten)).IsHeld);
        Assert.Empty(await holds.ReadAsync(CancellationToken.None));
        Assert.False(await holds.ReleaseAsync(Operator, Noon, CancellationToken.None));

        await CrawlAsync(Ten[3..]);
        Assert.True((await CrawlAsync(Ten[3..])).IsHeld);
        Assert.True(await holds.ReleaseAsync(Operator, Noon, CancellationToken.None));
        Assert.False((await CrawlAsync(Ten[3..])).IsHeld);
        Assert.Equal("3", await hub.OneAsync("SELECT count(*) FROM charge_point_status WHERE status = 'REMOVED'"));
        Assert.Empty(await holds.ReadAsync(CancellationToken.None));
        await CrawlAsync(Ten[4..]);
        Assert.False((await CrawlAsync(Ten[4..])).IsHeld);
    }

    [Fact]
    public async Task Moves_wait_for_the_crawls_end_and_too_many_are_not_believed()
    {
        await CrawlAsync(Ten);
        Assert.Equal($"{Operator}:P4", Assert.Single((await CrawlAsync(Ten, whole: false, moved: 1)).SetAside));
        Assert.Equal("0", await MovedAsync());
        Assert.Empty((await CrawlAsync(Ten, moved: 2)).SetAside);
        Assert.Equal("2", await MovedAsync());

        Assert.True((await CrawlAsync(Ten, moved: 6)).IsHeld);
        Assert.Equal("2", await MovedAsync());
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM charge_point_version"));
    }

    [Fact]
    public async Task A_tariff_that_two_whole_crawls_do_not_name_ends_and_begins_again_when_it_comes_back()
    {
        await TariffsAsync("A", "B");
        await TariffsAsync("A");
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM tariff WHERE valid_to IS NOT NULL"));
        await TariffsAsync("A");
        await TariffsAsync("A");
        Assert.Equal($"{Operator}:B 1", await hub.OneAsync("SELECT tariff_id || ' ' || (SELECT count(*) FROM tariff_version) FROM tariff WHERE valid_to IS NOT NULL"));
        Assert.Contains("absent-from-two-crawls", await hub.OneAsync("SELECT findings::text FROM tariff WHERE valid_to IS NOT NULL"), StringComparison.Ordinal);

        await TariffsAsync("A", "B");

        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM tariff WHERE valid_to IS NOT NULL"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM absence"));
    }

    [Fact]
    public async Task What_nobody_sees_any_more_is_missing_from_its_deadline_until_it_is_seen_again()
    {
        await CrawlAsync(Ten);
        await CrawlAsync(Ten[1..]);
        await CrawlAsync(Ten[1..]);
        var deadline = Noon.AddHours(crawls).AddMinutes(15);
        Assert.NotNull((await SweepAsync(deadline)).Tick);
        Assert.Null((await SweepAsync(deadline)).Tick);
        Assert.Equal("9|1", await hub.OneAsync("SELECT concat_ws('|', count(*) FILTER (WHERE status = 'MISSING' AND since = '2026-11-20T15:15Z'), count(*) FILTER (WHERE status = 'REMOVED')) FROM charge_point_status"));

        await CrawlAsync(Ten[1..]);

        Assert.Equal(
            ["AVAILABLE 12+1", "MISSING 12+3", "AVAILABLE 12+4"],
            await hub.ManyAsync($"SELECT status || ' 12+' || extract(hour FROM at - '2026-11-20T12:00Z') FROM status_change WHERE charge_point_id = '{Operator}:P1' ORDER BY at"));
    }

    [Fact]
    public async Task A_sweep_that_comes_after_a_crawl_changes_nothing()
    {
        await CrawlAsync(Ten);
        await writer.WriteAsync(
            Page(new RecordPage(), Dataset.ChargePoints, claims: new Claim(Dataset.ChargePoints, new Window(Noon, Noon.AddHours(3)), ClaimKind.Covered)), CancellationToken.None);

        Assert.Null((await SweepAsync(Noon.AddHours(2))).Tick);
    }

    [Fact]
    public async Task Of_many_observations_only_changes_make_rows_and_an_unchanged_page_none_at_all()
    {
        string[] points = [.. Enumerable.Range(0, 1000).Select(i => $"P{i}")];
        await CrawlAsync(points);
        var (rows, tick) = (await CountAsync(), await hub.OneAsync("SELECT tick FROM hub_clock"));
        for (var i = 0; i < 10; i++) Assert.Null((await CrawlAsync(points)).Tick);
        Assert.Equal((rows, tick), (await CountAsync(), await hub.OneAsync("SELECT tick FROM hub_clock")));

        for (var i = 0; i < 10; i++) await CrawlAsync(points, charging: i);

        Assert.Equal(rows + 9, await CountAsync());

        async Task<long> CountAsync() => long.Parse(await hub.OneAsync("SELECT count(*) FROM status_change"), null);
    }

    private Task<string> StatusAsync(string own) => hub.OneAsync($"SELECT status FROM charge_point_status WHERE charge_point_id = '{Operator}:{own}'");

    private Task<string> MovedAsync() => hub.OneAsync("SELECT count(*) FROM charge_point WHERE latitude < 51");

    /// <summary>An hour later each time.</summary>
    private Task<PageWritten> CrawlAsync(
        string[] own, bool whole = true, bool evidence = true, int moved = 0, int charging = 0, string? named = null, bool namesAll = true, bool tellsStatuses = true)
    {
        var points = own.Select((o, i) => ChargePoint(o) with { Latitude = i >= own.Length / 2 - 1 && i < own.Length / 2 - 1 + moved ? 50.1m : 51.4613000m }).ToList();
        var records = new RecordPage
        {
            ChargePoints = [.. points.Select(Accept)],
            Statuses = [.. points.Where(_ => tellsStatuses).Select((p, i) => new StatusObservation(p.ChargePointId, i < charging ? Status.Charging : Status.Available, null))],
        };
        IEnumerable<string> ids = points.Select(p => p.ChargePointId);
        return writer.WriteAsync(
            Page(records, Dataset.ChargePoints) with
            {
                AskedAt = Noon.AddHours(++crawls),
                StatusesAreEvidence = evidence,
                IsOfCrawl = true,
                Whole = whole ? new WholeCrawl([.. named is null ? ids : ids.Append(named)], namesAll) : null,
            },
            CancellationToken.None);
    }

    private Task<PageWritten> SweepAsync(DateTimeOffset deadline) => writer.WriteAsync(
        Page(new RecordPage(), Dataset.ChargePoints) with { AskedAt = deadline.AddSeconds(1), StatusesAreEvidence = true, StaleAt = deadline }, CancellationToken.None);

    private Task<PageWritten> TariffsAsync(params string[] own)
    {
        List<Tariff> tariffs = [.. own.Select(o => new Tariff { TariffId = $"{Operator}:{o}", OperatorId = Operator, LastUpdated = Noon })];
        return writer.WriteAsync(
            Page(new RecordPage { Tariffs = [.. tariffs.Select(Accept)] }, Dataset.Tariffs) with
            {
                AskedAt = Noon.AddHours(++crawls),
                WholeTariffs = new WholeCrawl([.. tariffs.Select(t => t.TariffId)], NamesAll: true),
            },
            CancellationToken.None);
    }
}
