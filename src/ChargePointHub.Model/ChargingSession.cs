using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

public enum UserType
{
    [JsonStringEnumMemberName("RESIDENT")] Resident,
    [JsonStringEnumMemberName("TAXI")] Taxi,
    [JsonStringEnumMemberName("PHV")] Phv,
    [JsonStringEnumMemberName("CAR_CLUB")] CarClub,
    [JsonStringEnumMemberName("FLEET")] Fleet,
    [JsonStringEnumMemberName("VISITOR")] Visitor,
    [JsonStringEnumMemberName("UNKNOWN")] Unknown,
}

public enum Outcome
{
    [JsonStringEnumMemberName("SUCCESS")] Success,
    [JsonStringEnumMemberName("FAILED")] Failed,
    [JsonStringEnumMemberName("UNKNOWN")] Unknown,
}

/// <summary>
/// One vehicle at one charge point from plug-in to plug-out. Open while <see cref="PlugOutAt"/> is null. Area codes, power
/// band and local time are joined when served. Property order is the order on the wire.
/// </summary>
public sealed record ChargingSession
{
    /// <summary>Hub id: <c>{operator_id}:{operator's own id}</c>.</summary>
    public required string SessionId { get; init; }

    public required string OperatorId { get; init; }

    /// <summary>Hub id of the charge point.</summary>
    public required string ChargePointId { get; init; }

    public string? ConnectorId { get; init; }

    public required DateTimeOffset PlugInAt { get; init; }

    /// <summary>Null while the vehicle is still plugged in.</summary>
    public DateTimeOffset? PlugOutAt { get; init; }

    public DateTimeOffset? ChargeStartAt { get; init; }

    public DateTimeOffset? ChargeEndAt { get; init; }

    /// <summary>Derived: plug-in to plug-out, minutes to 3 decimals; null while open.</summary>
    public decimal? PlugInMinutes { get; init; }

    /// <summary>Minutes in which energy flowed: as reported, else from charge start to charge end, to 3 decimals.</summary>
    public decimal? ChargingMinutes { get; init; }

    /// <summary>Kilowatt-hours to the whole watt-hour.</summary>
    public decimal? EnergyKwh { get; init; }

    /// <summary>Kilowatts.</summary>
    public decimal? PeakKw { get; init; }

    /// <summary>Derived: energy over charging time (else plugged-in time), kilowatts to 3 decimals; null when there is no time.</summary>
    public decimal? AverageKw { get; init; }

    public decimal? CostExVat { get; init; }

    public decimal? CostIncVat { get; init; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Hub id of the tariff.</summary>
    public string? TariffId { get; init; }

    public PaymentMethod? PaymentMethod { get; init; }

    public UserType UserType { get; init; } = UserType.Unknown;

    /// <summary>As reported; else SUCCESS for more than 2 minutes and more than 0.5 kWh; UNKNOWN while open.</summary>
    public Outcome Outcome { get; init; } = Outcome.Unknown;

    /// <summary>What ended it, the operator's word.</summary>
    public string? EndedBy { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>State of charge, 0 to 100.</summary>
    public decimal? StartSocPercent { get; init; }

    /// <summary>State of charge, 0 to 100.</summary>
    public decimal? EndSocPercent { get; init; }

    /// <summary>Hub id of the session that this one replaces.</summary>
    public string? CorrectsSessionId { get; init; }

    /// <summary>When the operator says that this record last changed.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>Where its operator tells of one charge by several records, which of them this is; null: it is the whole. Not on the wire.</summary>
    [JsonIgnore]
    public SessionPart? Part { get; init; }

    /// <summary>Fills what the hub derives, in one place, so that every protocol derives alike.</summary>
    public ChargingSession WithDerived()
    {
        var plugged = Minutes(PlugInAt, PlugOutAt);
        var charging = ChargingMinutes is { } reported ? Math.Round(reported, 3, MidpointRounding.AwayFromZero) : Minutes(ChargeStartAt, ChargeEndAt);
        var time = charging ?? plugged;
        return this with
        {
            PlugInMinutes = plugged,
            ChargingMinutes = charging,
            // One division, the last step: a third of an hour has no last decimal, and dividing by it would shift exact halves.
            AverageKw = EnergyKwh is { } kwh && time is > 0 and var minutes ? Math.Round(kwh * 60m / minutes, 3, MidpointRounding.AwayFromZero) : null,
            Outcome = Outcome != Outcome.Unknown || plugged is null || EnergyKwh is null ? Outcome
                : plugged > 2 && EnergyKwh > 0.5m ? Outcome.Success : Outcome.Failed,
        };
    }

    private static decimal? Minutes(DateTimeOffset? from, DateTimeOffset? to) =>
        from is { } a && to is { } b && b >= a
            ? Math.Round((decimal)(b - a).Ticks / TimeSpan.TicksPerMinute, 3, MidpointRounding.AwayFromZero)
            : null;
}
