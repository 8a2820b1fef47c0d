namespace ChargePointHub.Model;

/// <summary>
/// What charging sessions add up to: of one session on one London day, of a charge point's day, or of any sum of these. Whole watt-hours and
/// microseconds, so that adding and taking away are exact in whatever order they come.
/// </summary>
/// <param name="Sessions">Each once, on the day of its plug-in; so are the five counts and the revenue after it.</param>
/// <param name="SuccessfulSessions">Whose outcome is SUCCESS.</param>
/// <param name="UnendedSessions">Whose vehicle is still plugged in; they count up to their <c>last_updated</c>.</param>
/// <param name="WithoutEnergy">Of which no energy is known: it is part of no sum.</param>
/// <param name="WithoutChargingMinutes">Of which is not known how long energy flowed: neither charging nor idle time has a part of them.</param>
/// <param name="PricedSessions">Whose cost with VAT is known in pounds: what the revenue is the sum of.</param>
/// <param name="EnergyWh">Watt-hours.</param>
/// <param name="PluggedMicroseconds">A vehicle was plugged in.</param>
/// <param name="ChargingMicroseconds">Energy flowed.</param>
/// <param name="IdleMicroseconds">A vehicle was plugged in and took no energy, of sessions whose charging time is known.</param>
/// <param name="RevenueIncVat">Pounds.</param>
public readonly record struct UsageFigures(
    int Sessions,
    int SuccessfulSessions,
    int UnendedSessions,
    int WithoutEnergy,
    int WithoutChargingMinutes,
    int PricedSessions,
    long EnergyWh,
    long PluggedMicroseconds,
    long ChargingMicroseconds,
    long IdleMicroseconds,
    decimal RevenueIncVat)
{
    public static UsageFigures operator +(UsageFigures left, UsageFigures right) => new(
        left.Sessions + right.Sessions,
        left.SuccessfulSessions + right.SuccessfulSessions,
        left.UnendedSessions + right.UnendedSessions,
        left.WithoutEnergy + right.WithoutEnergy,
        left.WithoutChargingMinutes + right.WithoutChargingMinutes,
        left.PricedSessions + right.PricedSessions,
        left.EnergyWh + right.EnergyWh,
        left.PluggedMicroseconds + right.PluggedMicroseconds,
        left.ChargingMicroseconds + right.ChargingMicroseconds,
        left.IdleMicroseconds + right.IdleMicroseconds,
        left.RevenueIncVat + right.RevenueIncVat);

    public static UsageFigures operator -(UsageFigures figures) => new(
        -figures.Sessions,
        -figures.SuccessfulSessions,
        -figures.UnendedSessions,
        -figures.WithoutEnergy,
        -figures.WithoutChargingMinutes,
        -figures.PricedSessions,
        -figures.EnergyWh,
        -figures.PluggedMicroseconds,
        -figures.ChargingMicroseconds,
        -figures.IdleMicroseconds,
        -figures.RevenueIncVat);

    public static UsageFigures operator -(UsageFigures left, UsageFigures right) => left + -right;

    public static UsageFigures Add(UsageFigures left, UsageFigures right) => left + right;

    public static UsageFigures Subtract(UsageFigures left, UsageFigures right) => left - right;

    public static UsageFigures Negate(UsageFigures figures) => -figures;
}
