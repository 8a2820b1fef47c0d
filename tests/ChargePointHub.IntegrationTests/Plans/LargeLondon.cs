using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.IntegrationTests.Plans;

/// <summary>
/// A hub with so many records that it matters how they are found: four days, of which the default window is one. Alpha's outages are derived, Gamma reports its own. Each table is
/// one row of a test many times over, but for what statements look at; documents are the first one's. Tariffs and what is handed in are few, as they are.
/// </summary>
public sealed class LargeLondon : IAsyncLifetime
{
    /// <summary>Tables with fewer rows may be read as a whole.</summary>
    public const int Large = 5_000;

    public const string Gla = "cph_live_gla_secret";
    public const string Borough = "cph_live_borough_secret";
    public const string Hour = "cph_live_hour_secret";

    private const int Ticks = 2_500;

    private static readonly string[] Operators = ["alpha", "gamma"];

    public ApiHost Host { get; } = new();

    public async Task InitializeAsync()
    {
        await Host.InitializeAsync();
        ListedDataset Plan(Dataset dataset, WindowAxis? axis = null) => new() { Dataset = dataset, Axis = axis, Protocol = "loti-v1", Earliest = ApiHost.Now.AddDays(-4) };
        Host.Directory = new OperatorDirectory([.. Operators.Select(o => new ListedOperator(o, o, null, null,
        [
            Plan(Dataset.ChargePoints), Plan(Dataset.Tariffs), Plan(Dataset.ChargingSessions, WindowAxis.PlugInAt), Plan(Dataset.StatusChanges, WindowAxis.At), Plan(Dataset.ReportedUsage),
            .. o == "gamma" ? new[] { Plan(Dataset.Outages, WindowAxis.StartedAt) } : [],
        ]))])
        { Areas = SmallAreas.Index, Wards = new AreaNames([new Area("E05000001", "Abbey")]), Lsoas = new AreaNames([new Area("E01000001", "Lambeth 001A")]) };
        Host.Granted[Gla] = Scope.Of(OrganisationRole.Gla, null, Operators.SelectMany(Right.Whole));
        Host.Granted[Borough] = Scope.Of(OrganisationRole.Borough, null, Dataset.All.Where(d => d.IsRestricted).SelectMany(d => Operators.Select(o => new Right(o, d.Name, ["E09000022"]))));
        Host.Granted[Hour] = Scope.Of(OrganisationRole.Gla, null, Dataset.All.Where(d => d.IsRestricted).SelectMany(d => Operators.Select(o => new Right(o, d.Name, null, [], TimePrecision.Hour))));
        await FirstRowsAsync();
        await Host.ExecuteAsync(ManyRows.Replace("{ticks}", $"{Ticks}", StringComparison.Ordinal), ("now", ApiHost.Now));
        await Host.TickAsync(Ticks + 1);
        foreach (var dataset in Dataset.All)
        {
            foreach (var operatorId in Operators) await Host.CoverAsync(operatorId, dataset, new Window(ApiHost.Now.AddDays(-4), ApiHost.Now.AddMinutes(-10)));
        }

        await Host.ExecuteAsync("ANALYZE");
    }

    public Task DisposeAsync() => Host.DisposeAsync();

