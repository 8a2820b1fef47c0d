using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.Tariffs;

/// <summary>GET /v1/tariffs: what charging costs.</summary>
internal static class ListTariffs
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/tariffs",
        OperationId = "listTariffs",
        Summary = "Tariffs as operators give them now",
        Description = "OCPI tariff elements with a price in pence per kWh where one price says it all. Ordered by operator_id, tariff_id.",
        Tag = "Tariffs",
        IsHeldBy = RouteRights.Of(Dataset.Tariffs),
        Parameters =
        [
            HubParameters.Operator, .. FilterParameters.LastUpdated, HubParameters.AsOf, HubParameters.SortOf("operator_id"), HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.Tariffs)),
        ],
        Dataset = Dataset.Tariffs,
        Answers = [new(ApiRoute.Json, "TariffList"), new(ApiRoute.NdJson, "TariffLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.Tariffs, request.Operators),
    };
}
