using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChargePointHub.Server.Hosting;

/// <summary>What the hub shows to its clients.</summary>
/// <param name="Leaf">With its private key.</param>
/// <param name="Chain">Intermediates sent along; may be empty.</param>
/// <param name="CaFile">PEM file that clients trust; null: clients trust the chain by their system's store.</param>
public sealed record Certificate(X509Certificate2 Leaf, X509Certificate2Collection Chain, string? CaFile)
{
    /// <exception cref="StartException">The configured files cannot be used.</exception>
    public static Certificate For(HubOptions options, DateTimeOffset now)
    {
        if (options.Certificate.Length == 0)
        {
            var local = LocalCertificate.LoadOrCreate(Path.Combine(options.Data, "tls"), now, out var file);
            return new Certificate(local, [], file);
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.Certificate);
            return new Certificate(X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey), chain, null);
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw new StartException([Fault(options.Certificate, options.CertificateKey, failure)]);
        }
    }

    /// <summary>What reading certificate and key files may throw for what is in them.</summary>
    public static bool IsUnusable(Exception failure) => failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>Which of the two files is wrong, and how: the framework says the same of all three mistakes.</summary>
    public static string Fault(string file, string keyFile, Exception failure)
    {
        try
        {
            var certificate = File.ReadAllText(file);
            var key = File.ReadAllText(keyFile);
            if (!certificate.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal)) return $"--certificate (Hub:Certificate): {file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).";
            if (key.Contains("ENCRYPTED", StringComparison.Ordinal)) return $"--certificate-key (Hub:CertificateKey): the key in {keyFile} has a password; take that off (openssl pkey -in {keyFile} -out KEY), and guard the file by its rights.";
            if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return $"--certificate-key (Hub:CertificateKey): {keyFile} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).";
            using var alone = X509Certificate2.CreateFromPem(certificate);
            return $"--certificate-key (Hub:CertificateKey): the key in {keyFile} is not the key of the certificate in {file} ({alone.Subject}); name the two that belong together.";
        }
        catch (Exception unreadable) when (IsUnusable(unreadable))
        {
            return $"--certificate (Hub:Certificate) {file} with --certificate-key (Hub:CertificateKey) {keyFile} cannot be used: {failure.Message}";
        }
    }
}
