using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>One page of a dataset in the envelope: the same for every dataset, so that a client learns it once.</summary>
internal static class ListAnswer
{
    /// <summary>Rows read at once. A default page, and the row that shows whether another follows, is one chunk.</summary>
    private const int Chunk = HubParameters.DefaultLimit + 1;

    /// <param name="narrow">Puts the route's own filters into the query.</param>
    /// <param name="operators">Operators that the answer could hold records of.</param>
    public static async Task SendAsync(
        HubRequest request, Dataset dataset, IReadOnlyList<ListedOperator> operators, Func<RecordQuery, RecordQuery> narrow)
    {
        var geoJson = Formats.WantsGeoJson(request);
        var cursors = await request.Hub.CursorsAsync(request.Aborted);
        var question = $"{request.Path}?{request.Parameters.Normalised()}|{request.Scope.Name}|{(geoJson ? "geojson" : "json")}";
        PageCursor? cursor = null;
        if (request.Parameters["cursor"] is { } text)
        {
            (cursor, var fault) = cursors.Read(text, question);
            if (fault is not null)
            {
                await request.RefuseAsync(fault);
                return;
            }
        }

        var window = cursor is not null ? cursor.Window
            : dataset.IsSnapshot ? null
            : WindowReading.Read(request.Parameters["from"], request.Parameters["to"], request.Parameters["period"], request.Now).Window;
        var askedAt = cursor?.AskedAt ?? request.Now;

        // A claim that was read before the clock is true at the clock's tick; the other way round it might not be.
        var completeness = await request.Hub.Completeness.ReadAsync(
            new CompletenessQuestion(dataset, operators, window, askedAt, cursor?.Tick), request.Scope, request.Aborted);
        var clock = await request.Hub.Records.ReadClockAsync(request.Aborted);
        if (cursor is not null)
        {
            if (cursor.Tick > clock.Tick)
            {
                await request.RefuseAsync(new Fault(ErrorCatalogue.CursorAhead, "cursor", "This database does not hold the state that the cursor was made from."));
                return;
            }

            clock = new ClockReading(cursor.Tick, cursor.RecordedAt);
        }

        var limit = request.Parameters.Limit;
        var query = narrow(new RecordQuery
        {
            Dataset = dataset,
            Tick = clock.Tick,
            Window = window,
            After = cursor?.After,
            Limit = limit,
            Operators = request.Parameters.List("operator"),
            FreshOperators = dataset == Dataset.ChargePoints
                ? await request.Hub.Completeness.ReadFreshAsync(request.Directory, request.Now, request.Scope, request.Aborted)
                : [],
        });

        JsonAnswer.SetHeaders(request, geoJson ? ApiRoute.GeoJson : ApiRoute.Json);
        request.Http.Response.Headers["Hub-Completeness"] = completeness.ToHeader();
        using var body = new AnswerBody(request.Http.Response);
        body.Write(geoJson ? "{\"type\":\"FeatureCollection\",\"features\":["u8 : "{\"data\":["u8);
        var last = await WriteRowsAsync(request, query, limit, new RecordShape(geoJson, request.Parameters.List("select")), body);
        var next = last is null ? null : cursors.Write(new PageCursor(clock.Tick, clock.RecordedAt, askedAt, window, last), question);
        var meta = new AnswerMeta(dataset, window, clock.RecordedAt, operators, completeness);
        body.Write("],"u8);
        AnswerMeta.WriteTail(body, meta, request.Parameters.Link(request.Path, request.Parameters["cursor"]), next is null ? null : request.Parameters.Link(request.Path, next), next);
        if (!body.IsStreaming && next is not null) request.Http.Response.Headers.Link = $"<{request.Parameters.Link(request.Path, next)}>; rel=\"next\"";
        await body.EndAsync(request.Aborted);
    }

    /// <summary>In chunks, at one tick; one row more than asked for shows whether there is a next page.</summary>
    /// <returns>The key of the last row when more follow; null at the end.</returns>
    private static async Task<PageKey?> WriteRowsAsync(HubRequest request, RecordQuery query, int limit, RecordShape shape, AnswerBody body)
    {
        var written = 0;
        PageKey? last = null;
        while (true)
        {
            var chunk = Math.Min(limit + 1 - written, Chunk);
            var read = 0;
            await using (var rows = await request.Hub.Records.ReadAsync(query with { Limit = chunk, After = last ?? query.After }, request.Scope, request.Aborted))
            {
                for (; await rows.NextAsync(request.Aborted); read++)
                {
                    if (written == limit) return last;
                    if (written > 0) body.Write(","u8);
                    shape.Write(rows, body);
                    written++;
                    if (written == limit || read == chunk - 1) last = rows.Key();
                }
            }

            // The connection is given back: a reader who takes his time holds one chunk in memory and nothing of the database.
            if (read < chunk) return null;
            await body.SpillAsync(request.Aborted);
        }
    }
}
