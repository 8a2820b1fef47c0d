namespace ChargePointHub.Mirror;

/// <summary>A dataset that can be followed, and where it stands as one table.</summary>
/// <param name="Name">The hub's word for it, and the name of the copy.</param>
/// <param name="Table">Address of the whole, whatever the time of its events.</param>
internal sealed record MirroredDataset(string Name, string Table)
{
    /// <summary>All that the hub takes.</summary>
    private const string AllTimes = "from=2000-01-01&to=2099-12-31";

    public static readonly IReadOnlyList<MirroredDataset> All =
    [
        new("charge_points", "/v1/charge-points.csv?"),
        new("tariffs", "/v1/tariffs.csv?"),
        new("status_changes", "/v1/status-changes.csv?" + AllTimes),
        new("charging_sessions", "/v1/charging-sessions.csv?" + AllTimes),
    ];

    /// <param name="asOf">Null: as of now.</param>
    public string TableAsOf(DateTimeOffset? asOf) =>
        (Table + (asOf is { } instant ? "&as_of=" + Uri.EscapeDataString(CopyState.TextOf(instant)) : "")).Replace("?&", "?", StringComparison.Ordinal);
}
