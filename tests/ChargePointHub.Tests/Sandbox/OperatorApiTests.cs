using System.Text.Json;
using ChargePointHub.Model;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

public sealed class OperatorApiTests
{
    [Fact]
    public async Task Paging_through_a_window_gives_each_session_of_the_truth_once_in_order()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var window = $"updated_from={Instants.Format(host.London.World.Epoch)}&updated_to={Instants.Format(sandbox.Time.Now)}";
        var records = await AllAsync(sandbox.Client("lamplight"), $"/loti-v1/charging-sessions?{window}&limit=7");
        var truth = host.London.Operators[0].Sessions(WindowAxis.LastUpdated, new Window(host.London.World.Epoch, sandbox.Time.Now), sandbox.Time.Now);
        Assert.True(truth.Count > 20);
        Assert.Equal(truth.Select(v => v.Session.OwnId), records.Select(r => r.GetProperty("session_id").GetString()));
        Assert.Equal(truth.Select(v => v.LastUpdated), records.Select(r => r.GetProperty("last_updated").GetDateTimeOffset().ToUnixTimeMilliseconds()));
        Assert.Contains(records, r => r.GetProperty("plug_out_at").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task An_operator_with_books_of_its_outages_offers_one_for_each_fault_open_first_and_then_ended()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { ChargePoints = 300 });
        var truth = host.London.Operators[1];
        var (epoch, client) = (Instants.Format(host.London.World.Epoch), sandbox.Client("kerbside-volt"));

        var outages = await AllAsync(client, $"/loti-v1/outages?from={epoch}&limit=3");
        var faults = truth.StatusChanges(new Window(host.London.World.Epoch, sandbox.Time.Now), sandbox.Time.Now).Where(c => c.Status == Status.OutOfOrder).ToList();

