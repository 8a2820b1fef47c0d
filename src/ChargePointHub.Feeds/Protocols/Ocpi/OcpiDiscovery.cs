using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Where a module lies: found by versions and details, or as the feed file has it.</summary>
/// <param name="Address">Null where <paramref name="Failure"/> says why.</param>
internal sealed record OcpiEndpoint(Uri? Address, FeedFailure? Failure, int Requests);

/// <summary>Versions, then details, then the addresses of modules. Addresses on other hosts, or not https, are refused.</summary>
internal static class OcpiDiscovery
{
    private const string Version = "2.2.1";

    public static async Task<OcpiEndpoint> FindAsync(
        FeedDefinition feed, Dataset dataset, Fetch fetch, Func<IReadOnlyDictionary<string, string>> headers, CancellationToken cancellationToken)
    {
        var module = dataset == Dataset.Tariffs ? "tariffs" : "locations";
        if (!feed.Ocpi.Discovery)
        {
            return new OcpiEndpoint(FeedAddress.Below(feed.BaseUrl, feed.Ocpi.Paths.GetValueOrDefault(dataset.Name, module)), null, 0);
        }

        var details = await AskAsync(feed, feed.BaseUrl, fetch, headers, VersionUrl, $"OCPI {Version} is not among the versions.", cancellationToken);
        if (details.Address is null) return details;
        var endpoint = await AskAsync(
            feed, details.Address, fetch, headers, data => EndpointUrl(data, module), $"The version details name no SENDER endpoint for {module}.", cancellationToken);
        return endpoint with { Requests = endpoint.Requests + details.Requests };
    }

    private static async Task<OcpiEndpoint> AskAsync(
        FeedDefinition feed, Uri url, Fetch fetch, Func<IReadOnlyDictionary<string, string>> headers, Func<JsonElement, string?> find, string notFound, CancellationToken cancellationToken)
    {
        var result = await fetch(url, headers(), cancellationToken);
        if (result is FetchFailed failed) return new OcpiEndpoint(null, failed.Failure, failed.Requests);
        using var json = ((Fetched)result).Json;
        var failure = OcpiEnvelope.Refusal(json.RootElement, url);
        if (failure is null)
        {
            var found = OcpiEnvelope.At(json.RootElement, "/data") is { } data ? find(data) : null;
            if (found is null) failure = OcpiEnvelope.Wrong(url, notFound);
            else if (Uri.TryCreate(found, UriKind.Absolute, out var address) && FeedAddress.IsSameHost(feed.BaseUrl, address)) return new OcpiEndpoint(address, null, result.Requests);
            else failure = OcpiEnvelope.Wrong(url, "An address in the answer is not absolute, not https, or on another host than the feed's.");
        }

        return new OcpiEndpoint(null, failure, result.Requests);
    }

    private static string? VersionUrl(JsonElement data) => Find(data, e => Text(e, "version") == Version);

    private static string? EndpointUrl(JsonElement data, string module) =>
        OcpiEnvelope.At(data, "/endpoints") is { } endpoints
            ? Find(endpoints, e => string.Equals(Text(e, "identifier"), module, StringComparison.OrdinalIgnoreCase) && Text(e, "role") is null or "SENDER")
            : null;

    private static string? Find(JsonElement list, Func<JsonElement, bool> wanted)
    {
        if (list.ValueKind != JsonValueKind.Array) return null;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && wanted(item)) return Text(item, "url");
        }

        return null;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? StorableText.Of(value) : null;
}
