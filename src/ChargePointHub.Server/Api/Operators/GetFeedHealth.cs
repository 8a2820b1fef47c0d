using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators/{id}/feed-health: how collecting from an operator goes, and what to do.</summary>
internal static class GetFeedHealth
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators/{id}/feed-health",
        OperationId = "getFeedHealth",
        Summary = "How collecting from an operator goes, and what to do",
        Description = "For each dataset its state, when it last came, whether it is fresh, and how much of each of the last 90 London days is here. Under a key that holds the quality of its feeds also "
            + "what to do (one sentence a matter, the worst first), the last attempt and failure, failures by kind, findings by rule, records in quarantine, "
            + "the TLS certificate of the operator's server as it was last seen, how far its limits are used up, and a crawl that is held.",
        Tag = "Operators",
        IsHeldBy = RouteRights.OpenData,
        Restricted = RestrictedPart.Findings,
        Id = ("Operator id.", "lamplight"),
        Errors = [ErrorCatalogue.NoSuchOperator],
        Answers = [new(ApiRoute.Json, "FeedHealthAnswer")],
        Handler = async request =>
        {
            if (request.Directory.Find(request.Id) is not { } o)
            {
                await request.RefuseIdAsync(ErrorCatalogue.NoSuchOperator, $"No operator {request.Id} is registered here.", [.. request.Directory.Operators.Select(o => o.OperatorId)]);
                return;
            }

            var facts = await request.Hub.FeedHealth.ReadAsync(o, request.Now, request.Scope, request.Aborted);
            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("data");
                FeedHealthJson.Write(json, facts, request.Scope);
                request.Tally?.Count(o.OperatorId);
                json.WriteEndObject();
            });
        },
    };
}
