using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Holds a finished session's energy against what its charge point could have given while the vehicle was plugged in. The record itself does not
/// say the charge point's power, so this is judged where the hub writes, by the power known then. Pure.
/// </summary>
internal static class RatingCheck
{
    /// <param name="maxPowerKw">Of the charge point; null: unknown, and nothing is judged.</param>
    /// <returns>The findings, with those that this adds.</returns>
    public static IReadOnlyList<Finding> Judge(ChargingSession session, decimal? maxPowerKw, IReadOnlyList<Finding> findings)
    {
        if (maxPowerKw is not > 0 || session.EnergyKwh is not { } energy || session.PlugInMinutes is not > 0) return findings;
        var possible = maxPowerKw.Value * session.PlugInMinutes.Value / 60;
        if (energy <= possible * 1.1m) return findings;
        var message = string.Create(
            CultureInfo.InvariantCulture, $"{energy} kWh were delivered; {maxPowerKw:0.###} kW for {session.PlugInMinutes:0.##} minutes make {possible:0.###} kWh.");
        Finding Found(string rule) => new(rule, Severity.Warning, "/energy_kwh", energy.ToString(CultureInfo.InvariantCulture), message);
        var added = new List<Finding>(findings) { Found(SessionRatingRules.AboveRating) };
        if (energy > possible * 2 && energy > 50) added.Add(Found(SessionRatingRules.Excessive));
        if (energy >= possible * 500 && energy <= possible * 2000) added.Add(Found(SessionRatingRules.UnitSuspected));
        return added;
    }
}
