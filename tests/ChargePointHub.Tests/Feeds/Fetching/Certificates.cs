using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>A certificate authority made for a test run, and the certificates it signs.</summary>
public sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 authority;

    public Certificates()
        : this(null, ECCurve.NamedCurves.nistP256)
    {
    }

    /// <param name="rsaBits">Size of the authority's own key; null: an EC key.</param>
    private Certificates(int? rsaBits, ECCurve curve)
    {
        using var rsa = rsaBits is { } bits ? RSA.Create(bits) : null;
        using var ec = ECDsa.Create(curve);
        var name = $"CN=Test Authority {Guid.NewGuid():N}";
        var request = rsa is null
            ? new CertificateRequest(name, ec, HashAlgorithmName.SHA256)
            : new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
    }

    /// <summary>PEM file with the authority's certificate.</summary>
    public string CaFile { get; } = Path.Combine(Path.GetTempPath(), $"chargepointhub-ca-{Guid.NewGuid():N}.pem");

    public static Certificates OfAuthorityWithRsaKey(int bits) => new(bits, ECCurve.NamedCurves.nistP256);

    public static Certificates OfAuthorityWithEcKey(string curve) => new(null, ECCurve.CreateFromFriendlyName(curve));

    public X509Certificate2 Good() => Issue("localhost", DateTimeOffset.UtcNow.AddDays(30));

    public X509Certificate2 Expired() => Issue("localhost", DateTimeOffset.UtcNow.AddDays(-1));

    public X509Certificate2 ForAnotherHost() => Issue("another.example", DateTimeOffset.UtcNow.AddDays(30));

    public X509Certificate2 Issue(string host, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256), host, until);
        return Portable(signed.CopyWithPrivateKey(key));
    }

    public X509Certificate2 WithRsaKey(int bits)
    {
        using var key = RSA.Create(bits);
        using var signed = Sign(
            new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), "localhost", DateTimeOffset.UtcNow.AddDays(30));
        return Portable(signed.CopyWithPrivateKey(key));
    }

    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        Describe(request, "localhost");
        return Portable(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30)));
    }

    public void Dispose()
    {
        authority.Dispose();
        File.Delete(CaFile);
    }

    private X509Certificate2 Sign(CertificateRequest request, string host, DateTimeOffset until)
    {
        Describe(request, host);
        var generator = authority.GetRSAPrivateKey() is { } rsa
            ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!);
        return request.Create(authority.SubjectName, generator, until.AddDays(-60), until, RandomNumberGenerator.GetBytes(8));
    }

    private static void Describe(CertificateRequest request, string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
    }

    private static X509Certificate2 Portable(X509Certificate2 certificate)
    {
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
