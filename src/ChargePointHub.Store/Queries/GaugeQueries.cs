using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>Records of one dataset of one operator that wait in quarantine.</summary>
public sealed record QuarantineCount(string OperatorId, string Dataset, long Records);

/// <summary>Counts over everything, for whoever watches the hub.</summary>
public sealed class GaugeQueries(Database database)
{
    public async Task<IReadOnlyList<QuarantineCount>> QuarantineAsync(Scope scope, CancellationToken cancellationToken)
    {
        if (!scope.IsEverything) throw new UnauthorizedAccessException($"The scope {scope} does not read counts of quarantine by operator.");
        return await database.Reads.Command("SELECT operator_id, dataset, refused + waiting FROM quarantine_count WHERE refused + waiting > 0 ORDER BY operator_id, dataset")
            .ListAsync(r => new QuarantineCount(r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellationToken);
    }
}
