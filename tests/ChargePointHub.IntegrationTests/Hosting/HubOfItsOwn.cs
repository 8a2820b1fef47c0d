using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>A whole hub that serves a test's database and collects nothing.</summary>
internal static class HubOfItsOwn
{
    /// <param name="folder">With operator files under <c>operators</c>.</param>
    public static Task<HubHost> StartAsync(string folder, string database, HubParts parts, string otlp = "", (string File, string KeyFile)? certificate = null)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var options = new HubOptions
        {
            Data = Path.Combine(folder, "data"),
            Database = database,
            Operators = Directory.CreateDirectory(Path.Combine(folder, "operators")).FullName,
            Port = port,
            DrainSeconds = 0,
            Collect = false,
            Otlp = otlp,
            Certificate = certificate?.File ?? "",
            CertificateKey = certificate?.KeyFile ?? "",
        };
        return HubHost.StartAsync(options, parts, CancellationToken.None);
    }

    /// <summary>One that trusts the hub's own authority.</summary>
    public static HttpClient ClientOf(HubHost hub)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(hub.CaFile!);
        return new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain } });
    }
}
