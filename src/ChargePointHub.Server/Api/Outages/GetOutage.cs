using ChargePointHub.Model;
using ChargePointHub.Server.Api.Records;

namespace ChargePointHub.Server.Api.Outages;

/// <summary>GET /v1/outages/{id}: one outage, reported or derived, and every version of it.</summary>
internal static class GetOutage
{
    private static readonly ApiRoute Record = RecordAnswer.RouteOf(ListOutages.Route, "Outage", "lamplight:OUT-77", "One outage");

    public static readonly ApiRoute Route = Record with
    {
        Description = Record.Description + " A derived outage goes by its charge point and its start as the list tells them; when a late status change moves its start, it has another id.",
    };

    private static readonly ApiRoute EveryVersion = VersionsAnswer.RouteOf(Route, Dataset.Outages, "Outage");

    public static readonly ApiRoute Versions = EveryVersion with
    {
        Description = EveryVersion.Description + " A derived outage is worked out at each reading and has no versions: what is told is the one that it is now, recorded when the hub learnt the change that began it or, if that was later, the one that ended it. "
            + "As of an earlier instant it is at its own address with `as_of`.",
    };
}
