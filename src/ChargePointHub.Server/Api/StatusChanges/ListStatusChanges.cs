using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.ChargePoints;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.StatusChanges;

/// <summary>GET /v1/status-changes, and the same of one charge point.</summary>
internal static class ListStatusChanges
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/status-changes",
        OperationId = "listStatusChanges",
        Summary = "Changes of status by the time at which they began",
        Description = "Each change of each charge point's status; the next one ends it. The window holds changes whose `at` lies in it; without one it is the "
            + "previous 24 hours. evidence says whether the operator reported the change (EVENT) or polling saw it (SNAPSHOT). Ordered by at, operator_id, "
            + "charge_point_id, status.",
        Tag = "Status changes",
        IsRestricted = true,
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.Operator, HubParameters.Borough, HubParameters.PowerBand,
            HubParameters.StatusBegun, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.StatusChanges)),
        ],
        Example = """
            {"data":[{"charge_point_id":"lamplight:GB*LMP*E1234","operator_id":"lamplight","status":"CHARGING","at":"2026-11-20T08:15:00.000Z","reported_at":null,
            "evidence":"EVENT"}],"meta":{"dataset":"status_changes","window":{"from":"2026-11-20T00:00:00.000Z","to":"2026-11-21T00:00:00.000Z"},
            "as_of":"2026-11-21T08:20:00.000Z","schema":"hub/v1/status_changes","licence":[],"restricted_to":[],"count":null,"completeness":{"complete":true,
            "settled_to":"2026-11-21T08:05:00.000Z","covered_percent":100,"gaps":[],"not_provided":[],"quarantined":0}},
            "links":{"self":"/v1/status-changes?period=2026-11-20","next":null},"next_cursor":null}
            """,
        Handler = request => ListAnswer.SendAsync(request, Dataset.StatusChanges, request.Operators, query => query with
        {
            Boroughs = request.Parameters.Boroughs(),
            PowerBands = request.Parameters.List("power_band"),
            Statuses = request.Parameters.List("status"),
        }),
    };

    public static readonly ApiRoute OfChargePoint = Route with
    {
        Path = "/v1/charge-points/{id}/status-changes",
        OperationId = "listStatusChangesOfChargePoint",
        Summary = "Changes of one charge point's status",
        Description = "As /v1/status-changes, of one charge point; completeness judges its operator alone.",
        Id = GetChargePoint.Route.Id,
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.StatusChanges)),
        ],
        Errors = [ErrorCatalogue.NoSuchChargePoint],
        Handler = request => HistoryOfChargePoint.SendAsync(request, Dataset.StatusChanges),
    };
}
