using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>
/// The API of <c>openapi/operator-feed.v1.yaml</c>: lists by window, paged by an opaque cursor; or charging sessions one charge
/// point at a time (C8).
/// </summary>
public sealed class LotiProtocol(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock) : IFeedProtocol
{
    public const string ProtocolName = "loti-v1";

    private const int LargestPage = 10_000;

    /// <summary>Where one charge point at a time is asked for, a page is handed on after so many requests, full or not: other work may be due.</summary>
    private const int MostRequestsAPage = 20;

    public string Name => ProtocolName;

    public IReadOnlyList<Dataset> Datasets { get; } = [Dataset.ChargePoints, Dataset.Tariffs, Dataset.StatusChanges, Dataset.ChargingSessions, Dataset.Outages];

    public IAsyncEnumerable<PullStep> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var feed = request.Feed;
        var headers = new Dictionary<string, string>();
        if (feed.Credential is { } reference)
        {
            if (credential(reference)?.Trim() is not { Length: > 0 } token) return MissingCredential.Pull(feed);
            headers["Authorization"] = $"Bearer {token}";
        }

        return feed.Loti.SessionsPerChargePoint && request.Plan.Dataset == Dataset.ChargingSessions
            ? PullPerChargePointAsync(request, headers, cancellationToken)
            : PullListAsync(request, headers, cancellationToken);
    }

    private async IAsyncEnumerable<PullStep> PullListAsync(
        PullRequest request, Dictionary<string, string> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var dataset = request.Plan.Dataset;
        var mapping = new LotiMapping(request.Feed, clock.GetUtcNow());
        var begun = LotiContinuation.Read(request.Resume);
        var page = new PageBuilder(StringComparer.Ordinal, new SeenRecords(begun.Seen), begun.Distinct);
        var bounds = PullBounds.Paged(PageSize(request.Plan));
        var path = dataset.Name.Replace('_', '-');
        var list = new LotiList(fetchOf(request.Feed), Address(request, path), headers, bounds, request.Window, begun.Cursor, begun.Total);
        for (var number = 1; ; number++)
        {
            using var answer = await list.NextAsync(cancellationToken);
            if (answer.Failure is { } failure)
            {
                yield return new PullFailed(failure, answer.Requests);
                yield break;
            }

            var isOfWindow = mapping.Add(answer.Rows, dataset, page, request.Window, request.Plan.Axis);
            var unproven = PullBounds.Fault(page, Address(request, path)) ?? (!isOfWindow ? OtherWindow(request, path)
                : list.IsDone ? Unproven(list.Total, page.Distinct, request.Feed, path)
                : null);
            Func<string>? goesOn = list.IsDone ? null : () => new LotiContinuation(list.Cursor, page.Distinct, page.Seen(), list.Total).ToString();
            yield return new PulledPage(number, list.IsDone && unproven is null, page.Take(), answer.Requests, goesOn);
            if (unproven is not null) yield return new PullFailed(unproven, 0, isOfWindow && list.IsDone ? Counts(list.Total, page.Distinct) : null);
            if (list.IsDone || unproven is not null) yield break;
        }
    }

    private async IAsyncEnumerable<PullStep> PullPerChargePointAsync(
        PullRequest request, Dictionary<string, string> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fetch = fetchOf(request.Feed);
        var mapping = new LotiMapping(request.Feed, clock.GetUtcNow());
        var page = new PageBuilder(StringComparer.Ordinal);
        var bounds = PullBounds.Paged(PageSize(request.Plan));
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        var (requests, withoutId) = (0, 0);
        var everyPoint = new LotiList(fetch, FeedAddress.Below(request.Feed.BaseUrl, "charge-points", ("limit", Limit(request.Plan))), headers, bounds, null);
        while (!everyPoint.IsDone)
        {
            using var answer = await everyPoint.NextAsync(cancellationToken);
            requests += answer.Requests;
            if (answer.Failure is { } failure)
            {
                yield return new PullFailed(failure, requests);
                yield break;
            }

            withoutId += mapping.AddIds(answer.Rows, ids);
        }

        var done = LotiContinuation.Read(request.Resume).ChargePoint;
        if (Unproven(everyPoint.Total, ids.Count + withoutId, request.Feed, "charge-points") is { } notAllPoints)
        {
            yield return new PullFailed(notAllPoints, requests);
            yield break;
        }

        var number = 0;
        foreach (var id in ids.Where(id => string.CompareOrdinal(id, done) > 0).ToList())
        {
            var path = $"charge-points/{Uri.EscapeDataString(id)}/charging-sessions";
            var list = new LotiList(fetch, Address(request, path), headers, bounds, request.Window);
            var before = page.Distinct;
            FeedFailure? unproven = null;
            while (!list.IsDone && unproven is null)
            {
                using var answer = await list.NextAsync(cancellationToken);
                requests += answer.Requests;
                if (answer.Failure is { } failure)
                {
                    if (page.Count > 0) yield return new PulledPage(++number, false, page.Take(), requests - answer.Requests);
                    yield return new PullFailed(failure, number > 0 ? answer.Requests : requests);
                    yield break;
                }

                if (!mapping.Add(answer.Rows, request.Plan.Dataset, page, request.Window, request.Plan.Axis)) unproven = OtherWindow(request, path);
                unproven ??= PullBounds.Fault(page, Address(request, path));
                if (page.Count < request.Plan.PageSize || list.IsDone) continue;
                yield return new PulledPage(++number, false, page.Take(), requests, done is null ? null : new LotiContinuation(ChargePoint: done).ToString);
                requests = 0;
            }

            var counts = unproven is null ? Counts(list.Total, page.Distinct - before) : null;
            unproven ??= Unproven(list.Total, page.Distinct - before, request.Feed, path);
            if (unproven is null)
            {
                done = id;
                if (page.Count < request.Plan.PageSize && requests < MostRequestsAPage) continue;
                yield return new PulledPage(++number, false, page.Take(), requests, new LotiContinuation(ChargePoint: id).ToString);
                requests = 0;
                continue;
            }

            yield return new PulledPage(++number, false, page.Take(), requests);
            yield return new PullFailed(unproven, 0, counts);
            yield break;
        }

        yield return new PulledPage(++number, true, page.Take(), requests);
    }

    private static Uri Address(PullRequest request, string path)
    {
        var limit = Limit(request.Plan);
        if (request.Window is not { } window) return FeedAddress.Below(request.Feed.BaseUrl, path, ("limit", limit));
        var prefix = request.Plan.Axis switch
        {
            WindowAxis.LastUpdated => "updated_",
            WindowAxis.PlugOutAt => "ended_",
            _ => "",
        };
        return FeedAddress.Below(
            request.Feed.BaseUrl, path, ($"{prefix}from", Instants.Format(window.From)), ($"{prefix}to", Instants.Format(window.To)), ("limit", limit));
    }

    private static string Limit(DatasetPlan plan) => PageSize(plan).ToString(CultureInfo.InvariantCulture);

    private static int PageSize(DatasetPlan plan) => Math.Clamp(plan.PageSize, 1, LargestPage);

    private static FeedFailure OtherWindow(PullRequest request, string path) => new(
        FailureKind.ProtocolError,
        $"The window {request.Window} was asked for, and every record of a page lies outside it.",
        FeedAddress.Shown(FeedAddress.Below(request.Feed.BaseUrl, path)));

    private static RecordCounts? Counts(long? total, long distinct) =>
        total is { } stated && stated != distinct ? new RecordCounts(stated, distinct) : null;

    private static FeedFailure? Unproven(long? total, long distinct, FeedDefinition feed, string path) =>
        total is { } stated && stated != distinct
            ? new FeedFailure(
                FailureKind.ProtocolError,
                $"The operator counts {stated} records and sent {distinct} different ones.",
                FeedAddress.Shown(FeedAddress.Below(feed.BaseUrl, path)))
            : null;
}
