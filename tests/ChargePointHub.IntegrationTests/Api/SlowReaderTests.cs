using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Readers who take their time: the rest of the hub must not notice them.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Points = 5_003;

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.ExecuteAsync(
            $$"""
            INSERT INTO charge_point
            SELECT 'alpha', id, 'L1', 51.4601, -0.1167, 7.4, 'slow', true, NULL, '\x00', NULL, 'main', '{{Guid.Empty}}', 1, now(),
                json_build_object('charge_point_id', id, 'location_name', repeat('x', 2000))
            FROM (SELECT 'alpha:P' || lpad(n::text, 5, '0') AS id FROM generate_series(1, {{Points}}) n) ids
            """);
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Forty_readers_who_stop_reading_keep_nobody_waiting()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < 40; i++) sockets.Add(await AskAndStopReadingAsync(limit.Token));

            host.Http.Timeout = TimeSpan.FromSeconds(10);
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charge-points?limit=1", key: null)).Status);
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charge-points/alpha:P00001", key: null)).Status);
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/ready", key: null)).Status);
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(1_002)]
    [InlineData(2_002)]
    [InlineData(Points)]
    [InlineData(50_000)]
    public async Task Pages_of_any_size_hold_every_record_once_and_in_order(int limit)
    {
        var ids = new List<string>();
        var cursor = "";
        do
        {
            var page = await host.GetAsync($"/v1/charge-points?limit={limit}&select=charge_point_id{cursor}", key: null);
            Assert.True(page.Data.Count == limit || page.NextCursor is null);
            ids.AddRange(page.Data.Select(p => p.GetProperty("charge_point_id").GetString()!));
            cursor = page.NextCursor is { } next ? "&cursor=" + next : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(1, Points).Select(n => $"alpha:P{n:00000}"), ids);
    }

    [Fact]
    public async Task A_hub_without_a_free_connection_says_that_it_is_busy_and_stays_ready()
    {
        await using var small = Database.Open(host.ConnectionString + ";Maximum Pool Size=1;Timeout=1");
        await using var held = await small.OpenServingAsync(CancellationToken.None);
        var (app, http) = await host.StartAsync(small);
        await using (app)
        using (http)
        {
            using var data = await http.GetAsync("/v1/charge-points");
            using var ready = await http.GetAsync("/health/ready");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, data.StatusCode);
            Assert.Equal("CPH-5002", JsonDocument.Parse(await data.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
            Assert.Equal("5", data.Headers.GetValues("Retry-After").Single());
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }
    }

    [Fact]
    public async Task What_takes_too_long_to_find_is_told_as_busy()
    {
        await using var hasty = Database.Open(host.ConnectionString + ";Command Timeout=1");
        await using var blocking = await host.Database.Reads.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var table = new Npgsql.NpgsqlCommand("LOCK TABLE tariff", blocking)) await table.ExecuteNonQueryAsync();
        var (app, http) = await host.StartAsync(hasty);
        await using (app)
        using (http)
        {
            using var ready = await http.GetAsync("/health/ready");
            using var data = await http.GetAsync("/v1/tariffs");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, data.StatusCode);
            Assert.Equal("CPH-5002", JsonDocument.Parse(await data.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Readers_of_operators_and_feed_health_take_no_connection_of_the_collector_s()
    {
        await using var small = Database.Open(host.ConnectionString + ";Maximum Pool Size=1;Timeout=1");
        await using var held = await small.Reads.OpenConnectionAsync();
        var (app, http) = await host.StartAsync(small);
        await using (app)
        using (http)
        {
            foreach (var path in new[] { "/v1/operators", "/v1/operators/alpha", "/v1/operators/alpha/feed-health" })
            {
                using var answer = await http.GetAsync(path);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    [Theory]
    [InlineData("/v1/charge-points?format=ndjson")]
    [InlineData("/v1/charge-points?limit=50000")]
    public async Task A_hub_with_as_many_answers_under_way_as_it_has_room_for_says_that_it_is_busy_until_one_has_gone(string path)
    {
        using var slots = new AnswerSlots(1, TimeSpan.FromMilliseconds(1));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (app, http) = await host.StartAsync(host.Database, answers: slots);
        await using (app)
        using (http)
        {
            using (var slow = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token))
            {
                using var next = await http.GetAsync("/v1/charge-points?limit=1", limit.Token);
                using var small = await http.GetAsync("/v1/charge-points/alpha:P00001", limit.Token);

                Assert.Equal(HttpStatusCode.ServiceUnavailable, next.StatusCode);
                Assert.Equal("CPH-5002", JsonDocument.Parse(await next.Content.ReadAsStringAsync(limit.Token)).RootElement.GetProperty("code").GetString());
                Assert.Equal("5", next.Headers.GetValues("Retry-After").Single());
                Assert.False(next.Headers.Contains("ETag"));
                Assert.Equal(HttpStatusCode.OK, small.StatusCode);
            }

            // The hub notices in its own time that the reader is gone.
            HttpStatusCode status;
            do
            {
                using var again = await http.GetAsync("/v1/charge-points?limit=1", limit.Token);
                status = again.StatusCode;
            }
            while (status != HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_reader_with_as_many_answers_under_way_as_it_may_have_is_told_so_and_others_are_answered()
    {
        var (app, http) = await host.StartAsync(host.Database, quotas: ApiHost.Generous with { Answers = 1 });
        await using (app)
        using (http)
        {
            using var slow = await http.GetAsync(new Uri("/v1/charge-points?format=ndjson", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            using var second = await http.GetAsync("/v1/charge-points?limit=1");
            using var one = await http.GetAsync("/v1/charge-points/alpha:P00001");
            http.DefaultRequestHeaders.Add("X-API-Key", ApiHost.Key);
            using var other = await http.GetAsync("/v1/charge-points?limit=1");

            Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
            Assert.Equal("CPH-2008", JsonDocument.Parse(await second.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
            Assert.Equal("5", second.Headers.GetValues("Retry-After").Single());
            Assert.False(second.Headers.Contains("ETag"));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (one.StatusCode, other.StatusCode));
        }
    }

    [Fact]
    public async Task A_hub_cuts_readers_that_take_less_than_two_kilobytes_a_second()
    {
        var folder = Directory.CreateTempSubdirectory("chargepointhub-slow-");
        try
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            var options = new HubOptions
            {
                Data = folder.FullName,
                Operators = folder.CreateSubdirectory("operators").FullName,
                Database = host.ConnectionString,
                Port = port,
                Collect = false,
            };
            await using var hub = await HubHost.StartAsync(options, new HubParts { Logging = log => log.ClearProviders() }, CancellationToken.None);

            var rate = hub.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinResponseDataRate!;

            Assert.Equal(2048, rate.BytesPerSecond);
            Assert.Equal(TimeSpan.FromSeconds(10), rate.GracePeriod);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Returns when the body has begun; what follows stays with the hub.</summary>
    private async Task<Socket> AskAndStopReadingAsync(CancellationToken cancellationToken)
    {
        var address = host.Http.BaseAddress!;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/charge-points?limit=50000 HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), cancellationToken);
        var begun = new byte[12];
        for (var read = 0; read < begun.Length;) read += await socket.ReceiveAsync(begun.AsMemory(read), cancellationToken);
        Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(begun));
        return socket;
    }
}
