using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Any JSON or delimited text over HTTPS, as the operator file describes it. The reference is this room's README.</summary>
public sealed class MappedProtocol(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock) : IFeedProtocol
{
    public const string ProtocolName = "mapped-json";

    /// <summary>In a loop a page is handed on after so many requests, full or not: other work may be due.</summary>
    private const int MostRequestsAPage = 20;

    public string Name => ProtocolName;

    public IReadOnlyList<Dataset> Datasets { get; } = [Dataset.ChargePoints, Dataset.Tariffs, Dataset.StatusChanges, Dataset.ChargingSessions, Dataset.Outages];

    public IAsyncEnumerable<PullStep> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        string? secret = null;
        if (request.Feed.Credential is { } reference && (secret = credential(reference)?.Trim()) is null or "") return MissingCredential.Pull(request.Feed);
        return PullAsync(request, secret, cancellationToken);
    }

    private async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, string? secret, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (feed, plan) = (request.Feed, request.Plan);
        var mapping = plan.Mapping!;
        var lists = new MappedLists(request, fetchOf(feed), secret);
        var records = new MappedMapping(feed, plan, clock.GetUtcNow());
        var page = new PageBuilder(StringComparer.Ordinal) { LastWins = request.Plan.LaterArrivalWins };
        using var statuses = new MappedStatuses(mapping.Status);
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        var (requests, number) = (0, 0);
        await foreach (var answer in lists.BeforehandAsync(mapping.Status?.List, cancellationToken))
        {
            requests += answer.Requests;
            statuses.Take(answer);
            if (answer.Failure is not { } failure) continue;
            yield return new PullFailed(failure, requests);
            yield break;
        }

        await foreach (var answer in lists.BeforehandAsync(mapping.Loop?.List, cancellationToken))
        {
            using var _ = answer;
            requests += answer.Requests;
            foreach (var row in answer.Rows)
            {
                if (row.At(mapping.Loop!.Id) is { } value && MappedText.Of(value) is { Length: > 0 } id) ids.Add(id);
            }

            if (answer.Failure is not { } failure) continue;
            yield return new PullFailed(failure, requests);
            yield break;
        }

        var begun = MappedPlace.Read(request.Resume);
        var turns = mapping.Loop is null ? [null] : ids.Where(id => string.CompareOrdinal(id, begun.Id) > 0).ToList<string?>();
        foreach (var turn in turns)
        {
            var walk = lists.Walk(mapping.List, turn, turn is null ? begun : new MappedPlace());
            while (!walk.IsDone)
            {
                using var answer = await walk.NextAsync(cancellationToken);
                requests += answer.Requests;
                foreach (var row in answer.Rows) records.AddRow(row, statuses.Of(row, mapping), page, request.Window, answer.Table?.Notes(row) ?? []);
                var failure = answer.Failure ?? (answer.Json is null ? null : PullBounds.Fault(page, feed.BaseUrl));
                var isLast = walk.IsDone && turn == turns[^1];
                if (isLast) failure ??= OtherWindow(request, page);
                var isFull = turn is null || isLast || page.Count >= plan.PageSize || (walk.IsDone && requests >= MostRequestsAPage);
                if (failure is null ? isFull : page.Count > 0)
                {
                    yield return new PulledPage(++number, failure is null && isLast, page.Take(), requests, failure is null && !isLast ? Continuation(walk, turn) : null);
                    requests = 0;
                }

                if (failure is null) continue;
                yield return new PullFailed(failure, requests, walk.Counts);
                yield break;
            }
        }

        if (turns.Count == 0) yield return new PulledPage(1, true, page.Take(), requests);
    }

    /// <summary>In a loop only a turn that is done can be gone on behind.</summary>
    private static Func<string>? Continuation(MappedWalk walk, string? turn) => turn is null ? () => walk.Place().ToString()
        : walk.IsDone ? new MappedPlace(Id: turn).ToString
        : null;

    /// <summary>
    /// Where both ends were asked for to the second and every record lies outside, this is an answer to something else. One record
    /// may be the end of a window that the operator counts in.
    /// </summary>
    private static FeedFailure? OtherWindow(PullRequest request, PageBuilder page)
    {
        var asked = request.Plan.Mapping!.List.Request;
        if (request.Window is null || !asked.Uses("{to}") || asked.TimeFormat is not ("rfc3339" or "epoch_s" or "epoch_ms")) return null;
        return page.Events < 2 || page.EventsOutside < page.Events ? null
            : new FeedFailure(
                FailureKind.ProtocolError,
                string.Create(CultureInfo.InvariantCulture, $"The window {request.Window} was asked for, and all {page.Events} records lie outside it."),
                FeedAddress.Shown(FeedAddress.Below(request.Feed.BaseUrl, asked.Path)));
    }
}
