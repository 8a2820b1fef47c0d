using System.Buffers;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Records of a dataset: the same for every dataset, so that a client learns it once.</summary>
internal static class ListAnswer
{
    /// <summary>Rows read at once. A default page, and the row that shows whether another follows, is one chunk.</summary>
    private const int Chunk = HubParameters.DefaultLimit + 1;

    /// <summary>Rows for which a join in SQL costs more than a lookup in memory and, once in a while, reading that anew.</summary>
    private const int WorthPlaces = 500;

    /// <param name="operators">Operators that the answer could hold records of.</param>
    /// <param name="chargePointId">Only what is of this charge point; null: of any.</param>
    public static async Task SendAsync(
        HubRequest request, Dataset dataset, IReadOnlyList<ListedOperator> operators, string? chargePointId = null)
    {
        var (prepared, faults) = await PrepareAsync();
        if (prepared is not { } reading)
        {
            await Problem.Of(faults).WriteAsync(request.Http);
            return;
        }

        JsonAnswer.SetHeaders(request, Formats.MediaTypeOf(reading.Form));
        var headers = request.Http.Response.Headers;
        headers["Hub-Completeness"] = reading.Meta.Completeness.ToHeader();
        if (AnswerTags.IsHeld(request, reading.Tag)) return;
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.OfAnswer(request.Parameters, reading.Form), CountAsync);
        if (room is null) return;
        await (Formats.IsStream(reading.Form) ? StreamAnswer.SendAsync(request, reading) : SendPageAsync(request, reading));

        // An answer of one record is little but this, and as many may be asked for as the quota holds.
        async Task<(ListReading? Reading, IReadOnlyList<Fault> Faults)> PrepareAsync()
        {
            using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
            return await ListReading.PrepareAsync(request, dataset, operators, chargePointId);
        }

        async Task<bool> CountAsync()
        {
            if (request.Parameters["count"] is null) return true;
            using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
            if (await request.Hub.Records.CountAsync(reading.Query with { After = null }, request.Scope, request.Hub.CountPatience, request.Aborted) is not { } count)
            {
                await request.RefuseAsync(new Fault(ErrorCatalogue.TooMuchToCount, "count", "These records are too many to be counted while somebody waits."));
                return false;
            }

            headers["Hub-Count"] = count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            reading = reading with { Meta = reading.Meta with { Count = count } };
            return true;
        }
    }

    private static async Task SendPageAsync(HubRequest request, ListReading reading)
    {
        var geoJson = reading.Form == AnswerForm.GeoJson;
        using var body = new AnswerBody(request);
        body.Write(geoJson ? "{\"type\":\"FeatureCollection\",\"features\":["u8 : "{\"data\":["u8);
        var query = reading.Query with { TellsKeys = true };
        if (request.Parameters.Limit >= WorthPlaces && query.TakesPlaces(request.Scope)) query = query with { Places = await request.Hub.Records.ReadPlacesAsync(reading.Clock, request.Scope, request.Aborted) };
        var last = await WriteRowsAsync(request, query, request.Parameters.Limit, new RecordShape(reading.Form, reading.Meta.Dataset, request.Parameters.List("select")), body);
        var next = last is null ? null
            : reading.Cursors.Write(new PageCursor(reading.Clock.Tick, reading.Clock.RecordedAt, reading.Asked, reading.Meta.Window, last), reading.Question);
        body.Write("],"u8);
        AnswerMeta.WriteTail(
            body, reading.Meta, request.Parameters.Link(request.Path, request.Parameters["cursor"]), next is null ? null : request.Parameters.Link(request.Path, next), next);
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
            // What is withheld is passed over in memory, so that many rows may give few records.
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
            await using (var rows = await request.Hub.Records.ReadAsync(query with { Limit = query.Places is null ? Math.Min(limit + 1 - written, Chunk) : Chunk }, request.Scope, request.Aborted))
            {
                while (await rows.NextAsync(request.Aborted))
                {
                    if (written == limit) return last;
                    if (written > 0) body.Write(","u8);
                    shape.Write(rows, body);
                    request.Tally?.Count(rows.OperatorId);
                    if (++written == limit) last = rows.Key();
                }

                if (rows.LastKey is not { } read) return null;
                query = query with { After = read };
            }

            // The connection is given back: a reader who takes his time holds one chunk in memory and nothing of the database.
            await body.SpillAsync(request.Aborted);
        }
    }
}
