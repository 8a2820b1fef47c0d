using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>Source: the bands of the Department for Transport's statistics.</summary>
public enum PowerBand
{
    /// <summary>3 kW up to, not including, 8 kW.</summary>
    [JsonStringEnumMemberName("slow")] Slow,

    /// <summary>8 kW up to, not including, 50 kW.</summary>
    [JsonStringEnumMemberName("fast")] Fast,

    /// <summary>50 kW up to, not including, 150 kW.</summary>
    [JsonStringEnumMemberName("rapid")] Rapid,

    /// <summary>150 kW and more.</summary>
    [JsonStringEnumMemberName("ultra_rapid")] UltraRapid,
}

public static class PowerBands
{
    /// <summary>Null when the power is unknown or under 3 kW, which no band of the statistics holds.</summary>
    public static PowerBand? Of(decimal? powerKw) => powerKw switch
    {
        null or < 3 => null,
        < 8 => PowerBand.Slow,
        < 50 => PowerBand.Fast,
        < 150 => PowerBand.Rapid,
        _ => PowerBand.UltraRapid,
    };
}
