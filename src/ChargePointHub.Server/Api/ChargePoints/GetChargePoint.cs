using System.Buffers;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Api.Records;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.ChargePoints;

/// <summary>GET /v1/charge-points/{id}: one charge point.</summary>
internal static class GetChargePoint
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/charge-points/{id}",
        OperationId = "getChargePoint",
        Summary = "One charge point with its current status",
        Description = "The record of one EVSE as in the list, now or as of an instant, with what the hub knows of its operator's completeness.",
        Tag = "Charge points",
        IsHeldBy = RouteRights.Of(Dataset.ChargePoints),
        Id = ("Hub id: {operator_id}:{operator's own id}; / is written %2F.", "lamplight:GB*LMP*E1234"),
        Parameters = [HubParameters.AsOf, HubParameters.Format, HubParameters.Select(SelectedFields.Of(Dataset.ChargePoints))],
        Errors = [ErrorCatalogue.NoSuchChargePoint],
        Dataset = Dataset.ChargePoints,
        Restricted = ListChargePoints.StatusesThatWere,
        Answers = [new(ApiRoute.Json, "ChargePointAnswer"), new(ApiRoute.GeoJson, "ChargePointFeature")],
        Handler = HandleAsync,
    };

    public static readonly ApiRoute GeoJsonRoute = Route with
    {
        Path = "/v1/charge-points/{id}.geojson",
        OperationId = "getChargePointAsGeoJson",
        Summary = "One charge point as GeoJSON",
        Description = "The same as a Feature (RFC 7946).",
        Parameters = [.. Route.Parameters.Where(p => p != HubParameters.Format)],
        Answers = [new(ApiRoute.GeoJson, "ChargePointFeature")],
    };

    public static readonly ApiRoute Versions = VersionsAnswer.RouteOf(Route, Dataset.ChargePoints, "ChargePoint") with { Restricted = RestrictedPart.OfDatasets(_ => [Dataset.StatusChanges]) };

    private static async Task HandleAsync(HubRequest request)
    {
        var operators = OperatorsOf(request, request.Id);
        var then = request.Parameters.AsOf;
        var tick = then is { } asked ? await request.Hub.Records.ReadTickAsync(asked, request.Aborted) : null as long?;
        var completeness = await request.Hub.Completeness.ReadAsync(
            new CompletenessQuestion(Dataset.ChargePoints, operators, null, then ?? request.Now, tick), request.Scope, request.Aborted);
        if (then is not null) completeness = completeness with { Quarantined = null, QuarantinedIsLeast = false };
        var clock = await request.Hub.Records.ReadClockAsync(request.Aborted);
        clock = clock with { Tick = tick ?? clock.Tick, RecordedAt = then ?? clock.RecordedAt };
        var query = new RecordQuery
        {
            Dataset = Dataset.ChargePoints,
            Tick = clock.Tick,
            Limit = 1,
            ChargePointId = request.Id,
            StatusesAt = then,
            FreshOperators = await request.Hub.Completeness.ReadFreshAsync(request.Directory, then ?? request.Now, request.Scope, request.Aborted, tick),
        };
        var form = Formats.Of(request);
        var geoJson = form == AnswerForm.GeoJson;
        using var body = new AnswerBody(request);
        if (!geoJson) body.Write("{\"data\":"u8);
        if (!await WriteAsync(request, query, new RecordShape(form, Dataset.ChargePoints, request.Parameters.List("select")), body))
        {
            await UnknownChargePoint.RefuseAsync(request, Dataset.ChargePoints);
            return;
        }

        request.Http.Response.Headers["Hub-Completeness"] = completeness.ToHeader();
        if (!geoJson)
        {
            body.Write(","u8);
            var meta = new AnswerMeta(Dataset.ChargePoints, null, clock.RecordedAt, operators, completeness, [], null);
            AnswerMeta.WriteTail(body, meta, request.Parameters.Link(request.Path, null), null, null);
        }

        await JsonAnswer.SendAsync(request, Formats.MediaTypeOf(form), body);
    }

    /// <summary>False when there is none. The connection is given back before anything is sent.</summary>
    private static async Task<bool> WriteAsync(HubRequest request, RecordQuery query, RecordShape shape, AnswerBody body)
    {
        await using var rows = await request.Hub.Records.ReadAsync(query, request.Scope, request.Aborted);
        if (!await rows.NextAsync(request.Aborted)) return false;
        shape.Write(rows, body);
        request.Tally?.Count(rows.OperatorId);
        return true;
    }

    /// <summary>The one operator whose slug begins the id; none when no operator is registered under it.</summary>
    public static IReadOnlyList<ListedOperator> OperatorsOf(HubRequest request, string id) =>
        request.Directory.Find(id.Split(':')[0]) is { } o ? [o] : [];
}
