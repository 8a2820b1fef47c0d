using System.Text.Json.Serialization;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Everything that can go wrong between the hub and an operator's API. A closed list; each has its own code.</summary>
public enum FailureKind
{
    [JsonStringEnumMemberName("unreachable")] Unreachable,
    [JsonStringEnumMemberName("timed_out")] TimedOut,
    [JsonStringEnumMemberName("tls_refused")] TlsRefused,
    [JsonStringEnumMemberName("address_refused")] AddressRefused,
    [JsonStringEnumMemberName("unauthorised")] Unauthorised,
    [JsonStringEnumMemberName("forbidden")] Forbidden,
    [JsonStringEnumMemberName("throttled")] Throttled,
    [JsonStringEnumMemberName("server_error")] ServerError,
    [JsonStringEnumMemberName("unexpected_status")] UnexpectedStatus,
    [JsonStringEnumMemberName("too_large")] TooLarge,
    [JsonStringEnumMemberName("not_json")] NotJson,
    [JsonStringEnumMemberName("truncated")] Truncated,
    [JsonStringEnumMemberName("protocol_error")] ProtocolError,
    [JsonStringEnumMemberName("loop_detected")] LoopDetected,

    /// <summary>The feed's credential is not set or cannot be read: nothing was asked.</summary>
    [JsonStringEnumMemberName("credential_missing")] CredentialMissing,

    /// <summary>An exception where none may be: whatever the operator sent, the hub must take it or name what is wrong with it.</summary>
    [JsonStringEnumMemberName("hub_fault")] HubFault,
}

/// <summary>Whose a failure is.</summary>
public static class FailureKinds
{
    /// <summary>Of the hub or whoever keeps it: the operator is neither told nor blamed.</summary>
    /// <param name="failure">Slug of a <see cref="FailureKind"/>.</param>
    public static bool LieWithTheHub(string? failure) => Words<FailureKind>.Parse(failure) is FailureKind.CredentialMissing or FailureKind.HubFault;
}

/// <summary>A request or page chain that failed: a value, never an exception.</summary>
/// <param name="Detail">One sentence for the operator's engineer; holds no secret.</param>
/// <param name="Url">What was asked for, secrets in the query masked.</param>
/// <param name="RetryAfter">How long the operator asked to be left alone; null: it did not say.</param>
public sealed record FeedFailure(FailureKind Kind, string Detail, string Url, TimeSpan? RetryAfter = null)
{
    /// <summary>HTTP status, where that is what failed; null: something else did.</summary>
    public int? Status { get; init; }
}
