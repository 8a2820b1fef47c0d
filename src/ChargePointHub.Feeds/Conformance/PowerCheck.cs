using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>What a connector's power is, given what the operator said of power, volts and amperes. Pure.</summary>
public static class PowerCheck
{
    /// <param name="statedKw">As stated, in kW by the feed's own unit; null or 0: not stated.</param>
    /// <param name="pointer">Where power stands in the operator's record.</param>
    public static (decimal? Kw, bool Derived) Judge(decimal? statedKw, int? volts, int? amperes, PowerType? type, string pointer, Findings findings)
    {
        var possible = Possible(volts, amperes, type);
        if (statedKw is not > 0)
        {
            if (possible is null)
            {
                findings.Add(ValueRules.ExpectedMissing, pointer, statedKw is null ? null : $"{statedKw}");
                return (null, false);
            }

            findings.Add(ChargePointRules.PowerDerived, pointer, statedKw is null ? null : $"{statedKw}", $"No power was given; {volts} V and {amperes} A make {possible} kW.");
            return (possible, true);
        }

        var kw = statedKw.Value;
        if (kw < 1 && IsLikelier(kw * 1000, kw, possible))
        {
            findings.Add(ChargePointRules.PowerUnitSuspectedKw, pointer, $"{kw}", $"{kw} kW is implausible; read as {kw * 1000} kW.");
            kw *= 1000;
        }
        else if (kw >= 1000 && possible is not null && IsLikelier(kw / 1000, kw, possible))
        {
            findings.Add(ChargePointRules.PowerUnitSuspectedW, pointer, $"{kw}", $"{kw} kW is implausible; read as {kw / 1000} kW.");
            kw /= 1000;
        }

        if (kw > 4000) findings.Add(ChargePointRules.PowerTooHigh, pointer, $"{kw}");
        else if (kw < 1.3m) findings.Add(ChargePointRules.PowerTooLow, pointer, $"{kw}");
        if (possible is { } can && Ratio(kw, can) > 1.5m)
        {
            findings.Add(ChargePointRules.PowerDisagrees, pointer, $"{kw}", $"{kw} kW is stated; {volts} V and {amperes} A make {can} kW.");
        }

        return (kw, false);
    }

    private static decimal? Possible(int? volts, int? amperes, PowerType? type)
    {
        if (volts is not { } v || amperes is not { } a || type is not { } kind) return null;
        // Up to 300 V is taken for the voltage between one phase and neutral, more for that between two phases.
        var factor = kind switch
        {
            PowerType.Ac3Phase => v > 300 ? 1.7320508m : 3m,
            PowerType.Ac2Phase => v > 300 ? 1m : 2m,
            _ => 1m,
        };
        return Math.Round(v * (decimal)a * factor / 1000, 3, MidpointRounding.AwayFromZero);
    }

    /// <summary>Where volts and amperes are silent, the other unit is: no connector has under 1 kW.</summary>
    private static bool IsLikelier(decimal otherUnit, decimal stated, decimal? possible) =>
        possible is not { } can || can == 0 || Ratio(otherUnit, can) < Ratio(stated, can);

    private static decimal Ratio(decimal a, decimal b) => a > b ? a / b : b / a;
}
