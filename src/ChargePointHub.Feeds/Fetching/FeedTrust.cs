using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// TLS as the hub does it: 1.2 or 1.3, a chain to the system's authorities or to the feed's own, the right host name, and keys
/// of a size that still means something. There is no way to turn a check off.
/// </summary>
internal sealed class FeedTrust : IDisposable
{
    public const int SmallestRsaKeyBits = 2048;

    public const int SmallestEcKeyBits = 256;

    private readonly X509Certificate2Collection authorities = [];

    /// <param name="caFile">PEM file of the only authorities trusted; null: the system's.</param>
    public FeedTrust(string? caFile)
    {
        if (caFile is null) return;
        try
        {
            authorities.ImportFromPemFile(caFile);
            if (authorities.Count == 0) Fault = $"the CA file {caFile} holds no certificate in PEM form";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Fault = $"the CA file {caFile} cannot be read ({e.GetType().Name})";
        }
    }

    /// <summary>Why nothing can be trusted; null when all is well.</summary>
    public string? Fault { get; }

    public SslClientAuthenticationOptions Options() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = (_, _, chain, errors) => Judge(chain, errors),
    };

    public void Dispose()
    {
        foreach (var authority in authorities) authority.Dispose();
    }

    private X509ChainPolicy Policy()
    {
        // A certificate may name any address to download its issuer or its revocation list from; those requests would pass no
        // address guard, so the chain must be whole as sent, and revocation is left to short-lived certificates.
        var policy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // server authentication
        if (authorities.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    private static bool Judge(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || chain is null) throw new CertificateRefusedException("it showed no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) throw new CertificateRefusedException("its certificate is for another host name");
        if (errors != SslPolicyErrors.None) throw new CertificateRefusedException(Reason(chain));
        foreach (var element in chain.ChainElements)
        {
            if (WeakKey(element.Certificate) is { } weakness) throw new CertificateRefusedException(weakness);
        }

        return true;
    }

    private static string Reason(X509Chain chain)
    {
        var status = chain.ChainElements.SelectMany(e => e.ChainElementStatus).Concat(chain.ChainStatus)
            .Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid)) return NotInTime(chain);
        if (status.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return chain.ChainElements.Count == 1 ? "it signed its certificate itself; only an authority's signature is trusted" : "its chain ends in an authority that is not trusted here";
        if (status.HasFlag(X509ChainStatusFlags.NotSignatureValid)) return "a signature in its chain is wrong";
        return status.HasFlag(X509ChainStatusFlags.PartialChain)
            ? "its chain does not lead to a trusted authority; the server must send its intermediate certificates"
            : $"its certificate chain is not valid ({status})";
    }

    private static string NotInTime(X509Chain chain)
    {
        var wrong = chain.ChainElements.First(e => e.ChainElementStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))).Certificate;
        var (from, to) = (wrong.NotBefore.ToUniversalTime(), wrong.NotAfter.ToUniversalTime());
        var whose = wrong == chain.ChainElements[0].Certificate ? "its certificate" : "an authority's certificate in its chain";

        // The framework judges certificates by the machine's clock, so that one tells which end was passed.
        return from > TimeProvider.System.GetUtcNow()
            ? $"{whose} is not valid before {from:yyyy-MM-dd HH:mm} UTC"
            : $"{whose} expired on {to:yyyy-MM-dd} at {to:HH:mm} UTC";
    }

    private static string? WeakKey(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ec = rsa is null ? certificate.GetECDsaPublicKey() : null;
        return (rsa, ec) switch
        {
            ({ KeySize: var bits and < SmallestRsaKeyBits }, _) => $"an RSA key in its chain has {bits} bits, and {SmallestRsaKeyBits} is the least",
            (_, { KeySize: var bits and < SmallestEcKeyBits }) => $"an EC key in its chain has {bits} bits, and {SmallestEcKeyBits} is the least",
            (null, null) => "a key in its chain is neither RSA nor EC",
            _ => null,
        };
    }
}

/// <summary>The only way to give a reason from inside the framework's certificate callback; <see cref="FeedClient"/> turns it into a value.</summary>
/// <param name="reason">Completes "refused, because ...".</param>
internal sealed class CertificateRefusedException(string reason) : AuthenticationException(reason);
