using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>The answer to an id that names no charge point; the commonest mistake is an operator's own id without the operator before it.</summary>
internal static class UnknownChargePoint
{
    /// <param name="dataset">Whose records were asked for: what the reader does not hold of it is not there.</param>
    public static async Task RefuseAsync(HubRequest request, Dataset dataset)
    {
        var (id, operators) = (request.Id, request.Directory.Operators);
        var meant = request.Directory.Find(id.Split(':')[0]) is not null ? null
            : await request.Hub.Records.FindChargePointAsync([.. operators.Select(o => $"{o.OperatorId}:{id}")], dataset, request.Scope, request.Aborted);

        // One that is public is known, and only what was asked of it is not there for this reader: said in the same words of one that is not.
        var held = dataset.IsRestricted ? ", or none of what was asked of it may be read with this key" : "";
        await request.RefuseIdAsync(
            ErrorCatalogue.NoSuchChargePoint, $"No charge point {id} {request.KnownThen}{held}{(meant is null ? "" : $"; an operator's own id stands behind the operator's: {meant}")}.", meant: meant);
    }
}
