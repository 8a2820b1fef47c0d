using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Proofs;

/// <summary>Readers of several hubs, some of whom stop reading.</summary>
internal sealed class HubReaders : IDisposable
{
    private readonly List<HttpClient> hubs = [];
    private readonly List<HttpResponseMessage> open = [];

    /// <param name="at">Address of each hub, and the file of the authority that it is to be trusted by.</param>
    public HubReaders(IEnumerable<(Uri Hub, string Authority)> at)
    {
        foreach (var (hub, authority) in at)
        {
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.ImportFromPemFile(authority);
            hubs.Add(new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain } }) { BaseAddress = hub });
        }
    }

    /// <summary>To its end.</summary>
    public async Task ReadAsync(int hub, string path, string key, CancellationToken cancellationToken)
    {
        using var answer = await hubs[hub].SendAsync(Ask(path, key), cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new ProofFailedException($"{path} was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>Reads its beginning, and no more.</summary>
    public async Task OpenAsync(int hub, string path, string key)
    {
        var answer = await hubs[hub].SendAsync(Ask(path, key), HttpCompletionOption.ResponseHeadersRead);
        if (!answer.IsSuccessStatusCode) throw new ProofFailedException($"{path} was answered with {(int)answer.StatusCode}.");
        open.Add(answer);
    }

    public void Dispose()
    {
        foreach (var answer in open) answer.Dispose();
        foreach (var hub in hubs) hub.Dispose();
    }

    private static HttpRequestMessage Ask(string path, string key) =>
        new(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
}
