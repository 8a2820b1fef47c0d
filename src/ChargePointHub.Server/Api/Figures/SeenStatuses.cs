using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>When the hub saw the statuses of each operator: by reports of changes where it makes some, else by crawls.</summary>
internal static class SeenStatuses
{
    /// <param name="ledger">Of status changes and charge points.</param>
    public static IReadOnlyDictionary<string, SeenOperator> Of(OperatorDirectory directory, IReadOnlyList<LedgerWindow> ledger, IEnumerable<string> operators, DateTimeOffset now)
    {
        var covered = ledger.Where(w => w.Kind == ClaimKind.Covered).ToLookup(w => (w.OperatorId, w.Dataset), w => w.Window);
        return operators.Distinct().ToDictionary(id => id, Of, StringComparer.Ordinal);

        SeenOperator Of(string id)
        {
            var (events, crawls) = (Coverage.Of(covered[(id, Dataset.StatusChanges)]), Coverage.Of(covered[(id, Dataset.ChargePoints)]));
            var reports = ReportsOf(directory, id) ?? !events.IsEmpty;
            var until = directory.Find(id)?.Find(Dataset.StatusChanges) is { } plan ? Judge.SettledTo(plan, events, now) : now;
            return new SeenOperator(new StatusSight(events, crawls, reports), reports, until);
        }
    }

    /// <summary>Whether it reports changes; null: there is no file of it any longer.</summary>
    public static bool? ReportsOf(OperatorDirectory directory, string operatorId) => directory.Find(operatorId) is { } listed ? listed.Find(Dataset.StatusChanges) is not null : null;
}
