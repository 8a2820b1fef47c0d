using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>OCPI 2.2.1 as operators publish it openly: locations with status, and tariffs, as snapshots.</summary>
public sealed class OcpiProtocol(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock) : IFeedProtocol
{
    public const string ProtocolName = "ocpi-2.2.1";

    public string Name => ProtocolName;

    public IReadOnlyList<Dataset> Datasets { get; } = [Dataset.ChargePoints, Dataset.Tariffs];

    public IAsyncEnumerable<PullStep> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        string? token = null;
        if (request.Feed.Credential is { } reference)
        {
            token = credential(reference)?.Trim();
            if (string.IsNullOrEmpty(token)) return MissingCredential.Pull(request.Feed);
            if (!request.Feed.Ocpi.TokenIsRaw) token = Convert.ToBase64String(Encoding.UTF8.GetBytes(token));
        }

        return PullAsync(request, () => Headers(token), cancellationToken);
    }

    private async IAsyncEnumerable<PullStep> PullAsync(
        PullRequest request, Func<IReadOnlyDictionary<string, string>> headers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (feed, dataset) = (request.Feed, request.Plan.Dataset);
        var fetch = fetchOf(feed);
        var endpoint = await OcpiDiscovery.FindAsync(feed, dataset, fetch, headers, cancellationToken);
        if (endpoint.Address is null)
        {
            yield return new PullFailed(endpoint.Failure!, endpoint.Requests);
            yield break;
        }

        var tariffs = new OcpiTariffs(feed);
        var locations = new OcpiLocations(feed, tariffs);
        var page = new PageBuilder(StringComparer.OrdinalIgnoreCase);
        var bounds = feed.Ocpi.Paged ? PullBounds.Paged(request.Plan.PageSize) : PullBounds.Unpaged();
        var walk = new OffsetWalk(Math.Max(1, request.Plan.PageSize), feed.Ocpi.PageOverlap);
        if (feed.Ocpi.Paged && OffsetWalkPlace.Read(request.Resume) is { } place) walk.GoOnFrom(place);
        var requests = endpoint.Requests;
        for (var number = 1; ; number++)
        {
            var url = feed.Ocpi.Paged
                ? FeedAddress.Below(
                    endpoint.Address, "", ("offset", walk.Offset.ToString(CultureInfo.InvariantCulture)), ("limit", walk.Limit.ToString(CultureInfo.InvariantCulture)))
                : endpoint.Address;
            var result = await fetch(url, headers(), cancellationToken);
            requests += result.Requests;
            var failure = (result as FetchFailed)?.Failure;
            var state = WalkState.Done;
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
                    Map(rows, keys, walk, dataset == Dataset.Tariffs, locations, tariffs, page);
                    failure = PullBounds.Fault(page, url);
                    if (feed.Ocpi.Paged && failure is null)
                    {
                        state = walk.Take(keys, paging.Total, paging.ServerLimit, paging.Next is not null);
                        failure = FailureOf(state, url);
                        if (state == WalkState.Short && paging.Total is { } total) counts = new RecordCounts(total, walk.Distinct);
                    }
                }
            }

            if (failure is null || page.Count > 0)
            {
                var isLast = failure is null && state == WalkState.Done;
                yield return new PulledPage(number, isLast, page.Take(), requests, failure is null && !isLast ? () => walk.Place().ToString() : null);
                requests = 0;
                if (isLast) yield break;
            }

            if (failure is null) continue;
            yield return new PullFailed(failure, requests, counts);
            yield break;
        }
    }

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
    private static void Map(
        JsonElement rows, List<string> keys, OffsetWalk walk, bool areTariffs, OcpiLocations locations, OcpiTariffs tariffs, PageBuilder page)
    {
        var index = 0;
        foreach (var row in rows.EnumerateArray())
        {
            if (walk.HasSeen(keys[index++])) continue;
            if (areTariffs) tariffs.Add(row, page, "");
            else locations.Add(row, page);
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

    private Dictionary<string, string> Headers(string? token)
    {
        var headers = new Dictionary<string, string>
        {
            ["X-Request-ID"] = Guid.CreateVersion7(clock.GetUtcNow()).ToString(),
            ["X-Correlation-ID"] = Guid.CreateVersion7(clock.GetUtcNow()).ToString(),
        };
        if (token is not null) headers["Authorization"] = $"Token {token}";
        return headers;
    }
}
