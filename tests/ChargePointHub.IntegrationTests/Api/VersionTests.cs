using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>One record by its id, as of an instant, and every version of it.</summary>
public sealed class VersionTests : IAsyncLifetime
{
    private const string OfLambeth = "cph_live_lambeth_secret";
    private const string ByTheHour = "cph_live_hour_secret";

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000022"])]);
        host.Granted[ByTheHour] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", null, [], TimePrecision.Hour)]);
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1")), Samples.Accept(Point("P2"))] }, minute: 0);
        foreach (var (point, borough) in new[] { ("alpha:P1", "E09000022"), ("alpha:P2", "E09000007") })
            await host.ExecuteAsync("INSERT INTO charge_point_area VALUES ('alpha', @point, @borough, 'B', NULL, NULL, '1')", ("point", point), ("borough", borough));
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Each_version_is_what_the_record_was_as_of_its_time_and_none_came_late()
    {
        foreach (var (pence, hour) in new[] { (30, 1), (40, 3), (35, 2), (50, 4) }) await TariffAsync("alpha:T/1", pence, hour);

        var versions = (await host.GetAsync("/v1/tariffs/alpha:T%2F1/versions", key: null)).Data;

        Assert.Equal([50, 40, 30], versions.Select(v => v.GetProperty("record").GetProperty("pence_per_kwh").GetInt32()));
        Assert.Equal([null, .. versions.SkipLast(1).Select(v => v.GetProperty("recorded_at").GetString())], versions.Select(v => v.GetProperty("superseded_at").GetString()));
        foreach (var version in versions)
        {
            var then = await host.GetAsync($"/v1/tariffs/alpha:T%2F1?as_of={version.GetProperty("recorded_at").GetString()}", key: null);
            Assert.Equal(version.GetProperty("record").GetRawText(), then.Json.GetProperty("data").GetRawText());
            Assert.Equal(version.GetProperty("recorded_at").GetString(), then.Json.GetProperty("meta").GetProperty("as_of").GetString());
        }

        var before = await host.GetAsync("/v1/tariffs/alpha:T%2F1?as_of=2079-01-01", key: null);
        Assert.Equal("CPH-3007", before.Code);
        Assert.Contains("No record alpha:T/1 was known here as of 2079-01-01T00:00:00", before.Body, StringComparison.Ordinal);
        Assert.Equal((await host.GetAsync("/v1/tariffs")).Data[0].GetRawText(), (await host.GetAsync("/v1/tariffs/alpha:T%2F1")).Json.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_charge_point_as_of_an_instant_is_what_the_list_then_had()
    {
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Address = "Elsewhere", LastUpdated = Samples.Noon.AddHours(1) })], Statuses = [new StatusObservation("alpha:P1", Status.Charging, null)] }, minute: 70);

        var versions = (await host.GetAsync("/v1/charge-points/alpha:P1/versions")).Data;

        Assert.Equal(["CHARGING", "MISSING"], versions.Select(v => v.GetProperty("record").GetProperty("status").GetString()));
        Assert.Equal(["MISSING", "MISSING"], (await host.GetAsync("/v1/charge-points/alpha:P1/versions", key: null)).Data.Select(v => v.GetProperty("record").GetProperty("status").GetString()));
        foreach (var version in versions)
        {
            var at = version.GetProperty("recorded_at").GetString();
            var one = await host.GetAsync($"/v1/charge-points/alpha:P1?as_of={at}");
            Assert.Equal((await host.GetAsync($"/v1/charge-points?as_of={at}")).Data[0].GetRawText(), one.Json.GetProperty("data").GetRawText());
            Assert.Equal(version.GetProperty("record").GetProperty("address").GetString(), one.Json.GetProperty("data").GetProperty("address").GetString());
        }

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Published = false, LastUpdated = Samples.Noon.AddHours(2) })] }, minute: 80);
        Assert.Equal("CPH-3002", (await host.GetAsync("/v1/charge-points/alpha:P1/versions")).Code);
    }

    [Fact]
    public async Task Versions_are_those_of_the_readers_places_with_the_readers_fields()
    {
        await SessionAsync("P1", 1, minute: 5);
        await SessionAsync("P2", 2, minute: 10);
        await SessionAsync("P2", 3, minute: 15);

        Assert.Equal([3, 2, 1], Kwh(await host.GetAsync("/v1/charging-sessions/alpha:S1/versions")));
        Assert.Equal([1], Kwh(await host.GetAsync("/v1/charging-sessions/alpha:S1/versions", OfLambeth)));
        Assert.Equal((HttpStatusCode.NotFound, "CPH-3007"), StatusOf(await host.GetAsync("/v1/charging-sessions/alpha:S1", OfLambeth)));
        Assert.Equal((HttpStatusCode.NotFound, "CPH-3007"), StatusOf(await host.GetAsync("/v1/charging-sessions/alpha:S2/versions", OfLambeth)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/charging-sessions/alpha:S1/versions", key: null)).Status);

        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "alpha", "alpha:S1", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        Assert.Equal("CPH-3007", (await host.GetAsync("/v1/charging-sessions/alpha:S1/versions")).Code);
    }

    /// <summary>What lasted from within an hour until within the same hour would tell that something happened in it.</summary>
    [Fact]
    public async Task Where_times_are_cut_versions_are_those_that_held_when_a_unit_began()
    {
        foreach (var (kwh, minute) in new[] { (1, 65), (2, 70), (3, 110), (4, 190), (5, 250) }) await SessionAsync("P1", kwh, minute);
        host.AskedAt = Begin.AddMinutes(242);

        var versions = await host.GetAsync("/v1/charging-sessions/alpha:S1/versions", ByTheHour);

        Assert.Equal([("04", null), ("02", "04")], versions.Data.Select(v => (Hour(v, "recorded_at"), Hour(v, "superseded_at"))).Select(h => (h.Item1, h.Item2)));
        Assert.All(versions.Data, v => Assert.Equal(JsonValueKind.Null, v.GetProperty("record").GetProperty("energy_kwh").ValueKind));
        Assert.All(versions.Data, v => Assert.EndsWith(":00:00.000Z", v.GetProperty("record").GetProperty("last_updated").GetString(), StringComparison.Ordinal));
        Assert.Equal(5, (await host.GetAsync("/v1/charging-sessions/alpha:S1/versions")).Data.Count);
        foreach (var version in versions.Data)
        {
            var then = await host.GetAsync($"/v1/charging-sessions/alpha:S1?as_of={Instants.Format(version.GetProperty("recorded_at").GetDateTimeOffset().AddHours(1))}", ByTheHour);
            Assert.Equal(version.GetProperty("record").GetRawText(), then.Json.GetProperty("data").GetRawText());
        }
    }

    private static readonly DateTimeOffset Begin = new(2080, 3, 2, 1, 0, 0, TimeSpan.Zero);

    private static string? Hour(JsonElement version, string name) => version.GetProperty(name).GetString()?[11..13];

    private static IEnumerable<int> Kwh(Answer answer) => answer.Data.Select(v => v.GetProperty("record").GetProperty("energy_kwh").GetInt32());

    private static (HttpStatusCode, string) StatusOf(Answer answer) => (answer.Status, answer.Code);

    private static ChargePoint Point(string own) => Samples.ChargePoint(own, op: "alpha");

    private Task<PageWritten> TariffAsync(string id, int pence, int hour) => WriteAsync(
        new RecordPage { Tariffs = [Samples.Accept(new Tariff { TariffId = id, OperatorId = "alpha", Currency = "GBP", PencePerKwh = pence, LastUpdated = Samples.Noon.AddHours(hour) })] }, minute: hour);

    private Task<PageWritten> SessionAsync(string point, int kwh, int minute) => WriteAsync(
        new RecordPage { ChargingSessions = [Samples.Accept(Samples.Session("S1", point, op: "alpha", lastUpdated: Samples.Noon.AddMinutes(kwh), kwh: kwh))] }, minute);

    /// <param name="minute">After <see cref="Begin"/> at which the hub learns it; it is asked after all.</param>
    private Task<PageWritten> WriteAsync(RecordPage records, int minute)
    {
        host.AskedAt = Begin.AddDays(1);
        return new PageWriter(host.Database) { SimulatedClock = new HandClock(Begin.AddMinutes(minute)) }.WriteAsync(
            Samples.Page(records, Dataset.ChargePoints, "alpha") with { StatusesAreEvidence = true, AskedAt = Begin.AddMinutes(minute) }, CancellationToken.None);
    }

    private sealed class HandClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
