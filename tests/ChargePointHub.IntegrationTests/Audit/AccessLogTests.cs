using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>An operator sees who read its data, and nothing of what they read beside it.</summary>
public sealed class AccessLogTests : IAsyncLifetime
{
    private const string Alpha = "cph_live_alpha_secret";
    private const string Beta = "cph_live_beta_secret";
    private const string Auditor = "cph_live_auditor_secret";
    private const string Gla = "cph_live_gla_secret";
    private const string Figures = "cph_live_figures_secret";

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[Alpha] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        host.Granted[Beta] = Scope.Of(OrganisationRole.Operator, "beta", []);
        host.Granted[Auditor] = Scope.Of(OrganisationRole.Auditor, null, []);
        host.Granted[Gla] = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "charging_sessions", null), new Right("beta", "charging_sessions", null)]);
        host.Granted[Figures] = Scope.Of(OrganisationRole.Gla, null, [.. new[] { "alpha", "beta" }.SelectMany(o => new[] { "charging_sessions", "status_changes" }.Select(d => new Right(o, d, null)))]);
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("beta:P1");
        foreach (var id in new[] { "alpha:S1", "beta:S1", "beta:S2" }) await host.AddSessionAsync(id, ApiHost.Now.AddHours(-2), chargePoint: id[..^2] + "P1");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_reading_of_several_operators_shows_each_its_own_part_and_nothing_that_tells_of_the_others()
    {
        await ReadAsync("/v1/charging-sessions?operator=alpha,beta&select=session_id", Gla, "both");
        await ReadAsync("/v1/charging-sessions?operator=beta", Gla, "beta-alone");
        await ReadAsync("/v1/charge-points/alpha:P1/charging-sessions", Gla, "one-point");

        var (alpha, beta) = (await LogAsync("alpha", Alpha), await LogAsync("beta", Beta));

        Assert.Equal(["one-point", "both"], alpha.Select(e => Text(e, "request_id")));
        Assert.Equal(["beta-alone", "both"], beta.Select(e => Text(e, "request_id")));
        Assert.Equal(["", "operator=alpha&select=session_id"], alpha.Select(e => Text(e, "filter")));
        Assert.Equal(["operator=beta", "operator=beta&select=session_id"], beta.Select(e => Text(e, "filter")));
        Assert.Equal([1, 1], alpha.Select(e => e.GetProperty("records").GetInt64()));
        Assert.Equal([2, 2], beta.Select(e => e.GetProperty("records").GetInt64()));

        // The size of an answer of both would tell how much the other has.
        Assert.Equal([JsonValueKind.Number, JsonValueKind.Null], alpha.Select(e => e.GetProperty("bytes").ValueKind));
        Assert.Equal([JsonValueKind.Number, JsonValueKind.Null], beta.Select(e => e.GetProperty("bytes").ValueKind));
        Assert.DoesNotContain("beta", JsonSerializer.Serialize(alpha), StringComparison.Ordinal);
        Assert.Equal("/v1/charge-points/alpha:P1/charging-sessions", Text(alpha[0], "path"));
        Assert.Equal(("/v1/charge-points/{id}/charging-sessions", "complete", "Granted"), (Text(alpha[0], "route"), Text(alpha[0], "outcome"), Text(alpha[0], "reader")));
    }

    [Theory]
    [InlineData("/v1/usage?")]
    [InlineData("/v1/usage?group_by=charge_point&format=csv&")]
    [InlineData("/v1/usage.csv?")]
    [InlineData("/v1/usage/profile?")]
    [InlineData("/v1/reliability?")]
    public async Task Figures_of_named_charge_points_and_locations_concern_their_operators_alone_and_each_is_told_its_own(string route)
    {
        foreach (var (filter, name) in new[]
        {
            ("charge_point=beta:P1", "beta-point"), ("location=beta:L1", "beta-location"), ("charge_point=beta:P1&operator=alpha,beta", "beta-of-both"), ("charge_point=beta:P1,alpha:P1", "points"),
            ("location=alpha:L1,%20beta:L1&operator=alpha,beta", "locations"), ("charge_point=alpha:P1&location=alpha:L1,beta:L1", "alpha-point"),
        })
        {
            await ReadAsync($"{route}{filter}&period=2026-11", Figures, name);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await host.GetAsync($"{route}charge_point=beta:SECRETPOINT&period=2026-11", Figures, headers: ("X-Request-Id", "secret"))).Status);
        await AuditTable.UntilClosedAsync(host.ConnectionString, r => r.RequestId == "secret");
        var (alpha, beta) = (await LogAsync("alpha", Alpha), await LogAsync("beta", Beta));

        Assert.Equal(["alpha-point", "locations", "points"], alpha.Select(e => Text(e, "request_id")));
        Assert.Equal(["secret", "locations", "points", "beta-of-both", "beta-location", "beta-point"], beta.Select(e => Text(e, "request_id")));
        Assert.Equal(
            ["charge_point=alpha%3AP1&location=alpha%3AL1", "location=alpha%3AL1&operator=alpha", "charge_point=alpha%3AP1"],
            alpha.Select(e => string.Join('&', Text(e, "filter")!.Split('&').Where(f => !f.StartsWith("period=", StringComparison.Ordinal) && !f.StartsWith("group_by=", StringComparison.Ordinal) && !f.StartsWith("format=", StringComparison.Ordinal)))));
        Assert.DoesNotContain("beta%3A", JsonSerializer.Serialize(alpha), StringComparison.Ordinal);
        Assert.DoesNotContain("alpha%3A", JsonSerializer.Serialize(beta), StringComparison.Ordinal);
        Assert.All(alpha.Skip(1), e => Assert.Equal(JsonValueKind.Null, e.GetProperty("bytes").ValueKind));
        Assert.Equal(JsonValueKind.Number, alpha[0].GetProperty("bytes").ValueKind);
    }

    [Fact]
    public async Task What_was_written_down_with_others_ids_is_told_without_them()
    {
        await host.ExecuteAsync(
            """
            INSERT INTO audit_event (chain, number, kind, written_at, request_id, key_id, holder, rights, route, path, filter, operators, previous, hash)
            VALUES ('00000000-0000-0000-0000-000000000001', 1, 'opened', '2026-11-20T10:00:00Z', 'r', 'k', 'h', '{everything}', '/v1/usage', '/v1/usage',
                'charge_point=beta%3AP%2C1%2Calpha%3AP1%2C%20alpha%3AP2%2Calphabet%3AP3&location=beta%3AL1&operator=alpha%2Cbeta&period=2026-11', '{alpha,beta}', '\x00', '\x00')
            """);

        Assert.Equal("charge_point=alpha%3AP1%2Calpha%3AP2&location=&operator=alpha&period=2026-11", Text(Assert.Single(await LogAsync("alpha", Alpha)), "filter"));
        Assert.Equal("charge_point=beta%3AP&location=beta%3AL1&operator=beta&period=2026-11", Text(Assert.Single(await LogAsync("beta", Beta)), "filter"));
    }

    [Fact]
    public async Task Auditors_and_keepers_see_any_operators_log_others_none_and_another_operators_is_not_there()
    {
        await ReadAsync("/v1/charging-sessions", Gla, "q");

        foreach (var key in new[] { Auditor, ApiHost.Key })
        {
            foreach (var o in new[] { "alpha", "beta" }) Assert.Single(await LogAsync(o, key));
        }

        foreach (var (path, key, status) in new[]
        {
            ("/v1/operators/beta/access-log", Alpha, HttpStatusCode.NotFound), ("/v1/operators/nobody/access-log", Alpha, HttpStatusCode.NotFound),
            ("/v1/operators/alpha/access-log", Gla, HttpStatusCode.Forbidden), ("/v1/operators/alpha/access-log", null!, HttpStatusCode.Unauthorized),
        })
        {
            Assert.Equal(status, (await host.GetAsync(path, key)).Status);
        }

        var answer = await host.GetAsync("/v1/operators/alpha/access-log", Auditor);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Single(await LogAsync("alpha", Alpha)); // none of all this is a reading of alpha's data
    }

    [Fact]
    public async Task Pages_follow_each_other_newest_first_within_the_window_though_more_is_read_meanwhile()
    {
        await host.ExecuteAsync(
            """
            INSERT INTO audit_event (chain, number, kind, written_at, request_id, key_id, holder, rights, route, path, filter, operators, previous, hash)
            SELECT '00000000-0000-0000-0000-000000000001', n, 'opened', '2026-11-20T10:00:00Z'::timestamptz + n / 2 * interval '1 s', 'r' || n, 'k', 'h', '{everything}', '/v1/gaps', '/v1/gaps', '', '{alpha}', '\x00', '\x00'
            FROM generate_series(1, 25) n
            """);
        var seen = new List<string>();
        var path = "/v1/operators/alpha/access-log?limit=10&from=2026-11-20T10:00:01Z&to=2026-11-20T10:00:12Z";
        while (path is not null)
        {
            var page = await host.GetAsync(path, Alpha);
            seen.AddRange(page.Data.Select(e => Text(e, "request_id")!));
            Assert.All(page.Data, e => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (e.GetProperty("outcome").ValueKind, e.GetProperty("records").ValueKind)));
            path = page.Json.GetProperty("links").GetProperty("next").GetString();
            await ReadAsync("/v1/charging-sessions", Gla, "later");
        }

        Assert.Equal(Enumerable.Range(2, 22).Reverse().Select(n => $"r{n}"), seen);
        var cursor = (await host.GetAsync("/v1/operators/alpha/access-log?limit=1", Alpha)).NextCursor;
        Assert.Equal("CPH-1202", (await host.GetAsync("/v1/operators/alpha/access-log?limit=1&cursor=" + cursor, Auditor)).Code);
    }

    [Fact]
    public async Task Readings_of_an_operator_without_a_file_are_told_to_itself_and_to_auditors()
    {
        host.Directory = new OperatorDirectory([]);
        await ReadAsync("/v1/charging-sessions", Gla, "granted");
        await ReadAsync("/v1/charging-sessions", ApiHost.Key, "everything");

        Assert.Equal(["everything", "granted"], (await LogAsync("alpha", Auditor)).Select(e => Text(e, "request_id")));
        Assert.Contains("granted", (await LogAsync("alpha", Alpha)).Select(e => Text(e, "request_id")));
        foreach (var (id, key) in new[] { ("beta", Alpha), ("gamma", Auditor) }) Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync($"/v1/operators/{id}/access-log", key)).Status);
    }

    [Fact]
    public void Findings_and_quarantine_name_the_grants_on_the_records_that_they_hold_parts_of()
    {
        var scope = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", Right.FeedQuality, null), new Right("alpha", "charging_sessions", null), new Right("alpha", "status_changes", ["E09000022"])]);
        var caller = new Caller(scope, "key") { Grants = [new HeldGrant("q", "alpha", [Right.FeedQuality]), new HeldGrant("s", "alpha", ["charging_sessions"]), new HeldGrant("part", "alpha", ["status_changes"]), new HeldGrant("b", "beta", [Right.FeedQuality])] };

        Assert.Equal(["alpha:grant:q", "alpha:grant:s"], RestrictedPart.Findings.RightsTo(["alpha"], caller));
        Assert.Equal(["alpha:grant:q"], RestrictedPart.FeedQuality.RightsTo(["alpha"], caller));
    }

    [Fact]
    public async Task Each_of_the_two_layers_holds_alone()
    {
        await ReadAsync("/v1/charging-sessions", Gla, "q");
        await ReadAsync("/v1/charging-sessions?operator=beta", Gla, "beta-alone");
        var (rows, layer) = (new AuditQueries(host.Database) { Layer = _ => Scope.Everything }, new AuditQueries(host.Database) { Rows = _ => Scope.Everything });
        var all = new AuditQuery(null, null, null, 100);

        Assert.Equal(["q"], (await rows.ReadAsync(all, host.Granted[Alpha], CancellationToken.None)).Select(r => r.RequestId));
        Assert.Equal(["beta-alone", "q"], (await rows.ReadAsync(all, host.Granted[Auditor], CancellationToken.None)).Select(r => r.RequestId));
        foreach (var scope in new[] { Scope.Public, host.Granted[Gla], Scope.Of(OrganisationRole.Administrator, null, []) }) Assert.Empty(await rows.ReadAsync(all, scope, CancellationToken.None));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => layer.ReadAsync(all with { OperatorId = "beta" }, host.Granted[Alpha], CancellationToken.None));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => layer.ReadAsync(all with { OperatorId = "alpha" }, host.Granted[Gla], CancellationToken.None));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => layer.ReadAsync(all, host.Granted[Alpha], CancellationToken.None));
    }

    [Theory]
    [InlineData("everything", "everything")]
    [InlineData("alpha:own", "own")]
    [InlineData("alpha:grant:own", "grant")]
    public void A_right_is_told_in_one_word(string right, string word) => Assert.Equal(word, ReadRight.WordOf([right]));

    private async Task ReadAsync(string path, string key, string requestId)
    {
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path, key, headers: ("X-Request-Id", requestId))).Status);
        await AuditTable.UntilClosedAsync(host.ConnectionString, r => r.RequestId == requestId);
    }

    private async Task<IReadOnlyList<JsonElement>> LogAsync(string operatorId, string key) => (await host.GetAsync($"/v1/operators/{operatorId}/access-log", key)).Data;

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}
