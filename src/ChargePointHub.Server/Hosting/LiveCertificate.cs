using System.Net.Security;
using System.Security.Cryptography;

namespace ChargePointHub.Server.Hosting;

/// <summary>
/// The certificate that is shown now. Configured files are looked at again while handshakes come, so that a renewed certificate needs no restart; what cannot be
/// used, such as files of which only one is written yet, is logged, and the old one stays.
/// </summary>
public sealed partial class LiveCertificate(HubOptions options, Certificate first, TimeProvider time, ILogger<LiveCertificate> log)
{
    /// <summary>How often files are looked at, by what they hold: a renewed link may leave their times as they were.</summary>
    public static readonly TimeSpan Each = TimeSpan.FromSeconds(10);

    private readonly Lock turn = new();
    private long lookedAt = time.GetTimestamp();
    private string? held = MarkOf(options);
    private SslStreamCertificateContext context = ContextOf(first);

    /// <summary>For one handshake; the next one may get another.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (turn)
            {
                if (held is not null && time.GetElapsedTime(lookedAt) >= Each) Look();
                return context;
            }
        }
    }

    private void Look()
    {
        lookedAt = time.GetTimestamp();
        try
        {
            var now = MarkOf(options);
            if (now is null || now == held) return;

            // Remembered before it is used: what is wrong is told once.
            held = now;
            var renewed = Certificate.For(options, time.GetUtcNow());
            context = ContextOf(renewed);
            LogRenewed(log, renewed.Leaf.Subject, renewed.Leaf.NotAfter.ToUniversalTime());
        }
        catch (StartException unusable)
        {
            LogUnusable(log, unusable.Message);
        }
        catch (Exception unreadable) when (Certificate.IsUnusable(unreadable))
        {
            LogUnusable(log, unreadable.Message);
        }
    }

    /// <summary>Tells one state of the files from another; null: none are configured.</summary>
    private static string? MarkOf(HubOptions options) => options.Certificate.Length == 0 ? null
        : Convert.ToHexString(SHA256.HashData([.. File.ReadAllBytes(options.Certificate), .. File.ReadAllBytes(options.CertificateKey)]));

    /// <summary>Offline: intermediates that are not in the file are not fetched from anywhere.</summary>
    private static SslStreamCertificateContext ContextOf(Certificate certificate) => SslStreamCertificateContext.Create(certificate.Leaf, certificate.Chain, offline: true);

    [LoggerMessage(Level = LogLevel.Information, Message = "The certificate was renewed: {Subject}, good until {NotAfter:yyyy-MM-dd}")]
    private static partial void LogRenewed(ILogger log, string subject, DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The certificate's files have changed and cannot be used, so the one before is shown: {Reason}")]
    private static partial void LogUnusable(ILogger log, string reason);
}
