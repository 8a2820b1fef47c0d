using System.Text.Json;
using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>A session's energy.</summary>
internal static class Energy
{
    /// <summary>kWh to the whole watt-hour. The bounds only keep sums from overflowing; what is judged is judged by the session's rules.</summary>
    public static decimal? Read(RecordReader reader, JsonElement value, string name)
    {
        if (reader.Number(value, name, -1_000_000_000, 1_000_000_000) is not { } sent) return null;
        var wh = Math.Round(sent, 3, MidpointRounding.AwayFromZero);
        if (wh != sent) reader.Add(SessionRules.EnergyFinerThanWh, name, $"{sent}", $"Rounded to {wh} kWh.");
        return wh;
    }
}
