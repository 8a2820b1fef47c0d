using System.Globalization;
using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/differences: what agrees is left out, what does not is told with its cause, and rights to both are needed.</summary>
public sealed class DifferenceTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        ListedDataset sessions = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.PlugInAt, Protocol = "loti-v1", Earliest = At("2026-01-01T00:00:00Z") };
        ListedDataset reported = new() { Dataset = Dataset.ReportedUsage, Axis = WindowAxis.PeriodFrom, Protocol = "csv-v1", Earliest = At("2026-01-01T00:00:00Z"), IsHandedIn = true };
        host.Directory = new OperatorDirectory([new ListedOperator("alpha", "Alpha", null, null, [sessions, reported]), new ListedOperator("beta", "Beta", null, null, [sessions, reported])]);
        host.Granted["cph_live_both_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", null), new("alpha", "reported_usage", null)]);
        host.Granted["cph_live_some_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", ["E09000022"]), new("alpha", "reported_usage", null)]);
        host.Granted["cph_live_cut_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", null, null, TimePrecision.Hour), new("alpha", "reported_usage", null)]);
        host.Granted["cph_live_limited_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "charging_sessions", null, ["outcome"]), new("alpha", "reported_usage", null)]);
        host.Granted["cph_live_usage_secret"] = Scope.Of(OrganisationRole.Tfl, null, [new("alpha", "reported_usage", null)]);
        foreach (var op in new[] { "alpha", "beta" })
        {
            await host.WritePageAsync(op, Dataset.ChargePoints, new RecordPage
            {
                ChargePoints = [.. new[] { "P1", "P2", "P3" }.Select(own => Accept(ChargePoint(own, op: op) with { LocationId = $"{op}:L1", CommissionedOn = new DateOnly(2026, 1, 1), Latitude = 51.4m + (own[1] / 1000m) }))],
            });
        }

        // In July: two sessions of P1; one of P2, which corrects another that corrects a third, and one that began at 23:30 UTC of its last day, which is August in London; one of P3 that changed in October.
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage
        {
            ChargingSessions =
            [
                Accept(Charge("alpha:1", "2026-07-02T10:00:00Z", "P1", 7.123m)), Accept(Charge("alpha:2", "2026-07-30T10:00:00Z", "P1", 3m)), Accept(Charge("alpha:3", "2026-07-10T10:00:00Z", "P2", 4m) with { CorrectsSessionId = "alpha:0" }),
                Accept(Charge("alpha:0", "2026-07-10T10:00:00Z", "P2", 44m) with { CorrectsSessionId = "alpha:00" }), Accept(Charge("alpha:00", "2026-07-10T10:00:00Z", "P2", 444m)),
                Accept(Charge("alpha:4", "2026-07-31T23:30:00Z", "P2", 5m)), Accept(Charge("alpha:5", "2026-07-20T10:00:00Z", "P3", 6m) with { LastUpdated = At("2026-10-05T10:00:00Z") }),
            ],
        });
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(At("2026-01-01T00:00:00Z"), ApiHost.Now));
        await host.CoverAsync("alpha", Dataset.ReportedUsage, LondonCalendar.Month(2026, 7));
        ReportedUsage[] reports =
        [
            Of("alpha:P1", 2, 10.12m), Of("alpha:P2", 2, 9000m), Of("alpha:P3", 2, 6m) with { LastUpdated = At("2026-08-03T00:00:00Z") }, Of("alpha:unlisted", 1, 1m),
            Of("alpha", 4, 20.123m, UsageGroup.Operator), Of("beta:P1", 3, 1m),
        ];
        foreach (var group in reports.GroupBy(r => r.OperatorId)) await host.WritePageAsync(group.Key, Dataset.ReportedUsage, new RecordPage { ReportedUsage = [.. group.Select(Accept)] });
        await host.ExecuteAsync("INSERT INTO charge_point_area SELECT operator_id, charge_point_id, 'E09000022', 'Lambeth', NULL, NULL, 'test' FROM charge_point WHERE charge_point_id <> 'alpha:P2'");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_agrees_is_left_out_and_each_difference_has_its_cause()
    {
        var answer = await host.GetAsync("/v1/differences?period=2026-07");

        Assert.Equal(
            [
                // 10.12 is 10.123 to the last decimal reported. P2 has one session in July by London's clock, two by UTC's; Wh for kWh.
                "P2 sessions 2 1 1 100 100 day_boundary", "P2 energy_kwh 9000 4 8996 224900 100 ", "P3 sessions 2 1 1 100 100 late_records", "beta P1 sessions 3 null null null 0 gap", "beta P1 energy_kwh 1 null null null 0 gap",
            ],
            answer.Data.Select(Told).OrderBy(t => t.StartsWith("beta", StringComparison.Ordinal)));
        Assert.Equal((5, 1), (answer.Json.GetProperty("compared").GetInt32(), answer.Json.GetProperty("not_compared").GetInt32()));
    }

    [Fact]
    public async Task Another_unit_is_known_as_one()
    {
        await host.WritePageAsync("alpha", Dataset.ReportedUsage, new RecordPage { ReportedUsage = [Accept(Of("alpha:P1", 1, 7123m, period: "2026-07-02"))] });
        Assert.Equal(["P1 energy_kwh 7123 7.123 7115.877 99900 100 unit"], (await host.GetAsync("/v1/differences?period=2026-07-02")).Data.Select(Told));
    }

    [Fact]
    public async Task Who_does_not_hold_all_sessions_of_a_figure_is_told_nothing_of_it()
    {
        var both = await host.GetAsync("/v1/differences?period=2026-07", "cph_live_both_secret");
        Assert.Equal((3, 4, 1), (both.Data.Count, both.Json.GetProperty("compared").GetInt32(), both.Json.GetProperty("not_compared").GetInt32()));
        var some = await host.GetAsync("/v1/differences?period=2026-07", "cph_live_some_secret");
        Assert.Equal(["P3 sessions 2 1 1 100 100 late_records"], some.Data.Select(Told));
        Assert.Equal((2, 3), (some.Json.GetProperty("compared").GetInt32(), some.Json.GetProperty("not_compared").GetInt32()));
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/differences", "cph_live_usage_secret")).Status);
        Assert.Equal("CPH-2011", (await host.GetAsync("/v1/differences?period=2026-07", "cph_live_cut_secret")).Code);

        // Of energy that is withheld no difference is told, nor a cause.
        var limited = await host.GetAsync("/v1/differences?period=2026-07", "cph_live_limited_secret");
        Assert.Equal(["sessions", "sessions"], limited.Data.Select(d => d.GetProperty("measure").GetString()));
    }

    [Fact]
    public async Task Pages_are_of_reported_figures()
    {
        var (told, path) = (new List<string>(), "/v1/differences?period=2026-07&limit=1");
        for (var pages = 1; path is not null; pages++)
        {
            var page = await host.GetAsync(path);
            Assert.Equal(1, page.Json.GetProperty("compared").GetInt32() + page.Json.GetProperty("not_compared").GetInt32());
            told.AddRange(page.Data.Select(Told));
            path = page.Json.GetProperty("links").GetProperty("next").GetString();
            if (path is null) Assert.Equal(6, pages);
        }

        Assert.Equal((await host.GetAsync("/v1/differences?period=2026-07")).Data.Select(Told), told);
    }

    private static string Told(JsonElement d) => string.Join(' ', new[]
    {
        d.GetProperty("operator_id").GetString() == "beta" ? "beta" : null, d.GetProperty("charge_point_id").GetString()?.Split(':')[1], d.GetProperty("measure").GetString(), d.GetProperty("reported").GetRawText(),
        d.GetProperty("computed").GetRawText(), d.GetProperty("difference").GetRawText(), d.GetProperty("difference_percent").GetRawText(), d.GetProperty("coverage_percent").GetRawText(), d.GetProperty("likely_cause").GetString() ?? "",
    }.OfType<string>());

    private static ReportedUsage Of(string id, int sessions, decimal kwh, UsageGroup group = UsageGroup.ChargePoint, string period = "2026-07") =>
        Usage(id, period, kwh, group) with { Sessions = sessions, ChargingMinutes = null };

    private static ChargingSession Charge(string id, string plugIn, string point, decimal kwh) => new ChargingSession
    {
        SessionId = id,
        OperatorId = "alpha",
        ChargePointId = "alpha:" + point,
        PlugInAt = At(plugIn),
        PlugOutAt = At(plugIn).AddHours(1),
        EnergyKwh = kwh,
        LastUpdated = At(plugIn).AddHours(1),
    }.WithDerived();

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
