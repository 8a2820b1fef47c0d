using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>GET /v1/charge-points: every charge point with its current status.</summary>
internal static class ListChargePoints
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/charge-points",
        OperationId = "listChargePoints",
        Summary = "Charge points with their current status",
        Description = "One record per EVSE (serves one vehicle at a time), connectors nested, with area codes and current status. The status is "
            + "MISSING when the hub has no observation fresher than the feed's limit. Ordered by operator_id, charge_point_id. Every page shows the "
            + "records as they were at the first; status and areas are as they are when a page is read.",
        Tag = "Charge points",
        Parameters =
        [
            HubParameters.Operator, HubParameters.Borough, HubParameters.PowerBand, HubParameters.Status, HubParameters.Limit, HubParameters.Cursor,
            HubParameters.PlacedListFormat, HubParameters.Count, HubParameters.Select(SelectedFields.Of(Dataset.ChargePoints)),
        ],
        Example = """
            {"data":[{"charge_point_id":"lamplight:GB*LMP*E1234","operator_id":"lamplight","max_power_kw":7.4,"power_band":"slow","borough_gss":"E09000022",
            "borough_name":"Lambeth","status":"AVAILABLE","status_since":"2026-11-20T08:15:00.000Z"}],
            "meta":{"dataset":"charge_points","window":null,"as_of":"2026-11-20T08:20:00.000Z","schema":"hub/v1/charge_points","licence":[],"restricted_to":[],"count":null,
            "completeness":{"complete":true,"settled_to":"2026-11-20T08:19:00.000Z","covered_percent":100,"gaps":[],"not_provided":[],"quarantined":0}},
            "links":{"self":"/v1/charge-points?limit=1","next":null},"next_cursor":null}
            """,
        Handler = HandleAsync,
    };

    public static readonly ApiRoute GeoJsonRoute = Route with
    {
        Path = "/v1/charge-points.geojson",
        OperationId = "listChargePointsAsGeoJson",
        Summary = "Charge points as GeoJSON",
        Description = "The same as a FeatureCollection (RFC 7946) of points. meta, links and next_cursor stand beside the features.",
        Parameters = [.. Route.Parameters.Where(p => p != HubParameters.PlacedListFormat)],
        MediaType = ApiRoute.GeoJson,
        Example = """
            {"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-0.1167,51.4601]},
            "properties":{"charge_point_id":"lamplight:GB*LMP*E1234","status":"AVAILABLE"}}],"links":{"self":"/v1/charge-points.geojson?limit=1","next":null},"next_cursor":null}
            """,
    };

    private static Task HandleAsync(HubRequest request) =>
        ListAnswer.SendAsync(request, Dataset.ChargePoints, request.Operators, query => query with
        {
            Boroughs = request.Parameters.Boroughs(),
            PowerBands = request.Parameters.List("power_band"),
            Statuses = request.Parameters.List("status"),
        });
}
