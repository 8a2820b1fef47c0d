using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/outages of an operator that reports none: derived from its status changes, in one list with those of one that does.</summary>
public sealed class DerivedOutageTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Lambeth = "E09000022";
    private const string Camden = "E09000007";

    private static readonly DateTimeOffset Now = ApiHost.Now;

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        ListedDataset Plan(Dataset dataset, WindowAxis axis) => new() { Dataset = dataset, Axis = axis, Protocol = "loti-v1", Earliest = Now.AddDays(-18) };
        host.Directory = new OperatorDirectory(
        [
            new ListedOperator("alpha", "Alpha", null, null, [Plan(Dataset.Outages, WindowAxis.StartedAt), Plan(Dataset.StatusChanges, WindowAxis.At)]),
            new ListedOperator("beta", "Beta", null, null, [Plan(Dataset.StatusChanges, WindowAxis.At)]), new ListedOperator("gamma", "Gamma", null, null, []),
            new ListedOperator("delta", "Delta", null, null, [Plan(Dataset.Outages, WindowAxis.StartedAt), Plan(Dataset.StatusChanges, WindowAxis.At)]),
            new ListedOperator("epsilon", "Epsilon", null, null, [Plan(Dataset.StatusChanges, WindowAxis.At)]),
        ]);
        Grant("lambeth", new Right("beta", "outages", [Lambeth]));
        Grant("all", new Right("beta", "outages", null));
        Grant("hour", new Right("beta", "outages", null, null, TimePrecision.Hour));
        Grant("blind", new Right("beta", "outages", null, []));
        foreach (var (id, borough, published) in new[] { ("beta:P1", Lambeth, true), ("beta:P2", Lambeth, true), ("beta:P3", Camden, true), ("beta:P4", Camden, true), ("beta:P5", Camden, true), ("beta:H1", Lambeth, false) })
            await host.AddChargePointAsync(id, borough, published);
        (string Point, double HoursAgo, Status Status)[] changes =
        [
            ("P1", 30, Status.Available), ("P1", 20, Status.OutOfOrder), ("P1", 18, Status.Inoperative), ("P1", 10, Status.Charging), ("P1", 5, Status.Planned), ("P1", 4, Status.Charging),
            ("P2", 9, Status.Planned), ("P2", 8, Status.Available), ("P3", 40, Status.OutOfOrder), ("P4", 6, Status.Inoperative), ("P4", 5.5, Status.Unknown),
            ("P5", 50, Status.Available), ("P5", 2.9, Status.OutOfOrder), ("P5", 2.75, Status.Available), ("P5", 2.5, Status.OutOfOrder), ("P5", 2.25, Status.Blocked), ("H1", 3, Status.OutOfOrder),
            ("P9", 7, Status.Inoperative),

            // That the hub saw nothing ends no outage and begins none; what was planned before nobody knew is still to open.
            ("P1", 19, Status.Missing), ("P1", 4.5, Status.Missing), ("P9", 6.75, Status.Missing), ("P6", 60, Status.Planned), ("P6", 7, Status.Unknown), ("P6", 6.5, Status.Planned), ("P6", 6.25, Status.Missing), ("P6", 6, Status.Planned),
        ];
        // At one instant into being out of use and, as was learnt later, out of it: that is none.
        changes = [.. changes, ("P7", 30, Status.Available), ("P7", 3.5, Status.OutOfOrder), ("P7", 3.5, Status.Available)];
        foreach (var (point, hoursAgo, status) in changes) await host.AddStatusChangeAsync($"beta:{point}", Now.AddHours(-hoursAgo), status);
        await host.AddStatusChangeAsync("alpha:A1", Now.AddHours(-6), Status.OutOfOrder);
        await host.AddAsync(Samples.Outage("O1", "A1", Now.AddHours(-6), op: "alpha"));

        // One begins to report at the second tick; of another only what it reported is left, and its file says nothing of outages any more.
        foreach (var (op, own, tick) in new[] { ("delta", "D1", 2), ("epsilon", "E1", 1) })
        {
            await host.AddStatusChangeAsync($"{op}:P1", Now.AddDays(-12), Status.OutOfOrder);
            await host.AddStatusChangeAsync($"{op}:P1", Now.AddDays(-12).AddHours(2), Status.Available);
            await host.AddAsync(Samples.Outage(own, "P1", Now.AddDays(-12), 90, op: op), tick);
            await host.CoverAsync(op, Dataset.StatusChanges, new Window(Now.AddDays(-18), Now.AddMinutes(-10)));
        }

        await host.CoverAsync("delta", Dataset.Outages, new Window(Now.AddDays(-15), Now.AddMinutes(-10)), tick: 2);
        await host.ExecuteAsync("UPDATE status_change SET tick = 2 WHERE (charge_point_id = 'beta:P1' AND at > '2026-11-20T01:00:00Z') OR (charge_point_id = 'beta:P7' AND at > '2026-11-20Z' AND status = 'AVAILABLE')");
        await host.TickAsync(1);
        await host.TickAsync(2);
        await host.ExecuteAsync("UPDATE hub_tick SET recorded_at = @at WHERE tick = 1", ("at", Now.AddHours(-9)));
        await host.CoverAsync("alpha", Dataset.Outages, new Window(Now.AddDays(-18), Now.AddMinutes(-10)));
        await host.CoverAsync("beta", Dataset.StatusChanges, new Window(Now.AddDays(-18), Now.AddHours(-23)));
        await host.CoverAsync("beta", Dataset.StatusChanges, new Window(Now.AddHours(-22), Now.AddMinutes(-10)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Those_of_one_who_reports_and_of_one_who_does_not_stand_in_one_list_and_a_derived_one_has_every_field()
    {
        var answer = await host.GetAsync("/v1/outages?operator=alpha,beta");

        Assert.Equal(["P1 16:00-02:00", "P9 05:00-", "O1 06:00-07:30", "P4 06:00-06:30", "P1 07:00-08:00", "P5 09:06-09:15", "P5 09:30-09:45"], Told(answer));
        Assert.Equal("""{"outage_id":"beta:P1/2026-11-19T16:00:00.000Z","operator_id":"beta","charge_point_id":"beta:P1","started_at":"2026-11-19T16:00:00.000Z","detected_at":null,"reported_at":null,"attended_at":null,"ended_at":"2026-11-20T02:00:00.000Z","category":null,"cause":null,"exempt":null,"exempt_reason":null,"derived":true,"last_updated":null}""", answer.Data[0].GetRawText());
        Assert.Equal([true, true, false, true, true, true, true], answer.Data.Select(o => o.GetProperty("derived").GetBoolean()));
        Assert.Equal("PLANNED_MAINTENANCE", answer.Data[4].GetProperty("category").GetString());
    }

    [Fact]
    public async Task How_whole_derived_ones_are_their_status_changes_say_and_who_has_neither_provides_none()
    {
        var completeness = (await host.GetAsync("/v1/outages")).Json.GetProperty("meta").GetProperty("completeness");

        Assert.Equal(["beta 2026-11-19T13:00:00.000Z"], completeness.GetProperty("gaps").EnumerateArray().Select(g => $"{g.GetProperty("operator_id")} {g.GetProperty("from")}"));
        Assert.Equal(["gamma", "epsilon"], completeness.GetProperty("not_provided").EnumerateArray().Select(o => o.GetString()));
        Assert.Empty((await host.GetAsync("/v1/gaps?operator=beta&dataset=outages")).Data);
    }

    [Theory]
    [InlineData("time_field=lasting", "P3 20:00- P1 16:00-02:00 P9 05:00- P4 06:00-06:30 P1 07:00-08:00 P5 09:06-09:15 P5 09:30-09:45")]
    [InlineData("time_field=lasting&from=2026-11-20T01:59:00Z&to=2026-11-20T02:00:00Z", "P3 20:00- P1 16:00-02:00")]
    [InlineData("time_field=lasting&from=2026-11-20T02:00:00Z&to=2026-11-20T03:00:00Z", "P3 20:00-")]
    [InlineData("time_field=lasting&from=2026-11-19T17:30:00Z&to=2026-11-19T17:45:00Z", "P3 20:00- P1 16:00-02:00")]
    [InlineData("time_field=ended_at&from=2026-11-20T02:00:00Z&to=2026-11-20T06:30:00Z", "P1 16:00-02:00")]
    [InlineData("time_field=ended_at&from=2026-11-20T06:00:00Z&to=2026-11-20T07:00:00Z", "P4 06:00-06:30")]
    [InlineData("time_field=last_updated", "")]
    [InlineData("time_field=recorded_at&from=2000-01-01", "")]
    [InlineData("origin=reported", "")]
    [InlineData("origin=derived&category=PLANNED_MAINTENANCE", "P1 07:00-08:00")]
    [InlineData("from=2026-11-01&to=2026-11-19", "P3 20:00-")]
    [InlineData("category=PLANNED_MAINTENANCE", "P1 07:00-08:00")]
    [InlineData("borough=camden&sort=-started_at", "P5 09:30-09:45 P5 09:06-09:15 P4 06:00-06:30")]
    public async Task Filters_narrow_what_is_there_and_what_is_counted(string query, string expected)
    {
        var answer = await host.GetAsync($"/v1/outages?operator=beta&count=exact&{query}");

        Assert.Equal(expected, string.Join(' ', Told(answer)));
        Assert.Equal(answer.Data.Count, answer.Json.GetProperty("meta").GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("?time_field=lasting")]
    [InlineData("?time_field=lasting&sort=-started_at")]
    public async Task Pages_of_one_are_the_whole_and_so_are_the_stream_and_the_table(string query)
    {
        var whole = (await host.GetAsync("/v1/outages" + query)).Data.Select(o => o.GetRawText()).ToList();
        var pages = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await host.GetAsync($"/v1/outages{query}&limit=1{(cursor.Length == 0 ? "" : "&cursor=" + cursor)}");
            pages.AddRange(page.Data.Select(o => o.GetRawText()));
            cursor = page.NextCursor;
        }

        Assert.Equal(8, whole.Count);
        Assert.Equal(whole, pages);
        Assert.Equal(whole, (await host.GetAsync($"/v1/outages{query}&format=ndjson")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1]);
        Assert.Equal(whole.Count + 1, (await host.GetAsync($"/v1/outages{query}&format=csv")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task As_of_an_earlier_tick_they_are_what_was_known_then()
    {
        var answer = await host.GetAsync("/v1/outages?operator=beta&from=2026-11-19T12:00:00Z&as_of=2026-11-20T03:30:00Z");

        Assert.Equal(["P1 16:00-"], Told(answer));
    }

    [Fact]
    public async Task Before_it_began_to_report_an_operators_outages_are_derived_and_judged_so_and_from_then_on_all_are_its_own()
    {
        const string asked = "/v1/outages?operator=delta&from=2026-11-03T00:00:00Z&to=2026-11-10T00:00:00Z";
        var (now, then, still) = (await host.GetAsync(asked), await host.GetAsync(asked + "&as_of=2026-11-20T03:30:00Z"), await host.GetAsync("/v1/outages?operator=epsilon&from=2026-11-03"));

        Assert.Equal(["D1 12:00-13:30"], Told(now));
        Assert.Equal(["P1 12:00-14:00"], Told(then));
        Assert.Equal(["E1 12:00-13:30"], Told(still));
        Assert.Equal(["2026-11-03T00:00:00.000Z"], GapsOf(now));
        Assert.Empty(GapsOf(then));

        static IEnumerable<string?> GapsOf(Answer answer) => answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("gaps").EnumerateArray().Select(g => g.GetProperty("from").GetString());
    }

    [Fact]
    public async Task A_walk_goes_on_as_it_was_begun_when_the_operator_begins_to_report_meanwhile()
    {
        var whole = Told(await host.GetAsync("/v1/outages?operator=beta")).ToList();
        var first = await host.GetAsync("/v1/outages?operator=beta&limit=2");
        await host.ExecuteAsync("INSERT INTO outage_reporter VALUES ('beta', 3)");
        await host.TickAsync(3);
        var rest = await host.GetAsync($"/v1/outages?operator=beta&limit=50&cursor={first.NextCursor}");
        var anew = await host.GetAsync("/v1/outages?operator=beta");
        await host.ExecuteAsync("DELETE FROM outage_reporter WHERE operator_id = 'beta'");

        Assert.Equal(whole, [.. Told(first), .. Told(rest)]);
        Assert.Equal(["beta"], rest.Json.GetProperty("meta").GetProperty("completeness").GetProperty("gaps").EnumerateArray().Select(g => g.GetProperty("operator_id").GetString()));
        Assert.Empty(anew.Data);
        Assert.Equal(["beta"], anew.Json.GetProperty("meta").GetProperty("completeness").GetProperty("not_provided").EnumerateArray().Select(o => o.GetString()));
    }

    [Theory]
    [InlineData("lambeth", "P1 16:00-02:00 P1 07:00-08:00")]
    [InlineData("all", "P1 16:00-02:00 P9 05:00- P4 06:00-06:30 P1 07:00-08:00 P5 09:06-09:15 P5 09:30-09:45")]
    public async Task A_grant_of_outages_holds_derived_ones_at_its_charge_points_without_one_of_status_changes(string key, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Told(await host.GetAsync("/v1/outages", KeyOf(key)))));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await host.GetAsync("/v1/status-changes", KeyOf(key))).Status);
    }

    [Fact]
    public async Task Where_times_are_cut_ids_are_made_of_the_cut_ones_and_nothing_tells_a_finer_one()
    {
        var whole = await host.GetAsync("/v1/outages", KeyOf("hour"));
        var pages = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await host.GetAsync($"/v1/outages?limit=1{(cursor.Length == 0 ? "" : "&cursor=" + cursor)}", KeyOf("hour"));
            pages.AddRange(page.Data.Select(o => o.GetRawText()));
            cursor = page.NextCursor;
        }

        Assert.Equal(
            ["P1/2026-11-19T16:00:00.000Z", "P9/2026-11-20T05:00:00.000Z", "P4/2026-11-20T06:00:00.000Z", "P1/2026-11-20T07:00:00.000Z", "P5/2026-11-20T09:00:00.000Z", "P5/2026-11-20T09:00:00.000Z/2"],
            whole.Data.Select(o => o.GetProperty("outage_id").GetString()!.Split(':', 2)[1]));
        Assert.Equal(whole.Data.Select(o => o.GetRawText()), pages);
        Assert.DoesNotMatch(@"T\d\d:(0[1-9]|[1-5]\d):", string.Concat(pages));
        Assert.Equal("CPH-1107", (await host.GetAsync("/v1/outages?time_field=lasting", KeyOf("hour"))).Code);
    }

    [Fact]
    public async Task Where_times_are_cut_an_id_does_not_depend_on_what_was_asked()
    {
        // Two faults and, between and after them, two times of maintenance, all begun in one hour; the last goes on into the next.
        (int Minute, Status Status)[] changes =
            [(0, Status.Available), (5, Status.OutOfOrder), (10, Status.Available), (15, Status.Planned), (20, Status.Available), (25, Status.OutOfOrder), (30, Status.Available), (35, Status.Planned), (70, Status.Available)];
        foreach (var (minute, status) in changes) await host.AddStatusChangeAsync("beta:P2", new DateTimeOffset(2026, 11, 5, 9, 0, 0, TimeSpan.Zero).AddMinutes(minute), status);
        const string Day = "/v1/outages?period=2026-11-05&operator=beta";

        var whole = Ids(await host.GetAsync(Day, KeyOf("hour")));
        var planned = Ids(await host.GetAsync(Day + "&category=PLANNED_MAINTENANCE", KeyOf("hour")));
        var (first, last) = (await host.GetAsync(Day + "&category=PLANNED_MAINTENANCE&limit=1", KeyOf("hour")), Ids(await host.GetAsync(Day + "&category=PLANNED_MAINTENANCE&sort=-started_at", KeyOf("hour"))));
        var second = await host.GetAsync($"{Day}&category=PLANNED_MAINTENANCE&limit=1&cursor={first.NextCursor}", KeyOf("hour"));
        var counted = await host.GetAsync(Day + "&category=PLANNED_MAINTENANCE&count=exact", KeyOf("hour"));
        var atTheirAddresses = new List<Answer>();
        foreach (var id in planned) atTheirAddresses.Add(await host.GetAsync("/v1/outages/" + id.Replace("/", "%2F", StringComparison.Ordinal), KeyOf("hour")));
        await host.ExecuteAsync("DELETE FROM status_change WHERE at < '2026-11-06Z' AND charge_point_id = 'beta:P2'");

        Assert.Equal(4, whole.Distinct().Count());
        Assert.Equal(2, planned.Intersect(whole).Count());
        Assert.Equal(planned, Ids(first).Concat(Ids(second)));
        Assert.Equal(planned.AsEnumerable().Reverse(), last);
        Assert.Equal((2, 2), (planned.Length, counted.Json.GetProperty("meta").GetProperty("count").GetInt32()));
        Assert.All(atTheirAddresses, o => Assert.Equal("PLANNED_MAINTENANCE", o.Json.GetProperty("data").GetProperty("category").GetString()));

        static string[] Ids(Answer answer) => [.. answer.Data.Select(o => o.GetProperty("outage_id").GetString()!)];
    }

    [Fact]
    public async Task Each_of_the_list_is_at_its_address_now_and_as_of_then_and_is_told_as_its_one_version()
    {
        await host.ExecuteAsync("UPDATE status_change SET recorded_at = at + interval '90 seconds' WHERE operator_id = 'beta'");
        foreach (var (key, since) in new[] { (ApiHost.Key, "01:30"), (KeyOf("lambeth"), "01:30"), (KeyOf("hour"), "00:00") })
        {
            foreach (var record in (await host.GetAsync("/v1/outages?operator=beta", key)).Data)
            {
                var address = AddressOf(record);
                var (one, versions) = (await host.GetAsync(address, key), await host.GetAsync(address + "/versions", key));
                Assert.Equal(record.GetRawText(), one.Json.GetProperty("data").GetRawText());
                var version = Assert.Single(versions.Data);
                Assert.Equal((record.GetRawText(), JsonValueKind.Null), (version.GetProperty("record").GetRawText(), version.GetProperty("superseded_at").ValueKind));
                var last = record.GetProperty(record.GetProperty("ended_at").ValueKind == JsonValueKind.Null ? "started_at" : "ended_at").GetString()!;
                Assert.Equal($"{last[..14]}{(key == KeyOf("hour") ? since : $"{int.Parse(last[14..16], System.Globalization.CultureInfo.InvariantCulture) + 1:00}:30")}.000Z", version.GetProperty("recorded_at").GetString());
            }
        }

        var whole = (await host.GetAsync("/v1/outages?operator=beta")).Data[0];
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync(AddressOf(whole) + "?as_of=2026-11-20T03:30:00Z")).Json.GetProperty("data").GetProperty("ended_at").ValueKind);
        Assert.Equal("2026-11-08T12:00:00.000Z", (await host.GetAsync("/v1/outages/delta:P1%2F2026-11-08T12:00:00.000Z?as_of=2026-11-20T03:30:00Z")).Json.GetProperty("data").GetProperty("started_at").GetString());

        static string AddressOf(JsonElement record) => "/v1/outages/" + record.GetProperty("outage_id").GetString()!.Replace("/", "%2F", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("beta:P1/2026-11-19T16:00:00.001Z", ApiHost.Key)]
    [InlineData("beta:P1/2026-11-19T16:00:00.000Z/2", ApiHost.Key)]
    [InlineData("beta:P1/2026-11-19T16:00:00Z", ApiHost.Key)]
    [InlineData("beta:P1/9999-12-31T23:59:59.999Z", ApiHost.Key)]
    [InlineData("beta:P1/1", ApiHost.Key)]
    [InlineData("beta:H1/2026-11-20T09:00:00.000Z", ApiHost.Key)]
    [InlineData("delta:P1/2026-11-08T12:00:00.000Z", ApiHost.Key)]
    [InlineData("beta:P4/2026-11-20T06:00:00.000Z", "cph_live_lambeth_secret")]
    [InlineData("beta:P5/2026-11-20T09:06:00.000Z", "cph_live_hour_secret")]
    public async Task What_is_no_id_of_an_outage_that_the_list_has_is_not_found(string id, string key)
    {
        foreach (var ending in new[] { "", "/versions" })
            Assert.Equal("CPH-3007", (await host.GetAsync($"/v1/outages/{id.Replace("/", "%2F", StringComparison.Ordinal)}{ending}", key)).Code);
    }

    [Fact]
    public async Task Withheld_it_is_not_told_which_were_planned()
    {
        var answer = await host.GetAsync("/v1/outages", KeyOf("blind"));

        Assert.Equal(6, answer.Data.Count);
        Assert.All(answer.Data, o => Assert.Equal(JsonValueKind.Null, o.GetProperty("category").ValueKind));
        Assert.DoesNotContain(await host.GetAsync("/v1/changes?dataset=outages") is { } changes ? changes.Data : [], c => c.GetProperty("key").GetProperty("outage_id").GetString()!.StartsWith("beta", StringComparison.Ordinal));
    }

    private static string KeyOf(string name) => $"cph_live_{name}_secret";

    private static IEnumerable<string> Told(Answer answer) => answer.Data.Select(o =>
    {
        var id = o.GetProperty("outage_id").GetString()!.Split(':', 2)[1].Split('/')[0];
        return $"{id} {o.GetProperty("started_at").GetString()![11..16]}-{(o.GetProperty("ended_at").GetString() is { } end ? end[11..16] : "")}";
    });

    private void Grant(string name, params Right[] rights) => host.Granted[KeyOf(name)] = Scope.Of(OrganisationRole.Gla, null, rights);
}
