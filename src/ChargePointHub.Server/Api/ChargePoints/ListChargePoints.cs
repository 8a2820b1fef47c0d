using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>GET /v1/charge-points: every charge point with its current status.</summary>
internal static class ListChargePoints
{
    /// <summary>A status as of an instant is out of the history of statuses, of which the key may hold some.</summary>
    public static readonly RestrictedPart StatusesThatWere = RestrictedPart.OfDatasets(request => request.Parameters.AsOf is null ? [] : [Dataset.StatusChanges]);

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/charge-points",
        OperationId = "listChargePoints",
        Summary = "Charge points with their current status",
        Description = "One record per EVSE (serves one vehicle at a time), connectors nested, with area codes and current status. The status is "
            + "MISSING when the hub has no observation fresher than the feed's limit. Ordered by operator_id, charge_point_id. Every page shows the "
            + "records as they were at the first; status and areas are as they are when a page is read.",
        Tag = "Charge points",
        IsHeldBy = RouteRights.Of(Dataset.ChargePoints),
        Parameters =
        [
            HubParameters.Operator, .. FilterParameters.OfPoints, HubParameters.Status, .. FilterParameters.LastUpdated, HubParameters.AsOf, HubParameters.SortOf("operator_id"), HubParameters.Limit, HubParameters.Cursor,
            HubParameters.PlacedListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.ChargePoints)),
        ],
        Dataset = Dataset.ChargePoints,
        Restricted = StatusesThatWere,
        Answers = [new(ApiRoute.Json, "ChargePointList"), new(ApiRoute.GeoJson, "ChargePointFeatureCollection"), new(ApiRoute.NdJson, "ChargePointLine"), ApiRoute.AsCsv],
        Handler = HandleAsync,
    };

    public static readonly ApiRoute GeoJsonRoute = Route with
    {
        Path = "/v1/charge-points.geojson",
        OperationId = "listChargePointsAsGeoJson",
        Summary = "Charge points as GeoJSON",
        Description = "The same as a FeatureCollection (RFC 7946) of points. meta, links and next_cursor stand beside the features.",
        Parameters = [.. Route.Parameters.Where(p => p != HubParameters.PlacedListFormat)],
        Answers = [new(ApiRoute.GeoJson, "ChargePointFeatureCollection")],
    };

    private static Task HandleAsync(HubRequest request) =>
        ListAnswer.SendAsync(request, Dataset.ChargePoints, request.Operators);
}
