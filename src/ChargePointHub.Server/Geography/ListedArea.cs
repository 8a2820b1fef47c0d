namespace ChargePointHub.Server.Geography;

/// <summary>One loaded area, as it is told.</summary>
/// <param name="Borough">The borough that holds a place well inside it; of a borough itself; null: none does.</param>
/// <param name="Version">Of the layer that it comes from.</param>
public sealed record ListedArea(AreaKind Kind, Area Area, Area? Borough, string Version);
