using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Ledger;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators/{id}/access-log: who read an operator's restricted data. Reading it is no such reading itself.</summary>
internal static class ListAccessLog
{
    /// <summary>Read at once.</summary>
    private const int Chunk = 1_001;

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators/{id}/access-log",
        OperationId = "listAccessLogOfOperator",
        Summary = "Who read an operator's restricted data",
        Description = "Newest first: each reading of the operator's charging sessions, history of status, causes of gaps, feed health in detail, findings and quarantine, with who, when, what was asked, "
            + "by which right, and how much it was. A reading stands here before its first byte is sent; `ended_at` null: it goes on, or the hub ended in the midst of it. "
            + "Of a reading of several operators it tells this operator's part: its records, the grants on its data, and the filter without the others. "
            + "For the operator itself and for auditors.",
        Tag = "Operators",
        IsHeldBy = RouteRights.AccessLog,
        IsRestricted = true,
        IsPersonal = true,
        Id = ("Operator id.", "lamplight"),
        Parameters = [HubParameters.FromOfAll, HubParameters.ToOfAll, HubParameters.Period, HubParameters.PageLimit, HubParameters.PageCursor],
        Errors = [ErrorCatalogue.NoSuchOperator],
        Answers = [new(ApiRoute.Json, "AccessLog")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        // Of an operator whose log the key does not hold no more is said than of one that is not there.
        var held = request.Directory.Operators.Select(o => o.OperatorId).Where(request.Scope.ReadsAccessLog).ToList();
        if (!held.Contains(request.Id) && !await IsOnRecordAsync(request))
        {
            await request.RefuseIdAsync(ErrorCatalogue.NoSuchOperator, $"Of an operator {request.Id} there is no access log that this key may read.", held);
            return;
        }

        var cursors = await request.Hub.CursorsAsync(request.Aborted);
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

        var asked = cursor?.AskedAt ?? request.Now;
        var query = new AuditQuery(request.Id, cursor is null ? LedgerReading.Window(request) : cursor.Window, cursor?.After, 0);
        JsonAnswer.SetHeaders(request, ApiRoute.Json);
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.OfAnswer(request.Parameters, AnswerForm.Json));
        if (room is null) return;
        using var body = new AnswerBody(request);
        using var json = new Utf8JsonWriter(body, HubJson.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("data");
        var last = await WriteRowsAsync(request, query, json, body);
        json.WriteEndArray();

        // The audit has no ticks: a page goes on by its last row alone.
        var next = last is null ? null : cursors.Write(new PageCursor(0, asked, asked, query.Window, last), question);
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

    /// <summary>Readings outlive the file of the operator: it sees its own all the same, and auditors those of whomever the record names.</summary>
    private static async Task<bool> IsOnRecordAsync(HubRequest request) =>
        request.Id == request.Scope.OwnOperator
        || (request.Scope.ReadsAccessLog(request.Id) && (await request.Hub.AccessLog.ReadAsync(new AuditQuery(request.Id, null, null, 1) { OnlyAnswered = true }, request.Scope, request.Aborted)).Count > 0);

    /// <returns>The key of the last reading when more follow; null at the end.</returns>
    private static async Task<PageKey?> WriteRowsAsync(HubRequest request, AuditQuery query, Utf8JsonWriter json, AnswerBody body)
    {
        var limit = request.Parameters.Limit;
        for (var written = 0; ;)
        {
            // One more than is wanted shows whether there is a next page.
            var wanted = Math.Min(limit + 1 - written, Chunk);
            IReadOnlyList<AuditedReading> rows;
            using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
                rows = await request.Hub.AccessLog.ReadAsync(query with { Limit = wanted }, request.Scope, request.Aborted);
            foreach (var row in rows)
            {
                if (written++ == limit) return query.After;
                Write(json, row);
                query = query with { After = row.Key };
            }

            if (rows.Count < wanted) return null;
            await json.FlushAsync(request.Aborted);
            await body.SpillAsync(request.Aborted);
        }
    }

    private static void Write(Utf8JsonWriter json, AuditedReading reading)
    {
        var grants = reading.Rights.Select(ReadRight.GrantOf).OfType<string>().ToList();
        json.WriteStartObject();
        json.WriteInstant("read_at", reading.OpenedAt);
        json.WriteString("organisation_id", reading.OrganisationId);
        json.WriteString("reader", reading.Holder);
        json.WriteString("right", ReadRight.WordOf(reading.Rights));
        json.WriteStrings("grants", grants);
        json.WriteString("route", reading.Route);
        json.WriteString("path", reading.Path);
        json.WriteString("filter", reading.Filter);
        json.WriteString("request_id", reading.RequestId);
        json.WriteString("outcome", reading.Outcome is { } outcome ? Words<ReadOutcome>.Of(outcome) : null);
        json.WriteInstant("ended_at", reading.ClosedAt);
        WriteNumber("records", reading.Records);
        WriteNumber("bytes", reading.Bytes);
        json.WriteEndObject();

        void WriteNumber(string name, long? value)
        {
            if (value is { } number) json.WriteNumber(name, number);
            else json.WriteNull(name);
        }
    }
}
