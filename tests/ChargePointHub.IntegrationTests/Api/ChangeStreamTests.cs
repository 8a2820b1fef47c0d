using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Audit;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>How streams of changes end, and what they take of a hub until then. Their readers come back with the id of the last event that they had.</summary>
public sealed class ChangeStreamTests : IAsyncLifetime, IDisposable
{
    private const string OfTariffs = "/v1/changes?dataset=tariffs";

    private readonly ApiHost host = new();
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task A_hub_that_stops_ends_its_streams_in_order_and_who_comes_back_misses_nothing()
    {
        var (app, http) = await host.StartAsync(host.Database);
        await TariffAsync("T1");
        using var stream = await EventReader.OpenAsync(http, OfTariffs, null, null, limit.Token);
        Assert.Equal(["alpha:T1"], await stream.UntilAllIsToldAsync(limit.Token));
        await TariffAsync("T2");
        Assert.Equal("alpha:T2", await stream.NextAsync(limit.Token));

        var stopping = app.StopAsync(limit.Token);
        while (await stream.NextAsync(limit.Token) is { } last) Assert.Equal("heartbeat", last);
        await stopping;
        await app.DisposeAsync();
        http.Dispose();
        await TariffAsync("T3");

        using var again = await EventReader.OpenAsync(host.Http, OfTariffs, null, stream.LastId, limit.Token);
        Assert.Equal(["alpha:T3"], await again.UntilAllIsToldAsync(limit.Token));
    }

