using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Client;

/// <summary>An HTTP client as a hub likes it: TLS 1.2 or 1.3 with every check but that nobody is asked whether a certificate was revoked, packed answers, no redirects.</summary>
public static class HubHttp
{
    /// <param name="hub">Address of the hub, such as https://hub.example.</param>
    /// <param name="caFile">PEM file of the only authorities trusted, for a hub that has its own; null: the system's.</param>
    /// <exception cref="IOException">The CA file cannot be read.</exception>
    /// <exception cref="CryptographicException">The CA file holds no certificate.</exception>
    public static HttpClient Create(Uri hub, string? caFile = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.Brotli | DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, CertificateChainPolicy = caFile is null ? null : TrustOnly(caFile) },
        };
        return new HttpClient(handler) { BaseAddress = hub };
    }

    private static X509ChainPolicy TrustOnly(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // server authentication
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException($"{caFile} holds no certificate in PEM form.");
    }
}
