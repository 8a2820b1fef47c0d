using System.Globalization;
using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Every filter against the same question put to the records in memory; half of the rows as they were kept before filters had columns.</summary>
public sealed class FilterTests : IAsyncLifetime
{
    private static readonly string[] Standards = ["IEC_62196_T2", "IEC_62196_T2_COMBO", "CHADEMO"];

    private readonly ApiHost host = new();
    private readonly List<ChargePoint> points = [];
    private readonly List<ChargingSession> sessions = [];

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Directory = host.Directory with
        {
            Wards = new AreaNames([new Area("E05009317", "Bow East"), new Area("E05009318", "Abbey"), new Area("E05009319", "Abbey")]),
            Lsoas = new AreaNames([new Area("E01000001", "City of London 001A")]),
        };
        var random = new Random(20261120);
        for (var i = 0; i < 60; i++)
        {
            points.Add(new ChargePoint
            {
                ChargePointId = $"alpha:P{i:00}",
                OperatorId = "alpha",
                OperatorName = "Alpha",
                LocationId = "alpha:L1",
                Latitude = i % 10 == 9 ? null : 51.5m + (random.Next(-200, 200) / 10_000m),
                Longitude = i % 10 == 9 ? null : -0.1m + (random.Next(-200, 200) / 10_000m),
                MaxPowerKw = i % 7 == 6 ? null : Pick([7.4m, 22m, 50m, 150m]),
                PowerBand = PowerBand.Slow,
                Access = i % 5 == 4 ? null : Pick([Access.Public, Access.Permit]),
                FundingStream = i % 4 == 3 ? null : Pick([FundingStream.Levi, FundingStream.Borough]),
                LocationType = i % 6 == 5 ? null : Pick([LocationType.OnStreet, LocationType.CarPark]),
                Connectors = [.. Enumerable.Range(0, i % 3).Select(c => new Connector { ConnectorId = $"{c}", Standard = Pick([.. Standards, null]) })],
                LastUpdated = Now.AddMinutes(-random.Next(1, 3_000)),
            });
        }

        // Longer than any rule lets pass, as a Session and a CDR of one charge, each right by itself, can make it together.
        sessions.Add(new ChargingSession
        {
            SessionId = "alpha:LONG",
            OperatorId = "alpha",
            ChargePointId = "alpha:P00",
            PlugInAt = Now.AddDays(-12),
            PlugOutAt = Now.AddHours(-10),
            LastUpdated = Now.AddHours(-10),
        }.WithDerived());
        for (var i = 0; i < 300; i++)
        {
            var plugIn = Now.AddMinutes(-random.Next(10, 3 * 24 * 60));
            DateTimeOffset? plugOut = i % 11 == 10 ? null : plugIn.AddMinutes(random.Next(1, 2_000));
            sessions.Add(new ChargingSession
            {
                SessionId = $"alpha:S{i:000}",
                OperatorId = "alpha",
                ChargePointId = points[random.Next(points.Count)].ChargePointId,
                PlugInAt = plugIn,
                PlugOutAt = plugOut,
                EnergyKwh = i % 13 == 12 ? null : random.Next(0, 60_000) / 1000m,
                UserType = Pick([UserType.Resident, UserType.Taxi, UserType.Unknown]),
                LastUpdated = (plugOut ?? plugIn).AddMinutes(random.Next(1, 60)),
            }.WithDerived());
        }

