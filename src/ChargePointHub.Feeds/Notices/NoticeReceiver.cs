namespace ChargePointHub.Feeds.Notices;

/// <summary>Who is told when a feed of an operator breaks, and when it has recovered.</summary>
/// <param name="ReceiverId">Unique within its operator's file; what waits for it follows a changed address.</param>
/// <param name="Url">https only.</param>
/// <param name="Secret">Reference to the secret, <c>env:NAME</c> or <c>file:PATH</c>; never the secret.</param>
/// <param name="CaFile">PEM file of the only certificate authorities trusted for it; null: the system's.</param>
/// <param name="AllowPrivateHosts">Hosts that may resolve to loopback, private or link-local addresses, named one by one.</param>
public sealed record NoticeReceiver(string ReceiverId, Uri Url, string Secret, string? CaFile, IReadOnlyList<string> AllowPrivateHosts);
