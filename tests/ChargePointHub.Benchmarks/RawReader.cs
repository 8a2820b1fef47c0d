using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChargePointHub.Benchmarks;

/// <summary>What one answer cost, seen from its reader.</summary>
/// <param name="Bytes">Of the whole answer, headers and chunk marks too.</param>
internal sealed record ReadAnswer(TimeSpan FirstByte, TimeSpan Whole, long Bytes);

/// <summary>Reads an HTTP/1.1 answer to its end and keeps nothing of it: a reader that costs as little as a reader can.</summary>
internal static class RawReader
{
    private static readonly byte[] Buffer = new byte[256 * 1024];

    /// <param name="trusted">The one certificate that a TLS server may show.</param>
    /// <param name="each">Called with the bytes so far.</param>
    public static async Task<ReadAnswer> ReadAsync(Uri address, string headers, X509Certificate2 trusted, Action<long> each)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using Stream plain = socket.GetStream();
        await using var secure = address.Scheme == "https" ? new SslStream(plain) : null;
        if (secure is not null) await secure.AuthenticateAsClientAsync(Trusting(trusted));
        var stream = secure ?? plain;
        var request = Encoding.ASCII.GetBytes($"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{headers}\r\n");

        var clock = Stopwatch.StartNew();
        await stream.WriteAsync(request);
        var first = TimeSpan.Zero;
        long bytes = 0;
        var tail = "";
        for (int read; (read = await stream.ReadAsync(Buffer)) > 0;)
        {
            if (bytes == 0)
            {
                first = clock.Elapsed;
                if (Encoding.ASCII.GetString(Buffer, 0, 12) != "HTTP/1.1 200") throw new InvalidOperationException(Encoding.UTF8.GetString(Buffer, 0, read));
            }

            bytes += read;
            each(bytes);
            if (read < 5) tail += Encoding.ASCII.GetString(Buffer, 0, read);
            else tail = Encoding.ASCII.GetString(Buffer, read - 5, 5);
        }

        return tail.EndsWith("0\r\n\r\n", StringComparison.Ordinal) ? new ReadAnswer(first, clock.Elapsed, bytes) : throw new InvalidOperationException("The answer was cut.");
    }

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted);
        return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
    }
}
