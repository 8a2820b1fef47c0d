using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Session and CDR of one charge are one charging session, whichever page brings which of them first.</summary>
public sealed class SessionJoinTests : IAsyncLifetime
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
    public async Task Whatever_the_order_and_however_often_the_same_records_stand()
    {
        // Of one charge point: a session in three states, one that a retry follows within two minutes, CDRs that name their session and CDRs that do not, one that was
        // corrected, one more than there are sessions, and one with the number of a session that it is not of; of another, CDRs alone, one of them corrected; and a session that nothing joins.
        ChargingSession[] parts =
        [
            Part("S1", kwh: 1, last: 1, final: false), Part("s1", kwh: 2, last: 2, final: false), Part("S1", kwh: 3, last: 3),
            Part("S2", kwh: 0.1m, start: 60), Part("S3", kwh: 8, start: 150), Part("S4", kwh: 4, start: 3000),
            Cdr("C1", "S1", kwh: 3.5m, last: 4), Credit("K1", "C1", "S1", last: 5), Cdr("C1b", "S1", kwh: 3.4m, last: 5), Cdr("C2", null, kwh: 0.2m, start: 62), Cdr("C3", null, kwh: 8.1m, start: 151),
            Cdr("C4", null, kwh: 0.2m, start: 30), Cdr("S4", null, kwh: 3, start: 3500),
            Cdr("D1", null, kwh: 5, point: "2"), Credit("K2", "D1", null, last: 6, point: "2"), Cdr("D2", null, kwh: 6, last: 7, point: "2"), Cdr("D3", null, kwh: 9, start: 900, point: "2"),
        ];
        string[] expected =
        [
            "char-gy:CDR C4 200 1 4", "char-gy:CDR D1 6000 2 7", "char-gy:CDR D3 9000 2 4", "char-gy:CDR S4 3000 1 4", "char-gy:S1 3400 1 5", "char-gy:S2 200 1 4", "char-gy:S3 8100 1 4", "char-gy:S4 4000 1 3",
        ];
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            await using var other = await HubDatabase.CreateDatabaseAsync();
            var here = new PageWriter(other.Database);
            await here.WriteAsync(Points("1", "2"), CancellationToken.None);
            var order = parts.Concat(parts.Where(_ => random.Next(3) == 0)).ToArray();
            random.Shuffle(order);
            foreach (var page in order.Chunk(random.Next(1, 6)))
            {
                var once = page.GroupBy(p => (p.Part!.Kind, JoinedSession.Key(p.Part.PartId), p.LastUpdated)).Select(g => g.First()).ToArray();
                await here.WriteAsync(Sessions(once), CancellationToken.None);
            }

            Assert.Equal(expected, await other.ManyAsync(
                "SELECT session_id || ' ' || energy_wh || ' ' || right(charge_point_id, 1) || ' ' || extract(hour FROM last_updated AT TIME ZONE 'UTC') - 12 FROM charging_session ORDER BY 1"));
            var tick = await other.OneAsync("SELECT tick FROM hub_clock");
            foreach (var part in parts.Where(p => p.SessionId != $"{Operator}:s1")) await here.WriteAsync(Sessions(part), CancellationToken.None);
            Assert.Equal(tick, await other.OneAsync("SELECT tick FROM hub_clock"));
        }
    }

    [Fact]
    public async Task What_stood_under_a_CDRs_own_id_ends_when_its_session_appears_and_stays_in_older_answers()
    {
        await WriteAsync(Points("1"));
        var first = await WriteAsync(Sessions(Cdr("C", null, kwh: 5)));
        var second = await WriteAsync(Sessions(Part("S", kwh: 4, start: 30)));

        Assert.Equal(["char-gy:S"], await hub.ManyAsync("SELECT session_id FROM charging_session"));
        Assert.Equal([$"char-gy:CDR C {first.Tick} {second.Tick}"], await hub.ManyAsync("SELECT session_id || ' ' || tick || ' ' || tick_to FROM charging_session_version"));
    }

    [Fact]
    public async Task Of_two_CDRs_that_name_one_session_the_one_that_is_left_out_is_told()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Part("S", kwh: 4), Cdr("C1", "S", kwh: 5), Cdr("C2", "S", kwh: 6, last: 5)));
        Assert.Equal(["6000 cdr-several warning CDR C1: 5 kWh"], await hub.ManyAsync(
            "SELECT energy_wh || ' ' || (f ->> 'rule') || ' ' || (f ->> 'severity') || ' ' || (f ->> 'value') FROM charging_session, json_array_elements(findings) f"));
    }

    [Fact]
    public async Task A_completed_session_is_not_opened_again()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Part("S", kwh: 4, last: 3)));
        Assert.Null((await WriteAsync(Sessions(Part("S", kwh: 1, last: 9, final: false)))).Tick);
        Assert.NotNull((await WriteAsync(Sessions(Part("S", kwh: 5, last: 9)))).Tick);
    }

    [Fact]
    public async Task What_waits_for_its_charge_point_waits_as_one_and_is_released_as_one()
    {
        await WriteAsync(Sessions(Cdr("C", null, kwh: 5)));
        await WriteAsync(Sessions(Part("S", kwh: 4, start: 30)));
        Assert.Equal(["char-gy:S"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
        Assert.Null((await WriteAsync(Sessions(Part("S", kwh: 4, start: 30)))).Tick);

        Assert.Equal(1, (await WriteAsync(Points("1"))).Released);
        Assert.Equal(["char-gy:S 5000"], await hub.ManyAsync("SELECT session_id || ' ' || energy_wh FROM charging_session"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        Assert.Null((await WriteAsync(Sessions(Cdr("C", null, kwh: 5)))).Tick);
    }

    [Fact]
    public async Task A_refused_CDR_does_not_leave_quarantine_with_its_session()
    {
        Finding wrong = new("energy-negative", Severity.Error, "/total_energy", "-1", "Wrong.");
        await WriteAsync(Points("1"));
        await WriteAsync(Page(new RecordPage { Refused = [new RefusedRecord(Dataset.ChargingSessions, "CDR X", "{}"u8.ToArray(), [wrong])] }));
        await WriteAsync(Sessions(Part("X", kwh: 4)));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        await WriteAsync(Sessions(Cdr("X", "X", kwh: 4)));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
    }

    [Fact]
    public async Task What_was_purged_does_not_come_back_under_the_id_of_its_CDR()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Part("S", kwh: 4), Cdr("C", null, kwh: 5)));
        var purge = new Purge(Dataset.ChargingSessions, Operator, $"{Operator}:S", HidesId: false, IsMended: false, "test", "test");
        await new PurgeStore(hub.Database).PurgeAsync(purge, CancellationToken.None);
        await WriteAsync(Sessions(Part("S", kwh: 4), Cdr("C", null, kwh: 5)));
        await WriteAsync(Sessions(Cdr("C", null, kwh: 5)));

        Assert.Equal("0 0 0", await hub.OneAsync(
            "SELECT (SELECT count(*) FROM charging_session) || ' ' || (SELECT count(*) FROM charging_session_version) || ' ' || (SELECT count(*) FROM session_part)"));
    }

    [Fact]
    public async Task A_charge_point_is_known_whatever_the_case_of_its_id()
    {
        await WriteAsync(Points("Cp-1"));
        await WriteAsync(Sessions(Part("S", kwh: 4) with { ChargePointId = $"{Operator}:CP-1" }));
        Assert.Equal(["char-gy:Cp-1"], await hub.ManyAsync("SELECT charge_point_id FROM charging_session"));
    }

    [Fact]
    public async Task A_lying_last_updated_decides_nothing()
    {
        await WriteAsync(Points("1"));
        await WriteAsync(Sessions(Part("S", kwh: 4), Cdr("C", "S", kwh: 5)) with { LastUpdatedLies = true });
        Assert.Null((await WriteAsync(Sessions(Part("S", kwh: 4, last: 8), Cdr("C", "S", kwh: 5, last: 8)) with { LastUpdatedLies = true })).Tick);
    }

    private static ChargingSession Part(string id, decimal kwh, int start = 0, int last = 3, bool final = true) =>
        Of(id, kwh, start, last, "1", new SessionPart(SessionPartKind.Session, $"{Operator}:{id}", true, final, null)) with { PlugOutAt = final ? Noon.AddHours(2) : null };

    private static ChargingSession Cdr(string id, string? session, decimal kwh, int start = 0, int last = 4, string point = "1") =>
        Of(session ?? $"CDR {id}", kwh, start, last, point, new SessionPart(SessionPartKind.Cdr, $"{Operator}:CDR {id}", session is not null, true, null));

    private static ChargingSession Credit(string id, string credits, string? session, int last, string point = "1") =>
        Of(session ?? $"CDR {id}", null, 0, last, point, new SessionPart(SessionPartKind.Cdr, $"{Operator}:CDR {id}", session is not null, true, $"{Operator}:CDR {credits}"));

    private static ChargingSession Of(string id, decimal? kwh, int start, int last, string point, SessionPart part) => Session(id, point, Noon.AddHours(last)) with
    {
        PlugInAt = Noon.AddSeconds(start),
        EnergyKwh = kwh,
        Part = part,
    };

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);
}
