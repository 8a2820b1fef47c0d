using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.ChargePoints;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.ChargingSessions;

/// <summary>GET /v1/charging-sessions, and the same of one charge point.</summary>
internal static class ListChargingSessions
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/charging-sessions",
        OperationId = "listChargingSessions",
        Summary = "Charging sessions by the time of plug-in",
        Description = "Each vehicle at each charge point from plug-in to plug-out, open ones included. The window holds sessions whose plug_in_at lies in "
            + "it; without one it is the previous 24 hours. Ordered by plug_in_at, operator_id, session_id. Every page shows the state at the first.",
        Tag = "Charging sessions",
        IsRestricted = true,
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.Operator, HubParameters.Borough, HubParameters.PowerBand,
            HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.ChargingSessions)),
        ],
        Example = """
            {"data":[{"session_id":"lamplight:87431","operator_id":"lamplight","charge_point_id":"lamplight:GB*LMP*E1234","plug_in_at":"2026-11-20T08:15:00.000Z",
            "plug_out_at":"2026-11-20T10:15:00.000Z","energy_kwh":12.4,"borough_gss":"E09000022","started_local":"2026-11-20T08:15:00+00:00"}],
            "meta":{"dataset":"charging_sessions","window":{"from":"2026-11-20T00:00:00.000Z","to":"2026-11-21T00:00:00.000Z"},"as_of":"2026-11-21T08:20:00.000Z",
            "schema":"hub/v1/charging_sessions","licence":[],"restricted_to":[],"count":null,"completeness":{"complete":false,"settled_to":"2026-11-21T08:05:00.000Z",
            "covered_percent":97.9,"gaps":[{"operator_id":"lamplight","from":"2026-11-20T01:00:00.000Z","to":"2026-11-20T01:30:00.000Z","state":"open",
            "cause":"operator_down"}],"not_provided":[],"quarantined":3}},"links":{"self":"/v1/charging-sessions?period=2026-11-20","next":null},"next_cursor":null}
            """,
        Handler = request => ListAnswer.SendAsync(request, Dataset.ChargingSessions, request.Operators, query => query with
        {
            Boroughs = request.Parameters.Boroughs(),
            PowerBands = request.Parameters.List("power_band"),
        }),
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
            HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.ChargingSessions)),
        ],
        Errors = [ErrorCatalogue.NoSuchChargePoint],
        Handler = request => HistoryOfChargePoint.SendAsync(request, Dataset.ChargingSessions),
    };
}
