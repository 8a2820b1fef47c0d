using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Sandbox.Certificates;

/// <summary>Certificates for localhost that a careful client refuses, each for one reason.</summary>
public static class WrongCertificates
{
    public static readonly IReadOnlyList<string> Names = ["expired", "future", "wrong-host", "self-signed", "unknown-authority", "weak-key"];

    /// <param name="authority">The one that clients trust, with its key.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static X509Certificate2 Make(X509Certificate2 authority, string name, DateTimeOffset now)
    {
        var (from, to) = name switch
        {
            "expired" => (now.AddDays(-60), now.AddDays(-1)),
            // Clients judge by the clock of their machine, which may be a day ahead of a world that stands still.
            "future" => (now.AddDays(3), now.AddDays(60)),
            _ => (now.AddDays(-1), now.AddDays(60)),
        };
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = name == "weak-key" ? RSA.Create(1024) : null;
        var request = rsa is null
            ? new CertificateRequest("CN=localhost", ec, HashAlgorithmName.SHA256)
            : new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name == "wrong-host" ? "another.example" : "localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        if (name == "self-signed") return Portable(request.CreateSelfSigned(from, to));

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = authority.GetECDsaPrivateKey()!;
        var (issuer, signer) = name == "unknown-authority" ? (new X500DistinguishedName("CN=Nobody's Authority"), stranger) : (authority.SubjectName, trusted);
        using var signed = request.Create(issuer, X509SignatureGenerator.CreateForECDsa(signer), from, to, RandomNumberGenerator.GetBytes(12));
        return Portable(rsa is null ? signed.CopyWithPrivateKey(ec) : signed.CopyWithPrivateKey(rsa));
    }

    /// <summary>Kestrel takes keys that stand in a store only.</summary>
    private static X509Certificate2 Portable(X509Certificate2 certificate)
    {
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