    [Fact]
    public async Task A_stream_says_when_to_come_back_and_ends_where_what_follows_would_fit_no_copy()
    {
        await TariffAsync("T1");
        await TariffAsync("T2");
        using (var raw = await EventReader.SendAsync(host.Http, OfTariffs, ApiHost.Key, null, limit.Token))
        using (var lines = new StreamReader(await raw.Content.ReadAsStreamAsync(limit.Token))) Assert.Equal("retry: 3000", await lines.ReadLineAsync(limit.Token));
        using var ofPurged = await EventReader.OpenAsync(host.Http, OfTariffs, ApiHost.Key, null, limit.Token);
        Assert.Equal(["alpha:T1", "alpha:T2"], await ofPurged.UntilAllIsToldAsync(limit.Token));
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.Tariffs, "alpha", "alpha:T2", HidesId: true, IsMended: false, "x", "x"), limit.Token);
        await EndsAsync(ofPurged);

        // The database was set back behind what the stream has told.
        using var ofSetBack = await EventReader.OpenAsync(host.Http, OfTariffs, ApiHost.Key, null, limit.Token);
        Assert.Equal(["alpha:T1"], await ofSetBack.UntilAllIsToldAsync(limit.Token));
        await host.ExecuteAsync("DELETE FROM hub_tick WHERE tick = (SELECT tick FROM hub_clock); UPDATE hub_clock SET tick = tick - 1");
        await EndsAsync(ofSetBack);

        async Task EndsAsync(EventReader stream)
        {
            while (await stream.NextAsync(limit.Token) is { } last) Assert.Equal("heartbeat", last);
            using var again = await EventReader.SendAsync(host.Http, OfTariffs, ApiHost.Key, stream.LastId, limit.Token);
            Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
        }
    }

    [Fact]
    public async Task A_stream_with_a_limit_ends_behind_so_many_changes_and_who_comes_back_gets_the_next()
    {
        foreach (var own in new[] { "T1", "T2", "T3" }) await TariffAsync(own);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        using var stream = await EventReader.OpenAsync(host.Http, OfTariffs + "&limit=2", ApiHost.Key, null, patience.Token);
        Assert.Equal(["alpha:T1", "alpha:T2"], await stream.UntilAllIsToldAsync(patience.Token));
        Assert.Null(await stream.NextAsync(patience.Token));

        using var again = await EventReader.OpenAsync(host.Http, OfTariffs + "&limit=2", ApiHost.Key, stream.LastId, patience.Token);
        Assert.Equal(["alpha:T3"], await again.UntilAllIsToldAsync(patience.Token));
        await TariffAsync("T4");
        Assert.Equal("alpha:T4", await again.NextAsync(patience.Token));
        Assert.Null(await again.NextAsync(patience.Token));
    }

    [Fact]
    public async Task A_key_and_a_hub_have_room_for_so_many_streams_and_answers_of_others_are_not_among_them()
    {
        using var two = new AnswerSlots(2, TimeSpan.Zero);
        var (app, http) = await host.StartAsync(host.Database, quotas: ApiHost.Generous with { Answers = 1 }, streams: two);
        await using var served = app;
        using var client = http;
        using var first = await EventReader.OpenAsync(http, OfTariffs, ApiHost.Key, null, limit.Token);
        using var second = await EventReader.SendAsync(http, OfTariffs, ApiHost.Key, null, limit.Token);
        using var ofOther = await EventReader.OpenAsync(http, OfTariffs, "cph_live_narrow_secret", null, limit.Token);
        using var third = await EventReader.SendAsync(http, OfTariffs, null, null, limit.Token);
        using var page = await http.GetAsync(new Uri("/v1/tariffs", UriKind.Relative), limit.Token);

        Assert.Equal((HttpStatusCode.TooManyRequests, "CPH-2008"), (second.StatusCode, await CodeAsync(second)));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "CPH-5002"), (third.StatusCode, await CodeAsync(third)));
        Assert.Equal("5", third.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    /// <summary>The hub reads on when its reader does: while another is told everything, little is read for one who has stopped. The server cuts him by the bytes that wait for him.</summary>
    [Fact]
    public async Task A_reader_who_stops_reading_holds_little_of_the_hub_and_goes_on_where_he_was()
    {
        const int Sessions = 8_000;
        await host.ExecuteAsync(
            $$"""
            INSERT INTO charging_session (operator_id, session_id, charge_point_id, plug_in_at, last_updated, content_hash, feed_id, run_id, tick, recorded_at, document)
            SELECT 'alpha', id, 'alpha:P1', '2026-11-20T08:00:00Z', '2026-11-20T08:00:00Z', '\x00', 'main', '{{Guid.Empty}}', 1, now(), json_build_object('session_id', id, 'x', repeat('x', 4000))
            FROM (SELECT 'alpha:S' || lpad(n::text, 5, '0') AS id FROM generate_series(1, {{Sessions}}) n) ids
            """);
        await host.TickAsync(1);
        const string Path = "/v1/changes?dataset=charging_sessions";
        var had = new List<string>();
        string? last;
        using (var slow = await EventReader.OpenAsync(host.Http, Path, ApiHost.OtherKey, null, limit.Token))
        {
            while (had.Count < 5) had.Add((await slow.NextAsync(limit.Token))!);
            last = slow.LastId;
            using var quick = await EventReader.OpenAsync(host.Http, Path, ApiHost.Key, null, limit.Token);
            Assert.Equal(Sessions, (await quick.UntilAllIsToldAsync(limit.Token)).Count);
        }

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        var closed = rows.Single(r => r.Kind == AuditKind.Closed && r.Opened == rows.First(o => o.Kind == AuditKind.Opened).Number);
        Assert.Equal(ReadOutcome.BrokenOff, closed.Outcome);
        Assert.InRange(closed.Records!.Sum(), 5, Sessions - 1_000);

        using var again = await EventReader.OpenAsync(host.Http, Path, ApiHost.Key, last, limit.Token);
        had.AddRange(await again.UntilAllIsToldAsync(limit.Token));

        Assert.Equal(Enumerable.Range(1, Sessions).Select(n => $"alpha:S{n:00000}"), had);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString();

    private Task<PageWritten> TariffAsync(string own) => new PageWriter(host.Database).WriteAsync(
        Samples.Page(new RecordPage { Tariffs = [Samples.Accept(new Tariff { TariffId = "alpha:" + own, OperatorId = "alpha", Currency = "GBP" })] }, Dataset.Tariffs, "alpha"), limit.Token);
}
