using System.Net;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What changes tell, in which order, and when they say to begin anew. That a copy equals the lists is the proof's.</summary>
public sealed class ChangeTests : IAsyncLifetime
{
    private const string OfLambeth = "cph_live_lambeth_secret";

    private const string OfUsage = "/v1/changes?dataset=reported_usage";
    private const string Location = "alpha:L-P1";
    private const string OfLocation = "alpha:location/L-P1/2026-Q3";

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000022"]), new("alpha", "outages", ["E09000022"])]);
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1"))] }, "E09000022");
        await WriteAsync(new RecordPage { ChargingSessions = [Samples.Accept(Samples.Session("S1", "P1", op: "alpha"))] });
        await WriteAsync(new RecordPage { Tariffs = [Samples.Accept(new Tariff { TariffId = "alpha:T1", OperatorId = "alpha", Currency = "GBP" })] });
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Who_begins_is_told_what_there_is_and_then_only_what_changes()
    {
        var begun = await host.GetAsync("/v1/changes");
        Assert.Equal(["upsert charge_points alpha:P1", "upsert charging_sessions alpha:S1", "upsert tariffs alpha:T1"], Told(begun));
        Assert.False(begun.Json.GetProperty("has_more").GetBoolean());
        Assert.Equal((await host.GetAsync("/v1/charge-points")).Data[0].GetRawText(), begun.Data[0].GetProperty("record").GetRawText());
        Assert.Empty(Told(await AfterAsync(begun, ApiHost.Key)));
        Assert.Equal(["upsert charge_points alpha:P1", "upsert tariffs alpha:T1"], Told(await host.GetAsync("/v1/changes", key: null)));

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Address = "Elsewhere", LastUpdated = Samples.Noon.AddHours(1) })] });

        Assert.Equal(["upsert charge_points alpha:P1"], Told(await AfterAsync(begun, ApiHost.Key)));
    }

    [Fact]
    public async Task A_charge_point_that_leaves_a_borough_takes_along_what_happened_there_and_brings_it_back()
    {
        var begun = await host.GetAsync("/v1/changes?dataset=charging_sessions", OfLambeth);
        Assert.Equal(["upsert charging_sessions alpha:S1"], Told(begun));

        await PlaceAsync("E09000007");
        var left = await AfterAsync(begun, OfLambeth, "&dataset=charging_sessions");
        await PlaceAsync("E09000022");

        Assert.Equal(["removal charging_sessions alpha:P1"], Told(left));
        Assert.Equal("null", left.Data[0].GetProperty("record").GetRawText());
        Assert.Equal(["upsert charging_sessions alpha:S1"], Told(await AfterAsync(left, OfLambeth, "&dataset=charging_sessions")));
        Assert.Equal(["removal charging_sessions alpha:P1", "upsert charging_sessions alpha:S1"], Told(await AfterAsync(begun, OfLambeth, "&dataset=charging_sessions")));
    }

    [Fact]
    public async Task A_charge_point_that_was_never_published_is_never_told_of_and_one_that_is_withheld_is_removed()
    {
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P2") with { Published = false })] });
        var begun = await host.GetAsync("/v1/changes");
        Assert.DoesNotContain("P2", begun.Body, StringComparison.Ordinal);

        await WriteAsync(new RecordPage { ChargePoints = [.. new[] { "P1", "P2" }.Select(p => Samples.Accept(Point(p) with { Published = false, LastUpdated = Samples.Noon.AddHours(1) }))] });

        Assert.Equal(["removal charge_points alpha:P1", "removal status_changes alpha:P1", "removal charging_sessions alpha:P1", "removal outages alpha:P1", "removal reported_usage alpha:P1"], Told(await AfterAsync(begun, ApiHost.Key)));
    }

    [Fact]
    public async Task What_was_purged_is_removed_by_its_id_and_where_that_must_not_be_told_the_copy_is_begun_anew()
    {
        var begun = await host.GetAsync("/v1/changes");
        var store = new PurgeStore(host.Database);

        await store.PurgeAsync(new Purge(Dataset.Tariffs, "alpha", "alpha:T1", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        Assert.Equal(["removal tariffs alpha:T1"], Told(await AfterAsync(begun, ApiHost.Key)));
        await store.PurgeAsync(new Purge(Dataset.ChargingSessions, "alpha", "alpha:S1", HidesId: true, IsMended: false, "x", "x"), CancellationToken.None);

        var gone = await AfterAsync(begun, ApiHost.Key);
        Assert.Equal((HttpStatusCode.Gone, "CPH-1207"), (gone.Status, gone.Code));
        Assert.Equal(["upsert charge_points alpha:P1"], Told(await host.GetAsync("/v1/changes")));
    }

    [Fact]
    public async Task Who_is_told_of_times_in_hours_is_told_of_such_a_purge_when_its_hour_is_over_and_begins_anew_once()
    {
        const string sessions = "&dataset=charging_sessions";
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", null, Precision: TimePrecision.Hour)]);
        host.AskedAt = DateTimeOffset.UtcNow.AddHours(-1);
        var before = await host.GetAsync("/v1/changes?dataset=charging_sessions", OfLambeth);
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "alpha", "alpha:S1", HidesId: true, IsMended: false, "x", "x"), CancellationToken.None);

        // In that hour nothing is told, and a copy that is begun in it can be followed.
        var anew = await host.GetAsync("/v1/changes?dataset=charging_sessions", OfLambeth);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await AfterAsync(before, OfLambeth, sessions)).Status, (await AfterAsync(anew, OfLambeth, sessions)).Status));

        host.AskedAt = DateTimeOffset.UtcNow.AddHours(2);
        Assert.Equal("CPH-1207", (await AfterAsync(before, OfLambeth, sessions)).Code);
        var after = await host.GetAsync("/v1/changes?dataset=charging_sessions", OfLambeth);
        Assert.Equal(HttpStatusCode.OK, (await AfterAsync(after, OfLambeth, sessions)).Status);
    }

    [Fact]
    public async Task A_charge_point_that_comes_again_mended_in_another_borough_has_left_the_one_before_and_its_id_is_not_told()
    {
        host.AskedAt = DateTimeOffset.UtcNow.AddMinutes(1);
        var points = await host.GetAsync("/v1/changes?dataset=charge_points");
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargePoints, "alpha", "alpha:P1", HidesId: true, IsMended: true, "x", "x"), CancellationToken.None);
        var begun = await host.GetAsync("/v1/changes?dataset=charging_sessions", OfLambeth);
        Assert.Equal(["upsert charging_sessions alpha:S1"], Told(begun));
        Assert.Equal("CPH-1207", (await AfterAsync(points, ApiHost.Key, "&dataset=charge_points")).Code);
        Assert.Empty(Told(await host.GetAsync($"/v1/changes?dataset=charge_points&since={Uri.EscapeDataString(points.Json.GetProperty("meta").GetProperty("as_of").GetString()!)}", key: null)));

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { LastUpdated = Samples.Noon.AddHours(1) })] }, "E09000007");
        Assert.Equal(["removal charging_sessions alpha:P1"], Told(await AfterAsync(begun, OfLambeth, "&dataset=charging_sessions")));
    }

    [Fact]
    public async Task What_is_reported_of_a_location_goes_with_one_of_its_charge_points_and_comes_back_with_it()
    {
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "reported_usage", ["E09000022"])]);
        await WriteAsync(new RecordPage { ReportedUsage = [Samples.Accept(Usage(UsageGroup.ChargePoint, "alpha:P1")), Samples.Accept(Usage(UsageGroup.Location, Location)), Samples.Accept(Usage(UsageGroup.Operator, "alpha"))] });
        var begun = await host.GetAsync(OfUsage, OfLambeth);
        var all = await host.GetAsync(OfUsage);
        Assert.Equal(["upsert reported_usage alpha:charge_point/P1/2026-Q3", $"upsert reported_usage {OfLocation}"], Told(begun));
        Assert.Equal(3, all.Data.Count);

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { LocationId = "alpha:elsewhere", LastUpdated = Samples.Noon.AddHours(1) })] });
        var left = await AfterAsync(begun, OfLambeth, "&dataset=reported_usage");
        Assert.Equal([$"removal reported_usage {Location}"], Told(left));
        Assert.Equal($$"""{"location_id":"{{Location}}"}""", left.Data[0].GetProperty("key").GetRawText());
        Assert.Equal([$"upsert reported_usage {OfLocation}"], Told(await AfterAsync(all, ApiHost.Key, "&dataset=reported_usage")));

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { LastUpdated = Samples.Noon.AddHours(2) })] });
        Assert.Equal([$"upsert reported_usage {OfLocation}"], Told(await AfterAsync(left, OfLambeth, "&dataset=reported_usage")));
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ReportedUsage, "alpha", OfLocation, HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        Assert.Equal([$"removal reported_usage {OfLocation}"], Told(await AfterAsync(left, OfLambeth, "&dataset=reported_usage")));
    }

    [Fact]
    public async Task What_is_reported_of_a_location_goes_when_one_of_its_charge_points_is_withheld_and_row_security_hides_that_from_others()
    {
        await WriteAsync(new RecordPage { ReportedUsage = [Samples.Accept(Usage(UsageGroup.Location, Location))] });
        var begun = await host.GetAsync(OfUsage);

        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P2") with { LocationId = Location, Published = false })] });

        Assert.Equal([$"removal reported_usage {Location}"], Told(await AfterAsync(begun, ApiHost.Key, "&dataset=reported_usage")));
        var query = new ChangeQuery { Datasets = [Dataset.ReportedUsage], After = ChangePlace.Start, UpTo = 100, Begun = 0, Limit = 10 };
        async Task<int> SeenAsync(Right right) =>
            (await new ChangeQueries(host.Database) { Layer = _ => Scope.Everything }.ReadAsync(query, Scope.Of(OrganisationRole.Tfl, null, [right]), CancellationToken.None)).Count;
        Assert.Equal((1, 0), (await SeenAsync(new("alpha", "reported_usage", null)), await SeenAsync(new("alpha", "charging_sessions", null))));
    }

    [Fact]
    public async Task A_database_that_was_set_back_is_noticed_though_its_ticks_have_been_taken_again()
    {
        var begun = await host.GetAsync("/v1/changes");
        await host.ExecuteAsync("UPDATE hub_tick SET recorded_at = recorded_at + interval '1 second' WHERE tick = (SELECT tick FROM hub_clock)");

        var gone = await AfterAsync(begun, ApiHost.Key);

        Assert.Equal((HttpStatusCode.Gone, "CPH-1206"), (gone.Status, gone.Code));
        Assert.Equal("CPH-1206", (await host.GetAsync("/v1/changes", headers: [("Accept", "text/event-stream"), ("Last-Event-ID", begun.NextCursor!)])).Code);
    }

    [Theory]
    [InlineData(3, HttpStatusCode.OK)]
    [InlineData(6, HttpStatusCode.BadRequest)]
    public async Task What_an_answer_names_as_its_time_can_be_asked_for_though_the_databases_clock_is_ahead(int seconds, HttpStatusCode status)
    {
        var begun = await host.GetAsync("/v1/changes");
        var asOf = begun.Json.GetProperty("meta").GetProperty("as_of").GetDateTimeOffset();
        host.AskedAt = asOf.AddSeconds(-seconds);

        Assert.Equal(status, (await host.GetAsync($"/v1/changes?since={Instants.Format(asOf)}")).Status);
        Assert.Equal(status, (await host.GetAsync($"/v1/tariffs?as_of={Instants.Format(asOf)}")).Status);
    }

    [Fact]
    public async Task Events_tell_what_there_is_and_what_comes_and_go_on_after_the_last_that_was_had()
    {
        var events = await EventsAsync(null, 4, afterwards: () => WriteAsync(new RecordPage { ChargingSessions = [Samples.Accept(Samples.Session("S2", "P1", op: "alpha"))] }), after: 3);

        Assert.Equal(["alpha:P1", "alpha:S1", "alpha:T1", "alpha:S2"], events.Select(e => e.Id));
        Assert.Equal(["alpha:T1", "alpha:S2"], (await EventsAsync(events[1].Cursor, 2)).Select(e => e.Id));
    }

    [Fact]
    public async Task Outages_are_told_as_reported_and_one_that_is_of_another_charge_point_now_is_removed_for_who_has_that_of_the_old_one_alone()
    {
        await WriteAsync(new RecordPage { Outages = [Samples.Accept(Samples.Outage("O1", "P1", op: "alpha"))] });
        var begun = await host.GetAsync("/v1/changes?dataset=outages", OfLambeth);
        var moved = Samples.Outage("O1", "P9", op: "alpha") with { LastUpdated = Samples.Noon.AddDays(1) };
        await WriteAsync(new RecordPage { Outages = [Samples.Accept(moved), Samples.Accept(Samples.Outage("O2", "P1", minutes: null, op: "alpha"))] });
        var then = await AfterAsync(begun, OfLambeth, "&dataset=outages");
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Point("P1") with { Published = false, LastUpdated = Samples.Noon.AddHours(1) })] });

        Assert.Equal(["upsert outages alpha:O1"], Told(begun));
        Assert.Equal(["removal outages alpha:O1", "upsert outages alpha:O2"], Told(then));
        Assert.Equal(["removal outages alpha:P1"], Told(await AfterAsync(then, OfLambeth, "&dataset=outages")));
    }

    private static IEnumerable<string> Told(Answer answer) => answer.Data.Select(c =>
        $"{c.GetProperty("operation").GetString()} {c.GetProperty("dataset").GetString()} {c.GetProperty("key").EnumerateObject().First().Value.GetString()}");

    private static ReportedUsage Usage(UsageGroup group, string id) => Samples.Usage(id, group: group);

    private static ChargePoint Point(string own) => Samples.ChargePoint(own, op: "alpha");

    private Task<Answer> AfterAsync(Answer before, string key, string rest = "") => host.GetAsync($"/v1/changes?cursor={before.NextCursor}{rest}", key);

    private Task<int> PlaceAsync(string borough) =>
        new AreaStore(host.Database).WriteAsync([new PlacedChargePoint("alpha", "alpha:P1", new AreaCodes(borough, borough, null, null, "1"))], CancellationToken.None);

    private Task<PageWritten> WriteAsync(RecordPage records, string? borough = null) => new PageWriter(host.Database).WriteAsync(
        Samples.Page(records, Dataset.ChargePoints, "alpha") with
        {
            Areas = borough is null ? new Dictionary<string, AreaCodes>() : new Dictionary<string, AreaCodes> { ["alpha:P1"] = new(borough, borough, null, null, "1") },
        },
        CancellationToken.None);

    /// <summary>So many changes of a stream, with the id of each event.</summary>
    /// <param name="after">Changes after which something happens.</param>
    private async Task<List<(string Id, string Cursor)>> EventsAsync(string? last, int count, Func<Task>? afterwards = null, int after = 0)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/changes") { Headers = { { "Accept", "text/event-stream" }, { "X-API-Key", ApiHost.Key } } };
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));
        var events = new List<(string, string)>();
        var id = "";
        while (events.Count < count && await lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (!line.StartsWith("data: {\"dataset\"", StringComparison.Ordinal)) continue;
            events.Add((System.Text.Json.JsonDocument.Parse(line[6..]).RootElement.GetProperty("key").EnumerateObject().First().Value.GetString()!, id));
            if (events.Count == after && afterwards is not null) await afterwards();
        }

        return events;
    }
}
