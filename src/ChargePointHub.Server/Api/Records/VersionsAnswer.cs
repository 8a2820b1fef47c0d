using System.Buffers;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Records;

/// <summary>Every version of one record that its list ever served, the newest first. There are as many as there are, so that nothing has to be paged.</summary>
internal static class VersionsAnswer
{
    /// <summary>Versions read at once.</summary>
    private const int Chunk = 1_000;

    /// <param name="record">The route of the record itself.</param>
    /// <param name="noun">As the schemas have it, e.g. <c>Tariff</c>.</param>
    public static ApiRoute RouteOf(ApiRoute record, Dataset dataset, string noun) => new()
    {
        Path = record.Path + "/versions",
        OperationId = $"list{noun}Versions",
        Summary = record.Summary + ": every version",
        Description = "Each version that the list served, the newest first: `record` as it then was, from `recorded_at` until `superseded_at` (null: it is what the list has now). "
            + "What came late and was never served is left out. Of a charge point `status` is the one last known when the version was recorded, by those of its status changes that the key holds (none: MISSING); areas and links are as they are now. "
            + "Where the key's grants cut times, these are the versions that held when a unit began. What was purged has none; what ended keeps its own.",
        Tag = record.Tag,
        IsHeldBy = record.IsHeldBy,
        IsRestricted = record.IsRestricted,
        Restricted = record.Restricted,
        Id = record.Id,
        Errors = record.Errors,
        Answers = [new(ApiRoute.Json, "VersionList")],
        Handler = request => SendAsync(request, dataset),
    };

    private static async Task SendAsync(HubRequest request, Dataset dataset)
    {
        RecordReading reading;
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted)) reading = await RecordReading.PrepareAsync(request, dataset);
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.Asking);
        if (room is null) return;
        using var body = new AnswerBody(request);
        body.Write("{\"data\":["u8);
        long? before = null;
        do
        {
            (before, var read) = await WriteAsync(request, reading, body, before);
            if (read == 0 && !body.IsStreaming && body.Held.EndsWith("["u8) && !await WriteDerivedAsync(request, reading, body))
            {
                await RefuseAsync(request, dataset);
                return;
            }

            if (before is not null) await body.SpillAsync(request.Aborted);
        }
        while (before is not null);

        body.Write("]"u8);
        reading.WriteTail(body, request);
        JsonAnswer.SetHeaders(request, ApiRoute.Json);
        if (!body.IsStreaming && AnswerTags.IsHeld(request, reading.Tag)) return;
        await body.EndAsync(request.Aborted);
    }

    /// <returns>The tick before which more may follow; null: that was all. And how many were written.</returns>
    private static async Task<(long? Before, int Written)> WriteAsync(HubRequest request, RecordReading reading, AnswerBody body, long? before)
    {
        var (written, last) = (0, 0L);
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        await using (var rows = await request.Hub.Records.ReadAsync(reading.Query with { IsOfVersions = true, BeforeVersion = before, Limit = Chunk }, request.Scope, request.Aborted))
        {
            for (; await rows.NextAsync(request.Aborted); written++)
            {
                if (before is not null || written > 0) body.Write(","u8);
                var (recorded, superseded) = rows.Span();
                Write(request, rows, reading.Precision.Cut(recorded), superseded is { } end ? reading.Precision.Cut(end) : null, body);
                last = rows.RecordKey().Version!.Value;
            }
        }

        return (written == Chunk ? last : null, written);
    }

    /// <summary>What is derived when it is read is now as it is, and nothing else of it is kept.</summary>
    private static async Task<bool> WriteDerivedAsync(HubRequest request, RecordReading reading, AnswerBody body)
    {
        using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
        await using var rows = await reading.FindDerivedAsync(request);
        if (rows?.Derived() is not { } derived) return false;
        Write(request, rows, derived.KnownAt, null, body);
        return true;
    }

    private static void Write(HubRequest request, RecordRows rows, DateTimeOffset recordedAt, DateTimeOffset? supersededAt, AnswerBody body)
    {
        var until = supersededAt is { } end ? $"\"{Instants.Format(end)}\"" : "null";
        Encoding.UTF8.GetBytes($"{{\"recorded_at\":\"{Instants.Format(recordedAt)}\",\"superseded_at\":{until},\"record\":", body);
        rows.Write(body);
        body.Write("}"u8);
        request.Tally?.Count(rows.OperatorId);
    }

    private static Task RefuseAsync(HubRequest request, Dataset dataset) =>
        dataset == Dataset.ChargePoints ? ChargePoints.UnknownChargePoint.RefuseAsync(request, dataset) : RecordReading.RefuseAsync(request);
}
