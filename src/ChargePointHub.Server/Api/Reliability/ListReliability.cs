using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Reliability;

/// <summary>GET /v1/reliability: for how long charge points were in each status, and how reliable rapid networks were.</summary>
internal static class ListReliability
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/reliability",
        OperationId = "listReliability",
        Summary = "Minutes in each status, and reliability of rapid networks",
        Description = "Minutes in each status within opening hours, put together as `/v1/usage` is; what the hub did not see is apart (`missing_minutes`) and in no status. Of public charge points from 50 kW "
            + "on reliability by both formulas of the Public Charge Point Regulations 2023: the figures to report are of `group_by=operator,year`, `quarter` or `month`, and are of the London part of the "
            + "operator's network, of what lies in a borough (`network_part`). A year is counted up to now. `left_out` says how many charge points are not of that network and why; with `group_by=charge_point` it says so of each. Of a "
            + "period that is cut by the window, or goes on, a row is of what lies in the window, up to what has settled. Where opening hours are not told a charge point counts as always open.",
        Tag = "Figures",
        IsHeldBy = RouteRights.Of(Dataset.StatusChanges),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.StatusChanges),
        Errors = [ErrorCatalogue.FiguresOfCutTimes],
        Parameters =
        [
            FigureParameters.GroupBy, FigureParameters.From, FigureParameters.To, FigureParameters.Period, .. FigureParameters.OfPoints, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat,
        ],
        Answers = [new(ApiRoute.Json, "ReliabilityList"), new(ApiRoute.NdJson, "ReliabilityLine"), ApiRoute.AsCsv],
        Table = ([.. FigureColumns.Usual, .. ReliabilityTable.Instance.Measures], "Reliability"),
        Handler = request => FigureAnswer.SendAsync(request, Dataset.StatusChanges, "reliability", ReliabilityTable.Instance),
    };
}
