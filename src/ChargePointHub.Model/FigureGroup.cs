using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What figures are of: by which property of charge points they are put together. By none of these they are of all London.</summary>
public enum FigureGroup
{
    [JsonStringEnumMemberName("charge_point")] ChargePoint,

    [JsonStringEnumMemberName("location")] Location,

    [JsonStringEnumMemberName("operator")] Operator,

    /// <summary>By the boundaries that are loaded, as are wards.</summary>
    [JsonStringEnumMemberName("borough")] Borough,

    [JsonStringEnumMemberName("ward")] Ward,

    /// <summary>Bands of the Department for Transport.</summary>
    [JsonStringEnumMemberName("power_band")] PowerBand,

    [JsonStringEnumMemberName("funding_stream")] FundingStream,
}
