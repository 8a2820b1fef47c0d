using ChargePointHub.Model;
using ChargePointHub.Server.Api.Records;

namespace ChargePointHub.Server.Api.ReportedUsage;

/// <summary>GET /v1/reported-usage/{id}: one operator's figures of one period, and every version of it.</summary>
internal static class GetReportedUsage
{
    public static readonly ApiRoute Route = RecordAnswer.RouteOf(ListReportedUsage.Route, "ReportedUsage", "lamplight:charge_point/GB*LMP*E1234/2026-Q3", "Reported figures of one place and period");

    public static readonly ApiRoute Versions = VersionsAnswer.RouteOf(Route, Dataset.ReportedUsage, "ReportedUsage");
}
