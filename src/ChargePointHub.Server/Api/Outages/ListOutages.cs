using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Outages;

/// <summary>GET /v1/outages: when charge points could not be used.</summary>
internal static class ListOutages
{
    private static readonly Parameter TimeField = HubParameters.TimeFieldOf("started_at", "ended_at", "last_updated", "recorded_at", "lasting") with
    {
        Description = "Which time the window is about; the order stays that of started_at. `lasting`: any time of the outage, so that those which began before and lasted into the window are here. "
            + "`recorded_at`: when the hub learnt the record as it now is. Derived outages are recorded by nobody and last updated by nobody: these two find none. Default: started_at.",
    };

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/outages",
        OperationId = "listOutages",
        Summary = "Outages by the time at which they began",
        Description = "Each time in which a charge point could not be used, as its operator reports it. Of operators that report none they are derived from status changes (`derived`): from a change to "
            + "INOPERATIVE or OUTOFORDER, or, of one that was in use, to PLANNED (PLANNED_MAINTENANCE), until the change out of it; their completeness is that of status changes. An operator reports from the first outage or answer "
            + "about outages on that the hub had of it: from then on all are its own, and before its `earliest` there are none (`not_offered`); `as_of` tells what was so then. That nothing was heard of a "
            + "charge point is no outage. The window holds outages whose started_at lies in it, however long they last; without one it is the previous 24 hours. `time_field=lasting` finds those that "
            + "lasted at some time in the window, `ended_at` those that ended in it. Ordered by started_at, operator_id, outage_id, derived ones by charge_point_id. Every page shows the state at the first.",
        Tag = "Outages",
        IsHeldBy = RouteRights.Of(Dataset.Outages),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.Outages),
        Errors = [ErrorCatalogue.FinerThanGranted, ErrorCatalogue.FieldNotGranted],
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, TimeField, HubParameters.AsOf, HubParameters.Operator,
            .. FilterParameters.OfPoints, FilterParameters.Category, FilterParameters.Origin, HubParameters.SortOf("started_at"), HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.Outages)),
        ],
        Dataset = Dataset.Outages,
        Answers = [new(ApiRoute.Json, "OutageList"), new(ApiRoute.NdJson, "OutageLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.Outages, request.Operators),
    };
}
