using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/reported-usage: windows, filters, rights in areas and with limits, streams.</summary>
public sealed class ReportedUsageTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Lambeth = "E09000022";
    private const string Camden = "E09000007";

    private static readonly Window Quarter = LondonCalendar.Quarter(2026, 3);

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        var quarterly = new ListedDataset
        {
            Dataset = Dataset.ReportedUsage,
            Axis = WindowAxis.PeriodFrom,
            Protocol = "csv-v1",
            Earliest = LondonCalendar.Quarter(2026, 2).From,
            Cadence = TimeSpan.FromDays(92),
            Settle = TimeSpan.Zero,
        };
        host.Directory = new OperatorDirectory([new ListedOperator("alpha", "Alpha", null, null, [quarterly]), new ListedOperator("beta", "Beta", null, null, [])]);
        Grant("lambeth", new Right("alpha", "reported_usage", [Lambeth]));
        Grant("both", new Right("alpha", "reported_usage", [Lambeth, Camden]));
        Grant("all", new Right("alpha", "reported_usage", null));
        Grant("limited", new Right("alpha", "reported_usage", null, ["energy_kwh", "charging_minutes"], TimePrecision.Hour));
        Grant("sessions", new Right("alpha", "charging_sessions", null));
        host.Granted[KeyOf("alpha")] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        foreach (var (id, location, borough, published) in new[]
                 {
                     ("alpha:L1", "alpha:Lambeth", Lambeth, true), ("alpha:L2", "alpha:Lambeth", Lambeth, true), ("alpha:B1", "alpha:Border", Lambeth, true), ("alpha:B2", "alpha:Border", Camden, true),
                     ("alpha:H1", "alpha:Home", Lambeth, true), ("alpha:H2", "alpha:Home", Lambeth, false),
                 })
        {
            await host.AddChargePointAsync(id, borough, published);
            await host.ExecuteAsync("UPDATE charge_point SET location_id = @location WHERE charge_point_id = @id", ("location", location), ("id", id));
        }

        ReportedUsage[] usage =
        [
            Samples.Usage("alpha:L1"), Samples.Usage("alpha:L1", "2026-07"), Samples.Usage("alpha:L1", "2026-Q2"), Samples.Usage("alpha:B2"), Samples.Usage("alpha:H2"), Samples.Usage("alpha:unlisted"),
            Samples.Usage("alpha:Lambeth", group: UsageGroup.Location), Samples.Usage("alpha:Border", group: UsageGroup.Location), Samples.Usage("alpha:Home", group: UsageGroup.Location),
            Samples.Usage("alpha", group: UsageGroup.Operator),
        ];
        foreach (var each in usage) await host.AddAsync(each);
        await host.AddAsync(Samples.Usage("beta:P1"));
        await host.TickAsync(1);
        await host.CoverAsync("alpha", Dataset.ReportedUsage, Quarter);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Without_a_window_it_is_the_newest_quarter_that_is_over_and_months_within_it_are_there_too()
    {
        var answer = await host.GetAsync("/v1/reported-usage?operator=alpha");

        Assert.Equal(["charge_point/B2/2026-Q3", "charge_point/L1/2026-07", "charge_point/L1/2026-Q3", "charge_point/unlisted/2026-Q3", "location/Border/2026-Q3", "location/Lambeth/2026-Q3", "operator/2026-Q3"], Ids(answer));
        Assert.Equal(("2026-06-30T23:00:00.000Z", "2026-09-30T23:00:00.000Z"), WindowOf(answer));
        Assert.True(answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("complete").GetBoolean());
        Assert.Equal("""{"reported_usage_id":"alpha:operator/2026-Q3","operator_id":"alpha","group":"operator","charge_point_id":null,"location_id":null,"period":"2026-Q3","period_unit":"quarter","period_from":"2026-06-30T23:00:00.000Z","period_to":"2026-09-30T23:00:00.000Z","sessions":12,"successful_sessions":null,"energy_kwh":120.5,"plugged_minutes":null,"charging_minutes":600.5,"idle_minutes":null,"open_minutes":null,"utilisation_percent":null,"charging_utilisation_percent":null,"sessions_per_day":null,"charge_points":null,"unused_charge_points":null,"revenue_inc_vat":null,"currency":null,"last_updated":null}""", answer.Data[^1].GetRawText());
    }

    [Theory]
    [InlineData("period=2026-Q2", "charge_point/L1/2026-Q2")]
    [InlineData("period=2026&period_unit=month", "charge_point/L1/2026-07")]
    [InlineData("to=2026-07-01", "charge_point/L1/2026-Q2")]
    [InlineData("group=operator", "operator/2026-Q3")]
    [InlineData("group=location,operator&borough=lambeth", "location/Lambeth/2026-Q3")]
    [InlineData("borough=camden", "charge_point/B2/2026-Q3")]
    [InlineData("period=2026-08", "")]
    public async Task Filters_narrow_what_is_there_and_what_is_counted(string query, string expected)
    {
        var answer = await host.GetAsync($"/v1/reported-usage?operator=alpha&count=exact&{query}");

        Assert.Equal(expected.Length == 0 ? [] : [expected], Ids(answer));
        Assert.Equal(answer.Data.Count, answer.Json.GetProperty("meta").GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("group=site", "group")]
    [InlineData("period_unit=quarterly", "period_unit")]
    [InlineData("period=2026-W60", "period")]
    [InlineData("status=AVAILABLE", "status")]
    public async Task What_is_no_value_is_said(string query, string parameter) =>
        Assert.Equal(parameter, (await host.GetAsync($"/v1/reported-usage?{query}")).Fault.GetProperty("parameter").GetString());

    [Theory]
    [InlineData("lambeth", "charge_point/L1/2026-07", "charge_point/L1/2026-Q3", "location/Lambeth/2026-Q3")]
    [InlineData("both", "charge_point/B2/2026-Q3", "charge_point/L1/2026-07", "charge_point/L1/2026-Q3", "location/Lambeth/2026-Q3")]
    [InlineData("all", "charge_point/B2/2026-Q3", "charge_point/L1/2026-07", "charge_point/L1/2026-Q3", "charge_point/unlisted/2026-Q3", "location/Border/2026-Q3", "location/Lambeth/2026-Q3", "operator/2026-Q3")]
    public async Task A_grant_of_areas_holds_charge_points_and_whole_locations_there_and_nothing_of_the_whole(string key, params string[] expected)
    {
        Assert.Equal(expected, Ids(await host.GetAsync("/v1/reported-usage", KeyOf(key))));
        Assert.Equal(expected.Length, (await host.GetAsync("/v1/reported-usage?count=exact", KeyOf(key))).Json.GetProperty("meta").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Sessions_open_no_reported_figures_and_without_a_key_there_is_none()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/reported-usage", KeyOf("sessions"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/reported-usage", null)).Status);
    }

    [Fact]
    public async Task Withheld_fields_are_null_and_minutes_stay_as_reported_where_times_are_cut()
    {
        var answer = await host.GetAsync("/v1/reported-usage?group=operator", KeyOf("limited"));
        var (meta, usage) = (answer.Json.GetProperty("meta").GetProperty("limits")[0], answer.Data[0]);

        Assert.Equal((120.5m, 600.5m, JsonValueKind.Null), (usage.GetProperty("energy_kwh").GetDecimal(), usage.GetProperty("charging_minutes").GetDecimal(), usage.GetProperty("sessions").ValueKind));
        Assert.Contains("sessions", meta.GetProperty("withheld").EnumerateArray().Select(w => w.GetString()));
        Assert.DoesNotContain("average_kw", meta.GetProperty("withheld").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public async Task As_CSV_every_field_is_a_column()
    {
        var lines = (await host.GetAsync("/v1/reported-usage?format=csv&period=2026-Q2&operator=alpha")).Body.Split("\r\n");

        Assert.StartsWith("reported_usage_id,operator_id,group,charge_point_id,location_id,period,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("alpha:charge_point/L1/2026-Q2,alpha,charge_point,alpha:L1,,2026-Q2,quarter,2026-03-31T23:00:00.000Z,2026-06-30T23:00:00.000Z,12,,120.5,", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public async Task A_quarter_that_was_not_handed_in_is_a_gap()
    {
        var completeness = (await host.GetAsync("/v1/reported-usage?operator=alpha&period=2026")).Json.GetProperty("meta").GetProperty("completeness");

        Assert.False(completeness.GetProperty("complete").GetBoolean());
        Assert.Equal(
            ["not_offered 2026-01-01T00:00:00.000Z 2026-03-31T23:00:00.000Z", "open 2026-03-31T23:00:00.000Z 2026-06-30T23:00:00.000Z"],
            completeness.GetProperty("gaps").EnumerateArray().Select(g => $"{g.GetProperty("state")} {g.GetProperty("from")} {g.GetProperty("to")}"));
        Assert.Equal("2026-09-30T23:00:00.000Z", completeness.GetProperty("settled_to").GetString());
    }

    private static string KeyOf(string name) => $"cph_live_{name}_secret";

    private static IEnumerable<string> Ids(Answer answer) => answer.Data.Select(d => d.GetProperty("reported_usage_id").GetString()!["alpha:".Length..]);

    private static (string?, string?) WindowOf(Answer answer)
    {
        var window = answer.Json.GetProperty("meta").GetProperty("window");
        return (window.GetProperty("from").GetString(), window.GetProperty("to").GetString());
    }

    private void Grant(string name, Right right) => host.Granted[KeyOf(name)] = Scope.Of(OrganisationRole.Gla, null, [right]);
}
