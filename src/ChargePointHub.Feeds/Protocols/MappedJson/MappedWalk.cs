using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>One page as it was sent, or why there is none.</summary>
internal sealed record MappedAnswer(JsonDocument? Json, IReadOnlyList<MappedRow> Rows, FeedFailure? Failure, int Requests) : IDisposable
{
    /// <summary>What the answer was before; null: it came as JSON.</summary>
    public MappedTable? Table { get; init; }

    public void Dispose() => Json?.Dispose();
}

/// <summary>Walks one list as its mapping says, page by page, to an end that proves that nothing was left out.</summary>
/// <param name="bounds">Shared by all lists of one pull.</param>
/// <param name="pageSize">Rows asked for.</param>
/// <param name="id">Of the loop's turn; null: there is no loop.</param>
/// <param name="begun">Where an earlier walk got to.</param>
internal sealed class MappedWalk(Fetch fetch, Uri baseUrl, MappedList list, MappedAddress address, PullBounds bounds, int pageSize, string? id, MappedPlace begun)
{
    private const int MostEmptyPages = 20;

    private readonly HashSet<string> _rows = new(StringComparer.Ordinal);
    private readonly SeenRecords _seen = new(begun.Seen);
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private readonly OffsetWalk _offsets = Offsets(pageSize, list.Paging.By == PagingKind.Offset ? begun.Walk : null);
    private int _page = begun.Page ?? list.Paging.First;
    private string? _next = begun.Next;
    private int _emptyPages;
    private long _distinct = begun.Rows;

    /// <summary>The last page has come.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What the operator counts and what came, where a chain that has ended differs.</summary>
    public RecordCounts? Counts { get; private set; }

    private long Distinct => list.Paging.By == PagingKind.Offset ? _offsets.Distinct : _distinct;

    public MappedPlace Place() => list.Paging.By switch
    {
        PagingKind.Offset => new MappedPlace(Walk: _offsets.Place().ToString()),
        PagingKind.Page => new MappedPlace(Page: _page, Rows: Distinct, Seen: _seen.Kept()),
        _ => new MappedPlace(Next: _next, Rows: Distinct, Seen: _seen.Kept()),
    };

    /// <summary>The next page, which the receiver disposes of, or the failure that ends the walk. A page may come with a failure.</summary>
    public async Task<MappedAnswer> NextAsync(CancellationToken cancellationToken)
    {
        if (Url() is not { } url || !FeedAddress.IsSameHost(baseUrl, url))
        {
            return new MappedAnswer(null, [], Wrong(baseUrl, "The address of the next page is not https, or leads to another host than the feed's."), 0);
        }

        var request = list.Request;
        var table = request.Csv is { } dialect ? new MappedTable(dialect, list.Columns) : null;
        var form = request.IsPlain ? null : new FetchForm(address.Body(Asked()), request.AnswersLines) { ZipEntry = request.ZipEntry, Table = table is null ? null : table.Read };
        var result = await fetch(url, address.Headers(), cancellationToken, form);
        if (result is FetchFailed failed) return new MappedAnswer(null, [], failed.Failure, failed.Requests);
        var fetched = (Fetched)result;
        var rows = Read(fetched.Json.RootElement, fetched.Headers, url, out var failure);
        if (table?.Fault is { } fault) failure ??= new FeedFailure(MappedTable.KindOf(fault), $"The table was read up to line {fault.Line}. {fault.Message}", FeedAddress.Shown(url));
        return new MappedAnswer(fetched.Json, rows, failure, fetched.Requests) { Table = table };
    }

    private Uri? Url() => list.Paging.By switch
    {
        PagingKind.Next or PagingKind.Link when _next is not null => Uri.TryCreate(address.Url(), _next, out var next) ? next : null,
        _ => address.Url(Asked()),
    };

    /// <summary>What the next page's placeholders stand for.</summary>
    private (string Name, string? Value)[] Asked() => list.Paging.By switch
    {
        PagingKind.Offset => [("offset", Text(_offsets.Offset)), ("limit", Text(_offsets.Limit))],
        PagingKind.Page => [("page", Text(_page))],
        _ => [("cursor", _next)],
    };

    private List<MappedRow> Read(JsonElement root, IReadOnlyDictionary<string, string> headers, Uri url, out FeedFailure? failure)
    {
        var answer = new MappedRow([new MappedLevel(root, null, 0)], id);
        failure = null;
        if (!answer.Passes(list.Accept))
        {
            failure = Wrong(url, $"The answer says {Shown(answer.At(list.Accept!.Path))} at {list.Accept.Path}, and is accepted with {string.Join(" or ", list.Accept.Is)}.");
            return [];
        }

        if (MappedRow.Items(root, list.Records[0]) is not { } items)
        {
            failure = Wrong(url, $"{Form(list.Records[0])} was expected at \"{list.Records[0].At}\", and {Found(root, list.Records[0])}.");
            return [];
        }

        var top = items.Select(answer.Below).ToList();
        var keys = top.Select(Key).ToList();
        IReadOnlyList<RecordStep> deeper = [.. list.Records.Skip(1)];
        var known = list.Paging.By == PagingKind.Offset ? keys.Select(_offsets.HasSeen).ToList() : null;
        var rows = top.Where((_, i) => known is null || !known[i]).SelectMany(r => MappedRow.Below(r, deeper)).Where(r => r.Passes(list.Only)).ToList();
        failure = bounds.Fault(Math.Max(rows.Count, keys.Count), url);
        if (failure is not null) return [];
        failure = GoOn(root, headers, keys, url);
        return rows;
    }

