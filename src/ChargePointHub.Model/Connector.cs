using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>Source: OCPI 2.2.1 ConnectorFormat.</summary>
public enum ConnectorFormat
{
    [JsonStringEnumMemberName("SOCKET")] Socket,
    [JsonStringEnumMemberName("CABLE")] Cable,
}

/// <summary>Source: OCPI 2.2.1 PowerType.</summary>
public enum PowerType
{
    [JsonStringEnumMemberName("AC_1_PHASE")] Ac1Phase,
    [JsonStringEnumMemberName("AC_2_PHASE")] Ac2Phase,
    [JsonStringEnumMemberName("AC_2_PHASE_SPLIT")] Ac2PhaseSplit,
    [JsonStringEnumMemberName("AC_3_PHASE")] Ac3Phase,
    [JsonStringEnumMemberName("DC")] Dc,
}

/// <summary>One outlet of a charge point. Null means that the operator did not say, or that what it said could not be used.</summary>
public sealed record Connector
{
    /// <summary>The operator's own id, unique within its charge point.</summary>
    public required string ConnectorId { get; init; }

    /// <summary>OCPI ConnectorType word, e.g. <c>IEC_62196_T2</c>. Words outside OCPI's list are null with a finding.</summary>
    public string? Standard { get; init; }

    public ConnectorFormat? Format { get; init; }

    public PowerType? PowerType { get; init; }

    /// <summary>Volts, as the operator gave them (phase or line voltage).</summary>
    public int? MaxVoltageV { get; init; }

    /// <summary>Amperes.</summary>
    public int? MaxAmperageA { get; init; }

    /// <summary>Kilowatts.</summary>
    public decimal? MaxPowerKw { get; init; }

    /// <summary>True when <see cref="MaxPowerKw"/> was worked out from volts and amperes because the operator gave none.</summary>
    public bool PowerDerived { get; init; }

    /// <summary>Hub ids of tariffs, in the operator's order.</summary>
    public IReadOnlyList<string> TariffIds { get; init; } = [];
}
