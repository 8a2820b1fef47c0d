using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>OCPI as a client: locations with status and tariffs as snapshots; Sessions and CDRs by window, each of them a part of a charging session.</summary>
public sealed class OcpiProtocol(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock, OcpiVersion version) : IFeedProtocol
{
    public string Name => version.Protocol;

    public IReadOnlyList<Dataset> Datasets => PossibleDatasets;

    /// <summary>OCPI has no list of status changes.</summary>
    internal static IReadOnlyList<Dataset> PossibleDatasets { get; } = [Dataset.ChargePoints, Dataset.Tariffs, Dataset.ChargingSessions];

    public IAsyncEnumerable<PullStep> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        string? token = null;
        if (request.Feed.Credential is { } reference)
        {
            token = credential(reference)?.Trim();
            if (string.IsNullOrEmpty(token)) return MissingCredential.Pull(request.Feed);
        }

        var fetch = fetchOf(request.Feed);
        if (token is null || request.Feed.Ocpi.TokenParameter is not { } parameter)
            return PullAsync(request, fetch, () => OcpiHeaders.Of(clock, token is null ? null : OcpiHeaders.Written(token, request.Feed)), cancellationToken);
        return PullAsync(
            request, (url, headers, ct, form) => fetch(FeedAddress.Below(url, "", (parameter, token)), headers, ct, form), () => OcpiHeaders.Of(clock, null), cancellationToken);
    }

    private async IAsyncEnumerable<PullStep> PullAsync(
        PullRequest request, Fetch fetch, Func<IReadOnlyDictionary<string, string>> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (feed, plan) = (request.Feed, request.Plan);
        var modules = OcpiModules.Of(feed, plan.Dataset);
        var endpoints = await OcpiDiscovery.FindAsync(feed, version, modules, fetch, headers, cancellationToken);
        if (endpoints.Failure is { } unfound)
        {
            yield return new PullFailed(unfound, endpoints.Requests);
            yield break;
        }

        var mapping = new OcpiMapping(feed, version, clock.GetUtcNow());
        var page = new PageBuilder(StringComparer.OrdinalIgnoreCase);
        var bounds = feed.Ocpi.Paged ? PullBounds.Paged(plan.PageSize) : PullBounds.Unpaged();
        var place = OcpiPlace.Read(request.Resume);
        var (requests, number) = (endpoints.Requests, 0);
        for (var module = Math.Min(place.Module, modules.Count - 1); module < modules.Count; module++)
        {
            var walk = new OffsetWalk(Math.Max(1, plan.PageSize), feed.Ocpi.PageOverlap);
            if (feed.Ocpi.Paged && module == place.Module && OffsetWalkPlace.Read(place.Walk) is { } begun) walk.GoOnFrom(begun);
            var (events, outside) = (page.Events, page.EventsOutside);
            for (var state = WalkState.More; state == WalkState.More;)
            {
                var url = Address(endpoints.Addresses[module], feed, request.Window, walk);
                var result = await fetch(url, headers(), cancellationToken);
                requests += result.Requests;
                var failure = (result as FetchFailed)?.Failure;
                state = WalkState.Done;
                RecordCounts? counts = null;
                if (result is Fetched fetched)
                {
                    using var json = fetched.Json;
                    var paging = OcpiPaging.Read(fetched.Headers);
                    var rows = Rows(feed, json.RootElement, url, paging, out failure);
                    if (failure is null) failure = bounds.Fault(rows.GetArrayLength(), url);
                    if (failure is null)
                    {
                        var keys = Keys(rows);
                        Map(rows, keys, walk, modules[module], mapping, page, request.Window);
                        failure = PullBounds.Fault(page, url);
                        if (feed.Ocpi.Paged && failure is null)
                        {
                            state = walk.Take(keys, paging.Total, paging.ServerLimit, paging.Next is not null);
                            failure = FailureOf(state, url);
                            if (state == WalkState.Short && paging.Total is { } total) counts = new RecordCounts(total, walk.Distinct);
                        }
                    }
                }

                if (state == WalkState.Done) failure ??= OtherWindow(request.Window, page.Events - events, page.EventsOutside - outside, url);
                if (failure is null || page.Count > 0)
                {
                    var isLast = failure is null && state == WalkState.Done && module == modules.Count - 1;
                    yield return new PulledPage(++number, isLast, page.Take(), requests, failure is null && !isLast ? Continuation(module, state, walk) : null);
                    requests = 0;
                }

                if (failure is null) continue;
                yield return new PullFailed(failure, requests, counts);
                yield break;
            }
        }
    }

    private static Func<string> Continuation(int module, WalkState state, OffsetWalk walk) =>
        state == WalkState.Done ? new OcpiPlace(module + 1, null).ToString : () => new OcpiPlace(module, walk.Place().ToString()).ToString();

    /// <summary>Windows are always asked for by both ends: the first is part of the standard, the second is what makes the answer whole.</summary>
    private static Uri Address(Uri module, FeedDefinition feed, Window? window, OffsetWalk walk)
    {
        var (offset, limit) = (walk.Offset.ToString(CultureInfo.InvariantCulture), walk.Limit.ToString(CultureInfo.InvariantCulture));
        return FeedAddress.Below(
            module, "", ("date_from", window is { } from ? Date(from.From) : null), ("date_to", window is { } to ? Date(to.To) : null),
            ("offset", feed.Ocpi.Paged ? offset : null), ("limit", feed.Ocpi.Paged ? limit : null));
    }

    /// <summary>Some servers read no fractions of a second, so there are none where they say nothing.</summary>
    private static string Date(DateTimeOffset at) => Instants.Format(at).Replace(".000Z", "Z", StringComparison.Ordinal);

    /// <summary>Single records outside are findings; a list of nothing else answers another question. One may be the end of a window that the operator counts in.</summary>
    private static FeedFailure? OtherWindow(Window? window, int events, int outside, Uri url) => window is null || events < 2 || outside < events ? null
        : OcpiEnvelope.Wrong(url, string.Create(CultureInfo.InvariantCulture, $"The window {window} was asked for, and all {events} records have a last_updated outside it."));

    private static JsonElement Rows(FeedDefinition feed, JsonElement root, Uri url, OcpiPaging paging, out FeedFailure? failure)
    {
        failure = feed.Ocpi.Envelope ? OcpiEnvelope.Refusal(root, url) : null;
        if (failure is null && !paging.StaysAt(feed.BaseUrl, url)) failure = OcpiEnvelope.Wrong(url, "The Link to the next page is not https, or leads to another host than the feed's.");
        if (failure is not null) return default;
        if (OcpiEnvelope.At(root, feed.Ocpi.RecordsPointer) is { ValueKind: JsonValueKind.Array } rows) return rows;
        failure = OcpiEnvelope.Wrong(url, $"No array of records stands at \"{feed.Ocpi.RecordsPointer}\".");
        return default;
    }

    /// <summary>A row that came on an earlier page came because pages overlap; within a page it is told as a duplicate.</summary>
    private static void Map(JsonElement rows, List<string> keys, OffsetWalk walk, string module, OcpiMapping mapping, PageBuilder page, Window? window)
    {
        var index = 0;
        foreach (var row in rows.EnumerateArray())
        {
            if (!walk.HasSeen(keys[index++])) mapping.AddRow(module, row, page, window);
        }
    }

    /// <summary>Ids without case; a row without an id goes by its bytes.</summary>
    private static List<string> Keys(JsonElement rows)
    {
        var keys = new List<string>(rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            var id = row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out var value)
                ? value.ValueKind == JsonValueKind.String ? StorableText.Of(value) : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null
                : null;
            if (!string.IsNullOrWhiteSpace(id))
            {
                keys.Add(id.Trim().ToLowerInvariant());
                continue;
            }

            keys.Add($"\n{Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(row)))}");
        }

        return keys;
    }

    private static FeedFailure? FailureOf(WalkState state, Uri url) => state switch
    {
        WalkState.Loop => new FeedFailure(FailureKind.LoopDetected, "The list says that there is more, and gives only what it gave before.", FeedAddress.Shown(url)),
        WalkState.Short => OcpiEnvelope.Wrong(url, "X-Total-Count counts more rows than the list gives."),
        WalkState.Restless => OcpiEnvelope.Wrong(url, "The list changed faster than it could be read."),
        _ => null,
    };
}
