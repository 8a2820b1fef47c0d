using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Everything about an answer of figures that is settled before the first figure is read.</summary>
/// <param name="Basis">The dataset that the figures are made of: whose rights, and whose coverage, they have.</param>
/// <param name="Now">When the first page was asked for: time after it does not count.</param>
/// <param name="Clock">What the hub had learnt; later pages may be of later.</param>
/// <param name="Coverage">Of each operator that is judged.</param>
/// <param name="After">Where to go on.</param>
internal sealed record FigureReading(
    AnswerForm Form, Dataset Basis, PageCursors Cursors, string Question, DateTimeOffset Now, ClockReading Clock, IReadOnlyList<FigurePeriod> Periods, FigurePoints Points, FigureCoverage Coverage,
    FigureMeta Meta, (int Place, FigureKey Key)? After, string Tag)
{
    /// <param name="name">Of the figures, as <c>meta.dataset</c> says it.</param>
    public static async Task<(FigureReading? Reading, IReadOnlyList<Fault> Faults)> PrepareAsync(HubRequest request, Dataset basis, string name, IFigureTable table)
    {
        var (parameters, scope) = (request.Parameters, request.Scope);
        if (FigurePeriods.FaultsOf(parameters) is { Count: > 0 } bounds) return (null, bounds);
        if (GrantedPart.FaultOf(request, basis, request.Operators) is { } outside) return (null, [outside]);
        var form = Formats.Of(request);
        var cursors = await request.Hub.CursorsAsync(request.Aborted);
        var question = $"{request.Path}?{parameters.Normalised()}|{scope.Mark}|{form}";
        PageCursor? cursor = null;
        if (parameters["cursor"] is { } text)
        {
            if (Formats.IsStream(form)) return (null, [new Fault(ErrorCatalogue.CursorOfStream, "cursor", "A stream is the whole answer, so it goes on from nowhere.")]);
            (cursor, var fault) = cursors.Read(text, question);
            if (fault is not null) return (null, [fault]);
        }

        var now = cursor?.AskedAt ?? request.Now;
        var clock = await request.Hub.Records.ReadClockAsync(request.Aborted);
        var held = await request.Hub.Network.ReadAsync(clock, basis, scope, request.Aborted);
        var points = held.Where(FigurePoints.Filter(parameters, request.Directory)).ToList();

        if (FigureRights.UnknownOf(parameters, held, points) is { Count: > 0 } unknown) return (null, unknown);
        if (FigureRights.FaultOf(request, basis, points) is { } cut) return (null, [cut]);
        var (groups, unit) = FigureParameters.GroupsOf(parameters, table.Usual);
        if (FigurePeriods.DaysOf(parameters, unit, now) is not { } d) return (null, [WindowReading.Future("from", LondonCalendar.Midnight(LondonCalendar.DayOf(now).AddDays(1)), now)]);
        if (table.FaultOf(parameters, d) is { } tooLong) return (null, [tooLong]);

        var operators = GrantedPart.Of(scope, basis, request.Operators, out var restrictedTo);
        var window = LondonCalendar.Days(d.First, d.Last);
        var completeness = await request.Hub.Completeness.ReadAsync(new CompletenessQuestion(basis, operators, window, now, null) { IsSeenByCrawls = basis == Dataset.StatusChanges }, scope, request.Aborted);
        var coverage = await FigureCoverage.ReadAsync(request, basis, operators, window, now);
        var periods = FigurePeriods.Of(d.First, d.Last, unit);
        var figures = FigurePoints.Of(groups, points);
        var meta = new FigureMeta(name, basis, window, clock.RecordedAt, groups, unit, operators, completeness, restrictedTo, GrantedPart.LimitsOf(scope, basis, parameters.List("operator")));
        (int, FigureKey)? after = cursor is null ? null : ((int)cursor.Tick, new FigureKey([.. cursor.After.Texts.Select(t => t.Length == 0 ? null : t[1..])]));
        return (new FigureReading(form, basis, cursors, question, now, clock, periods, figures, coverage, meta, after, TagOf(request, question, clock, now, meta)), []);
    }

    /// <summary>The cursor of what follows a row.</summary>
    public string CursorAfter(FigureRow row) => Cursors.Write(
        new PageCursor(row.Place, Clock.RecordedAt, Now, Meta.Window, new PageKey(null, [.. Points.Keys[row.Group].Values.Select(v => v is null ? "" : "=" + v)])), Question);

    /// <summary>Whether a group comes before that at which to go on.</summary>
    public bool IsBefore(FigureKey key) => After is { } after && key.CompareTo(after.Key) < 0;

    /// <summary>Figures follow whatever the hub learns, and the time: an answer about days that have ended stands until something is learnt.</summary>
    private static string TagOf(HubRequest request, string question, ClockReading clock, DateTimeOffset now, FigureMeta meta)
    {
        var facts = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(facts, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            meta.WriteProperties(json);
            json.WriteEndObject();
        }

        var goesOn = meta.Window.To > now ? Instants.Format(now) : "";
        Encoding.UTF8.GetBytes($"|{question}|{request.Parameters["limit"]}|{request.Parameters["cursor"]}|{clock.Tick}|{clock.PlacesTick}|{goesOn}|{request.Coding}", facts);
        return AnswerTags.OfFacts(facts.WrittenSpan, Formats.IsStream(Formats.Of(request)) ? null : now, request.Coding);
    }
}
