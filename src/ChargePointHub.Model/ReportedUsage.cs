using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What reported figures are of.</summary>
public enum UsageGroup
{
    [JsonStringEnumMemberName("charge_point")] ChargePoint,

    [JsonStringEnumMemberName("location")] Location,

    /// <summary>All of an operator's charge points.</summary>
    [JsonStringEnumMemberName("operator")] Operator,
}

/// <summary>
/// What an operator itself says of the use of a charge point, a location or its whole network in one period. Kept as it says it, beside the hub's own
/// figures, and never added to them. Null: it did not say. Property order is the order on the wire.
/// </summary>
public sealed record ReportedUsage
{
    /// <summary>Hub id, made of what the figures are of and when, so that a correction meets what it corrects: see <see cref="IdOf"/>.</summary>
    public required string ReportedUsageId { get; init; }

    public required string OperatorId { get; init; }

    public required UsageGroup Group { get; init; }

    /// <summary>Hub id; of a charge point's figures alone.</summary>
    public string? ChargePointId { get; init; }

    /// <summary>Hub id; of a location's figures alone.</summary>
    public string? LocationId { get; init; }

    /// <summary>London civil time, such as <c>2026-Q3</c>.</summary>
    public required string Period { get; init; }

    public required PeriodUnit PeriodUnit { get; init; }

    /// <summary>First instant of the period (inclusive).</summary>
    public required DateTimeOffset PeriodFrom { get; init; }

    /// <summary>First instant after the period (exclusive).</summary>
    public required DateTimeOffset PeriodTo { get; init; }

    public int? Sessions { get; init; }

    public int? SuccessfulSessions { get; init; }

    /// <summary>Kilowatt-hours to the whole watt-hour.</summary>
    public decimal? EnergyKwh { get; init; }

    /// <summary>Minutes in which vehicles were plugged in; of several charge points their sum, as of all minutes here.</summary>
    public decimal? PluggedMinutes { get; init; }

    /// <summary>Minutes in which energy flowed.</summary>
    public decimal? ChargingMinutes { get; init; }

    /// <summary>Minutes plugged in without energy.</summary>
    public decimal? IdleMinutes { get; init; }

    /// <summary>Minutes in which one could have charged by the opening hours.</summary>
    public decimal? OpenMinutes { get; init; }

    /// <summary>Plugged minutes of open minutes.</summary>
    public decimal? UtilisationPercent { get; init; }

    /// <summary>Charging minutes of open minutes.</summary>
    public decimal? ChargingUtilisationPercent { get; init; }

    public decimal? SessionsPerDay { get; init; }

    /// <summary>How many charge points the figures are of.</summary>
    public int? ChargePoints { get; init; }

    /// <summary>Of these, those without a session.</summary>
    public int? UnusedChargePoints { get; init; }

    public decimal? RevenueIncVat { get; init; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>When the operator says that these figures last changed; null: it does not say, and what came last holds.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>Own id of such figures: group, the group's own id where it has one, and period.</summary>
    /// <param name="ownGroupId">The operator's own id of the charge point or location; null: all of the operator.</param>
    public static string IdOf(UsageGroup group, string? ownGroupId, string period) =>
        ownGroupId is null ? $"{Words<UsageGroup>.Of(group)}/{period}" : $"{Words<UsageGroup>.Of(group)}/{ownGroupId}/{period}";

    /// <summary>What is reported, by its name on the wire.</summary>
    public IEnumerable<(string Name, decimal? Value)> Figures() =>
    [
        ("sessions", Sessions), ("successful_sessions", SuccessfulSessions), ("energy_kwh", EnergyKwh), ("plugged_minutes", PluggedMinutes), ("charging_minutes", ChargingMinutes),
        ("idle_minutes", IdleMinutes), ("open_minutes", OpenMinutes), ("utilisation_percent", UtilisationPercent), ("charging_utilisation_percent", ChargingUtilisationPercent),
        ("sessions_per_day", SessionsPerDay), ("charge_points", ChargePoints), ("unused_charge_points", UnusedChargePoints), ("revenue_inc_vat", RevenueIncVat),
    ];
}
