using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>The lists of one pull, with what their requests are filled with.</summary>
internal sealed class MappedLists(PullRequest request, Fetch fetch, string? secret)
{
    private readonly PullBounds _bounds = request.Plan.Mapping!.List.Paging.By == PagingKind.None ? PullBounds.Unpaged() : PullBounds.Paged(request.Plan.PageSize);

    /// <param name="id">Of the loop's turn; null: there is no loop.</param>
    public MappedWalk Walk(MappedList list, string? id, MappedPlace begun)
    {
        var format = list.Request.TimeFormat;
        var values = new Dictionary<string, string?>
        {
            ["from"] = request.Window is { } w ? MappedTime.Write(w.From, format, isEnd: false, request.Feed) : null,
            ["to"] = request.Window is { } window ? MappedTime.Write(window.To, format, isEnd: true, request.Feed) : null,
            ["limit"] = request.Plan.PageSize.ToString(CultureInfo.InvariantCulture),
            ["credential"] = secret,
            ["id"] = id,
            ["offset"] = null,
            ["page"] = null,
            ["cursor"] = null,
        };
        return new MappedWalk(fetch, request.Feed.BaseUrl, list, new MappedAddress(request.Feed.BaseUrl, list.Request, values), _bounds, request.Plan.PageSize, id, begun);
    }

    /// <summary>A list that is read to its end before the records are; nothing when there is none.</summary>
    public async IAsyncEnumerable<MappedAnswer> BeforehandAsync(MappedList? list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (list is null) yield break;
        var walk = Walk(list, null, new MappedPlace());
        while (!walk.IsDone)
        {
            var answer = await walk.NextAsync(cancellationToken);
            yield return answer;
            if (answer.Failure is not null) yield break;
        }
    }
}
