using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class QuarantineBoundTests : IAsyncLifetime
{
    private HubDatabase hub = null!;
    private PageWriter writer = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        writer = new PageWriter(hub.Database) { QuarantineBound = 3 };
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task Different_records_with_one_id_or_without_any_are_all_kept()
    {
        await WriteAsync(Refused(Dataset.ChargingSessions, ("a", 1), ("a", 2)));
        await WriteAsync(Refused(Dataset.Tariffs, (null, 1), (null, 2)));
        Assert.Equal(
            ["charging_sessions a 1", "charging_sessions a 2", "tariffs  1", "tariffs  2"],
            await hub.ManyAsync("SELECT dataset || ' ' || own_id || ' ' || (document->>'number') FROM quarantine ORDER BY 1"));
    }

    [Fact]
    public async Task Beyond_the_bound_the_oldest_make_way_which_is_told_once_and_counted()
    {
        Assert.Empty((await WriteAsync(Refused(Dataset.ChargingSessions, ("a", 1), (null, 2), ("c", 3)))).OverflowingAnew);
        await WriteAsync(Refused(Dataset.StatusChanges, ("z", 1)));
        await WriteAsync(Sessions(Session("w1", chargePoint: "9"), Session("w2", chargePoint: "9")));

        Assert.Equal([new QuarantineFull(Dataset.ChargingSessions, OfWaiting: false)], (await WriteAsync(Refused(Dataset.ChargingSessions, ("d", 4), ("e", 5)))).OverflowingAnew);
        Assert.Empty((await WriteAsync(Refused(Dataset.ChargingSessions, ("f", 6)))).OverflowingAnew);

        Assert.Equal(
            ["4", "5", "6", "waits", "waits"],
            await hub.ManyAsync("SELECT coalesce(document->>'number', 'waits') FROM quarantine WHERE dataset = 'charging_sessions' ORDER BY 1"));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine WHERE dataset = 'status_changes'"));
        Assert.Equal(["charging_sessions 3"], await hub.ManyAsync("SELECT dataset || ' ' || dropped FROM quarantine_overflow"));
    }

    [Fact]
    public async Task Sessions_that_wait_have_the_same_bound_by_themselves_and_those_that_made_way_are_told_apart()
    {
        await WriteAsync(Refused(Dataset.ChargingSessions, ("a", 1), ("b", 2), ("c", 3)));
        for (var n = 1; n <= 3; n++) await WriteAsync(Sessions(Session($"w{n}", chargePoint: "9")));
        Assert.Equal([new QuarantineFull(Dataset.ChargingSessions, OfWaiting: true)], (await WriteAsync(Sessions(Session("w4", chargePoint: "9"), Session("w5", chargePoint: "9")))).OverflowingAnew);
        Assert.Empty((await WriteAsync(Sessions(Session("w6", chargePoint: "9")))).OverflowingAnew);

        Assert.Equal([$"{Operator}:w4", $"{Operator}:w5", $"{Operator}:w6"], await hub.ManyAsync("SELECT own_id FROM quarantine WHERE waits_for IS NOT NULL ORDER BY 1"));
        Assert.Equal("3", await hub.OneAsync("SELECT count(*) FROM quarantine WHERE waits_for IS NULL"));
        Assert.Equal(["charging_sessions true 3"], await hub.ManyAsync("SELECT dataset || ' ' || waiting || ' ' || dropped FROM quarantine_overflow"));
    }

    [Fact]
    public async Task What_quarantine_holds_is_counted_as_it_comes_and_goes()
    {
        await WriteAsync(Refused(Dataset.ChargingSessions, ("a", 1), ("b", 2), ("c", 3), ("d", 4)));
        await WriteAsync(Refused(Dataset.Tariffs, ("t", 1)));
        await WriteAsync(Sessions(Session("w1", chargePoint: "9"), Session("w2", chargePoint: "8")));
        Assert.Equal(["charging_sessions 3 2", "tariffs 1 0"], await CountedAsync());
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("9")), Accept(ChargePoint("1"))] }));
        await WriteAsync(Sessions(Session("b", chargePoint: "1")));
        await WriteAsync(Page(new RecordPage(), Dataset.Tariffs, claims: new Claim(Dataset.Tariffs, new Window(Noon.AddHours(7), Noon.AddHours(9)), ClaimKind.Covered)));

        Assert.Equal(["charging_sessions 2 1", "tariffs 0 0"], await CountedAsync());
        Assert.Equal(["charging_sessions 2 1"], await hub.ManyAsync(
            "SELECT dataset || ' ' || count(*) FILTER (WHERE waits_for IS NULL) || ' ' || count(waits_for) FROM quarantine GROUP BY dataset"));
    }

    private Task<List<string>> CountedAsync() => hub.ManyAsync("SELECT dataset || ' ' || refused || ' ' || waiting FROM quarantine_count ORDER BY 1");

    [Fact]
    public async Task Of_a_record_that_is_too_long_only_its_findings_are_kept_and_of_many_findings_the_errors_first()
    {
        Finding[] findings = [.. Enumerable.Range(0, 200).Select(i => new Finding($"odd-{i}", Severity.Warning, "/x", null, "Odd.")), Wrong];
        RefusedRecord Long(char filling) => new(
            Dataset.ChargingSessions, "a", Encoding.UTF8.GetBytes($"{{\"x\":\"{new string(filling, 16 * 1024)}\"}}"), findings);
        await WriteAsync(Page(new RecordPage { Refused = [Long('x'), Long('y')] }));

        Assert.Equal(["null", "null"], await hub.ManyAsync("SELECT document::text FROM quarantine"));
        Assert.Equal("100 wrong", await hub.OneAsync("SELECT json_array_length(findings) || ' ' || (findings->0->>'rule') FROM quarantine LIMIT 1"));
    }

    [Fact]
    public async Task What_a_whole_crawl_no_longer_brings_is_forgotten_and_what_it_brings_again_is_not()
    {
        await WriteAsync(Refused(Dataset.ChargePoints, ("old", 1), ("again", 2)));
        await WriteAsync(Refused(Dataset.Tariffs, ("t", 1)));
        await WriteAsync(Refused(Dataset.ChargingSessions, ("s", 1)));

        var second = Refused(Dataset.ChargePoints, ("again", 2)) with { AskedAt = Noon.AddHours(8) };
        await WriteAsync(second);
        Assert.Equal(2, await CountAsync(Dataset.ChargePoints));

        Claim whole = new(Dataset.ChargePoints, new Window(Noon.AddHours(7), Noon.AddHours(9)), ClaimKind.Covered);
        await WriteAsync(second with { PageNumber = 2, Records = new RecordPage(), Claims = [whole] });
        Assert.Equal("again", await hub.OneAsync("SELECT own_id FROM quarantine WHERE dataset = 'charge_points'"));
        Assert.Equal((1, 1), (await CountAsync(Dataset.Tariffs), await CountAsync(Dataset.ChargingSessions)));

        await WriteAsync(Page(new RecordPage(), Dataset.ChargePoints, claims: whole with { Dataset = Dataset.Tariffs }));
        Assert.Equal((0, 1), (await CountAsync(Dataset.Tariffs), await CountAsync(Dataset.ChargingSessions)));
    }

    private static readonly Finding Wrong = new("wrong", Severity.Error, "/x", null, "Wrong.");

    private static PageToWrite Refused(Dataset dataset, params (string? OwnId, int Number)[] records) => Page(
        new RecordPage { Refused = [.. records.Select(r => new RefusedRecord(dataset, r.OwnId, Encoding.UTF8.GetBytes($"{{\"number\":{r.Number}}}"), [Wrong]))] },
        dataset);

    private async Task<int> CountAsync(Dataset dataset) =>
        int.Parse(await hub.OneAsync($"SELECT count(*) FROM quarantine WHERE dataset = '{dataset.Name}'"), System.Globalization.CultureInfo.InvariantCulture);

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
