using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Counts more or fewer rows than it gives.</summary>
public sealed class LyingTotalFault(int rows) : OperatorFault
{
    public override Task AnswerAsync(FaultyRequest request, Func<Task> api) => HeldAnswer.ChangeAsync(request, api, json =>
    {
        if (json is JsonObject answer && answer["total"] is JsonValue total) answer["total"] = Math.Max(0, (long)total + rows);
        var headers = request.Context.Response.Headers;
        if (long.TryParse(headers["X-Total-Count"], CultureInfo.InvariantCulture, out var counted)) headers["X-Total-Count"] = Math.Max(0, counted + rows).ToString(CultureInfo.InvariantCulture);
    });
}

/// <summary>The page after the second is the second again.</summary>
public sealed class LoopFault : OperatorFault
{
    public override Task AnswerAsync(FaultyRequest request, Func<Task> api) => HeldAnswer.ChangeAsync(request, api, json =>
    {
        var (query, response) = (request.Context.Request.Query, request.Context.Response);
        if (query.TryGetValue("cursor", out var cursor) && json is JsonObject answer) answer["next_cursor"] = cursor.ToString();
        if (query.TryGetValue("offset", out var offset) && offset != "0") response.Headers.Link = $"<{request.Context.Request.Scheme}://{request.Context.Request.Host}{request.Context.Request.Path}{request.Context.Request.QueryString}>; rel=\"next\"";
    });
}

/// <summary>The next page lies on another host.</summary>
public sealed partial class ForeignNextFault(string host) : OperatorFault
{
    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var (asked, response) = (request.Context.Request, request.Context.Response);
        if (asked.Query.ContainsKey("cursor"))
        {
            request.Outcome = "foreign-next";
            response.Redirect($"https://{host}{asked.Path}{asked.QueryString}");
            return;
        }

        // Headers leave with the first bytes of the body, so the body waits.
        await HeldAnswer.ChangeAsync(request, api, _ =>
        {
            if (response.Headers.Link.ToString() is { Length: > 0 } link) response.Headers.Link = Host().Replace(link, $"<https://{host}");
        });
    }

    [GeneratedRegex("<https?://[^/>]+", RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}

/// <summary>A page without rows in the middle of a list, which goes on behind it.</summary>
public sealed class EmptyPageFault(double percent) : OperatorFault
{
    private const string Mark = "~empty";
    private const long Stream = 4;

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var asked = request.Context.Request;
        if (asked.Query.TryGetValue("cursor", out var cursor))
        {
            if (!cursor.ToString().EndsWith(Mark, StringComparison.Ordinal)) return api();
            var real = cursor.ToString()[..^Mark.Length];
            asked.QueryString = QueryString.Create(asked.Query.Where(p => p.Key != "cursor").Append(new("cursor", real)));
            return Empty(json => json["next_cursor"] = real);
        }

        if (asked.Query.TryGetValue("offset", out var offset))
        {
            if (offset == "0" || !request.Falls(percent, Stream)) return api();
            request.Outcome = "empty-page";
            return Empty(_ => { });
        }

        return HeldAnswer.ChangeAsync(request, api, json =>
        {
            if (json is JsonObject answer && answer["next_cursor"] is JsonValue next) answer["next_cursor"] = (string?)next + Mark;
        });

        Task Empty(Action<JsonObject> also) => HeldAnswer.ChangeAsync(request, api, json =>
        {
            HeldAnswer.Rows(json)?.Clear();
            if (json is JsonObject answer) also(answer);
        });
    }
}

/// <summary>With each page read by offset, rows move from the beginning of the list to its end, as they do where it is ordered by last change.</summary>
public sealed class PageDriftFault(int step) : OperatorFault
{
    private int moved;

    public override IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows)
    {
        if (!list.ByOffset || rows.Count == 0) return rows;
        var first = (list.Offset == 0 ? Volatile.Read(ref moved) : Interlocked.Add(ref moved, step)) % rows.Count;
        return [.. rows.Skip(first), .. rows.Take(first)];
    }
}

/// <summary>Some rows stand at their place and once more at the end.</summary>
public sealed class DuplicatesFault(double percent) : OperatorFault
{
    private const long Stream = 5;

    public override IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows) =>
        [.. rows, .. rows.Where(r => list.Lot(r, Stream) * 100 < percent)];
}

/// <summary>Rows in an order that means nothing, the same in each page of a list.</summary>
public sealed class OutOfOrderFault : OperatorFault
{
    private const long Stream = 6;

    public override IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows) => [.. rows.OrderBy(r => list.Lot(r, Stream))];
}
