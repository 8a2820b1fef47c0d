using System.Buffers.Text;
using System.Net;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Cursors of every route that has pages, with each bit turned, and each in the place of every other.</summary>
public sealed class CursorTamperingTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string OfBorough = "cph_live_borough_secret";

    /// <summary>Every route with pages; a new one that is missing here fails.</summary>
    private static readonly string[] Paged =
    [
        "/v1/charge-points", "/v1/charge-points.geojson", "/v1/tariffs", "/v1/charging-sessions", "/v1/status-changes", "/v1/charge-points/alpha:P1/charging-sessions",
        "/v1/charge-points/alpha:P1/status-changes", "/v1/outages", "/v1/reported-usage", "/v1/differences", "/v1/usage", "/v1/usage/profile", "/v1/reliability", "/v1/quarantine", "/v1/operators/alpha/access-log", "/v1/changes",
    ];

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        host.Granted[OfBorough] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000022"]), new("alpha", "status_changes", ["E09000022"]), new("alpha", "outages", ["E09000022"]), new("alpha", "reported_usage", ["E09000022"])]);
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:P2");
        foreach (var i in new[] { 1, 2 })
        {
            await host.AddTariffAsync($"alpha:T{i}");
            await host.AddSessionAsync($"alpha:S{i}", ApiHost.Now.AddHours(-i));
            await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-i), Status.Charging);
            await host.AddAsync(Samples.Outage($"O{i}", $"P{i}", ApiHost.Now.AddHours(-i), op: "alpha"));
            await host.AddAsync(Samples.Usage($"alpha:P{i}"));
        }

        var missing = new Finding("id-missing", Severity.Error, "/tariff_id", null, "A record has no id.");
        await host.WritePageAsync(
            "alpha", Dataset.Tariffs, new RecordPage { Refused = [.. new[] { "T8", "T9" }.Select(id => new RefusedRecord(Dataset.Tariffs, id, "{}"u8.ToArray(), [missing]))] });
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Every_route_that_has_pages_is_tried()
    {
        var routes = ApiRoutes.All.Where(r => r.Parameters.Any(p => p.Name == "cursor"))
            .Select(r => r.Path.Replace("{id}", r.Path.StartsWith("/v1/operators/", StringComparison.Ordinal) ? "alpha" : "alpha:P1", StringComparison.Ordinal));
        Assert.Equal(routes.Order(StringComparer.Ordinal), Paged.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_bit_of_a_cursor_can_be_turned()
    {
        var wrong = new List<string>();
        foreach (var path in Paged)
        {
            var bytes = Base64Url.DecodeFromChars(await CursorAsync(path, ApiHost.Key));
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var answer = await host.GetAsync($"{path}?limit=1&cursor={Base64Url.EncodeToString(bytes)}");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                if (answer.Status != HttpStatusCode.BadRequest || answer.Code != "CPH-1201") wrong.Add($"{path} bit {bit}: {answer.Status} {answer.Body}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_cursor_that_is_cut_lengthened_or_written_otherwise_is_broken()
    {
        foreach (var path in Paged)
        {
            var cursor = await CursorAsync(path, ApiHost.Key);
            string[] others = [.. Enumerable.Range(1, cursor.Length - 1).Select(n => cursor[..n]), cursor + "A", cursor + cursor, "A" + cursor, cursor + "%3D", cursor.ToUpperInvariant(), new('A', 5_000)];
            foreach (var other in others) Assert.Equal("CPH-1201", (await host.GetAsync($"{path}?limit=1&cursor={other}")).Code);
        }
    }

    [Fact]
    public async Task No_cursor_is_taken_in_the_place_of_another()
    {
        var keys = new[] { ApiHost.Key, OfBorough, null };
        var given = new List<(string Path, string? Key, string Cursor)>();
        foreach (var path in Paged)
        {
            foreach (var key in keys)
            {
                if ((await host.GetAsync($"{path}?limit=1", key)).Status == HttpStatusCode.OK) given.Add((path, key, await CursorAsync(path, key)));
            }
        }

        Assert.True(given.Count > Paged.Length);
        foreach (var (path, key, cursor) in given)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync($"{path}?limit=1&cursor={cursor}", key)).Status);
            foreach (var other in given.Where(o => o.Path != path || o.Key != key))
            {
                var answer = await host.GetAsync($"{path}?limit=1&cursor={other.Cursor}", key);
                var isOfOtherRights = path == other.Path && path == "/v1/changes";
                Assert.True(answer.Code == (isOfOtherRights ? "CPH-1205" : "CPH-1202"), $"{other.Path} ({other.Key}) in {path} ({key}): {answer.Status}");
            }
        }
    }

    private async Task<string> CursorAsync(string path, string? key)
    {
        var cursor = (await host.GetAsync($"{path}?limit=1", key)).NextCursor;
        Assert.True(cursor is not null, path);
        return cursor;
    }
}
