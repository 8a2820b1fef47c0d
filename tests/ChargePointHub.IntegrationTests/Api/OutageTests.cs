using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/outages of an operator that reports them: windows, filters, rights in areas and with limits, as of a tick, tables.</summary>
public sealed class OutageTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Lambeth = "E09000022";
    private const string Camden = "E09000007";

    private static readonly DateTimeOffset Now = ApiHost.Now;

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        var plan = new ListedDataset { Dataset = Dataset.Outages, Axis = WindowAxis.StartedAt, Protocol = "loti-v1", Earliest = Now.AddDays(-30) };
        host.Directory = new OperatorDirectory([new ListedOperator("alpha", "Alpha", null, null, [plan])]);
        Grant("lambeth", new Right("alpha", "outages", [Lambeth]));
        Grant("all", new Right("alpha", "outages", null));
        Grant("limited", new Right("alpha", "outages", null, ["category"], TimePrecision.Hour));
        Grant("none", new Right("alpha", "outages", [Camden]));
        Grant("statuses", new Right("alpha", "status_changes", null));
        foreach (var (id, borough, published) in new[] { ("alpha:L1", Lambeth, true), ("alpha:C1", Camden, true), ("alpha:H1", Lambeth, false) }) await host.AddChargePointAsync(id, borough, published);
        Outage[] outages =
        [
            Samples.Outage("O1", "L1", Now.AddHours(-20), 600, op: "alpha"), Samples.Outage("O2", "C1", Now.AddHours(-3.25), null, OutageCategory.PlannedMaintenance, "alpha"),
            Samples.Outage("O3", "L1", Now.AddDays(-10), 60 * 24 * 9.5, null, "alpha"), Samples.Outage("O4", "H1", Now.AddHours(-2), op: "alpha"), Samples.Outage("O5", "unlisted", Now.AddHours(-1), 10, op: "alpha"),
        ];
        foreach (var each in outages) await host.AddAsync(each, 2);
        await host.AddAsync(outages[0] with { EndedAt = null }, 1, 2);
        await host.ExecuteAsync("UPDATE outage SET recorded_at = @at WHERE outage_id = 'alpha:O3'", ("at", Now.AddHours(-2)));
        await host.TickAsync(1);
        await host.TickAsync(2);
        await host.ExecuteAsync("UPDATE hub_tick SET recorded_at = @at WHERE tick = 1", ("at", Now.AddHours(-12)));
        await host.CoverAsync("alpha", Dataset.Outages, new Window(Now.AddDays(-30), Now.AddMinutes(-10)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Without_a_window_it_is_what_began_in_the_previous_24_hours_and_one_record_has_every_field()
    {
        var answer = await host.GetAsync("/v1/outages");

        Assert.Equal(["O1", "O2", "O5"], Ids(answer));
        Assert.True(answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("complete").GetBoolean());
        Assert.Equal("""{"outage_id":"alpha:O1","operator_id":"alpha","charge_point_id":"alpha:L1","started_at":"2026-11-19T16:00:00.000Z","detected_at":null,"reported_at":null,"attended_at":null,"ended_at":"2026-11-20T02:00:00.000Z","category":"COMMS","cause":"SIM, \"as\" usual","exempt":false,"exempt_reason":null,"derived":false,"last_updated":"2026-11-20T02:00:00.000Z"}""", answer.Data[0].GetRawText());
    }

    [Theory]
    [InlineData("time_field=ended_at", "O3 O1 O5")]
    [InlineData("time_field=ended_at&from=2026-11-20T01:00:00Z", "O1 O5")]
    [InlineData("from=2026-11-01&to=2026-11-12", "O3")]
    [InlineData("time_field=last_updated&from=2026-11-20T03:00:00Z", "O2 O5")]
    [InlineData("time_field=recorded_at", "O3")]
    [InlineData("origin=derived", "")]
    [InlineData("origin=reported&borough=camden", "O2")]
    [InlineData("category=PLANNED_MAINTENANCE,VANDALISM", "O2")]
    [InlineData("borough=lambeth", "O1")]
    [InlineData("power_band=slow&sort=-started_at", "O2 O1")]
    [InlineData("operator=alpha&period=2026-10", "")]
    public async Task Filters_narrow_what_is_there_and_what_is_counted(string query, string expected)
    {
        var answer = await host.GetAsync($"/v1/outages?count=exact&{query}");

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Ids(answer));
        Assert.Equal(answer.Data.Count, answer.Json.GetProperty("meta").GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("category=COMM", "category")]
    [InlineData("time_field=attended_at", "time_field")]
    [InlineData("status=OUTOFORDER", "status")]
    [InlineData("origin=guessed", "origin")]
    public async Task What_is_no_value_is_said(string query, string parameter) =>
        Assert.Equal(parameter, (await host.GetAsync($"/v1/outages?{query}")).Fault.GetProperty("parameter").GetString());

    [Theory]
    [InlineData("lambeth", "O1")]
    [InlineData("all", "O1 O2 O5")]
    public async Task A_grant_holds_what_happened_at_its_charge_points_and_none_that_is_withheld(string key, string expected) =>
        Assert.Equal(expected.Split(' '), Ids(await host.GetAsync("/v1/outages", KeyOf(key))));

    [Fact]
    public async Task Status_changes_open_no_outages_and_without_a_key_there_is_none()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/outages", KeyOf("statuses"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/outages", null)).Status);
    }

    [Fact]
    public async Task Where_times_are_cut_every_time_is_and_neither_a_finer_question_nor_a_withheld_field_is_asked_about()
    {
        var answer = await host.GetAsync("/v1/outages?limit=1", KeyOf("limited"));
        var next = await host.GetAsync($"/v1/outages?limit=1&cursor={answer.NextCursor}", KeyOf("limited"));
        var outage = next.Data[0];

        Assert.Equal(["O1", "O2"], [.. Ids(answer), .. Ids(next)]);
        Assert.Equal(("2026-11-20T08:00:00.000Z", "PLANNED_MAINTENANCE"), (outage.GetProperty("started_at").GetString(), outage.GetProperty("category").GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (outage.GetProperty("cause").ValueKind, outage.GetProperty("exempt").ValueKind));
        Assert.Equal("CPH-1107", (await host.GetAsync("/v1/outages?time_field=ended_at", KeyOf("limited"))).Code);
        host.Granted[KeyOf("blind")] = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "outages", null, [])]);
        Assert.Equal("CPH-2009", (await host.GetAsync("/v1/outages?category=COMMS", KeyOf("blind"))).Code);
    }

    [Fact]
    public async Task As_of_an_earlier_tick_it_is_still_open()
    {
        var answer = await host.GetAsync("/v1/outages?from=2026-11-19&as_of=2026-11-20T00:30:00Z");

        Assert.Equal(["O1"], Ids(answer));
        Assert.Equal(JsonValueKind.Null, answer.Data[0].GetProperty("ended_at").ValueKind);
    }

    [Fact]
    public async Task One_is_at_its_address_as_the_list_has_it_and_so_was_each_version()
    {
        var versions = (await host.GetAsync("/v1/outages/alpha:O1/versions")).Data;

        Assert.Equal((await host.GetAsync("/v1/outages")).Data[0].GetRawText(), (await host.GetAsync("/v1/outages/alpha:O1")).Json.GetProperty("data").GetRawText());
        Assert.Equal((await host.GetAsync("/v1/outages?from=2026-11-19&as_of=2026-11-20T00:30:00Z")).Data[0].GetRawText(), (await host.GetAsync("/v1/outages/alpha:O1?as_of=2026-11-20T00:30:00Z")).Json.GetProperty("data").GetRawText());
        Assert.Equal(["2026-11-20T02:00:00.000Z", null], versions.Select(v => v.GetProperty("record").GetProperty("ended_at").GetString()));
        Assert.Equal(versions[0].GetProperty("recorded_at").GetString()![..10], versions[1].GetProperty("superseded_at").GetString()![..10]);
        Assert.Equal("CPH-3007", (await host.GetAsync("/v1/outages/alpha:O1", KeyOf("none"))).Code);
    }

    [Fact]
    public async Task As_a_table_every_field_is_a_column()
    {
        var lines = (await host.GetAsync("/v1/outages.csv?borough=lambeth")).Body.Split("\r\n");

        Assert.Equal("outage_id,operator_id,charge_point_id,started_at,detected_at,reported_at,attended_at,ended_at,category,cause,exempt,exempt_reason,derived,last_updated", lines[0]);
        Assert.Equal("alpha:O1,alpha,alpha:L1,2026-11-19T16:00:00.000Z,,,,2026-11-20T02:00:00.000Z,COMMS,\"SIM, \"\"as\"\" usual\",false,,false,2026-11-20T02:00:00.000Z", lines[1]);
        Assert.Equal(3, lines.Length);
    }

    private static string KeyOf(string name) => $"cph_live_{name}_secret";

    private static List<string> Ids(Answer answer) => [.. answer.Data.Select(o => o.GetProperty("outage_id").GetString()!.Split(':')[1])];

    private void Grant(string name, params Right[] rights) => host.Granted[KeyOf(name)] = Scope.Of(OrganisationRole.Gla, null, rights);
}