        Assert.True(truth.Operator.ReportsOutages && faults.Count > 5);
        Assert.Equal(
            faults.Select(f => (truth.Operator.ChargePoints[f.ChargePoint].OwnId, f.At)),
            outages.Select(o => (o.GetProperty("charge_point_id").GetString()!, o.GetProperty("started_at").GetDateTimeOffset().ToUnixTimeMilliseconds())));
        var open = outages.Where(o => o.GetProperty("ended_at").ValueKind == JsonValueKind.Null).Select(o => o.GetProperty("outage_id").GetString()).ToList();
        Assert.InRange(open.Count, 1, outages.Count - 1);
        var then = sandbox.Time.Now;
        sandbox.Time.Now += TimeSpan.FromHours(23);
        var changed = await AllAsync(client, $"/loti-v1/outages?updated_from={Instants.Format(then)}");
        Assert.All(open, id => Assert.Contains(changed, o => o.GetProperty("outage_id").GetString() == id && o.GetProperty("ended_at").ValueKind != JsonValueKind.Null));
        client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(401, (await GetAsync(client, "/loti-v1/outages")).Status);
    }

    [Fact]
    public async Task Pages_show_the_books_as_of_the_first_page_though_time_goes_on()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var client = sandbox.Client("lamplight");
        var path = $"/loti-v1/charging-sessions?from={Instants.Format(host.London.World.Epoch)}&limit=5";
        var expected = await AllAsync(client, path);
        var (_, first) = await GetAsync(client, path);
        sandbox.Time.Now += TimeSpan.FromHours(5);
        var (_, second) = await GetAsync(client, $"{path}&cursor={first.GetProperty("next_cursor").GetString()}");
        Assert.Equal(expected.Skip(5).Take(5).Select(r => r.GetRawText()), second.GetProperty("data").EnumerateArray().Select(r => r.GetRawText()));
        Assert.Equal(expected.Count, second.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("charging-sessions?from=2026-11-20T08:00:00", 400, "not-an-instant")]
    [InlineData("charging-sessions?from=2026-11-20T08:00:00Z&to=2026-11-20T07:00:00Z", 400, "window-ends-before-start")]
    [InlineData("charging-sessions?form=2026-11-20T08:00:00Z", 400, "unknown-parameter")]
    [InlineData("charging-sessions?from=2026-11-20T08:00:00Z&updated_from=2026-11-20T08:00:00Z", 400, "several-axes")]
    [InlineData("charge-points?limit=1000000", 400, "limit-out-of-range")]
    [InlineData("charge-points?cursor=AAAA", 400, "bad-cursor")]
    [InlineData("charge-points/CP99999/charging-sessions", 404, "unknown-charge-point")]
    [InlineData("outages", 404, "not-offered")]
    [InlineData("nothing", 404, "unknown-path")]
    public async Task A_wrong_request_gets_its_own_code(string path, int status, string code)
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync();
        var (got, problem) = await GetAsync(sandbox.Client("lamplight"), "/loti-v1/" + path);
        Assert.Equal((status, code), (got, problem.GetProperty("code").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Sessions_and_status_changes_need_the_key_and_charge_points_and_tariffs_do_not()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync();
        var client = sandbox.Client("lamplight");
        var cursor = (await GetAsync(client, "/loti-v1/charge-points?limit=2")).Body.GetProperty("next_cursor").GetString()!;
        var changed = (cursor[0] == 'A' ? 'B' : 'A') + cursor[1..];
        Assert.Equal("bad-cursor", (await GetAsync(client, $"/loti-v1/charge-points?limit=2&cursor={changed}")).Body.GetProperty("code").GetString());
        client.DefaultRequestHeaders.Authorization = new("Bearer", "not-the-key");
        Assert.Equal(401, (await GetAsync(client, "/loti-v1/charging-sessions")).Status);
        Assert.Equal(401, (await GetAsync(client, "/loti-v1/status-changes")).Status);
        foreach (var open in new[] { "charge-points", "tariffs", "metadata" }) Assert.Equal(200, (await GetAsync(client, "/loti-v1/" + open)).Status);
    }

    [Fact]
    public async Task An_operator_asked_one_charge_point_at_a_time_gives_all_its_sessions_that_way_only()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var client = sandbox.Client("plumtree-charging");
        var from = Instants.Format(host.London.World.Epoch);
        Assert.Equal("not-offered", (await GetAsync(client, $"/loti-v1/charging-sessions?from={from}")).Body.GetProperty("code").GetString());
        var sessions = new List<string?>();
        foreach (var point in await AllAsync(client, "/loti-v1/charge-points"))
        {
            var own = await AllAsync(client, $"/loti-v1/charge-points/{point.GetProperty("charge_point_id").GetString()}/charging-sessions?from={from}");
            sessions.AddRange(own.Select(s => s.GetProperty("session_id").GetString()));
        }

        var truth = host.London.Operators[3].Sessions(WindowAxis.PlugInAt, new Window(host.London.World.Epoch, sandbox.Time.Now), sandbox.Time.Now);
        Assert.NotEmpty(truth);
        Assert.Equal(truth.Select(v => v.Session.OwnId).Order(StringComparer.Ordinal), sessions.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task By_ocpi_every_charge_point_is_found_from_the_versions_on()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { ChargePoints = 400 });
        var client = sandbox.Client("foxglove-power", "Token");
        var details = (await GetAsync(client, "/ocpi/versions")).Body.GetProperty("data")[0].GetProperty("url").GetString()!;
        var endpoints = (await GetAsync(client, new Uri(details).PathAndQuery)).Body.GetProperty("data").GetProperty("endpoints").EnumerateArray();
        string? next = endpoints.Single(e => e.GetProperty("identifier").GetString() == "locations").GetProperty("url").GetString();
        var (uids, pages) = (new List<string?>(), 0);
        while (next is not null)
        {
            using var response = await client.GetAsync(new Uri(next));
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            Assert.Equal(1000, json.RootElement.GetProperty("status_code").GetInt32());
            uids.AddRange(json.RootElement.GetProperty("data").EnumerateArray().SelectMany(l => l.GetProperty("evses").EnumerateArray()).Select(e => e.GetProperty("uid").GetString()));
            next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            pages++;
        }

        Assert.True(pages > 1);
        Assert.Equal(host.London.Operators[4].Operator.ChargePoints.Select(p => p.OwnId), uids);
        client.DefaultRequestHeaders.Authorization = new("Token", "d3Jvbmc=");
        Assert.Equal(401, (await GetAsync(client, "/ocpi/versions")).Status);
    }

    [Fact]
    public async Task During_an_outage_connections_are_cut_and_afterwards_all_is_answered()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync(sandbox.Options with { Outages = ["lamplight=+30s/+90s"] });
        var (client, other) = (sandbox.Client("lamplight"), sandbox.Client("thames-rapid"));
        Assert.Equal(200, (await GetAsync(client, "/loti-v1/charging-sessions")).Status);
        sandbox.Time.Now += TimeSpan.FromSeconds(30);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(client, "/loti-v1/charging-sessions"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(sandbox.Client("lamplight"), "/loti-v1/charge-points"));
        Assert.Equal(200, (await GetAsync(other, "/loti-v1/charging-sessions")).Status);
        sandbox.Time.Now += TimeSpan.FromSeconds(60);
        Assert.Equal(200, (await GetAsync(client, "/loti-v1/charging-sessions")).Status);
    }

    [Fact]
    public async Task What_a_past_outage_hid_is_refused_until_the_operator_has_recovered_and_then_served()
    {
        await using var sandbox = new SandboxFixture();
        var start = sandbox.Time.Now;
        await sandbox.StartAsync(sandbox.Options with { Outages = ["lamplight=-30h/-20h"] });
        var client = sandbox.Client("lamplight");
        string Ask(int fromHours, int toHours) =>
            $"/loti-v1/charging-sessions?updated_from={Instants.Format(start.AddHours(fromHours))}&updated_to={Instants.Format(start.AddHours(toHours))}";
        Assert.Equal(200, (await GetAsync(client, Ask(-40, -30))).Status);
        Assert.Equal(200, (await GetAsync(client, Ask(-20, 0))).Status);
        using var response = await client.GetAsync(new Uri(Ask(-21, 0), UriKind.Relative));
        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        sandbox.Time.Now = start.AddSeconds(179);
        Assert.Equal(503, (await GetAsync(client, Ask(-21, 0))).Status);
        sandbox.Time.Now = start.AddSeconds(180);
        Assert.Equal(200, (await GetAsync(client, Ask(-21, 0))).Status);
    }

    [Fact]
    public async Task Beyond_its_look_back_an_operator_says_so()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync(sandbox.Options with { LookBacks = ["lamplight=P1D"] });
        var client = sandbox.Client("lamplight");
        var (status, problem) = await GetAsync(client, $"/loti-v1/status-changes?from={Instants.Format(sandbox.Time.Now.AddHours(-25))}");
        Assert.Equal((410, "beyond-look-back"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(200, (await GetAsync(client, "/loti-v1/status-changes")).Status);
        Assert.Contains("\"look_back\": \"P1D\"", await File.ReadAllTextAsync(Path.Combine(sandbox.Options.DataFolder, "operators", "lamplight.json")), StringComparison.Ordinal);
    }
}
