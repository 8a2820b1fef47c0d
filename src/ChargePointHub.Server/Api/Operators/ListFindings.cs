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
        Description = "Over its current records and those in quarantine: how often each rule was broken, how much it matters, and up to five samples. "
            + $"Of each dataset the newest {FindingQueries.MostRecords} records with findings are counted, and as many of those that are refused and of those that wait. "
            + "Those of charge points that the operator withholds, and of refused and waiting records whose charge point nobody knows, are counted for the operator alone.",
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
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted)) counts = await request.Hub.Findings.CountAsync(request.Id, request.Scope, request.Aborted);
            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data");
                foreach (var count in counts)
                {
                    request.Tally?.Count(request.Id);
                    json.WriteStartObject();
                    json.WriteString("dataset", count.Dataset);
                    json.WriteString("rule", count.Rule);
                    json.WriteString("severity", count.Severity);
                    json.WriteNumber("count", count.Count);
                    json.WriteStartArray("samples");
                    foreach (var sample in count.Samples)
                    {
                        json.WriteStartObject();
                        json.WriteString("record_id", sample.RecordId);
                        json.WriteString("pointer", sample.Pointer);
                        json.WriteString("value", sample.Value);
                        json.WriteString("message", sample.Message);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        },
    };
}
