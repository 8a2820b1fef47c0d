using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>Source: OCPI 2.2.1 Status, and MISSING, which only the hub says.</summary>
public enum Status
{
    [JsonStringEnumMemberName("AVAILABLE")] Available,
    [JsonStringEnumMemberName("BLOCKED")] Blocked,
    [JsonStringEnumMemberName("CHARGING")] Charging,
    [JsonStringEnumMemberName("INOPERATIVE")] Inoperative,
    [JsonStringEnumMemberName("OUTOFORDER")] OutOfOrder,
    [JsonStringEnumMemberName("PLANNED")] Planned,
    [JsonStringEnumMemberName("REMOVED")] Removed,
    [JsonStringEnumMemberName("RESERVED")] Reserved,
    [JsonStringEnumMemberName("UNKNOWN")] Unknown,

    /// <summary>The hub has no observation fresher than the feed's limit. Never stored as an operator's word.</summary>
    [JsonStringEnumMemberName("MISSING")] Missing,
}

/// <summary>How the hub knows of a status.</summary>
public enum Evidence
{
    /// <summary>The operator reported the change.</summary>
    [JsonStringEnumMemberName("EVENT")] Event,

    /// <summary>Polling saw it: the time is the first poll's, not the change's.</summary>
    [JsonStringEnumMemberName("SNAPSHOT")] Snapshot,
}

/// <summary>One change of one charge point's status. Key: (charge point, at, status). The next change ends it.</summary>
public sealed record StatusChange
{
    /// <summary>Inclusive.</summary>
    private static readonly DateTimeOffset Earliest = new(2015, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>After it was asked for; exclusive.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(32);

    /// <summary>Hub id.</summary>
    public required string ChargePointId { get; init; }

    public required string OperatorId { get; init; }

    public required Status Status { get; init; }

    /// <summary>When the status began (EVENT), or when a poll first saw it (SNAPSHOT).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the operator recorded it, where it says.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    public required Evidence Evidence { get; init; }

    /// <summary>False: an event's time is a default or a slip, and not believed.</summary>
    /// <param name="askedAt">When it was asked for.</param>
    public static bool IsBelieved(DateTimeOffset at, DateTimeOffset askedAt) => at >= Earliest && at - askedAt < Ahead;
}

/// <summary>What a crawl saw a charge point's status to be.</summary>
/// <param name="ChargePointId">Hub id.</param>
/// <param name="Since">When it began, where the operator says; null: known only as of the crawl.</param>
public sealed record StatusObservation(string ChargePointId, Status Status, DateTimeOffset? Since);
