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
        writer = new PageWriter(hub.Database) { RefusedBound = 3 };
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

        Assert.Equal([Dataset.ChargingSessions], (await WriteAsync(Refused(Dataset.ChargingSessions, ("d", 4), ("e", 5)))).OverflowingAnew);
        Assert.Empty((await WriteAsync(Refused(Dataset.ChargingSessions, ("f", 6)))).OverflowingAnew);

        Assert.Equal(
            ["4", "5", "6", "waits", "waits"],
            await hub.ManyAsync("SELECT coalesce(document->>'number', 'waits') FROM quarantine WHERE dataset = 'charging_sessions' ORDER BY 1"));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine WHERE dataset = 'status_changes'"));
        Assert.Equal(["charging_sessions 3"], await hub.ManyAsync("SELECT dataset || ' ' || dropped FROM quarantine_overflow"));
    }

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
