using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.ChargePoints;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.ChargingSessions;

/// <summary>GET /v1/charging-sessions, and the same of one charge point.</summary>
internal static class ListChargingSessions
{
    private static readonly Parameter TimeField = HubParameters.TimeFieldOf("plug_in_at", "plug_out_at", "last_updated", "recorded_at");

    private static readonly Parameter Sort = HubParameters.SortOf("plug_in_at");

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/charging-sessions",
        OperationId = "listChargingSessions",
        Summary = "Charging sessions by the time of plug-in",
        Description = "Each vehicle at each charge point from plug-in to plug-out, open ones included. The window holds sessions whose plug_in_at lies in "
            + "it; without one it is the previous 24 hours. Ordered by plug_in_at, operator_id, session_id. Every page shows the state at the first.",
        Tag = "Charging sessions",
        IsHeldBy = RouteRights.Of(Dataset.ChargingSessions),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.ChargingSessions),
        Errors = [ErrorCatalogue.FinerThanGranted, ErrorCatalogue.FieldNotGranted],
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, TimeField, HubParameters.AsOf, HubParameters.Operator, .. FilterParameters.OfPoints,
            .. FilterParameters.OfSessions, Sort, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.ChargingSessions)),
        ],
        Dataset = Dataset.ChargingSessions,
        Answers = [new(ApiRoute.Json, "ChargingSessionList"), new(ApiRoute.NdJson, "ChargingSessionLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.ChargingSessions, request.Operators),
    };

    public static readonly ApiRoute OfChargePoint = Route with
    {
        Path = "/v1/charge-points/{id}/charging-sessions",
        OperationId = "listChargingSessionsOfChargePoint",
        Summary = "Charging sessions of one charge point",
        Description = "As /v1/charging-sessions, of one charge point; completeness judges its operator alone.",
        Id = GetChargePoint.Route.Id,
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, TimeField, HubParameters.AsOf, .. FilterParameters.OfSessions, Sort, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.ChargingSessions)),
        ],
        Errors = [ErrorCatalogue.NoSuchChargePoint, ErrorCatalogue.FinerThanGranted, ErrorCatalogue.FieldNotGranted],
        Handler = request => HistoryOfChargePoint.SendAsync(request, Dataset.ChargingSessions),
    };
}
