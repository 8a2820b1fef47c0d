using System.Net;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>Each reading of restricted data leaves an opened and a closed row that say who, what, of whom, by which right, how much and how it ended.</summary>
public sealed class ReadingTests : IAsyncLifetime
{
    private const string Ours = "cph_live_alpha_secret";
    private const string Gla = "cph_live_gla_secret";

    /// <summary>Restricted routes that hold nobody's data.</summary>
    private static readonly string[] OfNobody = ["/metrics", "/v1/operators/{id}/access-log"];

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[Ours] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        host.Granted[Gla] = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "charging_sessions", null), new Right("beta", "charging_sessions", null)]);
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("beta:P1");
        foreach (var id in new[] { "alpha:S1", "alpha:S2", "beta:S1" }) await host.AddSessionAsync(id, ApiHost.Now.AddHours(-2), chargePoint: id[..^2] + "P1");
        await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-2), Status.Charging);
        await host.AddTariffAsync("alpha:T1");
        await host.AddAsync(Samples.Usage("alpha:P1"));
        await host.AddAsync(Samples.Outage("O1", "P1", ApiHost.Now.AddHours(-3), op: "alpha"));
        foreach (var dataset in BulkFile.Datasets) await host.AddBulkFileAsync(Scope.Everything, dataset);
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Every_route_that_holds_restricted_data_is_on_record_in_every_form_and_method_and_no_other_is()
    {
        var asked = new List<string>();
        foreach (var route in ApiRoutes.All)
        {
            Assert.True(!route.IsRestricted || route.Restricted is not null || OfNobody.Contains(route.Path), $"{route.Path} is restricted: say in Restricted what its answers may hold, and of whom.");
            var path = ApiHost.Asked(route.Path) + (route.Dataset == Dataset.ChargePoints ? "?as_of=2026-11-20T12:00:00Z" : "");
            foreach (var form in route.Answers)
            {
                foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
                {
                    Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path, ApiHost.Key, method, ("Accept", form.MediaType))).Status);
                    if (route.Restricted is not null) asked.Add(route.Path);
                    if (!route.IsRestricted) await host.GetAsync(path, null, method, ("Accept", form.MediaType));
                }
            }
        }

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal(asked.Order(StringComparer.Ordinal), rows.Where(r => r.Kind == AuditKind.Opened).Select(r => r.Route!).Order(StringComparer.Ordinal));

        // Events have no end: their reader went, once each.
        var closed = rows.Where(r => r.Kind == AuditKind.Closed).Select(r => r.Outcome).ToList();
        var endless = ApiRoutes.All.Where(r => r.Restricted is not null).Sum(r => r.Answers.Count(f => f.MediaType == ApiRoute.EventStream));
        Assert.Equal(asked.Count, closed.Count);
        Assert.Equal(Enumerable.Repeat(ReadOutcome.Complete, asked.Count - endless).Concat(Enumerable.Repeat(ReadOutcome.BrokenOff, endless)).Order(), closed.OfType<ReadOutcome>().Order());
    }

    [Fact]
    public async Task A_status_that_was_is_told_to_those_who_hold_status_changes_as_they_are_and_that_is_on_record()
    {
        var (exact, hourly) = ("cph_live_exact_secret", "cph_live_hourly_secret");
        host.Granted[exact] = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "status_changes", null)]);
        host.Granted[hourly] = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "status_changes", null, null, TimePrecision.Hour)]);

        var told = new List<string?>();
        foreach (var key in new[] { exact, hourly, null })
        {
            told.Add((await host.GetAsync("/v1/charge-points/alpha:P1/versions", key)).Data[0].GetProperty("record").GetProperty("status").GetString());
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charge-points?as_of=2026-11-20T12:00:00Z", key)).Status);
            await host.GetAsync("/v1/charge-points", key);
        }

        Assert.Equal(["CHARGING", "MISSING", "MISSING"], told);
        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal(
            ["/v1/charge-points", "/v1/charge-points", "/v1/charge-points/{id}/versions", "/v1/charge-points/{id}/versions"],
            rows.Where(r => r.Kind == AuditKind.Opened).Select(r => r.Route!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_read_of_whom_is_counted_for_each_operator_in_pages_and_streams()
    {
        foreach (var (query, n) in new[] { "", "?format=ndjson", "?limit=1", "?operator=beta", "?select=session_id" }.Select((q, n) => (q, n)))
        {
            var answer = await host.GetAsync("/v1/charging-sessions" + query, Gla, headers: ("X-Request-Id", $"q{n}"));
            var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
            var opened = rows.Single(r => r.RequestId == $"q{n}");
            var closed = rows.Single(r => r.Opened == opened.Number);
            string[] operators = query == "?operator=beta" ? ["beta"] : ["alpha", "beta"];
            Assert.Equal(operators, opened.Operators);
            Assert.Equal(operators, closed.Operators);
            Assert.Equal(operators.Select(o => (long)(query == "?limit=1" && o == "beta" ? 0 : query == "?limit=1" ? 1 : o == "alpha" ? 2 : 1)), closed.Records);
            Assert.Equal((ReadOutcome.Complete, answer.Body.Length), (closed.Outcome, (int)closed.Bytes!));
            Assert.Equal(("gla", "Granted", null, "/v1/charging-sessions", query.TrimStart('?')), (opened.KeyId, opened.Holder, opened.OrganisationId, opened.Path, opened.Filter));
        }
    }

    [Fact]
    public async Task A_stream_long_enough_to_join_places_in_memory_counts_each_operator_too()
    {
        await host.ExecuteAsync(
            $$"""
            INSERT INTO charging_session SELECT o, o || ':L' || n, o || ':P1', '2026-11-20T09:00:00Z', NULL, 1, now(), '\x00', NULL, 'main', '{{Guid.Empty}}', 1, now(),
                json_build_object('session_id', o || ':L' || n) FROM unnest(ARRAY['alpha', 'beta']) o, generate_series(1, 3000) n WHERE o = 'alpha' OR n % 2 = 0
            """);

        await host.GetAsync("/v1/charging-sessions?format=ndjson", Gla);

        Assert.Equal([3002, 1501], (await AuditTable.UntilClosedAsync(host.ConnectionString))[^1].Records);
    }

    [Fact]
    public async Task A_304_is_a_reading_and_HEAD_sends_none()
    {
        var tag = (await host.GetAsync("/v1/charging-sessions", Ours)).Headers["ETag"];
        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync("/v1/charging-sessions", Ours, headers: ("If-None-Match", tag))).Status);
        await host.GetAsync("/v1/charging-sessions", Ours, HttpMethod.Head);

        var closed = (await AuditTable.UntilClosedAsync(host.ConnectionString)).Where(r => r.Kind == AuditKind.Closed).Select(r => (r.Outcome, r.Records!.Sum(), r.Bytes > 0));
        Assert.Equal([(ReadOutcome.Complete, 2L, true), (ReadOutcome.Unchanged, 0L, false), (ReadOutcome.Complete, 0L, false)], closed);
    }

    [Fact]
    public async Task HEAD_that_is_told_a_count_has_read_so_many()
    {
        await host.GetAsync("/v1/charging-sessions?count=exact&limit=1", Ours, HttpMethod.Head);
        Assert.Equal([2], (await AuditTable.UntilClosedAsync(host.ConnectionString)).Single(r => r.Kind == AuditKind.Closed).Records);
    }

    [Fact]
    public async Task A_reader_who_goes_away_has_broken_off_and_a_fault_of_the_hub_has_failed()
    {
        await host.ExecuteAsync(
            $$"""
            INSERT INTO charging_session SELECT 'alpha', 'alpha:L' || n, 'alpha:P1', '2026-11-20T09:00:00Z', NULL, 1, now(), '\x00', NULL, 'main', '{{Guid.Empty}}', 1, now(),
                json_build_object('session_id', 'alpha:L' || n, 'x', repeat('x', 2000)) FROM generate_series(1, 20000) n
            """);
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/v1/charging-sessions?format=ndjson") { Headers = { { "X-API-Key", Ours } } })
        using (await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            // Nobody reads on: the connection closes with the answer.
        }

        Assert.Equal(ReadOutcome.BrokenOff, (await AuditTable.UntilClosedAsync(host.ConnectionString))[^1].Outcome);
        await host.ExecuteAsync("ALTER TABLE charging_session RENAME TO elsewhere");
        Assert.Equal(HttpStatusCode.InternalServerError, (await host.GetAsync("/v1/charging-sessions?limit=1", Ours)).Status);
        await host.ExecuteAsync("ALTER TABLE elsewhere RENAME TO charging_session");
        Assert.Equal([ReadOutcome.BrokenOff, ReadOutcome.Failed], (await AuditTable.UntilClosedAsync(host.ConnectionString)).Select(r => r.Outcome).OfType<ReadOutcome>());
    }

    [Fact]
    public async Task Who_is_turned_away_has_read_nothing_and_what_is_found_wrong_later_is_closed_as_refused()
    {
        foreach (var (path, key) in new[]
        {
            ("/v1/charging-sessions", (string?)null), ("/v1/charging-sessions", "cph_live_revoked_secret"), ("/v1/quarantine", "cph_live_narrow_secret"), ("/v1/charging-sessions?limit=0", Ours),
            ("/v1/charging-sessions?operator=beta", Ours), ("/v1/charge-points/beta:P1/charging-sessions", Ours), ("/v1/operators/beta/findings", Ours), ("/v1/gaps", null), ("/v1/operators/beta/feed-health", Ours),
        })
        {
            await host.GetAsync(path, key);
        }

        await host.GetAsync("/v1/charge-points/alpha:NONE/charging-sessions", Ours);
        await host.GetAsync("/v1/charging-sessions?cursor=abc", Ours);

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal(["/v1/charge-points/alpha:NONE/charging-sessions", "/v1/charging-sessions"], rows.Where(r => r.Kind == AuditKind.Opened).Select(r => r.Path));
        Assert.All(rows.Where(r => r.Kind == AuditKind.Closed), r => Assert.Equal((ReadOutcome.Refused, 0L, 0L), (r.Outcome, r.Records!.Sum(), r.Bytes)));
    }

    [Fact]
    public async Task Neither_cursors_nor_what_text_cannot_hold_reach_the_table()
    {
        var page = await host.GetAsync("/v1/charging-sessions?limit=1", Ours);
        await host.GetAsync($"/v1/charging-sessions?limit=1&cursor={page.NextCursor}", Ours);
        await host.GetAsync("/v1/charge-points/alpha:%00%FF%0A/charging-sessions", Ours);

        var opened = (await AuditTable.UntilClosedAsync(host.ConnectionString)).Where(r => r.Kind == AuditKind.Opened).ToList();
        Assert.Equal(["limit=1", "cursor=...&limit=1"], opened.Take(2).Select(r => r.Filter));
        Assert.All(opened, r => Assert.DoesNotContain(page.NextCursor!, r.Filter + r.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_of_operators_whose_files_are_gone_are_on_record_as_well()
    {
        host.Directory = new OperatorDirectory([]);
        await host.GetAsync("/v1/charging-sessions", ApiHost.Key);
        await host.GetAsync("/v1/charge-points/alpha:P1/charging-sessions", ApiHost.Key);
        await host.GetAsync("/v1/charging-sessions", Gla);

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal(["", "alpha", "alpha,beta"], rows.Where(r => r.Kind == AuditKind.Opened).Select(r => string.Join(',', r.Operators!)));
        Assert.Equal(["alpha=2,beta=1", "alpha=2", "alpha=2,beta=1"], rows.Where(r => r.Kind == AuditKind.Closed).Select(r => string.Join(',', r.Operators!.Zip(r.Records!, (o, n) => $"{o}={n}"))));
    }

    [Fact]
    public async Task An_answer_of_open_data_holds_no_cause_whoever_asks_so_that_it_is_no_such_reading()
    {
        await host.CoverAsync("alpha", Dataset.ChargePoints, new Window(ApiHost.Now.AddDays(-3), ApiHost.Now.AddDays(-2)));

        var answer = await host.GetAsync("/v1/charge-points", ApiHost.Key);

        Assert.False(answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("complete").GetBoolean());
        Assert.DoesNotContain("hub_down", answer.Body, StringComparison.Ordinal);
        Assert.Empty(await AuditTable.ReadAsync(host.ConnectionString));
    }
}
