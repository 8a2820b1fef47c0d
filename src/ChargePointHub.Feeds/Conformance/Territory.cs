namespace ChargePointHub.Feeds.Conformance;

/// <summary>The box within which an operator's charge points stand, in degrees of WGS84. Bounds inclusive; west and south are negative.</summary>
public sealed record Territory(decimal West, decimal South, decimal East, decimal North)
{
    /// <summary>With its islands. Holds where an operator file says nothing.</summary>
    public static readonly Territory UnitedKingdom = new(-8.7m, 49.8m, 1.8m, 60.9m);

    public static readonly Territory World = new(-180, -90, 180, 90);

    public bool Holds(decimal latitude, decimal longitude) => latitude >= South && latitude <= North && longitude >= West && longitude <= East;
}
