using ChargePointHub.Model;

namespace ChargePointHub.Store.Figures;

/// <summary>What figures need to know of a charge point, as it stands now: where it belongs, when it is open, and on which days it counts.</summary>
public sealed record NetworkPoint
{
    /// <summary>Hub id.</summary>
    public required string ChargePointId { get; init; }

    public required string OperatorId { get; init; }

    /// <summary>Hub id.</summary>
    public required string LocationId { get; init; }

    /// <summary>By the boundaries that are loaded; null: outside all of them.</summary>
    public string? BoroughGss { get; init; }

    public string? WardGss { get; init; }

    public string? Lsoa21 { get; init; }

    public PowerBand? PowerBand { get; init; }

    /// <summary>Kilowatts of the strongest connector.</summary>
    public decimal? MaxPowerKw { get; init; }

    public FundingStream? FundingStream { get; init; }

    public Model.Access? Access { get; init; }

    public LocationType? LocationType { get; init; }

    /// <summary>Null: not told, or not to be read; then it counts as always open.</summary>
    public OpeningHours? Hours { get; init; }

    /// <summary>London days on which it counts.</summary>
    public required ChargePointLife Life { get; init; }

    /// <summary>False: its operator does not say since when it is there, so that it counts as ever.</summary>
    public required bool IsDated { get; init; }

    /// <summary>Charge points of other operators that are one and the same as this, by hub id.</summary>
    public IReadOnlyList<string> SameAs { get; init; } = [];
}
