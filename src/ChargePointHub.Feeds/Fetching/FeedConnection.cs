using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>What was agreed on with an operator's server, after every check of it had passed.</summary>
/// <param name="Protocol">TLS 1.2 or 1.3.</param>
/// <param name="CertificateEndsAt">Of the server's own certificate.</param>
public sealed record FeedConnection(SslProtocols Protocol, DateTimeOffset CertificateEndsAt)
{
    /// <summary>Null for what is no TLS connection.</summary>
    internal static FeedConnection? Of(Stream stream) =>
        stream is SslStream { RemoteCertificate: X509Certificate2 shown } tls ? new FeedConnection(tls.SslProtocol, shown.NotAfter.ToUniversalTime()) : null;
}
