using System.Text.Json.Serialization;

namespace ChargePointHub.Feeds.Notices;

/// <summary>Why a notice has not arrived. A closed list; each has its own code.</summary>
public enum NoticeFailureKind
{
    [JsonStringEnumMemberName("unreachable")] Unreachable,
    [JsonStringEnumMemberName("timed_out")] TimedOut,
    [JsonStringEnumMemberName("tls_refused")] TlsRefused,
    [JsonStringEnumMemberName("address_refused")] AddressRefused,
    [JsonStringEnumMemberName("redirected")] Redirected,
    [JsonStringEnumMemberName("unexpected_status")] UnexpectedStatus,

    /// <summary>The receiver wants it no more: it is not sent again.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    [JsonStringEnumMemberName("secret_unusable")] SecretUnusable,

    /// <summary>Too many wait for this receiver: the oldest are given up.</summary>
    [JsonStringEnumMemberName("backlog_full")] BacklogFull,

    /// <summary>It could not be delivered for so long that it is given up.</summary>
    [JsonStringEnumMemberName("too_old")] TooOld,
}

/// <param name="Detail">One sentence; names the receiver's host, and neither path nor secret.</param>
public sealed record NoticeFailure(NoticeFailureKind Kind, string Detail);
