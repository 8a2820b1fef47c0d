using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>history=all: every version in the order in which the hub learnt it. That a copy of versions equals what each record's own address says is the proof's.</summary>
public sealed class ChangeHistoryTests : IAsyncLifetime
{
    private const string OfLambeth = "cph_live_lambeth_secret";
    private const string History = "/v1/changes?history=all";

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000022"])]);
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1")), Samples.Accept(Point("P2"))], Statuses = [new StatusObservation("alpha:P1", Status.Available, null)] });
        await PlaceAsync("alpha:P1", "E09000022");
        await PlaceAsync("alpha:P2", "E09000007");
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Each_version_is_what_the_list_served_from_its_time_on_and_one_that_came_late_was_never_served()
    {
        foreach (var (pence, hour) in new[] { (30, 1), (40, 3), (35, 2), (50, 4) })
            await WriteAsync(new RecordPage { Tariffs = [Samples.Accept(new Tariff { TariffId = "alpha:T1", OperatorId = "alpha", Currency = "GBP", PencePerKwh = pence, LastUpdated = Samples.Noon.AddHours(hour) })] });
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Address = "Elsewhere", LastUpdated = Samples.Noon.AddHours(1) })], Statuses = [new StatusObservation("alpha:P1", Status.Charging, null)] });
        host.AskedAt = DateTimeOffset.UtcNow.AddHours(1);

        var told = (await host.GetAsync(History)).Data;

        var tariffs = told.Where(c => c.GetProperty("dataset").GetString() == "tariffs").ToList();
        Assert.Equal([30, 40, 50], tariffs.Select(c => c.GetProperty("record").GetProperty("pence_per_kwh").GetInt32()));
        Assert.Equal([.. tariffs.Skip(1).Select(c => c.GetProperty("recorded_at").GetString()), null], tariffs.Select(c => c.GetProperty("superseded_at").GetString()));
        Assert.Equal(2, told.Count(c => c.GetProperty("key").GetRawText() == """{"charge_point_id":"alpha:P1"}""" && c.GetProperty("dataset").GetString() == "charge_points"));
        foreach (var version in told.Where(c => c.GetProperty("dataset").GetString() is "tariffs" or "charge_points"))
        {
            var list = version.GetProperty("dataset").GetString() == "tariffs" ? "/v1/tariffs" : "/v1/charge-points";
            var then = (await host.GetAsync($"{list}?as_of={version.GetProperty("recorded_at").GetString()}")).Data;
            var record = version.GetProperty("record");
            Assert.Contains(WithoutStatus(record), then.Select(WithoutStatus));
        }

        Assert.Equal(["AVAILABLE", "CHARGING"], told.Where(c => c.GetProperty("record").TryGetProperty("charge_point_id", out var id) && id.GetString() == "alpha:P1").Where(c => c.GetProperty("dataset").GetString() == "charge_points")
            .Select(c => c.GetProperty("record").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_session_that_turns_out_to_be_of_another_charge_point_ends_where_it_was_and_its_versions_stay()
    {
        await SessionAsync("P1", 1);
        await SessionAsync("P1", 2);
        await SessionAsync("P2", 3);

        var ofLambeth = await host.GetAsync(History + "&dataset=charging_sessions", OfLambeth);
        Assert.Equal(["upsert alpha:S1 1", "upsert alpha:S1 2", "end alpha:S1"], Told(ofLambeth));
        var all = await host.GetAsync(History + "&dataset=charging_sessions");
        Assert.Equal(["upsert alpha:S1 1", "upsert alpha:S1 2", "end alpha:S1", "upsert alpha:S1 3"], Told(all));
        Assert.Equal(all.Data[3].GetProperty("recorded_at").GetString(), all.Data[1].GetProperty("superseded_at").GetString());

        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "alpha", "alpha:S1", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        Assert.Equal(["removal alpha:S1"], Told(await AfterAsync(ofLambeth, OfLambeth, "charging_sessions")));
        Assert.Empty(Told(await host.GetAsync(History + "&dataset=charging_sessions", OfLambeth)));
    }

    [Fact]
    public async Task What_moved_on_before_its_charge_point_was_purged_stays_with_the_versions_of_elsewhere()
    {
        await SessionAsync("P2", 1);
        await SessionAsync("P1", 2);
        var begun = await host.GetAsync(History + "&dataset=charging_sessions");
        var newest = await host.GetAsync("/v1/changes?dataset=charging_sessions");
        await SessionAsync("P2", 3);
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargePoints, "alpha", "alpha:P1", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);

        Assert.Equal(["upsert alpha:S1 3", "removal alpha:P1"], Told(await AfterAsync(begun, ApiHost.Key, "charging_sessions")));
        Assert.Equal(["upsert alpha:S1 3", "removal alpha:P1"], Told(await host.GetAsync($"/v1/changes?dataset=charging_sessions&cursor={newest.NextCursor}")));
        Assert.Equal(["upsert alpha:S1 1", "upsert alpha:S1 3"], Told(await host.GetAsync(History + "&dataset=charging_sessions")).Where(t => !t.StartsWith("end", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_withheld_goes_with_all_versions_and_comes_back_with_them_in_pages_of_one_too()
    {
        await SessionAsync("P1", 1);
        await SessionAsync("P1", 2);
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Address = "Elsewhere", LastUpdated = Samples.Noon.AddHours(1) })] });
        var begun = await host.GetAsync(History + "&dataset=charge_points,charging_sessions");
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Published = false, LastUpdated = Samples.Noon.AddHours(2) })] });

        var gone = await AfterAsync(begun, ApiHost.Key, "charge_points,charging_sessions");
        Assert.Equal(["removal alpha:P1", "removal alpha:P1"], Told(gone));
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { LastUpdated = Samples.Noon.AddHours(3) })] });
        var back = await AfterAsync(gone, ApiHost.Key, "charge_points,charging_sessions");

        // All of what it was, the end of what was withheld, and what happened there.
        Assert.Equal(["upsert alpha:P1", "upsert alpha:P1", "upsert alpha:P1", "upsert alpha:S1 1", "upsert alpha:S1 2"], Told(back).Order(StringComparer.Ordinal));
        Assert.Equal(back.Data.Select(c => c.GetRawText()), (await PagesAsync(History + "&dataset=charge_points,charging_sessions", gone.NextCursor)).Select(c => c.GetRawText()));
        var whole = await host.GetAsync(History);
        Assert.Equal(whole.Data.Select(c => c.GetRawText()), (await PagesAsync(History, null)).Select(c => c.GetRawText()));
        var lines = (await host.GetAsync(History + "&format=ndjson")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(whole.Data.Select(c => c.GetRawText()), lines[..^1]);
    }

    [Fact]
    public async Task A_cursor_of_versions_is_none_of_newest_states_and_where_times_are_cut_versions_are_not_told()
    {
        host.Granted["cph_live_hour_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", null, [], TimePrecision.Hour)]);
        var begun = await host.GetAsync(History);

        var foreign = await host.GetAsync($"/v1/changes?cursor={begun.NextCursor}");
        var cut = await host.GetAsync(History + "&dataset=charging_sessions", "cph_live_hour_secret");

        Assert.Equal((HttpStatusCode.BadRequest, "CPH-1202"), (foreign.Status, foreign.Code));
        Assert.Equal((HttpStatusCode.Forbidden, "CPH-2010"), (cut.Status, cut.Code));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/changes?dataset=charging_sessions", "cph_live_hour_secret")).Status);
    }

    private static IEnumerable<string> Told(Answer answer) => answer.Data.Select(c =>
        $"{c.GetProperty("operation").GetString()} {c.GetProperty("key").EnumerateObject().First().Value.GetString()}"
        + (c.GetProperty("record") is { ValueKind: JsonValueKind.Object } r && r.TryGetProperty("energy_kwh", out var kwh) ? $" {kwh.GetRawText()}" : ""));

    private static string WithoutStatus(JsonElement record) => string.Join(',', record.EnumerateObject().Where(p => !p.Name.StartsWith("status", StringComparison.Ordinal)).Select(p => $"{p.Name}:{p.Value.GetRawText()}"));

    private static ChargePoint Point(string own) => Samples.ChargePoint(own, op: "alpha");

    private Task<PageWritten> SessionAsync(string point, int kwh) =>
        WriteAsync(new RecordPage { ChargingSessions = [Samples.Accept(Samples.Session("S1", point, op: "alpha", lastUpdated: Samples.Noon.AddMinutes(kwh), kwh: kwh))] });

    private Task<int> PlaceAsync(string point, string borough) =>
        new AreaStore(host.Database).WriteAsync([new PlacedChargePoint("alpha", point, new AreaCodes(borough, borough, null, null, "1"))], CancellationToken.None);

    private Task<PageWritten> WriteAsync(RecordPage records) => new PageWriter(host.Database).WriteAsync(Samples.Page(records, Dataset.ChargePoints, "alpha") with { StatusesAreEvidence = true }, CancellationToken.None);

    private Task<Answer> AfterAsync(Answer before, string key, string datasets) => host.GetAsync($"{History}&dataset={datasets}&cursor={before.NextCursor}", key);

    private async Task<List<JsonElement>> PagesAsync(string path, string? cursor)
    {
        var told = new List<JsonElement>();
        for (var more = true; more;)
        {
            var page = await host.GetAsync($"{path}&limit=1" + (cursor is null ? "" : $"&cursor={cursor}"));
            told.AddRange(page.Data);
            (cursor, more) = (page.NextCursor, page.Json.GetProperty("has_more").GetBoolean());
        }

        return told;
    }
}
