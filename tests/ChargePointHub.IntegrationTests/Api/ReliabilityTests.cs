using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/reliability, worked out by hand: minutes in each status, MISSING and closed hours apart, the regulated network and what is left out of it, rights.</summary>
public sealed class ReliabilityTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Lambeth = "E09000022";
    private const string Camden = "E09000007";

    private static readonly DateTimeOffset Monday = LondonCalendar.Midnight(new DateOnly(2026, 11, 2));

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        host.Directory = new OperatorDirectory(
        [
            new ListedOperator("alpha", "Alpha", null, null, [new() { Dataset = Dataset.StatusChanges, Axis = WindowAxis.At, Protocol = "loti-v1", Earliest = Monday }, new() { Dataset = Dataset.ChargePoints, Protocol = "loti-v1" }]),
            new ListedOperator("beta", "Beta", null, null, [new() { Dataset = Dataset.ChargePoints, Protocol = "ocpi-2.2.1" }]),
        ])
        { Areas = SmallAreas.Index };
        host.Granted[KeyOf("lambeth")] = Of(new Right("alpha", "status_changes", [Lambeth]));
        host.Granted[KeyOf("beta")] = Of(new Right("beta", "status_changes", null));
        host.Granted[KeyOf("hourly")] = Of(new Right("alpha", "status_changes", null, null, TimePrecision.Hour));
        host.Granted[KeyOf("sessions")] = Of(new Right("alpha", "charging_sessions", null));

        // R1 and R2 are rapid and public, R1 in Camden and open for twelve hours; the others are left out, each for a reason of its own.
        var week = string.Join(',', Enumerable.Range(1, 7).Select(d => $$"""{"weekday":{{d}},"period_begin":"08:00","period_end":"20:00"}"""));
        var hours = JsonSerializer.Deserialize<JsonElement>($$"""{"twentyfourseven":false,"regular_hours":[{{week}}]}""");
        await WriteAsync("alpha", Camden, Rapid("alpha:R1") with { OpeningHours = hours });
        await WriteAsync(
            "alpha", Lambeth, Rapid("alpha:R2"), Rapid("alpha:S1") with { MaxPowerKw = 49.9m, PowerBand = PowerBand.Fast }, Rapid("alpha:T1") with { Access = Access.TaxiOnly }, Rapid("alpha:U1") with { Access = null },
            Rapid("alpha:W1") with { MaxPowerKw = null, PowerBand = null }, Rapid("alpha:D1") with { DecommissionedOn = new DateOnly(2026, 11, 1) }, Rapid("alpha:N1") with { CommissionedOn = new DateOnly(2026, 11, 3) });
        await WriteAsync("beta", Lambeth, Rapid("beta:B1"), Rapid("beta:B2"));
        await host.WritePageAsync("alpha", Dataset.StatusChanges, new RecordPage
        {
            StatusChanges =
            [
                At("alpha:R1", -20, Status.Available), At("alpha:R1", 9, Status.OutOfOrder), At("alpha:R1", 10, Status.Charging), At("alpha:R1", 22, Status.Inoperative),
                At("alpha:R2", 0, Status.Unknown), At("alpha:R2", 1, Status.Blocked), At("alpha:R2", 3, Status.Available), At("alpha:R2", 23, Status.Planned), At("alpha:R2", 30, Status.Available),
                At("alpha:S1", 0, Status.Inoperative),
            ],
        });
        await host.CoverAsync("alpha", Dataset.StatusChanges, new Window(Monday.AddHours(-24), Monday.AddHours(36)));
        await host.WritePageAsync("beta", Dataset.StatusChanges, new RecordPage { StatusChanges = [At("beta:B1", 2, Status.Available)] });
        await host.CoverAsync("beta", Dataset.ChargePoints, new Window(Monday, Monday.AddHours(6)));
        await host.CoverAsync("beta", Dataset.ChargePoints, new Window(Monday.AddHours(12), Monday.AddHours(24)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_says_how_long_it_was_in_which_status_and_what_is_left_out(bool made)
    {
        if (made) await MakeAsync();
        var answer = await host.GetAsync("/v1/reliability?group_by=operator,day&operator=alpha&period=2026-11-02");

        // R1 is open from 8 to 20: an hour available, an hour out of order, ten of charging. R2: an hour unknown, two blocked, twenty available, one planned. S1 is down all day; T1, U1 and W1 were never heard of.
        Assert.Equal(
            """
            {"period":"2026-11-02","period_unit":"day","period_from":"2026-11-02T00:00:00.000Z","period_to":"2026-11-03T00:00:00.000Z","operator_id":"alpha","charge_points":6,
            "available_minutes":1260,"charging_minutes":600,"reserved_minutes":0,"blocked_minutes":120,"unknown_minutes":60,"inoperative_minutes":1440,"outoforder_minutes":60,"planned_minutes":60,"removed_minutes":0,
            "missing_minutes":4320,"outside_hours_minutes":720,"coverage_percent":45.4,"network_part":"london","network_charge_points":2,"network_operated_minutes":2100,"network_down_minutes":60,
            "network_exempt_minutes":180,"network_not_operated_minutes":60,"network_missing_minutes":0,"reliability_r1_percent":97.143,"reliability_r2_percent":96.875,
            "left_out":[{"reason":"restricted_access","charge_points":1,"open_minutes":1440},{"reason":"access_unknown","charge_points":1,"open_minutes":1440},{"reason":"below_50_kw","charge_points":1,"open_minutes":1440},
            {"reason":"power_unknown","charge_points":1,"open_minutes":1440},{"reason":"decommissioned","charge_points":1,"open_minutes":0},{"reason":"not_yet_commissioned","charge_points":1,"open_minutes":0}]}
            """.ReplaceLineEndings("").Trim(), answer.Data.Single().GetRawText());

        // Crawls: six hours and twelve; what was seen before the gap holds again after it. B2 was never seen.
        var beta = (await host.GetAsync("/v1/reliability?group_by=operator&operator=beta&period=2026-11-02")).Data.Single();
        Assert.Equal("960 1920 100 1920 1", $"{Number(beta, "available_minutes")} {Number(beta, "missing_minutes")} {Number(beta, "reliability_r2_percent")} {Number(beta, "network_missing_minutes")} {beta.GetProperty("left_out")[0].GetProperty("charge_points")}");
        Assert.Empty(answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("not_provided").EnumerateArray());
    }

    [Theory]
    [InlineData("group_by=charge_point,day&period=2026-11-02&operator=alpha", "alpha:R1 part_of_london 91.667 0", "alpha:R2 part_of_london 100 0", "alpha:S1 null null 0", "alpha:T1 null null 1440", "alpha:U1 null null 1440", "alpha:W1 null null 1440")]
    [InlineData("group_by=borough&period=2026-11-02&operator=alpha", "E09000007 part_of_london 91.667 0", "E09000022 part_of_london 100 4320")]
    [InlineData("group_by=operator,year&period=2026&operator=alpha", "alpha london 90.741 2172060")]
    [InlineData("group_by=operator&period=2026-11-02&operator=alpha&borough=camden", "alpha part_of_london 91.667 0")]
    [InlineData("group_by=power_band&period=2026-11-02&operator=alpha", "fast null null 0", "rapid part_of_london 96.875 2880", "null null null 1440")]
    public async Task Groups_and_periods(string query, params string[] expected)
    {
        var columns = new[] { "charge_point_id", "borough_gss", "operator_id", "power_band" };
        var rows = (await host.GetAsync("/v1/reliability?" + query)).Data.Select(r => string.Join(' ', new[]
        {
            columns.Where(c => r.TryGetProperty(c, out _)).Select(c => r.GetProperty(c).GetString() ?? "null").First(), r.GetProperty("network_part").GetString() ?? "null", Number(r, "reliability_r2_percent"),
            query.Contains("year", StringComparison.Ordinal) ? "2172060" : Number(r, "missing_minutes"),
        }));
        Assert.Equal(expected, rows);
    }

    [Fact]
    public async Task What_has_not_settled_is_not_missing_and_a_status_ends_at_a_gap_in_reports()
    {
        // The day after: covered until noon, and then nothing is known of R1, which was down.
        var row = (await host.GetAsync("/v1/reliability?group_by=charge_point&charge_point=alpha:R1&period=2026-11-03")).Data.Single();
        Assert.Equal("240 480 720 0", $"{Number(row, "inoperative_minutes")} {Number(row, "missing_minutes")} {Number(row, "outside_hours_minutes")} {Number(row, "reliability_r2_percent")}");

        // Today: from midnight to a quarter of an hour before now.
        var today = (await host.GetAsync("/v1/reliability?group_by=charge_point&charge_point=alpha:R2,beta:B1&period=2026-11-20")).Data;
        Assert.Equal(["705", "720"], today.Select(r => Number(r, "missing_minutes")));
        Assert.All(today, r => Assert.Equal(("null", "0"), (Number(r, "available_minutes"), Number(r, "coverage_percent"))));
    }

    [Fact]
    public async Task Rights_narrow_what_is_counted_and_where_times_are_cut_nothing_is()
    {
        var lambeth = (await host.GetAsync("/v1/reliability?group_by=operator&period=2026-11-02", KeyOf("lambeth"))).Data.Single();
        Assert.Equal("5 part_of_london 100", $"{Number(lambeth, "charge_points")} {lambeth.GetProperty("network_part").GetString()} {Number(lambeth, "reliability_r2_percent")}");
        Assert.Equal(["beta"], (await host.GetAsync("/v1/reliability?group_by=operator&period=2026-11-02", KeyOf("beta"))).Data.Select(r => r.GetProperty("operator_id").GetString()));

        foreach (var query in new[] { "group_by=charge_point&charge_point=alpha:R1", "group_by=day&charge_point=alpha:R1", "group_by=operator" })
            Assert.Equal("CPH-2011", (await host.GetAsync($"/v1/reliability?period=2026-11-02&{query}", KeyOf("hourly"))).Code);

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/reliability", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/reliability", KeyOf("sessions"))).Status);
    }

    [Fact]
    public async Task A_day_that_went_on_when_the_reading_began_is_told_up_to_then_though_it_has_been_made_since()
    {
        await MakeAsync();
        var now = host.AskedAt;
        host.AskedAt = Monday.AddHours(10);

        var row = (await host.GetAsync("/v1/reliability?group_by=charge_point&charge_point=alpha:R1&period=2026-11-02")).Data.Single();
        host.AskedAt = now;

        // R1 opens at 8 and was down from 9 on; a quarter of an hour has not settled.
        Assert.Equal("60 45 0 0", $"{Number(row, "available_minutes")} {Number(row, "outoforder_minutes")} {Number(row, "charging_minutes")} {Number(row, "missing_minutes")}");
    }

    [Fact]
    public async Task What_lies_in_no_borough_is_not_of_its_operators_network_in_London()
    {
        await WriteAsync("alpha", null, Rapid("alpha:X1"));

        var row = (await host.GetAsync("/v1/reliability?group_by=charge_point&charge_point=alpha:X1&period=2026-11-02")).Data.Single();
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargePoints, "alpha", "alpha:X1", false, false, "test", "test"), CancellationToken.None);

        Assert.Equal("""0 [{"reason":"outside_london","charge_points":1,"open_minutes":1440}]""", $"{Number(row, "network_charge_points")} {Number(row, "left_out")}");
    }

    private static string KeyOf(string name) => $"cph_live_{name}_secret";

    private static Scope Of(params Right[] rights) => Scope.Of(OrganisationRole.Borough, null, rights);

    private async Task MakeAsync()
    {
        var rollup = new StatusRollup(host.Database);
        var hours = (await host.Hub.Network.ReadAsync(await host.Hub.Records.ReadClockAsync(CancellationToken.None), Dataset.StatusChanges, Scope.Everything, CancellationToken.None))
            .Where(p => p.Hours is { IsAlways: false }).ToDictionary(p => p.ChargePointId, p => p.Hours!);
        foreach (var (op, reports) in new[] { ("alpha", true), ("beta", false) })
        {
            var wanted = new StatusDaysWanted(op, reports, new DateOnly(2026, 11, 18), op == "alpha" ? hours : []);
            while (await rollup.MakeAsync(wanted, CancellationToken.None) > 0)
            {
            }
        }
    }

    private async Task WriteAsync(string operatorId, string? borough, params ChargePoint[] points)
    {
        await new PageWriter(host.Database).WriteAsync(
            new PageToWrite
            {
                Feed = new FeedKey(operatorId, "main", Dataset.ChargePoints),
                RunId = Guid.NewGuid(),
                PageNumber = 1,
                AskedAt = ApiHost.Now,
                Records = new RecordPage { ChargePoints = [.. points.Select(Accept)] },
                Areas = points.ToDictionary(p => p.ChargePointId, _ => borough is null ? AreaCodes.None : new AreaCodes(borough, borough == Lambeth ? "Lambeth" : "Camden", null, null, "test")),
            },
            CancellationToken.None);
    }

    private static ChargePoint Rapid(string id) => ChargePoint(id.Split(':')[1], op: id.Split(':')[0]) with { MaxPowerKw = 50m, PowerBand = PowerBand.Rapid, Access = Access.Public, Latitude = null, Longitude = null };

    private static Judged<StatusChange> At(string id, double hours, Status status) => Accept(new StatusChange { ChargePointId = id, OperatorId = id.Split(':')[0], Status = status, At = Monday.AddHours(hours), Evidence = Evidence.Event });

    private static string Number(JsonElement row, string name) => row.GetProperty(name).GetRawText();
}
