using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChargePointHub.Sandbox.Certificates;

/// <summary>The Sandbox's own certificate authority, kept in a folder, and one certificate for localhost that it signed.</summary>
public sealed class SandboxCertificates : IDisposable
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan NearExpiry = TimeSpan.FromDays(30);

    private readonly X509Certificate2 authority;
    private readonly List<X509Certificate2> wrong = [];

    private SandboxCertificates(string caFile, X509Certificate2 authority, X509Certificate2 localhost)
    {
        CaFile = caFile;
        this.authority = authority;
        Localhost = localhost;
    }

    /// <summary>PEM file of the authority: what clients pin.</summary>
    public string CaFile { get; }

    /// <summary>For localhost, 127.0.0.1 and ::1, with its key.</summary>
    public X509Certificate2 Localhost { get; }

    /// <summary>Reads what the folder holds; makes what is missing, unreadable or near its end.</summary>
    public static SandboxCertificates Open(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        var (caFile, caKey) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "ca.key"));
        var (leafFile, leafKey) = (Path.Combine(folder, "localhost.pem"), Path.Combine(folder, "localhost.key"));
        var authority = Read(caFile, caKey, now) ?? Keep(MakeAuthority(now), caFile, caKey);
        var leaf = Read(leafFile, leafKey, now);
        if (leaf is null || leaf.IssuerName.Name != authority.SubjectName.Name || !SignedBy(leaf, authority))
        {
            leaf?.Dispose();
            leaf = Keep(MakeLeaf(authority, now), leafFile, leafKey);
        }

        return new SandboxCertificates(caFile, authority, leaf);
    }

    /// <summary>A certificate that must not be trusted; lives as long as the others.</summary>
    /// <param name="name">One of <see cref="WrongCertificates.Names"/>.</param>
    public X509Certificate2 Wrong(string name, DateTimeOffset now)
    {
        wrong.Add(WrongCertificates.Make(authority, name, now));
        return wrong[^1];
    }

    public void Dispose()
    {
        foreach (var certificate in wrong) certificate.Dispose();
        Localhost.Dispose();
        authority.Dispose();
    }

    private static X509Certificate2? Read(string file, string key, DateTimeOffset now)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(file, key);
            if (certificate.NotAfter.ToUniversalTime() > (now + NearExpiry).UtcDateTime) return certificate;
            certificate.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool SignedBy(X509Certificate2 leaf, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }

    private static X509Certificate2 Keep(X509Certificate2 certificate, string file, string keyFile)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        PrivateFile.Write(keyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n");
        return certificate;
    }

    private static X509Certificate2 MakeAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serial = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
        var request = new CertificateRequest($"CN=ChargePointHub Sandbox CA {serial}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now.AddDays(-1), now + AuthorityLife);
    }

    private static X509Certificate2 MakeLeaf(X509Certificate2 authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var certificate = request.Create(authority, now.AddDays(-1), now + LeafLife, RandomNumberGenerator.GetBytes(12));
        return certificate.CopyWithPrivateKey(key);
    }
}
