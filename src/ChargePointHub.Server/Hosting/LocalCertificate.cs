using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Server.Hosting;

/// <summary>
/// A certificate for this machine alone, made on first use and kept in the data folder: clients trust the file itself. Beyond
/// loopback a configured certificate is needed instead.
/// </summary>
public static class LocalCertificate
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    /// <summary>Where it and its key are kept.</summary>
    public static (string File, string KeyFile) FilesIn(string folder) => (Path.Combine(folder, "localhost.pem"), Path.Combine(folder, "localhost-key.pem"));

    /// <summary>Loads the kept one, or makes a new one when there is none or it ends soon.</summary>
    /// <param name="file">The PEM file that clients name as their CA file.</param>
    public static X509Certificate2 LoadOrCreate(string folder, DateTimeOffset now, out string file)
    {
        Directory.CreateDirectory(folder);
        (file, var keyFile) = FilesIn(folder);
        if (File.Exists(file) && File.Exists(keyFile))
        {
            var kept = X509Certificate2.CreateFromPemFile(file, keyFile);
            if (kept.NotAfter.ToUniversalTime() > now.UtcDateTime + RenewedBefore) return kept;
            kept.Dispose();
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var made = request.CreateSelfSigned(now.AddMinutes(-5), now + Validity);
        WriteSecret(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(file, made.ExportCertificatePem());
        return X509Certificate2.CreateFromPemFile(file, keyFile);
    }

    /// <summary>A file that only its owner can read, from its first byte on.</summary>
    private static void WriteSecret(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
