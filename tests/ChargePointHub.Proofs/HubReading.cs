using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace ChargePointHub.Proofs;

/// <summary>Reads a running hub through its API, as <c>sandbox.json</c> says.</summary>
internal sealed class HubReading : IDisposable
{
    private static readonly TimeSpan AwayLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;

    public HubReading(string sandboxFile)
    {
        var sandbox = JsonNode.Parse(File.ReadAllText(sandboxFile))!;
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile((string)sandbox["ca_file"]!);
        http = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain } })
        {
            BaseAddress = new Uri((string)sandbox["base_url"]!),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", (string)sandbox["keys"]!["gla"]!) },
        };
        OperatorIds = [.. sandbox["operators"]!.AsArray().Select(o => (string)o!["operator_id"]!)];
    }

    public IReadOnlyList<string> OperatorIds { get; }

    /// <summary>
    /// The answer; asked again, as the hub asks its readers to, while it says that its database is away: after a kill it can be
    /// ready before the record of restricted readings is, and then lets nobody read unrecorded.
    /// </summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var patience = new CancellationTokenSource(AwayLimit);
        while (true)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), CancellationToken.None);
            if (answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { } wait } && !patience.IsCancellationRequested)
            {
                await Task.Delay(wait, CancellationToken.None);
                continue;
            }

            return JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(CancellationToken.None))!;
        }
    }

    /// <summary>Returns when the hub says that it is ready, and has its database.</summary>
    public async Task UntilReadyAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(patience.Token))
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), patience.Token);
                if (answer.IsSuccessStatusCode) return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new ProofFailedException($"After {limit.TotalSeconds} s the hub is still not ready.");
        }
    }

    /// <summary>What is missing and can still be had.</summary>
    public async Task<IReadOnlyList<JsonNode>> OpenGapsAsync() => [.. (await GetAsync("/v1/gaps?state=open"))["data"]!.AsArray().Select(gap => gap!)];

    /// <summary>Returns when no gap is open, but of the operators named.</summary>
    public async Task UntilNoGapAsync(TimeSpan limit, params IReadOnlyCollection<string> except)
    {
        using var patience = new CancellationTokenSource(limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        IReadOnlyList<JsonNode> open = [];
        try
        {
            do
            {
                open = [.. (await OpenGapsAsync()).Where(g => !except.Contains((string)g["operator_id"]!))];
                if (open.Count == 0) return;
            }
            while (await timer.WaitForNextTickAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            throw new ProofFailedException($"After {limit.TotalSeconds} s there are still {open.Count} open gaps; the first: {open[0].ToJsonString()}");
        }
    }

    public void Dispose() => http.Dispose();
}
