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
        Assert.Equal(new PageWritten(null, 0, 0, 0, 0, 1, 0), await WriteAsync(page) with { Taken = new RecordPage() });
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

    [Fact]
    public async Task A_refused_record_leaves_when_its_key_is_accepted_and_no_other_does()
    {
        await WriteAsync(Page(new RecordPage
        {
            Refused =
            [
                Refused(Dataset.ChargingSessions, "a"), Refused(Dataset.ChargingSessions, "a", 2), Refused(Dataset.ChargingSessions, "b"),
                Refused(Dataset.ChargePoints, "9"), Refused(Dataset.Tariffs, "a"), Refused(Dataset.StatusChanges, "9"),
            ],
        }));
        await WriteAsync(Points("9"));
        await WriteAsync(Changes(Change(Noon, Status.Available, chargePoint: "9")));
        var right = Sessions(Session("a", chargePoint: "9"));
        Assert.NotNull((await WriteAsync(right)).Tick);
        Assert.Equal(
            ["charging_sessions b", "status_changes 9", "tariffs a"],
            await hub.ManyAsync("SELECT dataset || ' ' || own_id FROM quarantine ORDER BY 1"));
        Assert.Null((await WriteAsync(right)).Tick);
    }

    [Fact]
    public async Task A_session_that_waited_frees_its_refused_record_only_when_it_is_released()
    {
        await WriteAsync(Page(new RecordPage { Refused = [Refused(Dataset.ChargingSessions, "a")] }));
        await WriteAsync(Sessions(Session("a", chargePoint: "9")));
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        await WriteAsync(Points("9"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
    }

    [Fact]
    public async Task A_page_that_sends_a_key_both_right_and_wrong_keeps_the_refusal_and_writes_nothing_again()
    {
        var page = Page(new RecordPage { ChargePoints = [Accept(ChargePoint("9"))], Refused = [Refused(Dataset.ChargePoints, "9")] });
        await WriteAsync(page);
        Assert.Null((await WriteAsync(page)).Tick);
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine"));
    }

    [Theory]
    [InlineData("charging_sessions", "plug_in_at", "\"2026-11-20T12:00:00Z\"", "12:00")]
    [InlineData("charging_sessions", "plug_in_at", "\"2026-11-20T12:00:00+01:00\"", "11:00")]
    [InlineData("status_changes", "at", "\"2026-11-20T12:00:00.5Z\"", "12:00")]
    [InlineData("charging_sessions", "plug_in_at", "\"2026-11-20T12:00:00\"", "none")]
    [InlineData("charging_sessions", "plug_in_at", "\"2026-11-20\"", "none")]
    [InlineData("charging_sessions", "plug_in_at", "\"0001-01-01T00:00:00Z\"", "none")]
    [InlineData("charging_sessions", "plug_in_at", "1789560000", "none")]
    [InlineData("tariffs", "at", "\"2026-11-20T12:00:00Z\"", "none")]
    public async Task A_refused_record_has_its_event_time_where_it_says_so_without_doubt(string dataset, string field, string value, string stored)
    {
        var document = System.Text.Encoding.UTF8.GetBytes($"{{\"{field}\":{value}}}");
        await WriteAsync(Page(new RecordPage { Refused = [Refused(Dataset.Named(dataset)!, "a") with { Document = document }] }));
        Assert.Equal(stored, await hub.OneAsync("SELECT coalesce(to_char(event_at AT TIME ZONE 'UTC', 'HH24:MI'), 'none') FROM quarantine"));
    }

    private static RefusedRecord Refused(Dataset dataset, string ownId, int number = 1) => new(
        dataset, ownId, System.Text.Encoding.UTF8.GetBytes($"{{\"number\":{number}}}"), [new Finding("wrong", Severity.Error, "/x", null, "Wrong.")]);

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
