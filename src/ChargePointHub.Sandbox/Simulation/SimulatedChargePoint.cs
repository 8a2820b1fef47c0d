using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>One EVSE of the pretend London: everything about it that does not change, and when it is removed.</summary>
public sealed record SimulatedChargePoint
{
    /// <summary>From 0 within the whole London: names its stream of numbers.</summary>
    public required int WorldIndex { get; init; }

    /// <summary>From 0 within its operator.</summary>
    public required int Index { get; init; }

    /// <summary>The operator's own id; other operators may use the same.</summary>
    public required string OwnId { get; init; }

    public required string EvseId { get; init; }

    public required PowerKind Kind { get; init; }

    public required string AreaCode { get; init; }

    public required string AreaName { get; init; }

    public required string LocationOwnId { get; init; }

    public required string? LocationName { get; init; }

    public required string? ChargeStationOwnId { get; init; }

    public required string Address { get; init; }

    public required string? Postcode { get; init; }

    public required string? Usrn { get; init; }

    /// <summary>WGS84 degrees, 6 decimals.</summary>
    public required decimal Latitude { get; init; }

    /// <summary>WGS84 degrees, 6 decimals.</summary>
    public required decimal Longitude { get; init; }

    public required LocationType LocationType { get; init; }

    public required string? Manufacturer { get; init; }

    public required string? Model { get; init; }

    public required string? OwnerName { get; init; }

    public required string? ContractingAuthorityGss { get; init; }

    public required FundingStream? Funding { get; init; }

    public required DateOnly CommissionedOn { get; init; }

    /// <summary>When the record was first written, milliseconds since 1970.</summary>
    public required long RecordedAt { get; init; }

    /// <summary>London midnight at which it leaves service, milliseconds since 1970; null: it stays.</summary>
    public required long? RemovedAt { get; init; }

    /// <summary>London midnight at which it enters service, milliseconds since 1970; null: before the epoch.</summary>
    public long? BegunAt { get; init; }

    /// <summary>From then on it is out of order and nothing happens there, milliseconds since 1970; null: whatever breaks is mended within a day.</summary>
    public long? BrokenAt { get; init; }

    public required Access Access { get; init; }

    public required bool? AccessibleBay { get; init; }

    public required int? MaxStayMinutes { get; init; }

    public required bool? ParkingFee { get; init; }

    /// <summary>Monday to Friday from eight to eight only; null: the operator does not say; else round the clock.</summary>
    public required bool? WeekdaysOnly { get; init; }

    public required IReadOnlyList<PaymentMethod> PaymentMethods { get; init; }

    public required bool? EnergyMixGreen { get; init; }

    public required IReadOnlyList<SimulatedConnector> Connectors { get; init; }

    public bool OnStreet => LocationType is LocationType.OnStreet or LocationType.LampColumn;

    public decimal MaxPowerKw => Connectors.Max(c => c.PowerKw);

    public bool IsRemovedAt(long at) => RemovedAt is { } removed && removed <= at;
}

/// <summary>One outlet.</summary>
public sealed record SimulatedConnector(
    string OwnId, string Standard, ConnectorFormat Format, PowerType PowerType, int Volts, int Amperes, decimal PowerKw);
