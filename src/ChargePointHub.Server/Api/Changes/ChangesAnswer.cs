using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>Changes as a page, as lines up to the last one, or as events without end.</summary>
internal static class ChangesAnswer
{
    /// <summary>Goes at the keys of records that the reader may not have, before a page ends without being full.</summary>
    private const int MostEmpty = 50;

    public static async Task SendAsync(HubRequest request)
    {
        ChangeReading reading;
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        {
            var (prepared, fault) = await ChangeReading.PrepareAsync(request);
            if (fault is not null)
            {
                await request.RefuseAsync(fault);
                return;
            }

            reading = prepared!;
        }

        JsonAnswer.SetHeaders(request, Formats.MediaTypeOf(reading.Form));
        if (reading.Form != AnswerForm.Events && reading.TagOf(request) is { } tag && AnswerTags.IsHeld(request, tag)) return;
        var isLive = reading.Form == AnswerForm.Events;
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.OfAnswer(request.Parameters, reading.Form), slots: isLive ? request.Hub.Streams : null);
        if (room is null) return;
        using var walk = new ChangeWalk(request, reading);
        if (isLive)
        {
            if (HttpMethods.IsHead(request.Http.Request.Method)) return;
            await ChangeStream.SendAsync(request, reading, walk, request.Http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            return;
        }

        using var body = new AnswerBody(request);
        await (reading.Form == AnswerForm.NdJson ? SendLinesAsync(request, reading, walk, body) : SendPageAsync(request, reading, walk, body));
    }

    private static async Task SendPageAsync(HubRequest request, ChangeReading reading, ChangeWalk walk, AnswerBody body)
    {
        body.Write("{\"data\":["u8);
        var isFirst = true;
        await WriteAsync(request, walk, body, request.Parameters.Limit, json =>
        {
            if (!isFirst) body.Write(","u8);
            isFirst = false;
            body.Write(json.Span);
        });
        body.Write("],"u8);
        var (cursor, path) = (walk.Cursor, request.Path);
        var next = walk.IsAtEnd ? null : request.Parameters.Link(path, cursor);
        var part = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(part, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("meta");
            reading.WriteMeta(json, request);
            json.WriteEndObject();
            json.WriteStartObject("links");
            json.WriteString("self", request.Parameters.Link(path, request.Parameters["cursor"]));
            json.WriteString("next", next);
            json.WriteEndObject();
            json.WriteString("next_cursor", cursor);
            json.WriteBoolean("has_more", !walk.IsAtEnd);
            json.WriteEndObject();
        }

        body.Write(part.WrittenSpan[1..]);
        if (!body.IsStreaming && next is not null) request.Http.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        await body.EndAsync(request.Aborted);
    }

    private static async Task SendLinesAsync(HubRequest request, ChangeReading reading, ChangeWalk walk, AnswerBody body)
    {
        if (HttpMethods.IsHead(request.Http.Request.Method)) return;
        var rows = await WriteAsync(request, walk, body, request.Parameters["limit"] is null ? long.MaxValue : request.Parameters.Limit, json =>
        {
            body.Write(json.Span);
            body.Write("\n"u8);
        });
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("summary");
            json.WriteNumber("rows", rows);
            json.WriteBoolean("has_more", !walk.IsAtEnd);
            json.WriteString("next_cursor", walk.Cursor);
            reading.WriteMeta(json, request);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.Write("\n"u8);
        await body.EndAsync(request.Aborted);
    }

    /// <summary>In chunks; a reader who takes his time holds one of them in memory, and nothing of the database.</summary>
    /// <returns>How many were written.</returns>
    private static async Task<long> WriteAsync(HubRequest request, ChangeWalk walk, AnswerBody body, long limit, Action<ReadOnlyMemory<byte>> write)
    {
        var (rows, empty) = (0L, 0);
        while (rows < limit && !walk.IsAtEnd && (empty < MostEmpty || limit == long.MaxValue))
        {
            await walk.ReadAsync((int)Math.Min(limit - rows, int.MaxValue));
            foreach (var (json, _) in walk.Items) write(walk.Json(json));
            rows += walk.Items.Count;
            if (walk.Items.Count == 0) empty++;
            await body.SpillAsync(request.Aborted);
        }

        return rows;
    }
}
