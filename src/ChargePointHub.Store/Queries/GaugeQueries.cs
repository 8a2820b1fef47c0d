using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>Records of one dataset of one operator that wait in quarantine.</summary>
public sealed record QuarantineCount(string OperatorId, string Dataset, long Records);

/// <summary>Months of one dataset that are there as files, of all scopes.</summary>
/// <param name="Bytes">Compressed, in every form.</param>
public sealed record BulkCount(string Dataset, long Months, long Bytes);

/// <summary>Counts over everything, for whoever watches the hub.</summary>
public sealed class GaugeQueries(Database database)
{
    public async Task<IReadOnlyList<QuarantineCount>> QuarantineAsync(Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.IsEverything) throw new UnauthorizedAccessException($"The scope {scope} does not read counts of quarantine by operator.");
        return await database.Reads.Command("SELECT operator_id, dataset, refused + waiting FROM quarantine_count WHERE refused + waiting > 0 ORDER BY operator_id, dataset")
            .ListAsync(r => new QuarantineCount(r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellationToken);
    }

    public async Task<IReadOnlyList<BulkCount>> BulkAsync(Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.IsEverything) throw new UnauthorizedAccessException($"The scope {scope} does not read counts of other scopes' files.");
        return await database.Reads.Command(
            "SELECT f.dataset, count(DISTINCT f.file_id), sum(o.bytes)::bigint FROM bulk_file f JOIN bulk_form o USING (file_id) WHERE f.made_at IS NOT NULL GROUP BY f.dataset ORDER BY f.dataset")
            .ListAsync(r => new BulkCount(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken);
    }
}
