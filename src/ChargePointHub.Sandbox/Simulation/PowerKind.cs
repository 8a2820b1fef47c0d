namespace ChargePointHub.Sandbox.Simulation;

/// <summary>What kind of charge point it is; decides its connectors and how it is used.</summary>
public enum PowerKind
{
    /// <summary>A socket on a lamp column, 5.5 kW.</summary>
    LampColumn,

    /// <summary>7.4 to 22 kW.</summary>
    Fast,

    /// <summary>50 kW.</summary>
    Rapid,

    /// <summary>150 kW and more.</summary>
    Ultra,
}

/// <summary>How a kind of charge point is used: averages over many days, tuned to published British figures.</summary>
/// <param name="SessionsPerDay">Mean.</param>
/// <param name="MedianMinutes">Plugged in, median of a log-normal distribution.</param>
/// <param name="MinutesSpread">Standard deviation of the logarithm.</param>
/// <param name="MedianKwh">What a vehicle would like to take; time and power may allow less.</param>
/// <param name="KwhSpread">Standard deviation of the logarithm.</param>
/// <param name="LeastShareOfPower">Average power over the charge is at least this share of the connector's.</param>
/// <param name="StartHours">24 weights: London hours of plugging in, from midnight.</param>
public sealed record UsePattern(
    double SessionsPerDay,
    double MedianMinutes,
    double MinutesSpread,
    double MedianKwh,
    double KwhSpread,
    double LeastShareOfPower,
    double[] StartHours)
{
    private static readonly double[] Evening =
        [0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.3, 0.5, 0.6, 0.5, 0.3, 0.2, 1, 1, 1.2, 1.8, 3, 9, 13, 14, 13, 10, 5, 1];

    private static readonly double[] Working =
        [0.3, 0.2, 0.2, 0.2, 0.3, 0.6, 2, 5, 8, 9, 8, 7, 7, 7, 7, 7, 7, 8, 7, 5, 3, 2, 1, 0.5];

    /// <summary>Shares by hour of a published sample of sessions at rapid charge points.</summary>
    private static readonly double[] OnTheWay =
        [1.2, 0.9, 0.6, 0.5, 0.5, 0.8, 1.1, 1.8, 3.2, 4.7, 6.5, 7.8, 8.3, 7.3, 7.5, 8.1, 8.2, 8.0, 7.3, 5.6, 3.6, 2.6, 2.1, 1.7];

    private static readonly UsePattern[] ByKind =
    [
        new(0.46, 570, 0.5, 16, 0.5, 0.80, Evening),
        new(0.80, 210, 0.5, 14, 0.5, 0.75, Working),
        new(4.00, 38, 0.45, 22, 0.45, 0.78, OnTheWay),
        new(8.00, 28, 0.4, 29, 0.45, 0.45, OnTheWay),
    ];

    public static UsePattern Of(PowerKind kind) => ByKind[(int)kind];
}
