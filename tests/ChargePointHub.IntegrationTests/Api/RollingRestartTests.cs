using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Two hubs on one database behind a balancer that asks for their health: one after the other is restarted under requests.</summary>
public sealed class RollingRestartTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-rolling-").FullName;
    private HubDatabase database = null!;

    public async Task InitializeAsync() => database = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task No_request_fails_while_one_hub_after_the_other_is_restarted()
    {
        var ports = new[] { FreePort(), FreePort() };
        var hubs = new[] { await StartAsync(ports[0]), await StartAsync(ports[1]) };
        using var http = Client(hubs[0].CaFile!);
        using var ending = new CancellationTokenSource();
        var balancer = new Balancer(http, ports);
        await balancer.ProbeAsync();
        var work = new[] { balancer.ProbeUntilAsync(ending.Token), balancer.AskUntilAsync(ending.Token), balancer.AskUntilAsync(ending.Token) };
        foreach (var n in new[] { 0, 1 })
        {
            await UntilAsync(() => balancer.Ready.Length == 2);
            await hubs[n].DrainAsync();
            var ready = await http.GetAsync(new Uri($"https://localhost:{ports[n]}/health/ready"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("CPH-5003", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"https://localhost:{ports[n]}/v1/operators"))).StatusCode);

            // A drain is longer than the balancer takes; here the test waits for the balancer itself, however slow the machine is.
            await UntilAsync(() => balancer.Ready is [var other] && other == ports[1 - n]);
            var since = balancer.Answered;
            await UntilAsync(() => balancer.Answered >= since + 10);
            await hubs[n].DisposeAsync();
            hubs[n] = await StartAsync(ports[n]);
        }

        var asked = balancer.Answered;
        await UntilAsync(() => balancer.Answered >= asked + 20);
        await ending.CancelAsync();
        await Task.WhenAll(work);
        foreach (var hub in hubs) await hub.DisposeAsync();

        Assert.Empty(balancer.Failed);
    }

    private Task<HubHost> StartAsync(int port)
    {
        var operators = Directory.CreateDirectory(Path.Combine(folder, "operators")).FullName;
        var options = new HubOptions { Data = Path.Combine(folder, "data"), Database = database.ConnectionString, Operators = operators, Port = port, DrainSeconds = 1 };
        return HubHost.StartAsync(options, new HubParts { Logging = log => log.ClearProviders() }, CancellationToken.None);
    }

    private static HttpClient Client(string authority)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(authority);
        return new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain } });
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come about in time.");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Sends requests in turn to those whose last probe said that they are ready.</summary>
    private sealed class Balancer(HttpClient http, int[] ports)
    {
        private volatile int[] ready = [];
        private int turn;
        private int answered;

        public int[] Ready => ready;

        public int Answered => Volatile.Read(ref answered);

        public System.Collections.Concurrent.ConcurrentQueue<string> Failed { get; } = new();

        public async Task ProbeAsync()
        {
            var said = new List<int>();
            foreach (var port in ports)
            {
                if (await OutcomeAsync(port, "/health/ready") is null) said.Add(port);
            }

            ready = [.. said];
        }

        public async Task ProbeUntilAsync(CancellationToken ending)
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            while (!ending.IsCancellationRequested)
            {
                await ProbeAsync();
                await tick.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        public async Task AskUntilAsync(CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                var (now, next) = (ready, Interlocked.Increment(ref turn));
                if (now.Length == 0) Failed.Enqueue("nobody was ready");
                else if (await OutcomeAsync(now[next % now.Length], "/v1/operators") is { } failure) Failed.Enqueue(failure);
                else Interlocked.Increment(ref answered);
                await Task.Yield();
            }
        }

        /// <summary>Null: answered with 200.</summary>
        private async Task<string?> OutcomeAsync(int port, string path)
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"https://localhost:{port}{path}"));
                return response.StatusCode == HttpStatusCode.OK ? null : $"{port}: {response.StatusCode}";
            }
            catch (HttpRequestException failure)
            {
                return $"{port}: {failure.Message}";
            }
        }
    }
}
