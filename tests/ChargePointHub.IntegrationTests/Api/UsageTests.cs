using System.Globalization;
using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>/v1/usage: groups, periods, what counts, rights, forms and pages, each worked out by hand.</summary>
public sealed partial class UsageTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Lambeth = "E09000022";
    private const string Camden = "E09000007";

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        ListedDataset plan = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.PlugInAt, Protocol = "loti-v1", Earliest = At("2026-01-01T00:00:00Z") };
        host.Directory = new OperatorDirectory([new ListedOperator("alpha", "Alpha", null, null, [plan]), new ListedOperator("beta", "Beta", null, null, [plan])]) { Areas = SmallAreas.Index };
        host.Granted[KeyOf("lambeth")] = Of(new Right("alpha", "charging_sessions", [Lambeth]));
        host.Granted[KeyOf("beta")] = Of(new Right("beta", "charging_sessions", null));
        host.Granted[KeyOf("limited")] = Of(new Right("alpha", "charging_sessions", null, ["charging_minutes"]), new Right("beta", "charging_sessions", null));
        host.Granted[KeyOf("hourly")] = Of(new Right("alpha", "charging_sessions", null, null, TimePrecision.Hour));
        host.Granted[KeyOf("mixed")] = Of(new Right("alpha", "charging_sessions", null, null, TimePrecision.Day), new Right("beta", "charging_sessions", null));
        host.Granted[KeyOf("statuses")] = Of(new Right("alpha", "status_changes", null));

        // Of alpha one since October by day alone, one without a date, one that ended; beta tells of P1 too, and has one of its own in Camden.
        var week = string.Join(',', Enumerable.Range(1, 7).Select(d => $$"""{"weekday":{{d}},"period_begin":"08:00","period_end":"20:00"}"""));
        var hours = JsonSerializer.Deserialize<JsonElement>($$"""{"twentyfourseven":false,"regular_hours":[{{week}}]}""");
        await WriteAsync(
            "alpha", Lambeth, Point("alpha", "P1") with { CommissionedOn = new DateOnly(2026, 10, 30), OpeningHours = hours, EvseId = "GB*AAA*E1" }, Point("alpha", "P2") with { PowerBand = PowerBand.Rapid, FundingStream = FundingStream.Orcs },
            Point("alpha", "P3") with { CommissionedOn = new DateOnly(2026, 1, 1), DecommissionedOn = new DateOnly(2026, 11, 2) });
        await WriteAsync("beta", Lambeth, Point("beta", "P1") with { CommissionedOn = new DateOnly(2026, 10, 1), OpeningHours = hours, EvseId = "GBAAAE1" });
        await WriteAsync("beta", Camden, Point("beta", "Q1") with { CommissionedOn = new DateOnly(2026, 10, 1) });
        await new SameAsSweep(host.Database).RunAsync(CancellationToken.None);

        await host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage
        {
            ChargingSessions =
            [
                Accept(Charge("alpha:s1", "P1", "2026-11-02T10:00:00Z", 120, 10m, charging: 60, cost: 4.5m)),
                // Two days of it, and it began in the hour before midnight.
                Accept(Charge("alpha:s2", "P2", "2026-11-02T23:00:00Z", 180, 9m, charging: 180)),
                Accept(Charge("alpha:s3", "P3", "2026-11-01T09:00:00Z", 60, 0.2m, charging: 1)),
            ],
        });
        await host.WritePageAsync("beta", Dataset.ChargingSessions, new RecordPage
        {
            ChargingSessions =
            [
                Accept(Charge("beta:s1", "P1", "2026-11-02T10:00:00Z", 120, 10m, charging: 60)), // the same again
                Accept(Charge("beta:s2", "P1", "2026-10-31T10:00:00Z", 30, 3m)),
                Accept(Charge("beta:s3", "Q1", "2026-11-03T10:00:00Z", 90, 6m, charging: 90, cost: 2m)),
            ],
        });
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(At("2026-01-01T00:00:00Z"), ApiHost.Now));
        await host.CoverAsync("beta", Dataset.ChargingSessions, new Window(At("2026-01-01T00:00:00Z"), At("2026-11-03T00:00:00Z")));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_row_says_what_was_used_of_what_there_was()
    {
        var answer = await host.GetAsync("/v1/usage?group_by=borough,day&borough=lambeth&period=2026-11-02");

        // P1 of alpha and of beta are one: its hours, alpha's session, and not beta's telling of it.
        Assert.Equal(
            """
            {"period":"2026-11-02","period_unit":"day","period_from":"2026-11-02T00:00:00.000Z","period_to":"2026-11-03T00:00:00.000Z","borough_gss":"E09000022","borough_name":"Lambeth",
            "charge_points":3,"undated_charge_points":1,"unused_charge_points":1,"sessions":2,"successful_sessions":2,"unended_sessions":0,"energy_kwh":13,"sessions_without_energy":0,
            "plugged_minutes":180,"charging_minutes":120,"idle_minutes":60,"sessions_without_charging_minutes":0,"open_minutes":3600,"utilisation_percent":5,"charging_utilisation_percent":3.333,
            "sessions_per_day":2,"revenue_inc_vat":4.5,"priced_sessions":1,"coverage_percent":100}
            """.ReplaceLineEndings("").Trim(), answer.Data.Single().GetRawText());
        Assert.Equal("""["borough","day"]""", answer.Json.GetProperty("meta").GetProperty("group_by").GetRawText());
    }

    [Theory]
    [InlineData("period=2026-11-02&group_by=operator,day", "alpha 3 2 13", "beta 2 1 10")]
    [InlineData("period=2026-11-02&group_by=charge_point", "alpha:P1 1 1 10", "alpha:P2 1 1 3", "alpha:P3 1 0 0", "beta:P1 1 1 10", "beta:Q1 1 0 0")]
    [InlineData("period=2026-11&group_by=borough,week", "2026-W44 E09000007 1 0 0", "2026-W44 E09000022 3 1 0.2", "2026-W45 E09000007 1 1 6", "2026-W45 E09000022 3 2 19", "2026-W46 E09000007 1 null null", "2026-W46 E09000022 2 0 0", "2026-W47 E09000007 1 null null", "2026-W47 E09000022 2 0 0")]
    [InlineData("from=2026-10-30&to=2026-11-04&group_by=power_band", "slow 3 4 19.2", "rapid 1 1 9")]
    [InlineData("period=2026&group_by=funding_stream", "ORCS 1 1 9", " 3 4 19.2")]
    [InlineData("period=2026-Q4&group_by=quarter", "2026-Q4 4 5 28.2")]
    [InlineData("group_by=month", "2026-10 4 1 3")]
    [InlineData("group_by=borough,month&to=2026-11-15", "2026-10 E09000007 1 0 0", "2026-10 E09000022 3 1 3")]
    [InlineData("group_by=quarter", "2026-Q3 2 0 0")]
    [InlineData("period=2026-11-02&group_by=day&power_band=rapid", "2026-11-02 1 1 3")]
    [InlineData("period=2026-11&group_by=charge_point&charge_point=alpha:P2,beta:Q1", "alpha:P2 1 1 9", "beta:Q1 1 1 6")]
    [InlineData("period=2026-10-29&group_by=operator&borough=lambeth", "alpha 2 0 0", "beta 1 0 0")]
    public async Task Groups_and_periods(string query, params string[] expected)
    {
        var answer = await host.GetAsync("/v1/usage?" + query);
        var columns = new[] { "charge_point_id", "operator_id", "borough_gss", "power_band", "funding_stream" };
        var period = query.Contains("group_by", StringComparison.Ordinal) && !Words<PeriodUnit>.All.Any(u => query.Split("group_by=")[1].Split('&')[0].Split(',').Contains(u));

        Assert.Equal(expected.Order(StringComparer.Ordinal), answer.Data.Select(r => string.Join(' ', new[]
        {
            period || query.Contains("operator,day", StringComparison.Ordinal) ? null : r.GetProperty("period").GetString(),
            columns.Where(c => r.TryGetProperty(c, out _)).Select(c => r.GetProperty(c).GetString() ?? "").FirstOrDefault(),
            Number(r, "charge_points"), Number(r, "sessions"), Number(r, "energy_kwh"),
        }.OfType<string>())).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/v1/usage?from=2000-01-01&to=2000-01-03&group_by=week")]
    [InlineData("/v1/usage?to=2000-01-01&group_by=month")]
    [InlineData("/v1/reliability?from=2000-01-01&to=2000-01-03&group_by=week")]
    public async Task A_period_before_the_first_that_has_a_name_is_told_by_its_days(string path)
    {
        var answer = await host.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.All(answer.Data, r => Assert.Equal(JsonValueKind.Null, r.GetProperty("period").ValueKind));
    }

    [Fact]
    public async Task Where_nothing_is_known_nothing_is_0_and_a_part_is_told_as_one()
    {
        var blind = (await host.GetAsync("/v1/usage?group_by=operator&operator=beta&period=2026-11-10")).Data.Single();
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null), (blind.GetProperty("sessions").ValueKind, blind.GetProperty("energy_kwh").ValueKind, blind.GetProperty("unused_charge_points").ValueKind));
        Assert.Equal(("0", "2"), (Number(blind, "coverage_percent"), Number(blind, "charge_points")));

        // A month of which beta told three days of the nineteen and a half that are settled; half of the charge points are its.
        Assert.Equal("55.1", Number((await host.GetAsync("/v1/usage?group_by=month&power_band=slow&period=2026-11&charge_point=alpha:P3,beta:Q1")).Data.Single(), "coverage_percent"));
    }

    [Fact]
    public async Task Today_is_counted_up_to_now()
    {
        var row = (await host.GetAsync("/v1/usage?group_by=charge_point,day&charge_point=alpha:P1,alpha:P2&period=2026-11-20")).Data;
        Assert.Equal(["240", "720"], row.Select(r => Number(r, "open_minutes")));
    }

    [Theory]
    [InlineData("lambeth", "E09000022 3 2 13 5")]
    [InlineData("beta", "E09000007 1 0 0 0|E09000022 1 1 10 16.667")]
    public async Task Rights_in_areas_and_of_operators_leave_out_the_rest(string key, string expected)
    {
        var answer = await host.GetAsync("/v1/usage?group_by=borough&period=2026-11-02", KeyOf(key));
        Assert.Equal(expected, string.Join('|', answer.Data.Select(r => $"{r.GetProperty("borough_gss").GetString()} {Number(r, "charge_points")} {Number(r, "sessions")} {Number(r, "energy_kwh")} {Number(r, "utilisation_percent")}")));
    }

    [Fact]
    public async Task Another_layer_of_boundaries_moves_all_figures_of_a_charge_point()
    {
        var before = await BoroughsAsync();
        await PlaceAsync(Lambeth);
        var moved = await BoroughsAsync();
        await PlaceAsync(Camden);

        Assert.Equal(["E09000007 1 1 6", "E09000022 3 4 22.2"], before);
        Assert.Equal(["E09000022 4 5 28.2"], moved);
        Assert.Equal(before, await BoroughsAsync());

        Task PlaceAsync(string borough) => new AreaStore(host.Database).WriteAsync([new PlacedChargePoint("beta", "beta:Q1", new AreaCodes(borough, borough, null, null, "2"))], CancellationToken.None);
        async Task<IEnumerable<string>> BoroughsAsync() =>
            (await host.GetAsync("/v1/usage?group_by=borough,quarter&period=2026-Q4")).Data.Select(r => $"{r.GetProperty("borough_gss").GetString()} {Number(r, "charge_points")} {Number(r, "sessions")} {Number(r, "energy_kwh")}").ToList();
    }

    [Fact]
    public async Task What_a_grant_withholds_is_null_wherever_it_is_a_part()
    {
        var rows = (await host.GetAsync("/v1/usage?group_by=borough&period=2026-11-01&borough=lambeth", KeyOf("limited"))).Data;
        var row = Assert.Single(rows);
        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null, "1", JsonValueKind.Number),
            (row.GetProperty("energy_kwh").ValueKind, row.GetProperty("revenue_inc_vat").ValueKind, row.GetProperty("successful_sessions").ValueKind, Number(row, "sessions"), row.GetProperty("charging_minutes").ValueKind));
        Assert.Equal("6", Number((await host.GetAsync("/v1/usage?group_by=borough&period=2026-11-03&borough=camden", KeyOf("limited"))).Data.Single(), "energy_kwh"));
    }

    [Theory]
    [InlineData("group_by=operator,month")]
    [InlineData("group_by=day&period=2026-10&charge_point=alpha:P1")]
    [InlineData("group_by=power_band&location=alpha:L-P1")]
    public async Task To_whom_times_are_cut_nothing_is_added_up_to_the_minute(string query)
    {
        var answer = await host.GetAsync("/v1/usage?" + query, KeyOf("hourly"));
        Assert.Equal((HttpStatusCode.Forbidden, "CPH-2011"), (answer.Status, answer.Code));
        Assert.Equal((JsonValueKind.Null, "/v1/charging-sessions"), (answer.Fault.GetProperty("parameter").ValueKind, answer.Fault.GetProperty("example").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions", KeyOf("hourly"))).Status);

        // Of those whose times are told exactly it is.
        Assert.Equal("operator=beta", (await host.GetAsync("/v1/usage?" + query.Split('&')[0], KeyOf("mixed"))).Fault.GetProperty("example").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/usage?operator=beta", KeyOf("mixed"))).Status);
    }

    [Fact]
    public async Task Of_an_operator_whose_days_are_still_to_be_made_nothing_is_told_as_if_it_were_all()
    {
        await host.ExecuteAsync("INSERT INTO usage_unbuilt VALUES ('alpha')");
        var row = (await host.GetAsync("/v1/usage?group_by=operator&operator=alpha&period=2026-11-02")).Data.Single();
        await host.ExecuteAsync("DELETE FROM usage_unbuilt");
        Assert.Equal((JsonValueKind.Null, "0", "3"), (row.GetProperty("sessions").ValueKind, Number(row, "coverage_percent"), Number(row, "charge_points")));
    }

    [Fact]
    public async Task Pages_lines_and_tables_are_the_same_rows()
    {
        const string Question = "/v1/usage?group_by=borough,operator,day&from=2026-10-28&to=2026-11-06";
        var whole = await host.GetAsync(Question);
        var (paged, path) = (new List<string>(), Question + "&limit=4");
        while (path is not null)
        {
            var page = await host.GetAsync(path);
            Assert.True(page.Data.Count <= 4);
            paged.AddRange(page.Data.Select(r => r.GetRawText()));
            path = page.Json.GetProperty("links").GetProperty("next").GetString();
        }

        var lines = (await host.GetAsync(Question + "&format=ndjson")).Body.TrimEnd('\n').Split('\n');
        var table = (await host.GetAsync(Question.Replace("usage", "usage.csv", StringComparison.Ordinal))).Body.TrimEnd().Split("\r\n");

        Assert.Equal(27, whole.Data.Count);
        Assert.Equal(whole.Data.Select(r => r.GetRawText()), paged);
        Assert.Equal(paged, lines[..^1]);
        Assert.StartsWith($$$"""{"summary":{"rows":27,"limited":false,"dataset":"usage",""", lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("period,period_unit,period_from,period_to,operator_id,borough_gss,borough_name,charge_points,", table[0], StringComparison.Ordinal);
        Assert.Equal(27, table.Length - 1);
        var last = lines[^2];
        Assert.Equal(JsonSerializer.Deserialize<JsonElement>(last).EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.Null ? "" : p.Value.ToString()), table[^1].Split(','));
    }

    [Theory]
    [InlineData("group_by=day,week", "CPH-1030")]
    [InlineData("group_by=postcode", "CPH-1003")]
    [InlineData("from=2026-11-01T08:00:00Z&to=2026-11-03", "CPH-1109")]
    [InlineData("period=2027", "CPH-1104")]
    [InlineData("charge_point=alpha:P9", "CPH-1031")]
    [InlineData("location=alpha:P1", "CPH-1031")]
    [InlineData("as_of=2026-11-01", "CPH-1001")]
    public async Task What_is_wrong_is_told(string query, string code)
    {
        var answer = await host.GetAsync("/v1/usage?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Json.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("charge_point=alpha:P9,alpha:P8,beta:Q2,alpha:P6,alpha:P5", "alpha:P1", "alpha:P1", "beta:Q1")]
    [InlineData("location=alpha:L-P9,alpha:L-P8,beta:L-Q2,alpha:L-P6", "alpha:L-P1", "alpha:L-P1", "beta:L-Q1")]
    public async Task Only_of_the_first_unknown_ids_it_is_guessed_what_was_meant(string query, params string[] meant)
    {
        var faults = (await host.GetAsync("/v1/usage?" + query)).Json.GetProperty("errors").EnumerateArray().ToList();

        Assert.Equal(meant, faults.Select(f => f.TryGetProperty("did_you_mean", out var told) ? told.GetString() : null).Take(3));
        Assert.True(faults.Count > 3);
        Assert.All(faults.Skip(3), f => Assert.False(f.TryGetProperty("did_you_mean", out _)));
    }

    [Fact]
    public async Task Only_who_holds_sessions_is_answered_and_a_tag_saves_reading()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/usage", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/usage", KeyOf("statuses"))).Status);
        Assert.Equal("CPH-1031", (await host.GetAsync("/v1/usage?charge_point=alpha:P1", KeyOf("beta"))).Code);
        Assert.Equal("CPH-2006", (await host.GetAsync("/v1/usage?operator=alpha", KeyOf("beta"))).Json.GetProperty("code").GetString());
        var first = await host.GetAsync("/v1/usage?period=2026-10");
        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync("/v1/usage?period=2026-10", headers: [("If-None-Match", first.Headers["ETag"])])).Status);
    }

    private static string KeyOf(string name) => $"cph_live_{name}_secret";

    private static Scope Of(params Right[] rights) => Scope.Of(OrganisationRole.Borough, null, rights);

    private async Task WriteAsync(string operatorId, string borough, params ChargePoint[] points)
    {
        var areas = points.ToDictionary(p => p.ChargePointId, _ => new AreaCodes(borough, borough == Lambeth ? "Lambeth" : "Camden", null, null, "test"));
        await new PageWriter(host.Database).WriteAsync(
            new PageToWrite
            {
                Feed = new FeedKey(operatorId, "main", Dataset.ChargePoints),
                RunId = Guid.NewGuid(),
                PageNumber = 1,
                AskedAt = ApiHost.Now,
                Records = new RecordPage { ChargePoints = [.. points.Select(Accept)] },
                Areas = areas,
            },
            CancellationToken.None);
    }

    private static ChargePoint Point(string op, string own) => ChargePoint(own, op: op) with { LocationId = $"{op}:L-{own}", Latitude = 51.46m + (own.Length + own[1] + op[0]) / 10000m };

    private static ChargingSession Charge(string id, string point, string plugIn, int minutes, decimal kwh, decimal? charging = null, decimal? cost = null) => new ChargingSession
    {
        SessionId = id,
        OperatorId = id.Split(':')[0],
        ChargePointId = $"{id.Split(':')[0]}:{point}",
        PlugInAt = At(plugIn),
        PlugOutAt = At(plugIn).AddMinutes(minutes),
        EnergyKwh = kwh,
        ChargingMinutes = charging,
        CostIncVat = cost,
        Currency = "GBP",
        LastUpdated = At(plugIn).AddMinutes(minutes),
    }.WithDerived();

    private static string Number(JsonElement row, string name) => row.GetProperty(name).GetRawText();

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
