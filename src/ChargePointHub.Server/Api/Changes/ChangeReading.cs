using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>Everything about an answer of changes that is settled before the first is read.</summary>
/// <param name="Precision">In which recorded_at is told. Coarser than exact: changes come by key, up to the beginning of the unit.</param>
/// <param name="IsOfVersions">Every version is told, and not the newest state alone.</param>
/// <param name="From">Where the reader stands.</param>
/// <param name="Clock">The last tick that is told, and when it was.</param>
internal sealed record ChangeReading(
    AnswerForm Form, PageCursors Cursors, string Question, IReadOnlyList<Dataset> Datasets, TimePrecision Precision, bool IsOfVersions, ChangeCursor From, ClockReading Clock)
{
    public bool IsByKey => Precision != TimePrecision.Exact;

    /// <summary>Datasets that the answer may hold: those asked for, else all that may be read with exact times.</summary>
    public static IReadOnlyList<Dataset> AskedBy(HubRequest request) =>
        Named(request) ?? [.. ChangeQueries.Followed.Where(d => request.Scope.Reads(d) && FaultOf(request, d) is null && PrecisionOf(request, d) == TimePrecision.Exact)];

    /// <summary>What the answer may hold: versions of charge points say which status they then had, out of its history.</summary>
    public static IReadOnlyList<Dataset> HeldBy(HubRequest request) =>
        AskedBy(request) is var asked && request.Parameters["history"] is not null && asked.Contains(Dataset.ChargePoints) ? [.. asked.Append(Dataset.StatusChanges).Distinct()] : asked;

    public static async Task<(ChangeReading? Reading, Fault? Fault)> PrepareAsync(HubRequest request)
    {
        if (Named(request)?.Select(d => FaultOf(request, d)).FirstOrDefault(f => f is not null) is { } outside) return (null, outside);
        var datasets = AskedBy(request);
        var precision = datasets.Select(d => PrecisionOf(request, d)).DefaultIfEmpty(TimePrecision.Exact).Max();
        if (precision != TimePrecision.Exact && datasets.FirstOrDefault(d => PrecisionOf(request, d) == TimePrecision.Exact) is { } exact)
            return (null, new Fault(ErrorCatalogue.NotToldApart, "dataset", $"Times of {exact} are told as they are, and those of other datasets are cut: follow these apart.", Example: $"dataset={exact}"));
        var isOfVersions = request.Parameters["history"] is not null;
        if (isOfVersions && precision != TimePrecision.Exact)
            return (null, new Fault(ErrorCatalogue.NotToldApart, "dataset", $"Times of {datasets[0]} are cut, and how many versions there were would tell more.", Example: $"dataset={Dataset.ChargePoints}"));
        if (WindowReading.FinerThan(precision, request.Parameters["since"], null) is [var finer, ..]) return (null, finer with { Parameter = "since", Example = finer.Example!.Replace("from=", "since=", StringComparison.Ordinal) });
        var cursors = await request.Hub.CursorsAsync(request.Aborted);
        var question = $"{request.Path}?dataset={request.Parameters["dataset"]}&operator={request.Parameters["operator"]}&history={request.Parameters["history"]}";
        var clock = await ClockAsync(request, precision);
        var from = new ChangeCursor(clock.Tick, ChangePlace.Start, null, 0);
        if (CursorOf(request) is { } shown)
        {
            var (cursor, error) = await ChangeCursor.ReadAsync(
                cursors, shown.Text, question, RightsOf(request, datasets), tick => request.Hub.Changes.ReadTimeAsync(tick, request.Scope, request.Aborted));
            if (error is null && await HasUnnamedEndsAsync(request, datasets, cursor!, clock)) error = ErrorCatalogue.EndsUnnamed;
            if (error is not null) return (null, new Fault(error, shown.Name, error.Happened, In: shown.In));
            from = cursor!;
        }
        else if (request.Parameters["since"] is { } since)
        {
            var instant = TimeText.Parse(since)!.Value;
            if (instant > request.Now + WindowReading.MostAhead) return (null, WindowReading.Future("since", instant, request.Now));
            var tick = Math.Min(clock.Tick, await request.Hub.Records.ReadTickAsync(instant, request.Aborted));
            from = new ChangeCursor(tick, ChangePlace.Behind(tick), null, 0);
        }

        return (new ChangeReading(Formats.Of(request), cursors, question, datasets, precision, isOfVersions, from, clock), null);
    }

    /// <summary>The last tick that may be told now.</summary>
    public static async Task<ClockReading> ClockAsync(HubRequest request, TimePrecision precision)
    {
        var now = await request.Hub.Records.ReadClockAsync(request.Aborted);
        if (precision == TimePrecision.Exact) return now;
        var tick = await request.Hub.Records.ReadTickAsync(precision.Cut(request.Hub.Now), request.Aborted);
        return now with { Tick = tick, RecordedAt = await request.Hub.Changes.ReadTimeAsync(tick, request.Scope, request.Aborted) ?? precision.Cut(request.Hub.Now) };
    }

    /// <summary>Records went that the copy may hold, and nobody can be told which.</summary>
    /// <param name="clock">The last tick that may be told: a purge after it is told when that comes, as all else.</param>
    public static Task<bool> HasUnnamedEndsAsync(HubRequest request, IReadOnlyList<Dataset> datasets, ChangeCursor cursor, ClockReading clock) =>
        request.Hub.Changes.HasUnnamedEndsAsync(Math.Max(cursor.Begun, cursor.Place.Tick), clock.Tick, datasets, request.Scope, request.Aborted);

    /// <summary>What a copy was made under: the reader's rights, and the datasets that came of them, as a newer hub may tell of more.</summary>
    public string Rights(HubRequest request) => RightsOf(request, Datasets);

    /// <summary>Strong entity tag; null where it would tell that something came.</summary>
    public string? TagOf(HubRequest request)
    {
        if (IsByKey) return null;
        var facts = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(facts, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            WriteMeta(json, request);
            json.WriteEndObject();
        }

        Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"|{Question}|{request.Scope.Mark}|{request.Parameters["since"]}|{CursorOf(request)?.Text}|{request.Parameters["limit"]}|{Form}|{Clock.Tick}|{Clock.RecordedAt.UtcTicks}|{request.Coding}"),
            facts);
        return AnswerTags.OfFacts(facts.WrittenSpan, null, request.Coding);
    }

    public void WriteMeta(Utf8JsonWriter json, HubRequest request)
    {
        json.WriteInstant("as_of", Precision.Cut(Clock.RecordedAt));
        json.WriteString("schema", "hub/v1/changes");
        json.WriteStartArray("datasets");
        foreach (var dataset in Datasets)
        {
            var held = GrantedPart.Of(request.Scope, dataset, request.Operators, out var restrictedTo);
            json.WriteStartObject();
            json.WriteString("dataset", dataset.Name);
            AnswerMeta.WriteLicences(json, dataset, held);
            json.WriteStrings("restricted_to", restrictedTo);
            AnswerMeta.WriteLimits(json, dataset, GrantedPart.LimitsOf(request.Scope, dataset, request.Parameters.List("operator")));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string RightsOf(HubRequest request, IReadOnlyList<Dataset> datasets) => $"{request.Scope.Mark}|{string.Join(',', datasets)}";

    private static List<Dataset>? Named(HubRequest request) => request.Parameters.List("dataset")?.Distinct().Select(n => Dataset.Named(n)!).ToList();

    private static Fault? FaultOf(HubRequest request, Dataset dataset)
    {
        if (!request.Scope.Reads(dataset))
            return new Fault(request.Caller.KeyId is null ? ErrorCatalogue.KeyNeeded : ErrorCatalogue.ScopeTooNarrow, "dataset", $"Changes of {dataset} are told under a key that holds them.");
        if (GrantedPart.FaultOf(request, dataset, request.Operators) is { } outside) return outside;
        return dataset == Dataset.StatusChanges && PrecisionOf(request, dataset) != TimePrecision.Exact
            ? new Fault(ErrorCatalogue.NotToldApart, "dataset", $"{ErrorCatalogue.NotToldApart.Happened} {ErrorCatalogue.NotToldApart.Remedy}", Example: $"dataset={Dataset.ChargePoints}") : null;
    }

    private static TimePrecision PrecisionOf(HubRequest request, Dataset dataset) => new RecordQuery { Dataset = dataset, Tick = 0, Limit = 1, Operators = request.Parameters.List("operator") }.PrecisionUnder(request.Scope);

    /// <summary>A stream that comes back shows the id of the last event that it had; the address still has the cursor that it began with.</summary>
    private static (string Name, string Text, FaultPlace In)? CursorOf(HubRequest request) =>
        request.Http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? ("Last-Event-ID", last, FaultPlace.Header)
        : request.Parameters["cursor"] is { } text ? ("cursor", text, FaultPlace.Query) : null;
}
