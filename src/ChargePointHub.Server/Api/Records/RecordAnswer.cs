using System.Buffers;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Records;

/// <summary>One record by its id, now or as of an instant: as its list has it.</summary>
internal static class RecordAnswer
{
    /// <param name="list">The list that has it.</param>
    /// <param name="noun">As the schemas have it, e.g. <c>Tariff</c>.</param>
    public static ApiRoute RouteOf(ApiRoute list, string noun, string example, string summary) => new()
    {
        Path = list.Path + "/{id}",
        OperationId = "get" + noun,
        Summary = summary,
        Description = "The record as its list has it, now or as of an instant. Where nothing of this id may be read with the key, the answer is that of an id that does not exist.",
        Tag = list.Tag,
        IsHeldBy = list.IsHeldBy,
        IsRestricted = list.IsRestricted,
        Restricted = list.Restricted,
        Id = ("Hub id: {operator_id}:{operator's own id}; / is written %2F.", example),
        Parameters = [HubParameters.AsOf, HubParameters.Select(SelectedFields.Of(list.Dataset!))],
        Errors = [ErrorCatalogue.NoSuchRecord],
        Answers = [new(ApiRoute.Json, noun + "Answer")],
        Handler = request => SendAsync(request, list.Dataset!),
    };

    private static async Task SendAsync(HubRequest request, Dataset dataset)
    {
        using var body = new AnswerBody(request);
        RecordReading reading;
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        {
            reading = await RecordReading.PrepareAsync(request, dataset);
            body.Write("{\"data\":"u8);
            await using var rows = await reading.FindAsync(request);
            if (rows is null)
            {
                await RecordReading.RefuseAsync(request);
                return;
            }

            new RecordShape(AnswerForm.Json, dataset, request.Parameters.List("select")).Write(rows, body);
            request.Tally?.Count(rows.OperatorId);
        }

        reading.WriteTail(body, request);
        await JsonAnswer.SendAsync(request, ApiRoute.Json, body);
    }
}
