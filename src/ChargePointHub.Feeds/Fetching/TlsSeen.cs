namespace ChargePointHub.Feeds.Fetching;

/// <summary>What an operator's server showed at the newest connection that was made to it.</summary>
/// <param name="Version"><c>1.2</c> or <c>1.3</c>.</param>
/// <param name="CertificateExpiresAt">End of the server's own certificate.</param>
/// <param name="At">When it was seen.</param>
public sealed record TlsSeen(string Version, DateTimeOffset CertificateExpiresAt, DateTimeOffset At)
{
    /// <summary>With fewer days left, people are told.</summary>
    public const int SoonDays = 30;

    /// <summary>With fewer days left, it is pressing.</summary>
    public const int UrgentDays = 7;

    /// <summary>Whole days left; negative: it has expired.</summary>
    public int DaysLeft(DateTimeOffset now) => (int)Math.Floor((CertificateExpiresAt - now).TotalDays);
}
