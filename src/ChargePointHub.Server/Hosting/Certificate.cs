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
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException([$"Hub:Certificate {options.Certificate} with Hub:CertificateKey {options.CertificateKey} cannot be used: {failure.Message}"]);
        }
    }
}
