using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class QuarantineTests : IAsyncLifetime
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
    public async Task A_session_waits_for_its_charge_point_and_is_released_with_its_findings_and_its_run()
    {
        Finding odd = new("energy-odd", Severity.Warning, "/energy_kwh", "7", "Odd.");
        var waiting = Page(new RecordPage { ChargingSessions = [new Judged<ChargingSession>(Session("a", chargePoint: "9"), [odd])] });
        Assert.Equal(1, (await WriteAsync(waiting)).Waiting);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM charging_session"));
        Assert.Equal($"{Operator}:9", await hub.OneAsync("SELECT waits_for FROM quarantine"));
        Assert.Contains("charge-point-unknown", await hub.OneAsync("SELECT findings::text FROM quarantine"), StringComparison.Ordinal);

        var released = await WriteAsync(Points("8", "9"));
        Assert.Equal((3, 1), (released.Added, released.Released));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        Assert.Equal(waiting.RunId.ToString(), await hub.OneAsync("SELECT run_id::text FROM charging_session"));
        var findings = await hub.OneAsync("SELECT findings::text FROM charging_session");
        Assert.Contains("energy-odd", findings, StringComparison.Ordinal);
        Assert.DoesNotContain("charge-point-unknown", findings, StringComparison.Ordinal);
        Assert.Equal((null, 1), ((await WriteAsync(waiting)).Tick, (await WriteAsync(waiting)).Unchanged));
    }

    [Fact]
    public async Task Waiting_again_with_the_same_content_changes_nothing()
    {
        var page = Sessions(Session("a", chargePoint: "9"));
        await WriteAsync(page);
        Assert.Equal(new PageWritten(null, 0, 0, 0, 0, 1, 0), await WriteAsync(page));
    }

    [Fact]
    public async Task Of_two_waiting_versions_the_newer_becomes_current()
    {
        await WriteAsync(Sessions(Session("a", chargePoint: "9", kwh: 2m, lastUpdated: Noon.AddHours(5))));
        await WriteAsync(Sessions(Session("a", chargePoint: "9", kwh: 1m, lastUpdated: Noon.AddHours(4))));
        Assert.Equal(2, (await WriteAsync(Points("9"))).Released);
        Assert.Equal("2000", await hub.OneAsync("SELECT energy_wh FROM charging_session"));
    }

    [Fact]
    public async Task A_session_beside_its_charge_point_in_one_page_does_not_wait()
    {
        var page = Page(new RecordPage { ChargePoints = [Accept(ChargePoint("9"))], ChargingSessions = [Accept(Session("a", chargePoint: "9"))] });
        var written = await WriteAsync(page);
        Assert.Equal((2, 0), (written.Added, written.Waiting));
    }

    [Fact]
    public async Task Refused_records_are_kept_once_with_their_findings()
    {
        Finding wrong = new("id-missing", Severity.Error, "/id", null, "No id.");
        RefusedRecord refused = new(Dataset.ChargingSessions, null, "{\"kwh\":1}"u8.ToArray(), [wrong]);
        var page = Page(new RecordPage { Refused = [refused, refused with { Document = "{\"kwh\":2}"u8.ToArray(), OwnId = "x" }] });
        Assert.Equal((1L, 2), ((await WriteAsync(page)).Tick!.Value, page.Records.Refused.Count));
        var again = await WriteAsync(page);
        Assert.Equal((null, 2), (again.Tick, again.Refused));
        Assert.Equal(["{\"kwh\":1}", "{\"kwh\":2}"], await hub.ManyAsync("SELECT document::text FROM quarantine ORDER BY own_id"));
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
