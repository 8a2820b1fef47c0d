using System.Text.Json;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Submissions;

/// <summary>GET /v1/submissions: what became of the files that an operator handed in.</summary>
internal static class ListSubmissions
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/submissions",
        OperationId = "listSubmissions",
        Summary = "Files that were handed in, and what became of them",
        Description = $"Newest first, at most {SubmissionQueries.Most}: each file's report with rows read, accepted and refused, the time that is covered by it, and every rule that was broken with line, column, value and mend. An operator sees its own.",
        Tag = "Submissions",
        IsHeldBy = RouteRights.OwnFiles,
        IsRestricted = true,
        Restricted = RestrictedPart.Findings,
        Parameters = [HubParameters.DatasetName],
        Answers = [new(ApiRoute.Json, "SubmissionList")],
        Handler = async request =>
        {
            using var room = await AnswerRoom.EnterAsync(request, RequestCost.Counting);
            if (room is null) return;
            IReadOnlyList<(string OperatorId, string Report)> reports;
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted)) reports = await request.Hub.Submissions.ReadAsync(request.Parameters.List("dataset"), request.Scope, request.Aborted);
            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data");
                foreach (var (operatorId, report) in reports)
                {
                    request.Tally?.Count(operatorId);
                    // What it does not say, as it is older than that count, is 0.
                    JsonSerializer.Serialize(json, SubmissionReport.Read(report), SubmissionReport.Json);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        },
    };
}
