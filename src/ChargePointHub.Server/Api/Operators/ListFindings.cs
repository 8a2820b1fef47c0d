using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators/{id}/findings: what was noticed about an operator's records.</summary>
internal static class ListFindings
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators/{id}/findings",
        OperationId = "listFindingsOfOperator",
        Summary = "Findings about an operator's records, counted by rule",
        Description = "kind record: over its current records and those in quarantine, how often each rule was broken, how much it matters, and up to five samples. "
            + $"Of each dataset the newest {FindingQueries.MostRecords} records with findings are counted, and as many of those that are refused and of those that wait. "
            + "Those of charge points that the operator withholds, and of refused and waiting records whose charge point nobody knows, are counted for the operator alone. "
            + "kind dataset: what the rules over all stored records found (overlaps, contradictions of sessions and statuses, silent charge points, shares), judged each night over the last five weeks; the worst samples come first, each with what was measured. "
            + "checks says of each of these rules what was last looked at, how much of it could be judged, and how many findings are open and have ended.",
        Tag = "Operators",
        IsHeldBy = RouteRights.FeedQuality,
        Id = ("Operator id.", "lamplight"),
        IsRestricted = true,
        Restricted = RestrictedPart.Findings,
        Errors = [ErrorCatalogue.NoSuchOperator],
        Answers = [new(ApiRoute.Json, "FindingList")],
        Handler = async request =>
        {
            // Of an operator whose feeds' quality the key does not hold no more is said than of one that is not there.
            var held = request.Directory.Operators.Select(o => o.OperatorId).Where(request.Scope.ReadsQuality).ToList();
            if (!held.Contains(request.Id))
            {
                await request.RefuseIdAsync(ErrorCatalogue.NoSuchOperator, $"Of an operator {request.Id} there are no findings that this key may read.", held);
                return;
            }

            using var room = await AnswerRoom.EnterAsync(request, RequestCost.Counting);
            if (room is null) return;
            IReadOnlyList<RuleCount> counts;
            IReadOnlyList<DatasetRuleState> states;
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
            {
                counts = await request.Hub.Findings.CountAsync(request.Id, request.Scope, request.Aborted);
                states = await request.Hub.Findings.ReadOfDatasetsAsync(request.Id, request.Scope, request.Aborted);
            }

            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data");
                foreach (var count in counts)
                {
                    request.Tally?.Count(request.Id);
                    FindingJson.Write(json, count);
                }

                foreach (var state in states.Where(s => s.Open > 0))
                {
                    request.Tally?.Count(request.Id);
                    FindingJson.Write(json, state);
                }

                json.WriteEndArray();
                json.WriteStartArray("checks");
                foreach (var state in states) FindingJson.WriteCheck(json, state);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        },
    };
}