    /// <summary>Of everything one.</summary>
    private async Task FirstRowsAsync()
    {
        var (now, earlier) = (ApiHost.Now.AddHours(-1), ApiHost.Now.AddDays(-5));
        foreach (var id in new[] { "alpha:P1", "gamma:P1" }) await Host.AddChargePointAsync(id);
        await Host.AddTariffAsync("alpha:T1");
        await Host.AddSessionAsync("alpha:S1", now);
        await Host.AddSessionAsync("alpha:S1", now, table: "charging_session_version", tickTo: 2);
        await Host.AddStatusChangeAsync("alpha:P1", now, Status.Available);
        await Host.AddAsync(Samples.Outage("O1", "P1", earlier, op: "gamma"));
        await Host.AddAsync(Samples.Outage("O1", "P1", earlier, op: "gamma"), tick: 1, tickTo: 2);
        await Host.AddAsync(Samples.Usage("alpha:P1"));
        await Host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage
        {
            Refused = [new RefusedRecord(Dataset.ChargingSessions, "S0", """{"charge_point_id":"P1"}"""u8.ToArray(), [new Finding("id-missing", Severity.Error, "/session_id", null, "A record has no id.")])],
        });
        await Host.AddBulkFileAsync(Scope.Everything, Dataset.ChargingSessions);
    }

    private const string ManyRows =
        """
        CREATE FUNCTION pg_temp.op(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN n % 4 = 0 THEN 'gamma' ELSE 'alpha' END $$;
        CREATE FUNCTION pg_temp.tick_at(t bigint, now timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT now - ({ticks} - t) * interval '138 s' $$;
        INSERT INTO hub_tick SELECT t, pg_temp.tick_at(t, @now) FROM generate_series(1, {ticks}) t ON CONFLICT DO NOTHING;

        INSERT INTO charge_point SELECT r.* FROM charge_point c, generate_series(2, 1500) n, LATERAL jsonb_populate_record(c, jsonb_build_object(
            'charge_point_id', c.operator_id || ':P' || n, 'location_id', c.operator_id || ':L' || n / 4, 'power_band', (ARRAY['slow', 'fast', 'rapid'])[n % 3 + 1], 'max_power_kw', n % 150, 'tick', n,
            'latitude', 51.3 + n % 37 / 100.0, 'longitude', -0.4 + n % 41 / 100.0, 'access', (ARRAY['PUBLIC', 'RESTRICTED'])[n % 2 + 1], 'standards', jsonb_build_array('IEC_62196_T2'))) r;
        INSERT INTO charge_point_area SELECT r.* FROM charge_point_area a, generate_series(2, 1500) n, LATERAL jsonb_populate_record(a, jsonb_build_object(
            'charge_point_id', a.operator_id || ':P' || n, 'borough_gss', CASE WHEN n % 33 = 0 THEN 'E09000022' WHEN n % 33 = 1 THEN 'E09000028' ELSE 'E0900' || n % 33 END, 'ward_gss', 'E05' || n % 300, 'lsoa21', 'E01' || n)) r;
        INSERT INTO charge_point_status SELECT r.* FROM charge_point_status s, generate_series(2, 1500) n, LATERAL jsonb_populate_record(s, jsonb_build_object(
            'charge_point_id', s.operator_id || ':P' || n, 'tick', n)) r;
        INSERT INTO charge_point_version SELECT r.* FROM charge_point c, generate_series(1, 2) v, LATERAL jsonb_populate_record(NULL::charge_point_version, to_jsonb(c) || jsonb_build_object(
            'tick', c.tick - v - 2, 'tick_to', c.tick - v, 'recorded_to', pg_temp.tick_at(c.tick - v, @now))) r;
        INSERT INTO charge_point_told SELECT c.operator_id, c.charge_point_id, c.tick, CASE WHEN c.tick % 50 = 0 THEN c.tick END, true, true, c.power_band, a.borough_gss, a.ward_gss, a.lsoa21
            FROM charge_point c JOIN charge_point_area a USING (operator_id, charge_point_id) ON CONFLICT DO NOTHING;
        INSERT INTO operator_freshness VALUES ('alpha', true, 1), ('gamma', true, 1) ON CONFLICT DO NOTHING;

        INSERT INTO tariff SELECT r.* FROM tariff t, generate_series(2, 3000) n, LATERAL jsonb_populate_record(t, jsonb_build_object('operator_id', pg_temp.op(n), 'tariff_id', pg_temp.op(n) || ':T' || n, 'tick', n / 3,
            'last_updated', @now - n * interval '1 min')) r;
        INSERT INTO tariff_version SELECT r.* FROM tariff t, LATERAL jsonb_populate_record(NULL::tariff_version, to_jsonb(t) || jsonb_build_object('tick', t.tick - 2, 'tick_to', t.tick, 'recorded_to', @now)) r;

        INSERT INTO charging_session SELECT r.* FROM charging_session s, generate_series(2, 30000) n, LATERAL jsonb_populate_record(s, jsonb_build_object(
            'operator_id', pg_temp.op(n), 'session_id', pg_temp.op(n) || ':S' || n, 'charge_point_id', pg_temp.op(n) || ':P' || 1 + n % 1500, 'plug_in_at', @now - n * interval '11.5 s', 'plug_out_at', @now - n * interval '11.5 s' + n % 200 * interval '1 min',
            'energy_wh', n % 60000, 'last_updated', @now - n * interval '11.5 s' + interval '1 h', 'tick', {ticks} - n / 12, 'recorded_at', pg_temp.tick_at({ticks} - n / 12, @now),
            'user_type', (ARRAY['UNKNOWN', 'CONTRACT', 'AD_HOC'])[n % 3 + 1])) r;
        INSERT INTO charging_session_version SELECT r.* FROM charging_session_version s, generate_series(2, 15000) n, LATERAL jsonb_populate_record(s, jsonb_build_object(
            'operator_id', pg_temp.op(n), 'session_id', pg_temp.op(n) || ':S' || n, 'charge_point_id', pg_temp.op(n) || ':P' || 1 + n % 1500, 'plug_in_at', @now - n * interval '11.5 s', 'last_updated', @now - n * interval '11.5 s', 'energy_wh', n,
            'tick', {ticks} - n / 12 - 20, 'tick_to', {ticks} - n / 12, 'recorded_at', pg_temp.tick_at({ticks} - n / 12 - 20, @now), 'recorded_to', pg_temp.tick_at({ticks} - n / 12, @now))) r;
        INSERT INTO status_change SELECT r.* FROM status_change s, generate_series(2, 30000) n, LATERAL jsonb_populate_record(s, jsonb_build_object(
            'operator_id', pg_temp.op(n), 'charge_point_id', pg_temp.op(n) || ':P' || 1 + n % 1500, 'at', @now - n * interval '11.5 s', 'status', CASE WHEN n % 97 = 0 THEN 'OUTOFORDER' WHEN n % 2 = 0 THEN 'AVAILABLE' ELSE 'CHARGING' END,
            'tick', {ticks} - n / 12, 'recorded_at', pg_temp.tick_at({ticks} - n / 12, @now))) r;
        INSERT INTO outage SELECT r.* FROM outage o, generate_series(2, 6000) n, LATERAL jsonb_populate_record(o, jsonb_build_object(
            'outage_id', 'gamma:O' || n, 'charge_point_id', 'gamma:P' || 1 + n % 1500, 'started_at', @now - n * interval '57 s', 'ended_at', @now - n * interval '57 s' + interval '2 h', 'last_updated', @now - n * interval '57 s' + interval '2 h', 'tick', {ticks} - n / 3)) r;
        INSERT INTO outage_version SELECT r.* FROM outage_version o, generate_series(2, 6000) n, LATERAL jsonb_populate_record(o, jsonb_build_object(
            'outage_id', 'gamma:O' || n, 'charge_point_id', 'gamma:P' || 1 + n % 1500, 'started_at', @now - n * interval '57 s', 'ended_at', NULL, 'tick', {ticks} - n / 3 - 50, 'tick_to', {ticks} - n / 3)) r;
        INSERT INTO reported_usage SELECT r.* FROM reported_usage u, generate_series(2, 8000) n, LATERAL jsonb_populate_record(u, jsonb_build_object(
            'operator_id', pg_temp.op(n), 'reported_usage_id', pg_temp.op(n) || ':U' || n, 'charge_point_id', pg_temp.op(n) || ':P' || 1 + n % 1500, 'tick', n / 4,
            'period_from', '2026-07-01Z'::timestamptz + n * interval '15 min', 'period_to', '2026-10-01Z'::timestamptz)) r;
        INSERT INTO reported_usage_version SELECT r.* FROM reported_usage u, LATERAL jsonb_populate_record(NULL::reported_usage_version, to_jsonb(u) || jsonb_build_object('tick', u.tick - 2, 'tick_to', u.tick, 'recorded_to', @now)) r;

        INSERT INTO quarantine SELECT r.* FROM quarantine q, generate_series(2, 8000) n, LATERAL jsonb_populate_record(q, jsonb_build_object(
            'operator_id', pg_temp.op(n), 'own_id', 'R' || n, 'event_at', @now - n * interval '40 s', 'recorded_at', @now - n * interval '39 s')) r;
        INSERT INTO record_gone SELECT (ARRAY['charging_sessions', 'tariffs', 'outages', 'reported_usage', 'charge_points'])[n % 5 + 1], pg_temp.op(n), pg_temp.op(n) || ':G' || n, CASE WHEN n % 5 = 1 THEN '' ELSE pg_temp.op(n) || ':P' || 1 + n % 1500 END, {ticks} - n / 4
            FROM generate_series(1, 8000) n;
        INSERT INTO coverage_change (tick, operator_id, dataset, kind, from_at, to_at, late_since) SELECT {ticks} - n / 4, pg_temp.op(n), (ARRAY['charging_sessions', 'status_changes'])[n % 2 + 1], 'covered', @now - n * interval '1 min', @now - (n - 1) * interval '1 min', CASE WHEN n % 100 = 0 THEN @now END
            FROM generate_series(1, 400) n;
        INSERT INTO run (run_id, operator_id, feed_id, dataset, kind, from_at, to_at, started_at, ended_at, outcome, failure) SELECT gen_random_uuid(), pg_temp.op(n), 'main', (ARRAY['charging_sessions', 'status_changes', 'charge_points'])[n % 3 + 1], 'live',
            @now - n * interval '10 min', @now, @now - n * interval '10 min', @now - n * interval '10 min', CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END, CASE WHEN n % 20 = 0 THEN 'http_5xx' END FROM generate_series(1, 8000) n;
        INSERT INTO submission (submission_id, operator_id, feed_id, dataset, period, content_hash, judged_with, received_at, run_id, report) SELECT gen_random_uuid(), pg_temp.op(n), 'files', 'charging_sessions', '2026-Q3', int4send(n), '', @now - n * interval '1 min', gen_random_uuid(), '{}'
            FROM generate_series(1, 500) n;
        INSERT INTO audit_event (chain, number, kind, written_at, opened, request_id, key_id, holder, rights, route, path, filter, operators, outcome, records, bytes, previous, hash)
            SELECT '00000000-0000-0000-0000-000000000001', n, CASE WHEN n % 2 = 1 THEN 'opened' ELSE 'closed' END, @now - n * interval '20 s', CASE WHEN n % 2 = 0 THEN n - 1 END, CASE WHEN n % 2 = 1 THEN 'r' END, CASE WHEN n % 2 = 1 THEN 'k' END, CASE WHEN n % 2 = 1 THEN 'h' END,
                CASE WHEN n % 2 = 1 THEN ARRAY['everything'] END, CASE WHEN n % 2 = 1 THEN '/v1/outages' END, CASE WHEN n % 2 = 1 THEN '/v1/outages' END, CASE WHEN n % 2 = 1 THEN '' END, ARRAY[pg_temp.op(n / 2)],
                CASE WHEN n % 2 = 0 THEN 'complete' END, CASE WHEN n % 2 = 0 THEN ARRAY[5] END, CASE WHEN n % 2 = 0 THEN 100 END, '\x00', '\x00' FROM generate_series(1, 16000) n;
        """;
}
