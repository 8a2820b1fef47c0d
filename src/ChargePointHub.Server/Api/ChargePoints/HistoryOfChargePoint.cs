using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>A dataset narrowed to one charge point, which must exist: an empty answer about an unknown one would read like silence.</summary>
internal static class HistoryOfChargePoint
{
    public static async Task SendAsync(HubRequest request, Dataset dataset)
    {
        var id = request.Id;
        if (!await request.Hub.Records.HasChargePointAsync(id, request.Scope, request.Aborted))
        {
            await request.RefuseIdAsync(ErrorCatalogue.NoSuchChargePoint, $"No charge point {id} is known here.");
            return;
        }

        await ListAnswer.SendAsync(request, dataset, GetChargePoint.OperatorsOf(request, id), query => query with { ChargePointId = id });
    }
}
