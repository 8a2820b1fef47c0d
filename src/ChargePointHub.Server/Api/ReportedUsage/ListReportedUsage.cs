using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.ReportedUsage;

/// <summary>GET /v1/reported-usage: what operators themselves say of the use of their charge points.</summary>
internal static class ListReportedUsage
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/reported-usage",
        OperationId = "listReportedUsage",
        Summary = "Figures of use as operators report them, by period",
        Description = "What an operator hands in of a day, week, month, quarter or year, of a charge point, a location or its whole network: kept as it says it, beside the hub's own figures and never "
            + "added to them. The window holds figures whose period begins in it; without one it is the newest London quarter that is over. An operator's day, month and quarter may all be there, "
            + "so take one `period_unit` and one `group` before adding up. Ordered by period_from, operator_id, reported_usage_id. Every page shows the state at the first.",
        Tag = "Reported usage",
        IsHeldBy = RouteRights.Of(Dataset.ReportedUsage),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.ReportedUsage),
        Errors = [ErrorCatalogue.FinerThanGranted],
        Parameters =
        [
            HubParameters.FromOfUsage, HubParameters.ToOfUsage, HubParameters.Period, HubParameters.Operator, HubParameters.BoroughOfUsage, HubParameters.UsageGroup, HubParameters.PeriodUnit,
            HubParameters.AsOf, HubParameters.SortOf("period_from"), HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.ReportedUsage)),
        ],
        Dataset = Dataset.ReportedUsage,
        Answers = [new(ApiRoute.Json, "ReportedUsageList"), new(ApiRoute.NdJson, "ReportedUsageLine"), ApiRoute.AsCsv],
        Handler = request => ListAnswer.SendAsync(request, Dataset.ReportedUsage, request.Operators),
    };
}
