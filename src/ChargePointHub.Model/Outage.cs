using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What kind of fault an outage was.</summary>
public enum OutageCategory
{
    [JsonStringEnumMemberName("HARDWARE")] Hardware,

    /// <summary>The charge point could not be reached by its operator.</summary>
    [JsonStringEnumMemberName("COMMS")] Comms,
    [JsonStringEnumMemberName("PAYMENT_TERMINAL")] PaymentTerminal,
    [JsonStringEnumMemberName("POWER_SUPPLY")] PowerSupply,
    [JsonStringEnumMemberName("VANDALISM")] Vandalism,

    /// <summary>Something stood in the way.</summary>
    [JsonStringEnumMemberName("BLOCKED")] Blocked,
    [JsonStringEnumMemberName("PLANNED_MAINTENANCE")] PlannedMaintenance,
    [JsonStringEnumMemberName("OTHER")] Other,
}

/// <summary>
/// Time in which one charge point could not be used, as its operator reports it. Where an operator reports none, outages are derived from status changes when
/// they are read (<see cref="Derived"/>), and never stored. Property order is the order on the wire.
/// </summary>
public sealed record Outage
{
    /// <summary>Hub id; of a derived outage made of its charge point and its start as they are told.</summary>
    public required string OutageId { get; init; }

    public required string OperatorId { get; init; }

    /// <summary>Hub id.</summary>
    public required string ChargePointId { get; init; }

    /// <summary>First instant out of use (inclusive).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the operator first noticed it.</summary>
    public DateTimeOffset? DetectedAt { get; init; }

    /// <summary>When it was first reported to the operator or by it.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>When somebody came to mend it; null: nobody has yet, or it is not said.</summary>
    public DateTimeOffset? AttendedAt { get; init; }

    /// <summary>First instant of use again (exclusive); null while it lasts.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Null: not known.</summary>
    public OutageCategory? Category { get; init; }

    /// <summary>In the operator's words; nothing of persons.</summary>
    public string? Cause { get; init; }

    /// <summary>The operator counts it as exempt from reliability; null: it does not say.</summary>
    public bool? Exempt { get; init; }

    /// <summary>In the operator's words; nothing of persons.</summary>
    public string? ExemptReason { get; init; }

    /// <summary>True: derived by the hub from status changes, as its operator reports no outages.</summary>
    public bool Derived { get; init; }

    /// <summary>When the operator last changed it; null: it does not say, or the outage is derived.</summary>
    public DateTimeOffset? LastUpdated { get; init; }
}
