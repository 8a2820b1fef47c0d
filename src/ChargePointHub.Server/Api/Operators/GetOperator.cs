using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators/{id}: one operator.</summary>
internal static class GetOperator
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators/{id}",
        OperationId = "getOperator",
        Summary = "One operator and what it provides",
        Description = "As in the list of operators.",
        Tag = "Operators",
        IsHeldBy = RouteRights.OpenData,
        Id = ("Operator id.", "lamplight"),
        Errors = [ErrorCatalogue.NoSuchOperator],
        Answers = [new(ApiRoute.Json, "OperatorAnswer")],
        Handler = async request =>
        {
            if (request.Directory.Find(request.Id) is not { } o)
            {
                await request.RefuseIdAsync(ErrorCatalogue.NoSuchOperator, $"No operator {request.Id} is registered here.", [.. request.Directory.Operators.Select(o => o.OperatorId)]);
                return;
            }

            var standings = await request.Hub.FeedHealth.ReadStandingsAsync([o], request.Now, request.Scope, request.Aborted);
            var counts = await request.Hub.Records.CountChargePointsAsync(o.OperatorId, request.Scope, request.Aborted);
            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("data");
                ListOperators.Write(json, o, standings[0].Datasets, counts.GetValueOrDefault(o.OperatorId));
                json.WriteEndObject();
            });
        },
    };
}
