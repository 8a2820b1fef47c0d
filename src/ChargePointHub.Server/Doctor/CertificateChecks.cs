using System.Net;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Doctor;

/// <summary>The certificate that the hub shows: days left, names, key, chain.</summary>
public static class CertificateChecks
{
    private const string Subject = "certificate";
    private const int SoonDays = 21;
    private const int SmallestRsaKeyBits = 2048;

    public static IReadOnlyList<Check> Look(HubOptions options, DateTimeOffset now)
    {
        if (options.Certificate.Length == 0)
        {
            var (file, keyFile) = LocalCertificate.FilesIn(Path.Combine(options.Data, "tls"));
            return File.Exists(file) && File.Exists(keyFile)
                ? Judge(file, keyFile, names: ["localhost"], isLocal: true, now)
                : [Check.Ok(Subject, "There is none yet; the first start makes one for this machine.")];
        }

        return Judge(options.Certificate, options.CertificateKey, Names(options), isLocal: false, now);
    }

    private static string[] Names(HubOptions options) => [IPAddress.TryParse(options.Listen, out _) || options.IsLoopback ? options.Listen : Dns.GetHostName()];

    private static List<Check> Judge(string file, string keyFile, string[] names, bool isLocal, DateTimeOffset now)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPemFile(file);
            using var leaf = X509Certificate2.CreateFromPemFile(file, keyFile);
            var checks = new List<Check> { Age(leaf, isLocal, now), Key(leaf), NamesOf(leaf, names) };
            if (!isLocal) checks.Add(ChainOf(leaf, chain, now));
            return checks;
        }
        catch (Exception unusable) when (Certificate.IsUnusable(unusable))
        {
            return [Check.Failed(Subject, Certificate.Fault(file, keyFile, unusable), isLocal ? $"Delete the two files: the next start makes new ones." : "The hub does not start with these.")];
        }
        finally
        {
            foreach (var each in chain) each.Dispose();
        }
    }

    private static Check Age(X509Certificate2 leaf, bool isLocal, DateTimeOffset now)
    {
        var (from, to) = (leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
        var days = (int)Math.Floor((to - now.UtcDateTime).TotalDays);
        var renew = isLocal ? "The next start of the hub makes a new one." : "Renew it; the hub takes it up at its next start.";
        if (now.UtcDateTime < from) return Check.Failed(Subject, $"It is not valid before {from:yyyy-MM-dd HH:mm} UTC.", "Look at this machine's clock, or use the certificate from then on.");
        if (now.UtcDateTime >= to) return Check.Failed(Subject, $"It ended on {to:yyyy-MM-dd HH:mm} UTC; clients refuse it.", renew);
        return days < SoonDays ? Check.Warning(Subject, $"Days left: {days} (to {to:yyyy-MM-dd}).", renew) : Check.Ok(Subject, $"Days left: {days} (to {to:yyyy-MM-dd}).");
    }

    private static Check Key(X509Certificate2 leaf)
    {
        using var rsa = leaf.GetRSAPublicKey();
        using var ec = leaf.GetECDsaPublicKey();
        return rsa is { KeySize: < SmallestRsaKeyBits }
            ? Check.Failed(Subject, $"Its RSA key has {rsa.KeySize} bits; many clients refuse less than {SmallestRsaKeyBits}.", "Have a certificate made with a key of 2048 bits or more, or with an EC key.")
            : Check.Ok(Subject, $"The key belongs to it ({(rsa is not null ? $"RSA {rsa.KeySize}" : $"EC {ec?.KeySize}")} bits).");
    }

    private static Check NamesOf(X509Certificate2 leaf, string[] names)
    {
        var shown = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        var list = shown.Count == 0 ? "no names" : string.Join(", ", shown);
        return names.All(n => leaf.MatchesHostname(n))
            ? Check.Ok(Subject, $"It is for {list}.")
            : Check.Warning(
                Subject, $"It is for {list}, and not for {string.Join(", ", names.Where(n => !leaf.MatchesHostname(n)))}, the name of this machine as it knows itself.",
                "All is well if clients use one of the certificate's names; otherwise have one made for theirs.");
    }

    private static Check ChainOf(X509Certificate2 leaf, X509Certificate2Collection sent, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        if (chain.Build(leaf)) return Check.Ok(Subject, $"Its chain of {chain.ChainElements.Count} leads to an authority that this machine trusts.");
        var faults = chain.ChainStatus.Select(s => s.Status).Where(s => s != X509ChainStatusFlags.NotTimeValid).Distinct().ToList();
        return faults.Count == 0
            ? Check.Ok(Subject, "Its chain is whole.")
            : Check.Warning(
                Subject, $"Its chain is not one that this machine trusts ({string.Join(", ", faults)}).",
                "Put the intermediate certificates behind the hub's own in the same file; with an authority of your own, clients must trust that.");
    }
}
