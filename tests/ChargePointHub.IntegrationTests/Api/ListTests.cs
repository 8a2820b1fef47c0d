using System.Net;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class ListTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.AddChargePointAsync("alpha:P1");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_envelope_of_sessions_is_exactly_this()
    {
        await host.AddSessionAsync("alpha:S1", Now.AddHours(-2));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-30), Now.AddMinutes(-5)));

        var answer = await host.GetAsync("/v1/charging-sessions?operator=alpha");

        Assert.Equal(
            """
            {"data":[{"session_id":"alpha:S1","operator_id":"alpha","charge_point_id":"alpha:P1","connector_id":null,"plug_in_at":"2026-11-20T10:00:00.000Z","plug_out_at":null,"charge_start_at":null,"charge_end_at":null,"plug_in_minutes":null,"charging_minutes":null,"energy_kwh":12.4,"peak_kw":null,"average_kw":null,"cost_ex_vat":null,"cost_inc_vat":null,"currency":null,"tariff_id":null,"payment_method":null,"user_type":"UNKNOWN","outcome":"UNKNOWN","ended_by":null,"error_code":null,"start_soc_percent":null,"end_soc_percent":null,"corrects_session_id":null,"last_updated":"2026-11-20T10:00:00.000Z","borough_gss":"E09000022","ward_gss":"E05014095","lsoa21":"E01003014","power_band":"slow","started_local":"2026-11-20T10:00:00+00:00"}],"meta":{"dataset":"charging_sessions","window":{"from":"2026-11-19T12:00:00.000Z","to":"2026-11-20T12:00:00.000Z"},"as_of":"2026-11-20T11:55:00.000Z","schema":"hub/v1/charging_sessions","licence":[{"operator_id":"alpha","licence":"OGL-UK-3.0","attribution":"Contains data of Alpha"}],"restricted_to":[],"count":null,"completeness":{"complete":true,"settled_to":"2026-11-20T11:45:00.000Z","covered_percent":100,"gaps":[],"not_provided":[],"quarantined":0}},"links":{"self":"/v1/charging-sessions?operator=alpha","next":null},"next_cursor":null}
            """,
            answer.Body);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal("complete=true, covered_percent=100.0, settled_to=2026-11-20T11:45:00.000Z, gaps=0, not_provided=0, quarantined=0", answer.Headers["Hub-Completeness"]);
    }

    [Fact]
    public async Task From_is_inside_the_window_and_to_is_not()
    {
        await host.AddSessionAsync("alpha:S1", Now.AddHours(-3));
        await host.AddSessionAsync("alpha:S2", Now.AddHours(-2));

        var answer = await host.GetAsync("/v1/charging-sessions?from=2026-11-20T09:00:00Z&to=2026-11-20T11:00:00%2B01:00");

        Assert.Equal(["alpha:S1"], Ids(answer, "session_id"));
    }

    [Fact]
    public async Task A_London_summer_day_begins_at_eleven_in_the_evening_utc()
    {
        var answer = await host.GetAsync("/v1/charging-sessions?period=2026-07-01");

        Assert.Equal("2026-06-30T23:00:00.000Z", answer.Json.GetProperty("meta").GetProperty("window").GetProperty("from").GetString());
    }

    [Fact]
    public async Task Paging_while_rows_come_change_and_move_neither_misses_nor_repeats()
    {
        for (var i = 0; i < 10; i++) await host.AddSessionAsync($"alpha:S{i}", Now.AddHours(-10).AddMinutes(i / 2));
        var first = await host.GetAsync("/v1/charging-sessions?limit=3");
        var seen = Ids(first, "session_id").ToList();

        // Tick 2: one appears, one on a later page moves to before, one on a later page moves out of the window.
        await host.AddSessionAsync("alpha:NEW", Now.AddHours(-1), tick: 2);
        foreach (var (id, at) in new[] { ("alpha:S5", Now.AddHours(-20)), ("alpha:S8", Now.AddDays(-20)) })
        {
            await host.ExecuteAsync(
                """
                INSERT INTO charging_session_version SELECT operator_id, session_id, charge_point_id, plug_in_at, plug_out_at, energy_wh, last_updated, content_hash, findings, feed_id, run_id, tick,
                    recorded_at, document, 2, now() FROM charging_session WHERE session_id = @id
                """,
                ("id", id));
            await host.ExecuteAsync("UPDATE charging_session SET tick = 2, plug_in_at = @at WHERE session_id = @id", ("id", id), ("at", at));
        }

        await host.TickAsync(2);
        for (var page = first; page.NextCursor is { } cursor;)
        {
            page = await host.GetAsync($"/v1/charging-sessions?limit=3&cursor={cursor}");
            seen.AddRange(Ids(page, "session_id"));
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"alpha:S{i}"), seen);
        Assert.Contains("alpha:NEW", Ids(await host.GetAsync("/v1/charging-sessions"), "session_id"));
    }

    [Fact]
    public async Task Later_pages_state_the_completeness_of_the_first()
    {
        for (var i = 0; i < 2; i++) await host.AddSessionAsync($"alpha:S{i}", Now.AddHours(-2));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-30), Now.AddHours(-3)));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-1), Now.AddMinutes(-5)));
        var first = await host.GetAsync("/v1/charging-sessions?limit=1&operator=alpha");

        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddHours(-3), Now.AddHours(-1)), tick: 2);
        await host.TickAsync(2);
        var second = await host.GetAsync("/v1/charging-sessions?limit=1&operator=alpha&cursor=" + first.NextCursor);

        Assert.Equal(Completeness(first).GetRawText(), Completeness(second).GetRawText());
        Assert.False(Completeness(first).GetProperty("complete").GetBoolean());
        Assert.True(Completeness(await host.GetAsync("/v1/charging-sessions?operator=alpha")).GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task The_last_page_is_known_as_the_last_even_when_it_is_full()
    {
        for (var i = 0; i < 4; i++) await host.AddTariffAsync($"alpha:T{i}");

        var first = await host.GetAsync("/v1/tariffs?limit=2", key: null);
        var second = await host.GetAsync(first.Json.GetProperty("links").GetProperty("next").GetString()!, key: null);

        Assert.Contains("rel=\"next\"", first.Headers["Link"], StringComparison.Ordinal);
        Assert.Equal(["alpha:T2", "alpha:T3"], Ids(second, "tariff_id"));
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task Filters_narrow_the_records_and_the_operators_that_are_judged()
    {
        await host.AddChargePointAsync("beta:P1", borough: "E09000030");

        Assert.Equal(["beta:P1"], Ids(await host.GetAsync("/v1/charge-points?borough=Tower+Hamlets"), "charge_point_id"));
        Assert.Equal(["alpha:P1"], Ids(await host.GetAsync("/v1/charge-points?borough=e09000022&power_band=slow"), "charge_point_id"));
        Assert.Empty((await host.GetAsync("/v1/charge-points?power_band=rapid")).Data);
        var sessions = await host.GetAsync("/v1/charging-sessions");
        Assert.Equal("beta", Assert.Single(Completeness(sessions).GetProperty("not_provided").EnumerateArray()).GetString());
        Assert.Empty(Completeness(await host.GetAsync("/v1/charging-sessions?operator=alpha")).GetProperty("not_provided").EnumerateArray());
    }

    [Theory]
    [InlineData(0, "AVAILABLE")]
    [InlineData(14, "AVAILABLE")]
    [InlineData(16, "MISSING")]
    public async Task A_feed_of_changes_is_as_fresh_as_its_newest_poll_though_its_claim_ends_the_settle_time_before(int minutesSincePoll, string status)
    {
        await host.CoverAsync("alpha", Dataset.StatusChanges, new Window(Now.AddHours(-5), Now.AddMinutes(-15 - minutesSincePoll)));

        Assert.Equal(status, Assert.Single((await host.GetAsync("/v1/charge-points", key: null)).Data).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_status_is_missing_unless_its_operator_is_fresh()
    {
        await host.AddChargePointAsync("beta:P1");
        await host.CoverAsync("beta", Dataset.ChargePoints, new Window(Now.AddMinutes(-20), Now.AddMinutes(-5)));
        await host.CoverAsync("alpha", Dataset.ChargePoints, new Window(Now.AddMinutes(-5), Now.AddMinutes(10)));

        var points = (await host.GetAsync("/v1/charge-points", key: null)).Data;

        Assert.Equal(["AVAILABLE", "MISSING"], points.Select(p => p.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, points[1].GetProperty("status_since").ValueKind);
        Assert.Equal(["beta:P1"], Ids(await host.GetAsync("/v1/charge-points?status=MISSING"), "charge_point_id"));
    }

    [Fact]
    public async Task A_feed_of_changes_that_is_up_to_date_keeps_a_status_fresh()
    {
        await host.CoverAsync("alpha", Dataset.StatusChanges, new Window(Now.AddDays(-1), Now.AddMinutes(-10)));

        Assert.Equal("AVAILABLE", Assert.Single((await host.GetAsync("/v1/charge-points")).Data).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Large_pages_hold_what_the_stream_holds_however_much_is_withheld_between()
    {
        await host.AddChargePointAsync("alpha:P2", borough: "E09000033");
        await host.AddChargePointAsync("alpha:HOME", published: false);
        await host.AddSessionAsync("alpha:S0", Now.AddHours(-20));
        // Withheld: each third, and all from the last of the second page to the end.
        await host.ExecuteAsync(
            """
            INSERT INTO charging_session
            SELECT r.operator_id, n.id, n.point, r.plug_in_at + n.place * interval '1 second', r.plug_out_at, r.energy_wh, r.last_updated, r.content_hash, r.findings, r.feed_id, r.run_id, r.tick, r.recorded_at,
                (replace(replace(r.document::text, '"alpha:S0"', to_json(n.id)::text), '"alpha:P1"', to_json(n.point)::text))::json
            FROM charging_session r, LATERAL (
                SELECT p AS place, 'alpha:T' || lpad(p::text, 5, '0') AS id, CASE WHEN p % 3 = 0 OR p > 1499 THEN 'alpha:HOME' WHEN p % 3 = 1 THEN 'alpha:P1' ELSE 'alpha:P2' END AS point
                FROM generate_series(1, 2200) AS p) n
            """);
        await host.TickAsync(1);

        var streamed = (await host.GetAsync("/v1/charging-sessions?format=ndjson")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1];
        Assert.Equal(1_001, streamed.Length);
        foreach (var limit in new[] { 499, 500, 501, 1_000, 1_001, 2_000 })
        {
            var (pages, next) = (new List<string>(), $"/v1/charging-sessions?limit={limit}");
            while (next is not null)
            {
                var page = await host.GetAsync(next);
                pages.AddRange(page.Data.Select(r => r.GetRawText()));
                next = page.Json.GetProperty("links").GetProperty("next").GetString();
                Assert.True(next is null || page.Data.Count == limit);
            }

            Assert.Equal(streamed, pages);
        }
    }

    [Fact]
    public async Task What_is_not_published_is_nowhere()
    {
        await host.AddChargePointAsync("alpha:HOME", published: false);
        await host.AddSessionAsync("alpha:S1", Now.AddHours(-2), chargePoint: "alpha:HOME");
        await host.AddStatusChangeAsync("alpha:HOME", Now.AddHours(-2), Status.Charging);

        Assert.Equal(["alpha:P1"], Ids(await host.GetAsync("/v1/charge-points"), "charge_point_id"));
        Assert.Empty((await host.GetAsync("/v1/charging-sessions")).Data);
        Assert.Empty((await host.GetAsync("/v1/status-changes")).Data);
        Assert.Equal("CPH-3002", (await host.GetAsync("/v1/charge-points/alpha:HOME")).Code);
        Assert.Equal("CPH-3002", (await host.GetAsync("/v1/charge-points/alpha:HOME/charging-sessions")).Code);
    }

    [Fact]
    public async Task One_charge_point_s_history_is_its_own_and_judges_its_operator_alone()
    {
        await host.AddChargePointAsync("alpha:P/2");
        await host.AddSessionAsync("alpha:S1", Now.AddHours(-2));
        await host.AddSessionAsync("alpha:S2", Now.AddHours(-2), chargePoint: "alpha:P/2");
        await host.AddStatusChangeAsync("alpha:P/2", Now.AddHours(-2), Status.Charging);

        var sessions = await host.GetAsync("/v1/charge-points/alpha:P%2F2/charging-sessions");
        var changes = await host.GetAsync("/v1/charge-points/alpha:P%2f2/status-changes");

        Assert.Equal(["alpha:S2"], Ids(sessions, "session_id"));
        Assert.Equal("CHARGING", Assert.Single(changes.Data).GetProperty("status").GetString());
        Assert.Empty(Completeness(sessions).GetProperty("not_provided").EnumerateArray());
        Assert.Equal("alpha:P/2", (await host.GetAsync("/v1/charge-points/alpha:P%2F2")).Json.GetProperty("data").GetProperty("charge_point_id").GetString());
    }

    [Fact]
    public async Task GeoJson_comes_by_suffix_by_parameter_and_by_Accept()
    {
        var suffix = await host.GetAsync("/v1/charge-points.geojson", key: null);
        var parameter = await host.GetAsync("/v1/charge-points?format=geojson", key: null);
        var accept = await host.GetAsync("/v1/charge-points", key: null, headers: ("Accept", "application/geo+json, */*"));

        foreach (var answer in new[] { suffix, parameter, accept })
        {
            Assert.Equal("application/geo+json", answer.Headers["Content-Type"]);
            Assert.Equal("FeatureCollection", answer.Json.GetProperty("type").GetString());
            var feature = Assert.Single(answer.Json.GetProperty("features").EnumerateArray());
            Assert.Equal("[-0.1167,51.4601]", feature.GetProperty("geometry").GetProperty("coordinates").GetRawText());
            Assert.Equal("\"Café\" ", feature.GetProperty("properties").GetProperty("location_name").GetString());
            Assert.Contains("complete=false", answer.Headers["Hub-Completeness"], StringComparison.Ordinal);
        }

        var one = await host.GetAsync("/v1/charge-points/alpha:P1.geojson", key: null);
        Assert.Equal("Feature", one.Json.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Select_keeps_the_named_fields_in_the_record_s_order()
    {
        var point = Assert.Single((await host.GetAsync("/v1/charge-points?select=status,charge_point_id,connectors")).Data);

        Assert.Equal("""{"charge_point_id":"alpha:P1","connectors":[],"status":"MISSING"}""", point.GetRawText());
    }

    [Fact]
    public async Task A_body_too_large_to_hold_back_is_streamed_whole()
    {
        await host.ExecuteAsync(
            """
            INSERT INTO charge_point SELECT operator_id, 'alpha:Q' || n, location_id, latitude, longitude, max_power_kw, power_band, published, last_updated, content_hash, findings,
                feed_id, run_id, tick, recorded_at, document FROM charge_point, generate_series(1, 4000) n
            """);

        var answer = await host.GetAsync("/v1/charge-points?limit=50000");

        Assert.Equal(4001, answer.Data.Count);
        Assert.True(answer.Body.Length > 2 * 1024 * 1024);
        Assert.Null(answer.NextCursor);
    }

    [Fact]
    public async Task Head_answers_as_get_does_without_the_body()
    {
        var get = await host.GetAsync("/v1/charge-points");
        var head = await host.GetAsync("/v1/charge-points", method: HttpMethod.Head);

        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Empty(head.Body);
        Assert.Equal(get.Headers["Content-Length"], head.Headers["Content-Length"]);
        Assert.Equal(get.Headers["Hub-Completeness"], head.Headers["Hub-Completeness"]);
    }

    private static IEnumerable<string> Ids(Answer answer, string name)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Data.Select(d => d.GetProperty(name).GetString()!);
    }

    private static JsonElement Completeness(Answer answer) => answer.Json.GetProperty("meta").GetProperty("completeness");
}
