using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>A dataset that can be followed, and where it stands as one table.</summary>
/// <param name="Name">The hub's word for it, and the name of the copy.</param>
/// <param name="Table">Address of the whole, whatever the time of its events.</param>
/// <param name="HasPresent">Part of a record is what is so now, and not as of an instant: whether anybody still sees the charge point.</param>
internal sealed record MirroredDataset(DatasetName Dataset, string Name, string Table, bool HasPresent = false)
{
    /// <summary>All that the hub takes.</summary>
    private const string AllTimes = "from=2000-01-01&to=2099-12-31";

    public static readonly IReadOnlyList<MirroredDataset> All =
    [
        new(DatasetName.ChargePoints, "charge_points", "/v1/charge-points.csv?", HasPresent: true),
        new(DatasetName.Tariffs, "tariffs", "/v1/tariffs.csv?"),
        new(DatasetName.StatusChanges, "status_changes", "/v1/status-changes.csv?" + AllTimes),
        new(DatasetName.ChargingSessions, "charging_sessions", "/v1/charging-sessions.csv?" + AllTimes),
        // Derived ones are told by no change: they follow from the status changes, and are left out of the table as well.
        new(DatasetName.Outages, "outages", "/v1/outages.csv?origin=reported&" + AllTimes),
        new(DatasetName.ReportedUsage, "reported_usage", "/v1/reported-usage.csv?" + AllTimes),
    ];

    /// <summary>A row at most, for the columns.</summary>
    public string Beginning => Table + "limit=1";

    /// <param name="asOf">Null: as of now.</param>
    public string TableAsOf(DateTimeOffset? asOf) => asOf is { } instant ? $"{Table}&as_of={CopyState.TextOf(instant)}".Replace("?&", "?", StringComparison.Ordinal) : Table.TrimEnd('?');
}
