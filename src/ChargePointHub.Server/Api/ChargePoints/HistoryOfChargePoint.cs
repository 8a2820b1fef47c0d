using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>A dataset narrowed to one charge point, which must exist, and be held, for an empty answer would read like silence.</summary>
internal static class HistoryOfChargePoint
{
    public static async Task SendAsync(HubRequest request, Dataset dataset)
    {
        var id = request.Id;
        if (await request.Hub.Records.FindChargePointAsync([id], dataset, request.Scope, request.Aborted) is null)
        {
            await UnknownChargePoint.RefuseAsync(request, dataset);
            return;
        }

        await ListAnswer.SendAsync(request, dataset, GetChargePoint.OperatorsOf(request, id), id);
    }
}
