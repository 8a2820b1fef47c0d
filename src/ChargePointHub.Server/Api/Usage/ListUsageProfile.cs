using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>GET /v1/usage/profile: how charge points were used in each hour of London's week.</summary>
internal static class ListUsageProfile
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/usage/profile",
        OperationId = "listUsageProfile",
        Summary = "How charge points were used by hour of the week",
        Description = "Sessions that began, energy, minutes, utilisation and the average of charge points in use, of each hour of London's week over a window of whole London days: a row for each group and hour, "
            + "168 a group, those without a session too. `group_by` takes the groups of `/v1/usage`, and no period; without it rows are of all charge points in question. What counts is what `/v1/usage` counts, so that the "
            + "hours of a group add up to its figures of the same window. `days` says how often an hour came: the hour that clocks leave out in March not at all, and the one that they show twice in October once, with 120 "
            + "minutes. It is worked out of the sessions when asked: a window has at most 92 days, or 366 where `charge_point` or `location` is given (CPH-1110), and sessions that were purged are no part of it. Ordered by "
            + "group, then hour. Figures are as of now: later pages may be of later.",
        Tag = "Figures",
        IsHeldBy = RouteRights.Of(Dataset.ChargingSessions),
        IsRestricted = true,
        Restricted = RestrictedPart.Of(Dataset.ChargingSessions),
        Errors = [ErrorCatalogue.FiguresOfCutTimes, ErrorCatalogue.WindowTooLong],
        Parameters =
        [
            FigureParameters.GroupByAlone, FigureParameters.From, FigureParameters.To, FigureParameters.Period, .. FigureParameters.OfPoints, HubParameters.Limit, HubParameters.Cursor, HubParameters.ListFormat,
        ],
        Answers = [new(ApiRoute.Json, "UsageProfileList"), new(ApiRoute.NdJson, "UsageProfileLine"), ApiRoute.AsCsv],
        Table = ([.. FigureColumns.Of([]), .. ProfileTable.Instance.Measures], "UsageProfile"),
        Handler = request => FigureAnswer.SendAsync(request, Dataset.ChargingSessions, "usage_profile", ProfileTable.Instance),
    };
}
