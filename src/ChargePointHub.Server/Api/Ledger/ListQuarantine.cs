using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Ledger;

/// <summary>GET /v1/quarantine: what was refused or waits, and why.</summary>
internal static class ListQuarantine
{
    /// <summary>Read at once: records may be long.</summary>
    private const int Chunk = 201;

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/quarantine",
        OperationId = "listQuarantine",
        Summary = "Records that were refused or wait, and why",
        Description = "Newest arrival first: each record as it was sent, with everything that was found in it. A refused record leaves when one of its key is accepted, "
            + "when it passes by newer rules, and, of datasets that come as a whole, when a whole crawl no longer brings it; a session whose charge point is unknown leaves when that appears. "
            + "from, to and period choose by event time, else by arrival: meta.completeness.quarantined of a dataset's answer counts exactly these records. "
            + "Of a charge point that its operator withholds, or that nobody knows, the operator alone is shown what was refused and what waits: the count has them all. "
            + $"At most {PageWriter.MostInQuarantine} refused records of each operator and dataset are kept, and as many that wait; meta.overflow tells of older ones that made way.",
        Tag = "Coverage",
        IsHeldBy = RouteRights.FeedQuality,
        IsRestricted = true,
        Restricted = RestrictedPart.Findings,
        Parameters =
        [
            HubParameters.FromOfAll, HubParameters.ToOfAll, HubParameters.Period, HubParameters.OperatorOnly, HubParameters.DatasetName, HubParameters.Rule, HubParameters.PageLimit,
            HubParameters.PageCursor,
        ],
        Answers = [new(ApiRoute.Json, "QuarantineList")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        if (GrantedPart.FaultOfQuality(request) is { } outside)
        {
            await request.RefuseAsync(outside);
            return;
        }

        var cursors = await request.Hub.CursorsAsync(request.Aborted);
        var operators = GrantedPart.OfQuality(request, out var restrictedTo);
        var question = $"{request.Path}?{request.Parameters.Normalised()}|{request.Scope.Mark}";
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

        // Everything here changes under a tick: read before the rows, it makes a tag that is never too new.
        var clock = await request.Hub.Records.ReadClockAsync(request.Aborted);
        if (cursor?.Tick > clock.Tick)
        {
            await request.RefuseAsync(new Fault(ErrorCatalogue.CursorAhead, "cursor", "This database does not hold the state that the cursor was made from."));
            return;
        }

        var window = cursor is null ? LedgerReading.Window(request) : cursor.Window;
        var asked = cursor?.AskedAt ?? request.Now;
        JsonAnswer.SetHeaders(request, ApiRoute.Json);
        var facts = string.Create(
            CultureInfo.InvariantCulture,
            $"{question}|{request.Parameters["limit"]}|{request.Parameters["cursor"]}|{window}|{clock.Tick}|{clock.RecordedAt.UtcTicks}|{string.Join(',', operators)}|{request.Coding}");
        if (AnswerTags.IsHeld(request, AnswerTags.OfFacts(Encoding.UTF8.GetBytes(facts), asked, request.Coding))) return;
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.OfAnswer(request.Parameters, AnswerForm.Json));
        if (room is null) return;

        using var body = new AnswerBody(request);
        using var json = new Utf8JsonWriter(body, HubJson.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("data");
        var query = new QuarantineQuery(operators, request.Parameters.List("dataset"), request.Parameters.List("rule"), window, cursor?.After, 0);
        var last = await WriteRowsAsync(request, query, json, body);
        json.WriteEndArray();
        json.WriteStartObject("meta");
        json.WriteWindow("window", window);
        json.WriteInstant("as_of", clock.RecordedAt);
        json.WriteStrings("restricted_to", restrictedTo);
        json.WriteStartArray("overflow");
        foreach (var overflow in await request.Hub.Quarantine.ReadOverflowAsync(operators, request.Scope, request.Aborted)) Write(json, overflow);
        json.WriteEndArray();
        json.WriteEndObject();
        var next = last is null ? null : cursors.Write(new PageCursor(cursor?.Tick ?? clock.Tick, cursor?.RecordedAt ?? clock.RecordedAt, asked, window, last), question);
        var link = next is null ? null : request.Parameters.Link(request.Path, next);
        json.WriteStartObject("links");
        json.WriteString("self", request.Parameters.Link(request.Path, request.Parameters["cursor"]));
        json.WriteString("next", link);
        json.WriteEndObject();
        json.WriteString("next_cursor", next);
        json.WriteEndObject();
        await json.FlushAsync(request.Aborted);
        if (!body.IsStreaming && link is not null) request.Http.Response.Headers.Link = $"<{link}>; rel=\"next\"";
        await body.EndAsync(request.Aborted);
    }

    /// <returns>The key of the last record when more follow; null at the end.</returns>
    private static async Task<PageKey?> WriteRowsAsync(HubRequest request, QuarantineQuery query, Utf8JsonWriter json, AnswerBody body)
    {
        var limit = request.Parameters.Limit;
        for (var written = 0; ;)
        {
            // One more than is wanted shows whether there is a next page.
            IReadOnlyList<QuarantineEntry> rows;
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
                rows = await request.Hub.Quarantine.ReadAsync(query with { Limit = Math.Min(limit + 1 - written, Chunk) }, request.Scope, request.Aborted);
            foreach (var row in rows)
            {
                if (written++ == limit) return query.After;
                Write(json, row);
                request.Tally?.Count(row.OperatorId);
                query = query with { After = row.Key };
            }

            if (rows.Count < Chunk) return null;
            await json.FlushAsync(request.Aborted);
            await body.SpillAsync(request.Aborted);
        }
    }

    private static void Write(Utf8JsonWriter json, QuarantineEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("operator_id", entry.OperatorId);
        json.WriteString("dataset", entry.Dataset.Name);
        json.WriteString("record_id", entry.RecordId);
        json.WriteString("state", entry.WaitsFor is null ? "refused" : "waiting");
        json.WriteString("waits_for", entry.WaitsFor);
        json.WriteInstant("event_at", entry.EventAt);
        json.WriteInstant("recorded_at", entry.RecordedAt);
        json.WriteString("feed_id", entry.FeedId);
        json.WriteString("run_id", entry.RunId.ToString());
        json.WriteNumber("page", entry.PageNumber);
        json.WriteStartArray("findings");
        foreach (var finding in entry.Findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", finding.Rule);
            json.WriteString("severity", Words<Severity>.Of(finding.Severity));
            json.WriteString("pointer", finding.Pointer);
            json.WriteString("value", finding.Value);
            json.WriteString("message", finding.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("record");
        json.WriteRawValue(entry.Document.Span, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, QuarantineOverflow overflow)
    {
        json.WriteStartObject();
        json.WriteString("operator_id", overflow.OperatorId);
        json.WriteString("dataset", overflow.Dataset.Name);
        json.WriteString("state", overflow.OfWaiting ? "waiting" : "refused");
        json.WriteNumber("dropped", overflow.Dropped);
        json.WriteInstant("first_at", overflow.FirstAt);
        json.WriteInstant("last_at", overflow.LastAt);
        json.WriteEndObject();
    }
}
