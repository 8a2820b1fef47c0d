using System.Net;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Audit;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using ChargePointHub.Store.Audit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>Two hubs on one database: a key that is withdrawn at one opens nothing at the other, and cuts what it has opened there.</summary>
public sealed class KeyEndTests : IAsyncLifetime
{
    private const int Points = 20_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string folder = Directory.CreateTempSubdirectory("cph-key-").FullName;
    private readonly ApiHost records = new();
    private HubHost[] hubs = [];
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        await records.InitializeAsync();
        await records.ExecuteAsync(
            $$"""
            INSERT INTO charge_point
            SELECT 'alpha', id, 'L1', 51.4601, -0.1167, 7.4, 'slow', true, NULL, '\x00', NULL, 'main', '{{Guid.Empty}}', 1, now(), json_build_object('charge_point_id', id, 'location_name', repeat('x', 2000))
            FROM (SELECT 'alpha:P' || n AS id FROM generate_series(1, {{Points}}) n) ids
            """);
        await records.TickAsync(1);
        hubs = [await StartAsync(), await StartAsync()];
        http = HubOfItsOwn.ClientOf(hubs[0]);
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        foreach (var hub in hubs) await hub.DisposeAsync();
        await records.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("?format=ndjson", 1)]
    [InlineData("?format=ndjson", 2)]
    [InlineData("?limit=50000", 1)]
    public async Task A_key_that_is_revoked_at_one_hub_ends_at_the_other_in_what_is_under_way_too(string query, int version)
    {
        using var limit = new CancellationTokenSource(Limit);
        var (key, other) = (await MakeAsync("GLA"), await MakeAsync("TfL"));
        using var cut = await AskAsync(hubs[1], key.Token, query, version, limit.Token);
        using var whole = await AskAsync(hubs[1], other.Token, query, version, limit.Token);

        Assert.True(await new AccessKeys(records.Database, TimeProvider.System).RevokeAsync(key.KeyId, limit.Token));

        // Who has stopped reading is cut as well: what has not gone out by then never does.
        foreach (var hub in hubs)
        {
            using var refused = await AskAsync(hub, key.Token, "?limit=1", version, limit.Token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Contains("CPH-2005", await refused.Content.ReadAsStringAsync(limit.Token), StringComparison.Ordinal);
        }

        await UntilCutAsync(hubs[1], key.KeyId, limit.Token);
        var failure = await Record.ExceptionAsync(() => cut.Content.CopyToAsync(Stream.Null, limit.Token));
        Assert.True(failure is IOException or HttpRequestException, failure?.ToString() ?? "The answer ended as if it were whole.");
        Assert.EndsWith(query.Contains("ndjson", StringComparison.Ordinal) ? "}}\n" : "}", await whole.Content.ReadAsStringAsync(limit.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_that_ends_stops_within_a_second_at_every_hub_in_what_is_under_way_too()
    {
        using var limit = new CancellationTokenSource(Limit);
        await records.ExecuteAsync(
            $$"""
            CREATE TABLE IF NOT EXISTS status_change_2026_11 PARTITION OF status_change FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');
            INSERT INTO status_change
            SELECT 'alpha', 'alpha:P' || n, '2026-11-20T08:00:00Z', 'CHARGING', 'EVENT', 'main', '{{Guid.Empty}}', 1, now(), NULL, json_build_object('charge_point_id', 'alpha:P' || n, 'x', repeat('x', 2000))
            FROM generate_series(1, {{Points}}) n
            """);
        var (gla, tfl) = (new Grant("gla-alpha", "alpha", "gla", ["status_changes"], null, null, null), new Grant("tfl-alpha", "alpha", "tfl", ["status_changes"], null, null, null));
        var register = new AccessRegister(
            [new Organisation("gla", "GLA", OrganisationRole.Gla, null), new Organisation("tfl", "TfL", OrganisationRole.Tfl, null)], [new Agreement("alpha", "Alpha", "alpha", null, null)], [gla, tfl]);
        var store = new GrantStore(records.Database);
        await store.ApplyAsync(register, "a test", DateTimeOffset.UtcNow, limit.Token);
        var (ended, lasting) = (await MakeForAsync("gla"), await MakeForAsync("tfl"));
        const string Query = "/v1/status-changes?from=2026-11-20&to=2026-11-21&format=ndjson";
        using var cut = await AskPathAsync(hubs[1], ended.Token, Query, 1, limit.Token);
        using var whole = await AskPathAsync(hubs[1], lasting.Token, Query, 1, limit.Token);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (cut.StatusCode, whole.StatusCode));

        await store.ApplyAsync(register with { Grants = [tfl] }, "a test", DateTimeOffset.UtcNow, limit.Token);

        foreach (var hub in hubs)
        {
            using var refused = await AskPathAsync(hub, ended.Token, Query, 1, limit.Token);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        await UntilCutAsync(hubs[1], ended.KeyId, limit.Token);
        var rows = await AuditTable.UntilClosedAsync(records.ConnectionString, r => r.KeyId == ended.KeyId);
        var opened = rows.Single(r => r.KeyId == ended.KeyId);
        Assert.Equal(("gla", "GLA", ReadRight.Granted("alpha", "gla-alpha")), (opened.OrganisationId, opened.Holder, opened.Rights!.Single()));
        Assert.Equal(ReadOutcome.RightsEnded, rows.Single(r => (r.Chain, r.Opened) == (opened.Chain, opened.Number)).Outcome);
        var failure = await Record.ExceptionAsync(() => cut.Content.CopyToAsync(Stream.Null, limit.Token));
        Assert.True(failure is IOException or HttpRequestException, failure?.ToString() ?? "The answer ended as if it were whole.");
        Assert.EndsWith("}}\n", await whole.Content.ReadAsStringAsync(limit.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_that_ends_cuts_what_it_adds_to_answers_that_are_open_to_all()
    {
        using var limit = new CancellationTokenSource(Limit);
        var register = new AccessRegister(
            [new Organisation("gla", "GLA", OrganisationRole.Gla, null)], [new Agreement("alpha", "Alpha", "alpha", null, null)], [new Grant("gla-alpha", "alpha", "gla", [Right.FeedQuality], null, null, null)]);
        var store = new GrantStore(records.Database);
        await store.ApplyAsync(register, "a test", DateTimeOffset.UtcNow, limit.Token);
        var key = await MakeForAsync("gla");
        await using var holding = new Npgsql.NpgsqlConnection(records.ConnectionString);
        await holding.OpenAsync(limit.Token);
        await using var held = await holding.BeginTransactionAsync(limit.Token);
        await using (var hold = new Npgsql.NpgsqlCommand("LOCK TABLE coverage_change", holding)) await hold.ExecuteNonQueryAsync(limit.Token);
        var asking = AskPathAsync(hubs[1], key.Token, "/v1/gaps", 1, limit.Token);
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
        {
            while ((await AuditTable.ReadAsync(records.ConnectionString)).All(r => r.KeyId != key.KeyId)) await tick.WaitForNextTickAsync(limit.Token);
        }

        await store.ApplyAsync(register with { Grants = [] }, "a test", DateTimeOffset.UtcNow, limit.Token);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
        await held.RollbackAsync(limit.Token);
        Assert.Equal(ReadOutcome.RightsEnded, (await AuditTable.UntilClosedAsync(records.ConnectionString)).Single(r => r.Kind == AuditKind.Closed).Outcome);
    }

    [Fact]
    public async Task A_fault_in_looking_at_keys_ends_neither_hub_nor_answers_and_the_next_look_is_another_try()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var log = new HeardLog("KeyWatch", LogLevel.Warning);
        await using var hub = await HubOfItsOwn.StartAsync(folder, records.ConnectionString, new HubParts { Logging = logging => logging.ClearProviders().AddProvider(log) });
        var (key, other) = (await MakeAsync("GLA"), await MakeAsync("TfL"));
        using var cut = await AskAsync(hub, key.Token, "?format=ndjson", 1, limit.Token);
        using var whole = await AskAsync(hub, other.Token, "?format=ndjson", 1, limit.Token);

        await records.ExecuteAsync("ALTER TABLE access_key RENAME TO elsewhere");
        await log.Heard.WaitAsync(limit.Token);
        await records.ExecuteAsync("ALTER TABLE elsewhere RENAME TO access_key");

        Assert.Contains(key.KeyId, hub.Services.GetRequiredService<HubServices>().OpenAnswers.KeyIds);
        Assert.True(await new AccessKeys(records.Database, TimeProvider.System).RevokeAsync(key.KeyId, limit.Token));
        await UntilCutAsync(hub, key.KeyId, limit.Token);
        Assert.EndsWith("}}\n", await whole.Content.ReadAsStringAsync(limit.Token), StringComparison.Ordinal);
    }

    private async Task<NewAccessKey> MakeForAsync(string organisation) =>
        Assert.IsType<KeyMade>(await new AccessKeys(records.Database, TimeProvider.System).CreateForAsync(organisation, organisation, CancellationToken.None)).Key;

    private async Task<NewAccessKey> MakeAsync(string label) =>
        Assert.IsType<KeyMade>(await new AccessKeys(records.Database, TimeProvider.System).CreateAsync(label, Scope.Everything, CancellationToken.None)).Key;

    private Task<HttpResponseMessage> AskAsync(HubHost hub, string key, string query, int version, CancellationToken cancellationToken) =>
        AskPathAsync(hub, key, "/v1/charge-points" + query, version, cancellationToken);

    private Task<HttpResponseMessage> AskPathAsync(HubHost hub, string key, string path, int version, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, hub.BaseUrl + path) { Version = new Version(version, version == 1 ? 1 : 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Authorization", "Bearer " + key);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The reader does not read meanwhile, so that nothing but the cut can end his answer.</summary>
    private static async Task UntilCutAsync(HubHost hub, string keyId, CancellationToken cancellationToken)
    {
        var open = hub.Services.GetRequiredService<HubServices>().OpenAnswers;
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (open.KeyIds.Contains(keyId)) await tick.WaitForNextTickAsync(cancellationToken);
    }

    private Task<HubHost> StartAsync() => HubOfItsOwn.StartAsync(folder, records.ConnectionString, new HubParts { Logging = log => log.ClearProviders() });
}
