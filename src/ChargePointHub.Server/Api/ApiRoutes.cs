using ChargePointHub.Server.Api.Areas;
using ChargePointHub.Server.Api.Bulk;
using ChargePointHub.Server.Api.Changes;
using ChargePointHub.Server.Api.ChargePoints;
using ChargePointHub.Server.Api.ChargingSessions;
using ChargePointHub.Server.Api.Differences;
using ChargePointHub.Server.Api.Errors;
using ChargePointHub.Server.Api.Health;
using ChargePointHub.Server.Api.Ledger;
using ChargePointHub.Server.Api.Me;
using ChargePointHub.Server.Api.Metadata;
using ChargePointHub.Server.Api.Metrics;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Operators;
using ChargePointHub.Server.Api.Outages;
using ChargePointHub.Server.Api.Reliability;
using ChargePointHub.Server.Api.ReportedUsage;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Server.Api.StatusChanges;
using ChargePointHub.Server.Api.Submissions;
using ChargePointHub.Server.Api.Tariffs;
using ChargePointHub.Server.Api.Usage;

namespace ChargePointHub.Server.Api;

/// <summary>The table of contents: every endpoint of the hub.</summary>
public static class ApiRoutes
{
    /// <summary>What is read.</summary>
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        ListChargePoints.Route,
        ListChargePoints.GeoJsonRoute,
        ListChargePoints.Route.ToCsv(),
        GetChargePoint.Route,
        GetChargePoint.GeoJsonRoute,
        GetChargePoint.Versions,
        ListChargingSessions.OfChargePoint,
        ListChargingSessions.OfChargePoint.ToCsv(),
        ListStatusChanges.OfChargePoint,
        ListStatusChanges.OfChargePoint.ToCsv(),
        ListChargingSessions.Route,
        ListChargingSessions.Route.ToCsv(),
        GetChargingSession.Route,
        GetChargingSession.Versions,
        ListStatusChanges.Route,
        ListStatusChanges.Route.ToCsv(),
        ListOutages.Route,
        ListOutages.Route.ToCsv(),
        GetOutage.Route,
        GetOutage.Versions,
        ListReportedUsage.Route,
        ListReportedUsage.Route.ToCsv(),
        GetReportedUsage.Route,
        GetReportedUsage.Versions,
        ListUsage.Route,
        ListUsage.Route.ToCsv(),
        ListUsageProfile.Route,
        ListUsageProfile.Route.ToCsv(),
        ListDifferences.Route,
        ListReliability.Route,
        ListReliability.Route.ToCsv(),
        ListTariffs.Route,
        ListTariffs.Route.ToCsv(),
        GetTariff.Route,
        GetTariff.Versions,
        ListChanges.Route,
        ListBulkFiles.Route,
        GetBulkFile.OfChargePoints,
        GetBulkFile.OfTariffs,
        GetBulkFile.OfStatusChanges,
        GetBulkFile.OfChargingSessions,
        GetBulkFile.OfReportedUsage,
        ListOperators.Route,
        GetOperator.Route,
        GetFeedHealth.Route,
        ListFindings.Route,
        ListAccessLog.Route,
        ListAreas.Route,
        ListAreas.Route.ToCsv(),
        ListCoverage.Route,
        ListGaps.Route,
        ListQuarantine.Route,
        ListSubmissions.Route,
        GetMe.Route,
        GetMetadata.Route,
        ListErrors.Route,
        GetError.Route,
        ListSchemas.Route,
        GetSchema.Route,
        GetOpenApi.Route,
        GetHealth.Live,
        GetHealth.Ready,
        GetMetrics.Route,
    ];

    /// <summary>What is handed in.</summary>
    public static readonly IReadOnlyList<ApiRoute> Posts = [PostSubmission.Route];
}
