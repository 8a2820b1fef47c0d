using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Everything about an answer of records that is settled before the first record is read.</summary>
/// <param name="Question">What binds the cursors of this answer.</param>
/// <param name="Asked">When the first page was asked for; where times are cut, as they are.</param>
/// <param name="Clock">The tick that is shown, and when it was; where times are cut, the beginning of the unit that it was asked in.</param>
/// <param name="Query">Without its limit.</param>
/// <param name="Tag">Strong entity tag.</param>
internal sealed record ListReading(
    AnswerForm Form, PageCursors Cursors, string Question, DateTimeOffset Asked, ClockReading Clock, RecordQuery Query, AnswerMeta Meta, string Tag)
{
    /// <param name="operators">Operators that the answer could hold records of.</param>
    /// <param name="chargePointId">Only what is of this charge point; null: of any.</param>
    public static async Task<(ListReading? Reading, IReadOnlyList<Fault> Faults)> PrepareAsync(
        HubRequest request, Dataset dataset, IReadOnlyList<ListedOperator> operators, string? chargePointId)
    {
        if (GrantedPart.FaultOf(request, dataset, operators) is { } outside) return (null, [outside]);
        operators = GrantedPart.Of(request.Scope, dataset, operators, out var restrictedTo);
        var form = Formats.Of(request);
        var cursors = await request.Hub.CursorsAsync(request.Aborted);
        var question = $"{request.Path}?{request.Parameters.Normalised()}|{request.Scope.Mark}|{form}";
        PageCursor? cursor = null;
        if (request.Parameters["cursor"] is { } text)
        {
            if (Formats.IsStream(form)) return (null, [new Fault(ErrorCatalogue.CursorOfStream, "cursor", "A stream is the whole answer, so it goes on from nowhere.")]);
            (cursor, var fault) = cursors.Read(text, question);
            if (fault is not null) return (null, [fault]);
        }

        var timeField = request.Parameters.TimeField;
        var query = FilterParameters.Narrow(
            new RecordQuery
            {
                Dataset = dataset,
                Tick = 0,
                Limit = int.MaxValue,
                Operators = request.Parameters.List("operator"),
                ChargePointId = chargePointId,
                TimeField = timeField,
                IsDescending = request.Parameters.IsDescending,
                IsWithDerived = dataset == Dataset.Outages && request.Parameters["origin"] != "reported",
                IsWithReported = request.Parameters["origin"] != "derived",
            },
            request.Parameters, request.Directory);
        var precision = query.PrecisionUnder(request.Scope);
        var named = chargePointId is null ? query.Operators : [chargePointId.Split(':')[0]];
        if (GrantedPart.FaultsOfFilters(request, dataset, named, precision) is { Count: > 0 } withheld) return (null, withheld);
        var (from, to, period) = (request.Parameters["from"], request.Parameters["to"], request.Parameters["period"]);
        if (WindowReading.FinerThan(precision, from, to) is { Count: > 0 } finer) return (null, finer);
        var window = cursor is not null ? cursor.Window
            : dataset.IsSnapshot ? null
            : WindowReading.Read(from, to, period, request.Parameters.AsOf ?? request.Now, precision, dataset).Window;

        // When a record appeared would tell its time as well: who is told times by the hour is answered as of the last whole one.
        var isCut = precision != TimePrecision.Exact;
        var isPast = request.Parameters.AsOf is not null;
        var asked = cursor?.AskedAt ?? precision.Cut(request.Parameters.AsOf ?? request.Now);
        var tick = cursor?.Tick ?? (isCut || isPast ? await request.Hub.Records.ReadTickAsync(asked, request.Aborted) : null as long?);

        // Whose outages are derived a tick says, so that the statement must be of the tick of the records.
        var begun = dataset == Dataset.Outages && tick is null ? await request.Hub.Records.ReadClockAsync(request.Aborted) : null;
        tick ??= begun?.Tick;

        // A claim that was read before the clock is true at the clock's tick; the other way round it might not be.
        var completeness = await request.Hub.Completeness.ReadAsync(
            new CompletenessQuestion(dataset, operators, window, asked, tick) { TimeField = timeField }, request.Scope, request.Aborted);
        if (isCut || isPast) completeness = completeness with { Quarantined = null, QuarantinedIsLeast = false }; // no history: it is known as of now alone
        var now = await request.Hub.Records.ReadClockAsync(request.Aborted);
        if (cursor is not null && cursor.Tick > now.Tick)
            return (null, [new Fault(ErrorCatalogue.CursorAhead, "cursor", "This database does not hold the state that the cursor was made from.")]);

        var clock = now with { Tick = tick ?? now.Tick, RecordedAt = cursor?.RecordedAt ?? (isCut || isPast ? asked : (begun ?? now).RecordedAt) };
        query = query with
        {
            Tick = clock.Tick,
            Window = window,
            After = cursor?.After,
            StatusesAt = isPast && dataset == Dataset.ChargePoints ? asked : null,
            FreshOperators = dataset == Dataset.ChargePoints
                ? await request.Hub.Completeness.ReadFreshAsync(request.Directory, isPast ? asked : request.Now, request.Scope, request.Aborted, isPast ? tick : null)
                : [],
        };
        var meta = new AnswerMeta(dataset, window, clock.RecordedAt, operators, completeness, restrictedTo, null) { Limits = GrantedPart.LimitsOf(request.Scope, dataset, named) };
        var tag = AnswerTags.OfFacts(Facts(request, question, isCut ? clock with { Tick = now.PlacesTick } : now, query, meta), Formats.IsStream(form) ? null : asked, request.Coding);
        return (new ListReading(form, cursors, question, asked, clock, query, meta, tag), []);
    }

    /// <summary>
    /// What decides the bytes, in one text. What is joined is as it stands now, so today's tick is part of it beside the one that is shown:
    /// whatever is served, area codes too, changes under a tick. Where times are cut it is the tick of what is joined alone: others would tell that something came.
    /// </summary>
    private static ReadOnlySpan<byte> Facts(HubRequest request, string question, ClockReading now, RecordQuery query, AnswerMeta meta)
    {
        var facts = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(facts, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            meta.WriteProperties(json);
            json.WriteEndObject();
        }

        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"|{question}|{request.Parameters["limit"]}|{request.Parameters["cursor"]}|{query.Tick}|{now.Tick}|{now.RecordedAt.UtcTicks}|{request.Coding}|"),
            facts);
        Encoding.UTF8.GetBytes(string.Join(',', query.FreshOperators), facts);
        return facts.WrittenSpan;
    }
}
