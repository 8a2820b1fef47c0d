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
        Parameters = [HubParameters.Operator, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.Tariffs))],
        Example = """
            {"data":[{"tariff_id":"lamplight:standard","operator_id":"lamplight","valid_from":null,"valid_to":null,"currency":"GBP","elements":[],"pence_per_kwh":59,
            "vat_included":false,"last_updated":"2026-11-01T00:00:00.000Z"}],"meta":{"dataset":"tariffs","window":null,"as_of":"2026-11-20T08:20:00.000Z",
            "schema":"hub/v1/tariffs","licence":[],"restricted_to":[],"count":null,"completeness":{"complete":true,"settled_to":"2026-11-20T08:19:00.000Z","covered_percent":100,
            "gaps":[],"not_provided":[],"quarantined":0}},"links":{"self":"/v1/tariffs","next":null},"next_cursor":null}
            """,
        Handler = request => ListAnswer.SendAsync(request, Dataset.Tariffs, request.Operators, query => query),
    };
}
