using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>How far one re-read of the last days of event time got.</summary>
/// <param name="Days">How far back it goes; which re-read it is.</param>
/// <param name="DownTo">Everything from here to <paramref name="BeganAt"/> has been read again.</param>
public sealed record RereadProgress(Dataset Dataset, int Days, DateTimeOffset BeganAt, DateTimeOffset DownTo);

/// <summary>Keeps how far re-reads got, so that a restart repeats none.</summary>
public sealed class RereadStore(Database database)
{
    public Task<List<RereadProgress>> ReadAsync(string operatorId, CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT dataset, days, began_at, down_to FROM reread WHERE operator_id = $1", operatorId).ListKnownAsync(
            0, (r, dataset) => new RereadProgress(dataset, r.GetInt32(1), r.Instant(2), r.Instant(3)), cancellationToken);

    /// <param name="leaseToken">Of the lease under which it was read; null: none is needed.</param>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task SaveAsync(string operatorId, RereadProgress progress, CancellationToken cancellationToken, long? leaseToken = null) => OperatorLeases.Written(
        await database.Reads.Command(
        OperatorLeases.Fence +
        """
        INSERT INTO reread (operator_id, dataset, days, began_at, down_to) SELECT $1, $3, $4, $5, $6 FROM lease
        ON CONFLICT (operator_id, dataset, days) DO UPDATE SET began_at = excluded.began_at, down_to = excluded.down_to
        """,
        operatorId, OperatorLeases.Token(leaseToken), progress.Dataset.Name, progress.Days, progress.BeganAt, progress.DownTo).ExecuteAsync(cancellationToken), operatorId);
}
