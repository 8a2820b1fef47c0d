using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>GET /v1/usage: how charge points were used, by groups and London periods.</summary>
internal static class ListUsage
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/usage",
        OperationId = "listUsage",
        Summary = "How charge points were used, by place, operator and period",
        Description = "Sessions, energy, minutes, utilisation and revenue, put together by what `group_by` names: charge point, location, operator, borough, ward, power band, funding stream, and day, week, "
            + "month, quarter or year in London time. A session counts once, on the day of its plug-in; minutes and energy are split over the days that it touches. Each row says how much of its records is "
            + "here (`coverage_percent`). Of a period that is cut by the window, or goes on, a row is of what lies in the window, up to now: `period_from` and `period_to` say which. "
            + "A charge point of which several operators tell counts once where rows are of several operators. Ordered by period, then group. Figures are as of now: later pages may be of later.",
        Tag = "Figures",
        IsHeldBy = RouteRights.Of(Dataset.ChargingSessions),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.ChargingSessions),
        Errors = [ErrorCatalogue.FiguresOfCutTimes],
        Parameters =
        [
            FigureParameters.GroupBy, FigureParameters.From, FigureParameters.To, FigureParameters.Period, .. FigureParameters.OfPoints, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat,
        ],
        Answers = [new(ApiRoute.Json, "UsageList"), new(ApiRoute.NdJson, "UsageLine"), ApiRoute.AsCsv],
        Table = ([.. FigureColumns.Usual, .. UsageTable.Instance.Measures], "Usage"),
        Handler = request => FigureAnswer.SendAsync(request, Dataset.ChargingSessions, "usage", UsageTable.Instance),
    };
}