    /// <summary>Where the list goes on, or that it has ended, or what is wrong with its chain.</summary>
    private FeedFailure? GoOn(JsonElement root, IReadOnlyDictionary<string, string> headers, List<string> keys, Uri url)
    {
        var paging = list.Paging;
        var total = Total(root, headers);
        var more = paging.More is { } pointer ? MappedRow.At(root, FieldPath.StepsOf(pointer)) : null;
        var saysEnd = more is { } said && MappedText.Of(said) is { } word && word.ToLowerInvariant() is "false" or "0";
        var header = OcpiPaging.Read(headers);
        if (paging.By == PagingKind.Offset)
        {
            var state = _offsets.Take(keys, (int?)total, header.ServerLimit, more is not null && !saysEnd);
            if (state == WalkState.Short && total is { } stated) Counts = new RecordCounts(stated, _offsets.Distinct);
            IsDone = state == WalkState.Done || (saysEnd && state == WalkState.More);
            return IsDone ? null : OffsetFailure(state, url);
        }

        // What came before a process went on is no new row to the one that does.
        var added = keys.Where(_rows.Add).Count(key => !_seen.Add(key));
        var isNew = added > 0;
        _distinct += added;
        switch (paging.By)
        {
            case PagingKind.None:
                IsDone = true;
                break;
            case PagingKind.Page:
                _page++;
                // Some repeat their last page for every number beyond it, others ignore the number: a page that brings nothing new is the end.
                IsDone = saysEnd || !isNew || (total is { } all && Distinct >= all);
                break;
            default:
                _next = paging.By == PagingKind.Link ? header.Next : MappedRow.At(root, FieldPath.StepsOf(paging.Next!)) is { } at ? MappedText.Of(at) : null;
                IsDone = saysEnd || string.IsNullOrEmpty(_next);
                _emptyPages = keys.Count == 0 ? _emptyPages + 1 : 0;
                if (!IsDone && (!_places.Add(_next!) || _emptyPages > MostEmptyPages))
                    return new FeedFailure(FailureKind.LoopDetected, "The list leads back to a page that has come already, or goes on without records.", FeedAddress.Shown(url));
                break;
        }

        if (!IsDone || total is not { } counted || counted == Distinct) return null;
        Counts = new RecordCounts(counted, Distinct);
        return Wrong(url, $"The operator counts {counted} rows and sent {Distinct} different ones.");
    }

    private long? Total(JsonElement root, IReadOnlyDictionary<string, string> headers)
    {
        var text = list.Paging.Total is { } pointer && MappedRow.At(root, FieldPath.StepsOf(pointer)) is { } value ? MappedText.Of(value)
            : list.Paging.TotalHeader is { } name ? headers.GetValueOrDefault(name)
            : null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : null;
    }

    /// <summary>A row without the value that tells it apart goes by its bytes.</summary>
    private string Key(MappedRow row) => list.Paging.Key is { } path && row.At(path) is { } value && MappedText.Of(value) is { Length: > 0 } text
        ? text
        : $"\n{Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(row.Record)))}";

    private static OffsetWalk Offsets(int pageSize, string? begun)
    {
        var walk = new OffsetWalk(Math.Max(1, pageSize), 2);
        if (OffsetWalkPlace.Read(begun) is { } place) walk.GoOnFrom(place);
        return walk;
    }

    private static FeedFailure? OffsetFailure(WalkState state, Uri url) => state switch
    {
        WalkState.Loop => new FeedFailure(FailureKind.LoopDetected, "The list says that there is more, and gives only what it gave before.", FeedAddress.Shown(url)),
        WalkState.Short => Wrong(url, "The operator counts more rows than the list gives."),
        WalkState.Restless => Wrong(url, "The list changed faster than it could be read; key in paging names what tells one row from another."),
        _ => null,
    };

    private static string Form(RecordStep step) => step.As == RecordStepKind.List ? "An array" : "An object";

    private static string Found(JsonElement root, RecordStep step) => MappedRow.At(root, FieldPath.StepsOf(step.At)) is { } other
        ? $"there is {(other.ValueKind == JsonValueKind.Array ? "an array" : other.ValueKind == JsonValueKind.Object ? "an object" : "a plain value")}"
        : root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Select(MappedText.NameOf).Take(12).ToList() is { Count: > 0 } names
            ? $"nothing is there; the answer has {StorableText.CutTo(string.Join(", ", names), 200)}"
            : "nothing is there";

    private static string Shown(JsonElement? value) => value is { } said ? $"\"{StorableText.CutTo(MappedText.Of(said) ?? "something that is no word", 100)}\"" : "nothing";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static FeedFailure Wrong(Uri url, string detail) => new(FailureKind.ProtocolError, detail, FeedAddress.Shown(url));
}
