using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;
using Npgsql;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>The query layer's own conditions taken away: what is left is row security, and it alone lets nothing through.</summary>
public sealed partial class RowSecurityTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private static readonly string[] All = [.. Enumerable.Range(1, 33).Select(n => string.Create(CultureInfo.InvariantCulture, $"E09{n:000000}"))];

    private static readonly Window Day = new(ApiHost.Now.AddDays(-1), ApiHost.Now);

    private RecordQueries bare = null!;
    private RecordQueries layered = null!;
    private RecordQueries open = null!;

    public async Task InitializeAsync()
    {
        bare = new RecordQueries(host.Database) { Layer = _ => Scope.Everything };
        layered = new RecordQueries(host.Database) { Rows = _ => Scope.Everything };
        open = new RecordQueries(host.Database) { Layer = _ => Scope.Everything, Rows = _ => Scope.Everything };
        if (await bare.FindChargePointAsync(["beta:P1"], Dataset.ChargePoints, Scope.Everything, CancellationToken.None) is not null) return;
        foreach (var (borough, n) in All.Select((b, n) => (b, n)))
        {
            await host.AddChargePointAsync($"alpha:{borough}", borough);
            await host.AddSessionAsync($"alpha:{borough}", ApiHost.Now.AddHours(-2), tick: 3, chargePoint: $"alpha:{borough}");
            await host.AddSessionAsync($"alpha:{borough}", ApiHost.Now.AddHours(-2), tick: 1, chargePoint: $"alpha:{borough}", table: "charging_session_version", tickTo: 3);
            await host.AddStatusChangeAsync($"alpha:{borough}", ApiHost.Now.AddHours(-2), Status.Charging);
            if (n > 0) continue;
            await host.AddChargePointAsync("beta:P1", borough);
            await host.AddSessionAsync("beta:S1", ApiHost.Now.AddHours(-2), chargePoint: "beta:P1");
            await host.AddChargePointAsync("alpha:hidden", borough, published: false);
            await host.AddSessionAsync("alpha:hidden", ApiHost.Now.AddHours(-2), chargePoint: "alpha:hidden");
            await host.AddStatusChangeAsync("alpha:hidden", ApiHost.Now.AddHours(-2), Status.Charging);
        }

        await host.ExecuteAsync(
            """
            INSERT INTO charge_point_version SELECT c.operator_id, c.charge_point_id, c.location_id, c.latitude, c.longitude, c.max_power_kw, c.power_band, c.published, c.last_updated,
                c.content_hash, c.findings, c.feed_id, c.run_id, c.tick, c.recorded_at, c.document, 2, now() FROM charge_point c WHERE charge_point_id = 'alpha:hidden';
            UPDATE charge_point_version SET published = true;
            INSERT INTO quarantine (operator_id, dataset, own_id, content_hash, findings, feed_id, run_id, page_number, recorded_at, document)
            SELECT o, d, p, '\x00', '[]', 'main', '00000000-0000-0000-0000-000000000000', 1, now(), json_build_object('charge_point_id', p)
            FROM unnest(ARRAY['alpha', 'beta'], ARRAY['E09000001', 'P1']) s (o, p), unnest(ARRAY['charge_points', 'charging_sessions', 'status_changes']) d;
            INSERT INTO hub_setting (name, value) VALUES ('cursor_key', '\x00');
            INSERT INTO dataset_finding (operator_id, rule, finding_key, first_seen_at, last_seen_at, dataset, of_sessions, of_statuses, charge_point_id, measured, threshold, unit)
            SELECT 'alpha', rule, coalesce(point, ''), now(), now(), 'charge_points', of_sessions, of_statuses, point, 1, 1, 'days'
            FROM (VALUES ('open', false, false, NULL), ('sessions', true, false, 'alpha:E09000001'), ('statuses', false, true, 'alpha:E09000001'), ('both', true, true, 'alpha:E09000001'), ('both', true, true, 'alpha:hidden')) v (rule, of_sessions, of_statuses, point);
            INSERT INTO dataset_check SELECT DISTINCT operator_id, rule, of_sessions, of_statuses, now() - interval '1 day', now(), now(), 100 FROM dataset_finding
            """);
        await host.TickAsync(3);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_of_33_boroughs_reads_its_own_records_now_and_at_an_old_tick_and_counts_no_others()
    {
        foreach (var borough in All)
        {
            var scope = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", [borough]), new Right("alpha", "status_changes", [borough])]);
            foreach (var (dataset, tick) in new[] { (Dataset.ChargingSessions, 3L), (Dataset.ChargingSessions, 2L), (Dataset.StatusChanges, 3L) })
            {
                var query = new RecordQuery { Dataset = dataset, Tick = tick, Limit = 1000, Window = Day };
                Assert.Equal([$"alpha:{borough}"], await ReadAsync(query, scope));
                Assert.Equal([$"alpha:{borough}"], await ReadAsync(query with { Places = await bare.ReadPlacesAsync(await bare.ReadClockAsync(CancellationToken.None), scope, CancellationToken.None) }, scope));
                Assert.Equal(1, await bare.CountAsync(query, scope, TimeSpan.FromSeconds(10), CancellationToken.None));
                foreach (var other in All.Where(b => b != borough).Append("hidden")) Assert.Empty(await ReadAsync(query with { ChargePointId = $"alpha:{other}" }, scope));
            }
        }
    }

    [Fact]
    public async Task The_queries_own_conditions_do_the_same_alone_and_without_both_everything_would_be_there()
    {
        foreach (var borough in All)
        {
            var scope = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", [borough]), new Right("alpha", "status_changes", [borough])]);
            foreach (var dataset in new[] { Dataset.ChargingSessions, Dataset.StatusChanges })
            {
                var query = new RecordQuery { Dataset = dataset, Tick = 3, Limit = 1000, Window = Day };
                Assert.Equal([$"alpha:{borough}"], await ReadAsync(query, scope, layered));
                Assert.Equal(1, await layered.CountAsync(query, scope, TimeSpan.FromSeconds(10), CancellationToken.None));
                Assert.Equal($"alpha:{borough}", await layered.FindChargePointAsync([.. All.Select(b => $"alpha:{b}")], dataset, scope, CancellationToken.None));
                Assert.Equal(dataset == Dataset.ChargingSessions ? 34 : 33, (await ReadAsync(query, scope, open)).Count);
            }
        }
    }

    [Fact]
    public async Task A_status_that_was_is_told_to_those_who_hold_its_changes_by_either_layer_alone()
    {
        await host.ExecuteAsync("UPDATE status_change SET recorded_at = @at WHERE at = @at", ("at", ApiHost.Now.AddHours(-2)));
        var point = $"alpha:{All[0]}";
        var then = new RecordQuery { Dataset = Dataset.ChargePoints, Tick = 3, Limit = 1000, StatusesAt = ApiHost.Now, FreshOperators = ["alpha"] };
        var versions = new RecordQuery { Dataset = Dataset.ChargePoints, Tick = 3, Limit = 1000, Only = [.. All.Select(b => new RecordKey("alpha", $"alpha:{b}"))], IsOfVersions = true };
        Scope Holding(params Right[] rights) => Scope.Of(OrganisationRole.Borough, null, rights);
        foreach (var query in new[] { then, versions })
        {
            foreach (var queries in new[] { bare, layered })
            {
                foreach (var scope in new[] { Scope.Public, Holding(), Holding(new Right("alpha", "charging_sessions", null)), Holding(new Right("beta", "status_changes", null)) })
                    Assert.DoesNotContain("CHARGING", (await ReadAsync(query, scope, queries, "status")).Distinct());
                Assert.Equal([point], (await ReadAsync(query, Holding(new Right("alpha", "status_changes", [All[0]])), queries)).Zip(await ReadAsync(query, Holding(new Right("alpha", "status_changes", [All[0]])), queries, "status")).Where(p => p.Second == "CHARGING").Select(p => p.First));
                Assert.Equal(33, (await ReadAsync(query, Holding(new Right("alpha", "status_changes", null)), queries, "status")).Count(s => s == "CHARGING"));
            }

            Assert.Contains("CHARGING", await ReadAsync(query, Scope.Public, open, "status"));
            Assert.Contains("CHARGING", await ReadAsync(query, Scope.Everything, layered, "status"));
        }
    }

    [Theory]
    [InlineData(OrganisationRole.Borough)]
    [InlineData(OrganisationRole.Administrator)]
    [InlineData(OrganisationRole.Auditor)]
    public async Task Without_a_grant_no_restricted_row_is_there(OrganisationRole role)
    {
        var scope = Scope.Of(role, null, []);
        foreach (var table in new[] { "charging_session", "charging_session_version", "usage_day", "usage_packed", "status_day", "status_sighting", "status_change", "outage", "outage_version", "reported_usage", "reported_usage_version", "dataset_finding", "dataset_check", "quarantine", "quarantine_count", "quarantine_overflow", "discrepancy", "crawl_hold", "feed_tls", "feed_break", "notice", "limit_group" })
            Assert.Equal((table, 0), (table, await CountAsync(table, scope)));
        var open = role == OrganisationRole.Auditor ? 0 : 34;
        Assert.Equal(open, await CountAsync("charge_point", scope));
        Assert.Equal(open, await CountAsync("charge_point_status", scope));
        Assert.Equal(0, await CountAsync("charge_point_version", scope));
    }

    [Fact]
    public async Task Rows_of_withheld_charge_points_are_there_for_their_operators_scope_and_for_no_other()
    {
        var scope = Scope.Of(OrganisationRole.Operator, "alpha", []);

        Assert.Equal(34, await CountAsync("charging_session", scope));
        Assert.Equal(0, await CountAsync("charging_session WHERE operator_id = 'beta'", scope));
        Assert.Equal(35, await CountAsync("charge_point", scope));
        Assert.Equal(3, await CountAsync("quarantine", scope));
        Assert.Equal(0, await CountAsync("quarantine WHERE operator_id = 'beta'", scope));
    }

    [Fact]
    public async Task Findings_over_datasets_are_of_those_who_hold_quality_and_the_records_that_they_tell_of()
    {
        async Task<(long Found, long Checked)> SeenAsync(params Right[] rights) => (await CountAsync("dataset_finding", Scope.Of(OrganisationRole.Gla, null, rights)), await CountAsync("dataset_check", Scope.Of(OrganisationRole.Gla, null, rights)));
        Right quality = new("alpha", Right.FeedQuality, null), sessions = new("alpha", "charging_sessions", null), statuses = new("alpha", "status_changes", null);
        Assert.Equal((0, 0), await SeenAsync(sessions, statuses));
        Assert.Equal((0, 0), await SeenAsync(new Right("beta", Right.FeedQuality, null), sessions, statuses));
        Assert.Equal((1, 1), await SeenAsync(quality));
        Assert.Equal((2, 2), await SeenAsync(quality, sessions));
        Assert.Equal((2, 2), await SeenAsync(quality, statuses, new Right("alpha", "charging_sessions", [All[0]])));
        Assert.Equal((4, 4), await SeenAsync(quality, sessions, statuses));
        Assert.Equal(5, await CountAsync("dataset_finding", Scope.Of(OrganisationRole.Operator, "alpha", [])));
        Assert.Equal(5, await CountAsync("dataset_finding", Scope.Everything));
    }

    [Fact]
    public async Task Outages_are_of_those_who_hold_their_charge_point_and_of_their_operator_where_it_is_withheld()
    {
        foreach (var borough in All) await host.AddAsync(Outage($"O-{borough}", borough, op: "alpha"));
        foreach (var outage in new[] { Outage("O-hidden", "hidden", op: "alpha"), Outage("O-unlisted", "unlisted", op: "alpha"), Outage("O1", "P1", op: "beta") }) await host.AddAsync(outage);
        await host.ExecuteAsync("INSERT INTO outage_version SELECT r.*, 3, now() FROM outage r");
        async Task<(long Now, long Before)> SeenAsync(Scope scope) => (await CountAsync("outage", scope), await CountAsync("outage_version", scope));
        Scope Holding(params Right[] rights) => Scope.Of(OrganisationRole.Gla, null, rights);
        Assert.Equal((1, 1), await SeenAsync(Holding(new Right("alpha", "outages", [All[0]]))));
        Assert.Equal((34, 34), await SeenAsync(Holding(new Right("alpha", "outages", null))));
        Assert.Equal((0, 0), await SeenAsync(Holding(new Right("alpha", "status_changes", null), new Right("alpha", Right.FeedQuality, null))));
        Assert.Equal((35, 35), await SeenAsync(Scope.Of(OrganisationRole.Operator, "alpha", [])));
        Assert.Equal((36, 36), await SeenAsync(Scope.Everything));
        await host.ExecuteAsync("TRUNCATE outage, outage_version, outage_reporter");
    }

    [Fact]
    public async Task Derived_outages_are_judged_by_their_view_though_the_statuses_that_they_are_made_of_are_not_held()
    {
        foreach (var borough in All) await host.AddStatusChangeAsync($"alpha:{borough}", ApiHost.Now.AddMinutes(-7), Status.OutOfOrder);
        foreach (var point in new[] { "alpha:hidden", "alpha:unlisted", "beta:P1" }) await host.AddStatusChangeAsync(point, ApiHost.Now.AddMinutes(-7), Status.Inoperative);
        Scope Holding(params Right[] rights) => Scope.Of(OrganisationRole.Gla, null, rights);
        const string derived = "derived_outage WHERE started_at = '2026-11-20T11:53:00Z'";
        Assert.Equal(0, await CountAsync("derived_outage", Scope.Everything));
        Assert.Equal(1, await CountAsync(derived, Holding(new Right("alpha", "outages", [All[0]])), tick: 9));
        Assert.Equal(34, await CountAsync(derived, Holding(new Right("alpha", "outages", null)), tick: 9));
        Assert.Equal(0, await CountAsync(derived, Holding(new Right("alpha", "status_changes", null), new Right("alpha", Right.FeedQuality, null)), tick: 9));
        Assert.Equal(35, await CountAsync(derived, Scope.Of(OrganisationRole.Operator, "alpha", []), tick: 9));
        Assert.Equal(36, await CountAsync(derived, Scope.Everything, tick: 9));

        // Where they last is looked for at charge points of the scope and of the question alone.
        string Lasting(string operators = "NULL", string boroughs = "NULL", string point = "NULL") =>
            $"(SELECT DISTINCT charge_point_id FROM outages_lasting('2026-11-20T11:55:00Z', {operators}, {boroughs}, {point})) l";
        Assert.Equal(35, await CountAsync(Lasting(), Scope.Everything, tick: 9));
        Assert.Equal(1, await CountAsync(Lasting(), Holding(new Right("alpha", "outages", [All[0]])), tick: 9));
        Assert.Equal(0, await CountAsync(Lasting(), Holding(new Right("alpha", "status_changes", null)), tick: 9));
        Assert.Equal(1, await CountAsync(Lasting(operators: "ARRAY['beta']"), Scope.Everything, tick: 9));
        Assert.Equal(3, await CountAsync(Lasting(boroughs: $"ARRAY['{All[0]}']"), Scope.Everything, tick: 9));
        Assert.Equal(1, await CountAsync(Lasting(point: $"'alpha:{All[0]}'"), Scope.Everything, tick: 9));

        // As hubs of before ask.
        const string ofBefore = "(SELECT DISTINCT charge_point_id FROM outages_lasting('2026-11-20T11:55:00Z')) l";
        Assert.Equal(35, await CountAsync(ofBefore, Scope.Everything, tick: 9));
        Assert.Equal(1, await CountAsync(ofBefore, Holding(new Right("alpha", "outages", [All[0]])), tick: 9));
        foreach (var scope in new[] { Scope.Public, Holding(), Holding(new Right("alpha", "status_changes", null)) }) Assert.Equal(0, await CountAsync(ofBefore, scope, tick: 9));

        // Who reports its own has none derived, from that tick on.
        await host.ExecuteAsync("INSERT INTO outage_reporter VALUES ('alpha', 9)");
        Assert.Equal((36, 1), (await CountAsync(derived, Scope.Everything, tick: 8), await CountAsync(derived, Scope.Everything, tick: 9)));
        Assert.Equal((35, 1), (await CountAsync(Lasting(), Scope.Everything, tick: 8), await CountAsync(Lasting(), Scope.Everything, tick: 9)));
        await host.ExecuteAsync("DELETE FROM outage_reporter");
        await host.ExecuteAsync("DELETE FROM status_change WHERE at = '2026-11-20T11:53:00Z'");
    }

    [Fact]
    public async Task Reported_figures_are_of_those_who_hold_their_charge_point_each_charge_point_of_their_location_or_all_of_their_operator()
    {
        await host.ExecuteAsync("UPDATE charge_point SET location_id = 'alpha:L-' || CASE charge_point_id WHEN 'alpha:hidden' THEN 'E09000001' ELSE substr(charge_point_id, 7) END WHERE operator_id = 'alpha'");
        foreach (var borough in All)
        {
            await host.AddAsync(Usage($"alpha:{borough}"));
            await host.AddAsync(Usage($"alpha:L-{borough}", group: UsageGroup.Location));
        }

        foreach (var usage in new[] { Usage("alpha:hidden"), Usage("alpha", group: UsageGroup.Operator), Usage("beta:P1") }) await host.AddAsync(usage);
        await host.ExecuteAsync("INSERT INTO reported_usage_version SELECT r.*, 3, now() FROM reported_usage r");
        async Task<(long Now, long Before)> SeenAsync(Scope scope) => (await CountAsync("reported_usage", scope), await CountAsync("reported_usage_version", scope));
        Scope Holding(params Right[] rights) => Scope.Of(OrganisationRole.Gla, null, rights);
        Assert.Equal((1, 1), await SeenAsync(Holding(new Right("alpha", "reported_usage", [All[0]]))));
        Assert.Equal((2, 2), await SeenAsync(Holding(new Right("alpha", "reported_usage", [All[1]]))));
        Assert.Equal((66, 66), await SeenAsync(Holding(new Right("alpha", "reported_usage", null))));
        Assert.Equal((0, 0), await SeenAsync(Holding(new Right("alpha", "charging_sessions", null), new Right("alpha", Right.FeedQuality, null))));
        Assert.Equal((68, 68), await SeenAsync(Scope.Of(OrganisationRole.Operator, "alpha", [])));
        Assert.Equal((69, 69), await SeenAsync(Scope.Everything));
        await host.ExecuteAsync("TRUNCATE reported_usage, reported_usage_version");
    }

    [Fact]
    public async Task Quality_alone_shows_what_was_refused_of_open_datasets_only()
    {
        var quality = new Right("alpha", Right.FeedQuality, null);

        Assert.Equal(1, await CountAsync("quarantine", Scope.Of(OrganisationRole.Gla, null, [quality])));
        Assert.Equal(1, await CountAsync("quarantine", Scope.Of(OrganisationRole.Gla, null, [quality, new Right("alpha", "charging_sessions", [All[0]])])));
        Assert.Equal(2, await CountAsync("quarantine", Scope.Of(OrganisationRole.Gla, null, [quality, new Right("alpha", "charging_sessions", null)])));
        Assert.Equal(1, await CountAsync("quarantine", Scope.Of(OrganisationRole.Gla, null, [quality, new Right("alpha", "charging_sessions", null, [])])));
        Assert.Equal(1, await CountAsync("quarantine", Scope.Of(OrganisationRole.Gla, null, [quality, new Right("alpha", "charging_sessions", null, Precision: TimePrecision.QuarterHour)])));
        Assert.Equal(2, await CountAsync("quarantined('charge_points', ARRAY['alpha', 'beta'], '-infinity', 'infinity') q, generate_series(1, q.records)", Scope.Public));
    }

    [Fact]
    public async Task A_scope_ends_with_its_transaction_and_without_one_nothing_is_there()
    {
        await using var connection = await host.Database.OpenServingAsync(CancellationToken.None);
        Assert.Equal([35L], await new ServingCommand(connection, Scope.Everything, "SELECT count(*) FROM charging_session").ListAsync(r => r.GetInt64(0), CancellationToken.None));

        await using var next = new NpgsqlCommand("SELECT count(*) FROM charging_session", connection);
        Assert.Equal(0L, await next.ExecuteScalarAsync());
        next.CommandText = "SELECT count(*) FROM charge_point";
        Assert.Equal(0L, await next.ExecuteScalarAsync());
    }

    private async Task<IReadOnlyList<string>> ReadAsync(RecordQuery query, Scope scope, RecordQueries? by = null, string field = "charge_point_id")
    {
        var (output, ids) = (new ArrayBufferWriter<byte>(), new List<string>());
        await using var rows = await (by ?? bare).ReadAsync(query, scope, CancellationToken.None);
        while (await rows.NextAsync(CancellationToken.None))
        {
            output.ResetWrittenCount();
            rows.Write(output);
            using var record = JsonDocument.Parse(Encoding.UTF8.GetString(output.WrittenSpan));
            ids.Add(record.RootElement.GetProperty(field).GetString()!);
        }

        return ids;
    }

    /// <param name="tick">Of what is derived; null: no statement names it.</param>
    private async Task<long> CountAsync(string from, Scope scope, long? tick = null)
    {
        await using var connection = await host.Database.OpenServingAsync(CancellationToken.None);
        var command = new ServingCommand(connection, scope, $"SELECT count(*) FROM {from}");
        if (tick is { } known) command.Tick = known;
        return (await command.ListAsync(r => r.GetInt64(0), CancellationToken.None)).Single();
    }
}