        await host.WritePageAsync("alpha", Dataset.ChargePoints, new RecordPage { ChargePoints = [.. points.Select(p => new Judged<ChargePoint>(p, []))] });
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage { ChargingSessions = [.. sessions.Select(s => new Judged<ChargingSession>(s, []))] });
        await host.ExecuteAsync("""
            UPDATE charge_point SET standards = NULL, access = NULL, funding_stream = NULL, location_type = NULL WHERE charge_point_id LIKE '%1' OR charge_point_id LIKE '%5' OR charge_point_id LIKE '%8';
            UPDATE hub_tick SET recorded_at = '2026-11-19T00:00:00Z';
            UPDATE charging_session SET user_type = NULL WHERE session_id LIKE '%3';
            INSERT INTO charge_point_area SELECT operator_id, charge_point_id, 'E09000030', 'Tower Hamlets', 'E0500931' || (7 + ascii(right(charge_point_id, 1)) % 3), 'E01000001', 'v' FROM charge_point
            """);
        host.AskedAt = Now;

        T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Charge_points_are_found_by_every_filter()
    {
        await Same("standard=CHADEMO,IEC_62196_T2", p => p.Connectors.Any(c => c.Standard is "CHADEMO" or "IEC_62196_T2"));
        await Same("access=PERMIT", p => p.Access == Access.Permit);
        await Same("funding_stream=LEVI,BOROUGH", p => p.FundingStream is FundingStream.Levi or FundingStream.Borough);
        await Same("location_type=CAR_PARK", p => p.LocationType == LocationType.CarPark);
        await Same("max_power_kw__gte=22", p => p.MaxPowerKw >= 22);
        await Same("max_power_kw__lt=50", p => p.MaxPowerKw < 50);
        await Same("max_power_kw__gte=22&max_power_kw__lt=50&access=PUBLIC", p => p is { MaxPowerKw: >= 22 and < 50, Access: Access.Public });
        await Same("bbox=-0.11,51.49,-0.09,51.51", p => p is { Longitude: >= -0.11m and <= -0.09m, Latitude: >= 51.49m and <= 51.51m });
        await Same("near=51.5,-0.1&radius_m=900", p => Metres(p) <= 900);
        await Same("near=51.5,-0.1", p => Metres(p) <= 400);
        await Same("ward=bow east", p => p.ChargePointId[^1] % 3 == 0);
        await Same("ward=E05009318,e05009319", p => p.ChargePointId[^1] % 3 != 0);
        await Same("lsoa=city-of-london-001a&max_power_kw__gte=150", p => p.MaxPowerKw >= 150);
        var from = Now.AddHours(-20);
        await Same($"last_updated__gte={Instants.Format(from)}&last_updated__lt={Instants.Format(Now.AddHours(-2))}", p => p.LastUpdated >= from && p.LastUpdated < Now.AddHours(-2));

        async Task Same(string query, Func<ChargePoint, bool> meets)
        {
            var expected = points.Where(meets).Select(p => p.ChargePointId).Order(StringComparer.Ordinal).ToList();
            Assert.NotEmpty(expected);
            Assert.True(expected.Count < points.Count, query);
            Assert.Equal(expected, await IdsAsync("/v1/charge-points?" + query, "charge_point_id"));
            Assert.Equal(Enumerable.Reverse(expected), await IdsAsync($"/v1/charge-points?{query}&sort=-operator_id", "charge_point_id"));
        }
    }

    [Fact]
    public async Task Charging_sessions_are_found_by_every_filter_and_by_their_charge_points()
    {
        var byId = points.ToDictionary(p => p.ChargePointId);
        await Same("user_type=TAXI,RESIDENT", s => s.UserType != UserType.Unknown);
        await Same("energy_kwh__gte=10&energy_kwh__lt=30.5", s => s.EnergyKwh >= 10 && s.EnergyKwh < 30.5m);
        await Same("plug_in_minutes__gte=600", s => s.PlugInMinutes >= 600);
        await Same("plug_in_minutes__lt=60", s => s.PlugInMinutes < 60);
        await Same("standard=CHADEMO&user_type=TAXI", s => s.UserType == UserType.Taxi && byId[s.ChargePointId].Connectors.Any(c => c.Standard == "CHADEMO"));
        await Same("near=51.5,-0.1&radius_m=900", s => Metres(byId[s.ChargePointId]) <= 900);
        await Same("access=PERMIT&max_power_kw__gte=50", s => byId[s.ChargePointId] is { Access: Access.Permit, MaxPowerKw: >= 50 });
        await Same("ward=bow-east", s => s.ChargePointId[^1] % 3 == 0);

        async Task Same(string query, Func<ChargingSession, bool> meets)
        {
            var expected = sessions.Where(meets).OrderBy(s => s.PlugInAt).ThenBy(s => s.SessionId, StringComparer.Ordinal).Select(s => s.SessionId).ToList();
            Assert.NotEmpty(expected);
            var path = $"/v1/charging-sessions?from={Instants.Format(Now.AddDays(-13))}&{query}";
            Assert.Equal(expected, await IdsAsync(path, "session_id"));
            Assert.Equal(Enumerable.Reverse(expected), await IdsAsync(path + "&sort=-plug_in_at", "session_id"));
        }
    }

    [Fact]
    public async Task A_window_may_be_about_another_time()
    {
        var (from, to) = (Now.AddHours(-30), Now.AddHours(-6));
        await Same("plug_in_at", s => s.PlugInAt);
        await Same("plug_out_at", s => s.PlugOutAt);
        await Same("last_updated", s => s.LastUpdated);
        var recorded = await host.GetAsync("/v1/charging-sessions?time_field=recorded_at&limit=1&count=exact&from=2000-01-01&to=2099-01-01");
        Assert.Equal("301", recorded.Headers["Hub-Count"]);

        async Task Same(string field, Func<ChargingSession, DateTimeOffset?> at)
        {
            var expected = sessions.Where(s => at(s) >= from && at(s) < to).OrderBy(s => s.PlugInAt).ThenBy(s => s.SessionId, StringComparer.Ordinal).Select(s => s.SessionId);
            Assert.Equal(expected, await IdsAsync($"/v1/charging-sessions?time_field={field}&from={Instants.Format(from)}&to={Instants.Format(to)}", "session_id"));
        }
    }

    [Fact]
    public async Task Pages_go_on_in_the_order_that_was_asked_for()
    {
        var path = $"/v1/charging-sessions?from={Instants.Format(Now.AddDays(-13))}&sort=-plug_in_at&limit=37";
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await host.GetAsync(path + cursor);
            seen.AddRange(page.Data.Select(r => r.GetProperty("session_id").GetString()!));
            cursor = page.NextCursor is { } next ? "&cursor=" + next : null;
        }

        Assert.Equal(sessions.OrderByDescending(s => s.PlugInAt).ThenByDescending(s => s.SessionId, StringComparer.Ordinal).Select(s => s.SessionId), seen);
        var lines = (await host.GetAsync($"/v1/charging-sessions?from={Instants.Format(Now.AddDays(-13))}&sort=-plug_in_at&format=ndjson")).Body.Split('\n');
        Assert.Equal(seen, lines.SkipLast(2).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("session_id").GetString()));
    }

    [Theory]
    [InlineData("bbox=51.48,-0.15,51.52,-0.08", "-0.15,51.48,-0.08,51.52")]
    [InlineData("near=-0.1195,51.5033", "51.5033,-0.1195")]
    [InlineData("max_power_kw__gte=7,4", "7.4")]
    [InlineData("ward=bow-est", "bow-east")]
    [InlineData("ward=abbey", "E05009318")]
    public async Task A_wrong_place_or_number_is_answered_with_what_was_probably_meant(string query, string meant) =>
        Assert.Equal(meant, (await host.GetAsync("/v1/charge-points?" + query, key: null)).Fault.GetProperty("did_you_mean").GetString());

    [Fact]
    public async Task Only_of_the_first_wrong_areas_it_is_guessed_what_was_meant()
    {
        var faults = (await host.GetAsync("/v1/charge-points?ward=bow-est,bow-eats,e0500931,bow-eest,bow-aest", key: null)).Json.GetProperty("errors").EnumerateArray();

        Assert.Equal(["bow-east", "bow-east", "E05009317", null, null], faults.Select(f => f.TryGetProperty("did_you_mean", out var told) ? told.GetString() : null));
        Assert.Equal(["E05009317", "E05009317", "E05009317"], faults.Take(3).Select(f => f.GetProperty("example").GetString()!["ward=".Length..]));
    }

    [Fact]
    public async Task An_area_that_is_not_loaded_is_told_from_one_that_there_is_not()
    {
        foreach (var unknown in new[] { "ward=bow-est", "ward=abbey", "ward=E05000000", "lsoa=E01999999" })
            Assert.Equal((HttpStatusCode.BadRequest, "CPH-1024"), await AskedAsync(unknown));
        host.Directory = host.Directory with { Wards = AreaNames.None, Lsoas = AreaNames.None };
        foreach (var nowhere in new[] { "ward=bow-east", "lsoa=E01000001" })
            Assert.Equal((HttpStatusCode.BadRequest, "CPH-1015"), await AskedAsync(nowhere));

        async Task<(HttpStatusCode Status, string Code)> AskedAsync(string query)
        {
            var answer = await host.GetAsync("/v1/charge-points?" + query, key: null);
            return (answer.Status, answer.Code);
        }
    }

    [Fact]
    public async Task A_filter_tells_nothing_that_grants_withhold()
    {
        host.Granted["cph_live_some_secret"] = Scope.Of(
            OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, [.. RestrictedFields.Of("charging_sessions").Except(["energy_kwh", "user_type"])])]);
        host.Granted["cph_live_hourly_secret"] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, Precision: TimePrecision.Hour)]);

        foreach (var query in new[] { "energy_kwh__gte=10", "energy_kwh__lt=10", "user_type=TAXI" })
        {
            var refused = await host.GetAsync("/v1/charging-sessions?" + query, "cph_live_some_secret");
            Assert.Equal((HttpStatusCode.Forbidden, "CPH-2009"), (refused.Status, refused.Code));
        }

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions?plug_in_minutes__gte=10", "cph_live_some_secret")).Status);
        foreach (var query in new[] { "plug_in_minutes__gte=10", "plug_in_minutes__lt=10", "time_field=plug_out_at", "time_field=last_updated", "time_field=recorded_at" })
            Assert.Equal("CPH-1107", (await host.GetAsync("/v1/charging-sessions?" + query, "cph_live_hourly_secret")).Code);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions?energy_kwh__gte=10&time_field=plug_in_at", "cph_live_hourly_secret")).Status);
    }

    [Fact]
    public async Task Times_that_are_cut_are_paged_last_first_as_well()
    {
        host.Granted["cph_live_hourly_secret"] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, Precision: TimePrecision.Hour)]);
        var path = $"/v1/charging-sessions?from={Now.AddDays(-4):yyyy-MM-dd}&to={Now:yyyy-MM-dd}";
        var forwards = await PagesAsync(path + "&limit=1000");
        var backwards = await PagesAsync(path + "&limit=7&sort=-plug_in_at");

        Assert.NotEmpty(forwards);
        Assert.Equal(Enumerable.Reverse(forwards), backwards);

        async Task<List<string>> PagesAsync(string asked)
        {
            var seen = new List<string>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = await host.GetAsync(asked + cursor, "cph_live_hourly_secret");
                Assert.Equal(HttpStatusCode.OK, page.Status);
                seen.AddRange(page.Data.Select(r => r.GetProperty("session_id").GetString()!));
                cursor = page.NextCursor is { } next ? "&cursor=" + next : null;
            }

            return seen;
        }
    }

    private async Task<IReadOnlyList<string>> IdsAsync(string path, string id)
    {
        var answer = await host.GetAsync(path + "&limit=50000");
        Assert.True(answer.Status == HttpStatusCode.OK, path + answer.Body);
        var ids = answer.Data.Select(r => r.GetProperty(id).GetString()!).ToList();
        Assert.Equal(ids.Count.ToString(CultureInfo.InvariantCulture), (await host.GetAsync(path + "&limit=1&count=exact")).Headers["Hub-Count"]);
        return ids;
    }

    /// <summary>By the spherical law of cosines; the hub's is the haversine formula.</summary>
    private static double Metres(ChargePoint point)
    {
        if (point.Latitude is not { } latitude || point.Longitude is not { } longitude) return double.NaN;
        var (a, b, across) = (51.5 * Math.PI / 180, (double)latitude * Math.PI / 180, ((double)longitude + 0.1) * Math.PI / 180);
        return 6_371_008.8 * Math.Acos(Math.Min(1, (Math.Sin(a) * Math.Sin(b)) + (Math.Cos(a) * Math.Cos(b) * Math.Cos(across))));
    }
}
