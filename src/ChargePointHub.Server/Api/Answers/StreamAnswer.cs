using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Metrics;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// The whole answer, one record a line. As NDJSON it has a last line that sums up, so that a stream without it was cut; as CSV it has a first one that names the columns. While one
/// chunk goes out the next is read, and the connection is given back before it goes.
/// </summary>
internal static class StreamAnswer
{
    public static async Task SendAsync(HubRequest request, ListReading reading)
    {
        request.Http.Response.Headers.Append("Link", $"<{request.Parameters.LinkToStatement(request.Path, reading.Meta.Window)}>; rel=\"describedby\"; type=\"{ApiRoute.Json}\"");
        if (HttpMethods.IsHead(request.Http.Request.Method)) return;

        using var body = new AnswerBody(request);
        using var going = new PooledBuffer(ChunkSize.FirstBytes);
        using var coming = new PooledBuffer(ChunkSize.FirstBytes);
        var chunks = new RecordChunks(request, reading);
        var (read, next) = (going, coming);
        var pending = chunks.ReadAsync(read);
        try
        {
            while (await pending)
            {
                (read, next) = (next, read);
                pending = chunks.ReadAsync(read);
                await body.SendAsync(next.Written, request.Aborted);
            }
        }
        finally
        {
            // A reader who went away leaves a chunk that is still being read into memory that would be given back.
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            HubMeter.Streamed(reading.Meta.Dataset, chunks.Written);
        }

        body.Write(read.Written.Span);
        if (reading.Form == AnswerForm.NdJson) WriteSummary(body, reading.Meta, chunks);
        await body.EndAsync(request.Aborted);
    }

    private static void WriteSummary(AnswerBody body, AnswerMeta meta, RecordChunks chunks)
    {
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("summary");
            json.WriteNumber("rows", chunks.Written);
            json.WriteBoolean("limited", chunks.MoreFollow);
            meta.WriteProperties(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.Write("\n"u8);
    }
}
