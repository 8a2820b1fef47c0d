using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.ChargePoints;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.StatusChanges;

/// <summary>GET /v1/status-changes, and the same of one charge point.</summary>
internal static class ListStatusChanges
{
    private static readonly Parameter TimeField = HubParameters.TimeFieldOf("at", "recorded_at");

    private static readonly Parameter Sort = HubParameters.SortOf("at");

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/status-changes",
        OperationId = "listStatusChanges",
        Summary = "Changes of status by the time at which they began",
        Description = "Each change of each charge point's status; the next one ends it. The window holds changes whose `at` lies in it; without one it is the "
            + "previous 24 hours. evidence says whether the operator reported the change (EVENT) or polling saw it (SNAPSHOT). Ordered by at, operator_id, "
            + "charge_point_id, status.",
        Tag = "Status changes",
        IsHeldBy = RouteRights.Of(Dataset.StatusChanges),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.StatusChanges),
        Errors = [ErrorCatalogue.FinerThanGranted],
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, TimeField, HubParameters.AsOf, HubParameters.Operator, .. FilterParameters.OfPoints,
            HubParameters.StatusBegun, Sort, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.StatusChanges)),
        ],
        Dataset = Dataset.StatusChanges,
        Answers = [new(ApiRoute.Json, "StatusChangeList"), new(ApiRoute.NdJson, "StatusChangeLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.StatusChanges, request.Operators),
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
            HubParameters.From, HubParameters.To, HubParameters.Period, TimeField, HubParameters.AsOf, HubParameters.StatusBegun, Sort, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.StatusChanges)),
        ],
        Errors = [ErrorCatalogue.NoSuchChargePoint, ErrorCatalogue.FinerThanGranted],
        Handler = request => HistoryOfChargePoint.SendAsync(request, Dataset.StatusChanges),
    };
}
