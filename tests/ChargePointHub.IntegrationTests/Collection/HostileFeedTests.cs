using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>Operators that send what no reader wants, through pipeline, store and API: good rows are kept, the rest is named, and nothing served fails.</summary>
public sealed class HostileFeedTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string[] Paths =
    [
        "/v1/charge-points?limit=50000", "/v1/charge-points.geojson?limit=50000", "/v1/charging-sessions?limit=50000", "/v1/status-changes?limit=50000", "/v1/tariffs?limit=50000",
        "/v1/coverage", "/v1/gaps", "/v1/operators", "/v1/operators/lamplight/findings", "/v1/operators/kerbside-volt/findings", "/v1/operators/foxglove-power/findings", "/metrics",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("cph-hostile-").FullName;

    [Fact]
    public async Task Good_rows_are_kept_bad_ones_are_found_and_every_answer_is_whole()
    {
        using var patience = new CancellationTokenSource(Patience);
        var options = new SandboxOptions
        {
            Port = 0,
            DataFolder = Path.Combine(folder, "data"),
            Operators = 5,
            ChargePoints = 120,
            Days = 1,
            Faults =
            [
                "lamplight=invalid-rows:40", "lamplight=duplicates:20", "kerbside-volt=hostile-json", "thames-rapid=html-200:50", "thames-rapid=truncate:quiet/30",
                "foxglove-power=invalid-rows:40", "foxglove-power=always-now",
            ],
        };
        await using var london = Assert.IsType<SandboxStart.Started>(await PretendLondonHost.StartAsync(options, TimeProvider.System, patience.Token)).Host;
        await using var hub = await SandboxHub.StartAsync(london, new HubParts { Time = TimeProvider.System }, patience.Token);
        using var http = Client(hub, london.CaFile);
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        string[] awaited = ["/v1/charging-sessions?operator=lamplight&limit=1", "/v1/charge-points?operator=foxglove-power&limit=1", "/v1/charge-points?operator=thames-rapid&limit=1"];
        foreach (var path in awaited)
        {
            while (await CountAsync(http, path) == 0)
            {
                Assert.False(patience.IsCancellationRequested, $"{path} stays empty: {string.Join("; ", london.Requests.Select(r => $"{r.Key} {string.Join(", ", r.Value.ByOutcome)}"))}");
                await next.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        Assert.Contains(london.Requests["kerbside-volt"].ByOutcome, o => o.Key == "duplicate-names");
        foreach (var path in Paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            // Metrics are an administrator's, who holds no operator's data.
            request.Headers.Authorization = new("Bearer", path == "/metrics" ? hub.Keys["administrator"] : hub.Key);
            using var answer = await http.SendAsync(request, patience.Token);
            var body = await answer.Content.ReadAsByteArrayAsync(patience.Token);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
            if (path != "/metrics") JsonDocument.Parse(body).Dispose();
        }

        Assert.NotEqual(0, await CountAsync(http, "/v1/operators/lamplight/findings"));
        Assert.NotEqual(0, await CountAsync(http, "/v1/operators/foxglove-power/findings"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static HttpClient Client(SandboxHub hub, string caFile)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(caFile)));
        return new HttpClient(handler) { BaseAddress = new Uri(hub.Hub.BaseUrl), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", hub.Key) } };
    }

    private static async Task<int> CountAsync(HttpClient http, string path)
    {
        using var json = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        return json.RootElement.GetProperty("data").GetArrayLength();
    }
}
