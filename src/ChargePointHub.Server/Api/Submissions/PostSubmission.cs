using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Submissions;

namespace ChargePointHub.Server.Api.Submissions;

/// <summary>POST /v1/submissions: an operator hands in a file of its own.</summary>
internal static class PostSubmission
{
    private static readonly string[] Bodies = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/submissions",
        Method = HttpMethods.Post,
        Bodies = Bodies,
        OperationId = "postSubmission",
        Summary = "Hand in a file",
        Description = "CSV or XLSX of at most 10 MiB, as the operator's file of the hub describes it, under a key of that operator. Good rows are kept, others wait in quarantine, and the answer says which, why and how to mend them. "
            + "The period is covered once the whole file was read, and up to when that very file first came at most: of a period that was under way then, send a new one after its end. The same file again changes nothing and gets its report of before; a corrected one replaces the rows that it holds: rows that it leaves out stay, and are taken out on request. A file that is not whole is CPH-4003, and its report stands in the list.",
        Tag = "Submissions",
        IsHeldBy = RouteRights.OwnOperator,
        IsRestricted = true,
        Restricted = RestrictedPart.Findings,
        Parameters = [HubParameters.SubmittedDataset, HubParameters.SubmittedPeriod],
        Answers = [new(ApiRoute.Json, "SubmissionAnswer")],
        Errors = [ErrorCatalogue.ParameterMissing, ErrorCatalogue.NotHandedIn, ErrorCatalogue.NotAFile, ErrorCatalogue.FileNotWhole],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var (operatorId, now) = (request.Scope.OwnOperator!, request.Now);
        var desk = request.Hub.Desk ?? throw new InvalidOperationException("This hub was put together without a desk for files.");
        var datasets = desk.DatasetsOf(operatorId);
        var faults = Faults(request, datasets);
        if (faults.Count > 0)
        {
            await Problem.Of(faults).WriteAsync(request.Http);
            return;
        }

        using var sending = await desk.ReceiveAsync(operatorId, request.Aborted);
        if (sending is null)
        {
            await QuotaCheck.RefuseAsync(request.Http, ErrorCatalogue.HubBusy);
            return;
        }

        using var content = new MemoryStream();
        if (!await ReadAsync(request, content)) return;
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.Counting);
        if (room is null) return;
        using var reading = await desk.ReadAsync(request.Aborted);
        if (reading is null)
        {
            await QuotaCheck.RefuseAsync(request.Http, ErrorCatalogue.HubBusy);
            return;
        }

        var (period, dataset) = (request.Parameters["period"]!, request.Parameters["dataset"] ?? datasets[0]);
        var window = WindowReading.Read(null, null, period, now).Window!.Value;
        if (await desk.TakeAsync(operatorId, dataset, period, window, request.Caller.KeyId, content, request.Aborted) is not var (report, isRepeated))
        {
            await request.RefuseAsync(NotHandedIn(operatorId, dataset, desk.DatasetsOf(operatorId)));
            return;
        }

        request.Tally?.Count(operatorId);
        if (report.Fault is { } fault)
        {
            await request.RefuseAsync(new Fault(
                ErrorCatalogue.FileNotWhole, null, $"{(fault.Line is { } line ? $"Line {line}: " : "")}{fault.Message} [{fault.Code}]", Example: "/v1/submissions", In: FaultPlace.Body));
            return;
        }

        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, report, SubmissionReport.Json);
            json.WriteBoolean("repeated", isRepeated);
            json.WriteEndObject();
        });
    }

    /// <summary>All at once.</summary>
    private static List<Fault> Faults(HubRequest request, IReadOnlyList<string> datasets)
    {
        var faults = new List<Fault>();
        var type = request.Http.Request.ContentType?.Split(';')[0].Trim() ?? "";
        // No browser sends these types to another site without asking first, so that no page can hand in a file in its reader's name.
        if (!Bodies.Contains(type, StringComparer.OrdinalIgnoreCase))
            faults.Add(new Fault(ErrorCatalogue.NotAFile, "Content-Type", $"{(type.Length == 0 ? "No Content-Type" : $"'{type[..Math.Min(type.Length, 80)]}'")} is none of a file that is handed in.", Bodies, Example: $"Content-Type: {Bodies[0]}", In: FaultPlace.Header));
        if (request.Parameters["period"] is not { } period)
            faults.Add(new Fault(ErrorCatalogue.ParameterMissing, "period", "period is missing: what the file holds, as 2026-Q3.", Example: $"period={TimeExamples.From(request.Now)}"));
        else if (WindowReading.Read(null, null, period, request.Now).Fault is { } future)
            faults.Add(future);
        var dataset = request.Parameters["dataset"];
        if (datasets.Count == 0 || (dataset is not null && !datasets.Contains(dataset)))
            faults.Add(NotHandedIn(request.Scope.OwnOperator!, dataset, datasets));
        else if (dataset is null && datasets.Count > 1)
            faults.Add(new Fault(ErrorCatalogue.ParameterMissing, "dataset", $"dataset is missing: {request.Scope.OwnOperator} hands in several.", datasets, Example: $"dataset={datasets[0]}"));
        return faults;
    }

    private static Fault NotHandedIn(string operatorId, string? dataset, IReadOnlyList<string> datasets) => new(
        ErrorCatalogue.NotHandedIn, "dataset", $"{operatorId} hands in no {dataset ?? "files"}. {ErrorCatalogue.NotHandedIn.Remedy}", datasets, Nearest.Of(dataset ?? "", datasets),
        datasets is [var first, ..] ? $"dataset={first}" : null);

    /// <summary>False: it is larger than any body may be, and the sender was told so.</summary>
    private static async Task<bool> ReadAsync(HubRequest request, MemoryStream content)
    {
        try
        {
            await request.Http.Request.Body.CopyToAsync(content, request.Aborted);
            return true;
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await request.RefuseAsync(RequestSize.BodyFault);
            return false;
        }
    }
}
