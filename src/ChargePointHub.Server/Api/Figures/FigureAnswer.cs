using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Figures as a page, as a stream of lines, and as a table: the same for every kind of them. A few periods, or groups, are read at once, however long the answer is.</summary>
internal static class FigureAnswer
{
    /// <summary>Rows that are worked out at once, about.</summary>
    private const int Chunk = 20_000;

    /// <param name="basis">The dataset that the figures are made of.</param>
    /// <param name="name">Of the figures.</param>
    public static async Task SendAsync(HubRequest request, Dataset basis, string name, IFigureTable table)
    {
        var (prepared, faults) = await PrepareAsync();
        if (prepared is not { } reading)
        {
            await Problem.Of(faults).WriteAsync(request.Http);
            return;
        }

        JsonAnswer.SetHeaders(request, Formats.MediaTypeOf(reading.Form));
        request.Http.Response.Headers["Hub-Completeness"] = reading.Meta.Completeness.ToHeader();
        if (AnswerTags.IsHeld(request, reading.Tag)) return;
        var cost = RequestCost.OfAnswer(request.Parameters, reading.Form) + RequestCost.OfFigures(FigureReach.PointDaysOf(reading, table, request.Parameters));
        using var room = await AnswerRoom.EnterAsync(request, cost);
        if (room is null) return;
        using var body = new AnswerBody(request);
        if (Formats.IsStream(reading.Form)) await StreamAsync(request, reading, table, body);
        else await PageAsync(request, reading, table, body);
        await body.EndAsync(request.Aborted);

        async Task<(FigureReading? Reading, IReadOnlyList<Fault> Faults)> PrepareAsync()
        {
            using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
            return await FigureReading.PrepareAsync(request, basis, name, table);
        }
    }

    private static async Task PageAsync(HubRequest request, FigureReading reading, IFigureTable table, AnswerBody body)
    {
        body.Write("{\"data\":["u8);
        using var writer = new FigureWriter(request, reading, body);
        var (written, last) = (0, (FigureRow?)null);
        await foreach (var row in RowsAsync(request, reading, table, request.Parameters.Limit))
        {
            if (written == request.Parameters.Limit)
            {
                End(reading.CursorAfter(last!));
                return;
            }

            if (written++ > 0) body.Write(","u8);
            writer.Write(row);
            last = row;
            await body.SpillAsync(request.Aborted);
        }

        End(null);

        void End(string? next)
        {
            body.Write("],"u8);
            var part = new ArrayBufferWriter<byte>(1024);
            using (var json = new Utf8JsonWriter(part, HubJson.WriterOptions))
            {
                json.WriteStartObject();
                json.WriteStartObject("meta");
                reading.Meta.WriteProperties(json);
                json.WriteEndObject();
                json.WriteStartObject("links");
                json.WriteString("self", request.Parameters.Link(request.Path, request.Parameters["cursor"]));
                json.WriteString("next", next is null ? null : request.Parameters.Link(request.Path, next));
                json.WriteEndObject();
                json.WriteString("next_cursor", next);
                json.WriteEndObject();
            }

            body.Write(part.WrittenSpan[1..]);
            if (!body.IsStreaming && next is not null) request.Http.Response.Headers.Link = $"<{request.Parameters.Link(request.Path, next)}>; rel=\"next\"";
        }
    }

    private static async Task StreamAsync(HubRequest request, FigureReading reading, IFigureTable table, AnswerBody body)
    {
        request.Http.Response.Headers.Append("Link", $"<{request.Parameters.LinkToStatement(request.Path, reading.Meta.Window)}>; rel=\"describedby\"; type=\"{ApiRoute.Json}\"");
        if (HttpMethods.IsHead(request.Http.Request.Method)) return;
        var limit = request.Parameters["limit"] is null ? long.MaxValue : request.Parameters.Limit;
        var csv = reading.Form == AnswerForm.Csv ? new CsvRecord([.. FigureColumns.Of(reading.Points.By), .. table.Measures]) : null;
        csv?.WriteHead(body);
        var (written, isLimited) = (0L, false);
        var scratch = new ArrayBufferWriter<byte>();
        using var writer = new FigureWriter(request, reading, csv is null ? body : scratch);
        await foreach (var row in RowsAsync(request, reading, table, limit))
        {
            if (written == limit)
            {
                isLimited = true;
                break;
            }

            writer.Write(row);
            if (csv is null) body.Write("\n"u8);
            else csv.Write(scratch.WrittenSpan, body);
            scratch.ResetWrittenCount();
            written++;
            await body.SpillAsync(request.Aborted);
        }

        if (csv is not null) return;
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("summary");
            json.WriteNumber("rows", written);
            json.WriteBoolean("limited", isLimited);
            reading.Meta.WriteProperties(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.Write("\n"u8);
    }

    private static async IAsyncEnumerable<FigureRow> RowsAsync(HubRequest request, FigureReading reading, IFigureTable table, long limit)
    {
        var groups = reading.Points.Keys;
        var (parts, each, first) = table.RowsOfGroup is { } ofGroup
            ? (groups.Count, ofGroup, groups.TakeWhile(reading.IsBefore).Count())
            : (reading.Periods.Count, Math.Max(1, groups.Count), reading.After?.Place ?? 0);

        // One row more than is asked for shows whether there is a next page.
        var most = (int)Math.Max(1, (Math.Min(limit, Chunk) + each) / each);
        for (var count = 0; first < parts; first += count)
        {
            count = Math.Min(most, parts - first);
            IReadOnlyList<FigureRow> rows;
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted)) rows = await table.ReadAsync(request, reading, first, count);
            foreach (var row in rows)
            {
                if (reading.After is { } after && (table.RowsOfGroup is null ? row.Place == after.Place && groups[row.Group].CompareTo(after.Key) <= 0 : groups[row.Group].CompareTo(after.Key) == 0 && row.Place <= after.Place)) continue;
                yield return row;
            }
        }
    }

    /// <summary>One row as a JSON object.</summary>
    private sealed class FigureWriter(HubRequest request, FigureReading reading, IBufferWriter<byte> output) : IDisposable
    {
        private readonly Utf8JsonWriter json = new(output, HubJson.WriterOptions);
        private readonly IReadOnlyList<string> columns = FigureColumns.Of(reading.Points.By);
        private readonly Dictionary<int, string[]> operators = [];

        public void Write(FigureRow row)
        {
            json.Reset();
            json.WriteStartObject();
            FigureColumns.Write(json, columns, reading, row, request.Directory.Areas);
            row.Write(json);
            json.WriteEndObject();
            json.Flush();
            if (request.Tally is not { } tally) return;

            // On record is each operator of whose records the row is made.
            if (!operators.TryGetValue(row.Group, out var of)) operators[row.Group] = of = [.. reading.Points.OperatorsOf(row.Group)];
            foreach (var operatorId in of) tally.Count(operatorId);
        }

        public void Dispose() => json.Dispose();
    }
}
