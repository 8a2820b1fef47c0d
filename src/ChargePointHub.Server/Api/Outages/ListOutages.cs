using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Outages;

/// <summary>GET /v1/outages: when charge points could not be used.</summary>
internal static class ListOutages
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/outages",
        OperationId = "listOutages",
        Summary = "Outages by the time at which they began",
        Description = "Each time in which a charge point could not be used, as its operator reports it. The window holds outages whose started_at lies in it, however long they last; without one it is "
            + "the previous 24 hours. Those that ended in a window are found by `time_field=ended_at`. Ordered by started_at, operator_id, outage_id. Every page shows the state at the first.",
        Tag = "Outages",
        IsHeldBy = RouteRights.Of(Dataset.Outages),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.Outages),
        Errors = [ErrorCatalogue.FinerThanGranted, ErrorCatalogue.FieldNotGranted],
        Parameters =
        [
            HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.TimeFieldOf("started_at", "ended_at", "last_updated", "recorded_at"), HubParameters.AsOf, HubParameters.Operator,
            .. FilterParameters.OfPoints, FilterParameters.Category, HubParameters.SortOf("started_at"), HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count,
            HubParameters.Select(SelectedFields.Of(Dataset.Outages)),
        ],
        Dataset = Dataset.Outages,
        Answers = [new(ApiRoute.Json, "OutageList"), new(ApiRoute.NdJson, "OutageLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.Outages, request.Operators),
    };
}
