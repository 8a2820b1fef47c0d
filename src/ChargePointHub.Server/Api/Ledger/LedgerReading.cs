using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.Ledger;

/// <summary>What both views of the ledger read: the same filters, the same rows.</summary>
internal static class LedgerReading
{
    /// <summary>Every operator and dataset that the filters admit and that is provided.</summary>
    public static async Task<IReadOnlyList<JudgedOperator>> ReadAsync(HubRequest request)
    {
        var names = request.Parameters.List("dataset");
        var datasets = Dataset.All.Where(d => names is null || names.Contains(d.Name)).ToList();
        var windows = await request.Hub.Ledger.ReadAsync(datasets, null, request.Scope, request.Aborted);
        var operators = request.Operators.OrderBy(o => o.OperatorId, StringComparer.Ordinal).ToList();
        return
        [
            .. datasets.Select(d => CompletenessReader.Judged(operators, d, windows)).SelectMany(o => o).Where(o => o.Plan is not null)
                .OrderBy(o => o.OperatorId, StringComparer.Ordinal),
        ];
    }

    /// <summary>Null when no time was given: then all of it is meant.</summary>
    public static Window? Window(HubRequest request)
    {
        var (from, to, period) = (request.Parameters["from"], request.Parameters["to"], request.Parameters["period"]);
        return (from ?? to ?? period) is null ? null : WindowReading.Read(from, to, period, request.Now).Window;
    }
}
