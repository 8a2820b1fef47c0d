using System.Text.Json.Serialization;

namespace ChargePointHub.Store.Audit;

public enum AuditKind
{
    /// <summary>A reading is about to begin: it stands before the first byte of the answer.</summary>
    [JsonStringEnumMemberName("opened")] Opened,
    [JsonStringEnumMemberName("closed")] Closed,

    /// <summary>Says nothing but how far the chain had come: its hash stands in the log too.</summary>
    [JsonStringEnumMemberName("checkpoint")] Checkpoint,
}

/// <summary>How a reading ended. A closed list.</summary>
public enum ReadOutcome
{
    /// <summary>All of the answer was handed to the network.</summary>
    [JsonStringEnumMemberName("complete")] Complete,

    /// <summary>304: the reader was told that what it holds is still so.</summary>
    [JsonStringEnumMemberName("unchanged")] Unchanged,

    /// <summary>The reader went away, or was too slow.</summary>
    [JsonStringEnumMemberName("broken_off")] BrokenOff,

    /// <summary>The key was revoked or expired, or what was granted ended.</summary>
    [JsonStringEnumMemberName("rights_ended")] RightsEnded,

    /// <summary>The hub found something wrong with the request after all: no record was sent.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>One row of the audit. What it says it says for good.</summary>
public sealed record AuditEvent
{
    /// <summary>The row before the first of a chain.</summary>
    public static readonly ReadOnlyMemory<byte> NoHash = new byte[32];

    public required AuditKind Kind { get; init; }

    /// <summary>Of one run of one instance.</summary>
    public Guid Chain { get; init; }

    /// <summary>Within its chain, from 1, without a gap.</summary>
    public long Number { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Of a closed row: the number of the opened one.</summary>
    public long? Opened { get; init; }

    public string? RequestId { get; init; }

    public string? KeyId { get; init; }

    /// <summary>Null: the key was made without one.</summary>
    public string? OrganisationId { get; init; }

    /// <summary>Name of the organisation, else of the key, as it was then.</summary>
    public string? Holder { get; init; }

    /// <summary>What the right stems from, as <see cref="ReadRight"/> writes it.</summary>
    public IReadOnlyList<string>? Rights { get; init; }

    /// <summary>As declared, e.g. <c>/v1/charge-points/{id}/charging-sessions</c>.</summary>
    public string? Route { get; init; }

    /// <summary>As asked.</summary>
    public string? Path { get; init; }

    /// <summary>As asked, in order of name; empty: none. Of a cursor only that there was one.</summary>
    public string? Filter { get; init; }

    /// <summary>Whose data the answer may hold; of a closed row also whoever else it held. Null: a checkpoint.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    public ReadOutcome? Outcome { get; init; }

    /// <summary>Of each of <see cref="Operators"/>, in that order.</summary>
    public IReadOnlyList<long>? Records { get; init; }

    /// <summary>Of the whole answer, before it was packed.</summary>
    public long? Bytes { get; init; }

    public ReadOnlyMemory<byte> Previous { get; init; }

    public ReadOnlyMemory<byte> Hash { get; init; }
}

/// <summary>What a right to read stems from, in one text for each operator and grant.</summary>
public static class ReadRight
{
    /// <summary>A key for those who keep the hub: of all operators.</summary>
    public const string Everything = "everything";

    private const string OwnWord = "own";
    private const string GrantWord = "grant";

    /// <summary>An operator's data is its own.</summary>
    public static string Own(string operatorId) => $"{operatorId}:{OwnWord}";

    public static string Granted(string operatorId, string grantId) => $"{operatorId}:{GrantWord}:{grantId}";

    /// <summary>Null: it stems from no grant.</summary>
    public static string? GrantOf(string right) => right.Split(':') is [_, GrantWord, var grant] ? grant : null;

    /// <summary>Of rights to one operator's data: <c>everything</c>, <c>own</c> or <c>grant</c>.</summary>
    public static string WordOf(IReadOnlyList<string> rights) =>
        rights.Contains(Everything) ? Everything : rights.Any(r => r.EndsWith(":" + OwnWord, StringComparison.Ordinal) && GrantOf(r) is null) ? OwnWord : GrantWord;
}
