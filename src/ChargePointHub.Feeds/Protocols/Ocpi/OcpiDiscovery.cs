using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Where a dataset's modules lie: found by versions and details, or as the feed file has it.</summary>
/// <param name="Addresses">In the order of the modules; empty where <paramref name="Failure"/> says why.</param>
internal sealed record OcpiEndpoints(IReadOnlyList<Uri> Addresses, FeedFailure? Failure, int Requests);

/// <summary>Versions, then details, then the addresses of modules. Addresses on other hosts, or not https, are refused.</summary>
internal static class OcpiDiscovery
{
    public static async Task<OcpiEndpoints> FindAsync(
        FeedDefinition feed, OcpiVersion version, IReadOnlyList<string> modules, Fetch fetch, Func<IReadOnlyDictionary<string, string>> headers, CancellationToken cancellationToken)
    {
        if (!feed.Ocpi.Discovery)
        {
            return new OcpiEndpoints([.. modules.Select(m => FeedAddress.Below(feed.BaseUrl, feed.Ocpi.Paths.GetValueOrDefault(OcpiModules.PathName(m), m)))], null, 0);
        }

        var details = await AskAsync(feed, feed.BaseUrl, fetch, headers, data => [VersionUrl(data, version)], _ => $"OCPI {version.Number} is not among the versions.", cancellationToken);
        if (details.Failure is not null) return details;
        var endpoints = await AskAsync(
            feed, details.Addresses[0], fetch, headers, data => [.. modules.Select(m => EndpointUrl(data, m))], i => NotFound(modules[i]), cancellationToken);
        return endpoints with { Requests = endpoints.Requests + details.Requests };
    }

    private static string NotFound(string module) => $"The version details name no SENDER endpoint for {module}."
        + (OcpiModules.OfSessions.Contains(module) ? " Where the operator has only one of sessions and cdrs, ocpi.session_modules of the operator file says which." : "");

    private static async Task<OcpiEndpoints> AskAsync(
        FeedDefinition feed, Uri url, Fetch fetch, Func<IReadOnlyDictionary<string, string>> headers, Func<JsonElement, IReadOnlyList<string?>> find, Func<int, string> notFound, CancellationToken cancellationToken)
    {
        var result = await fetch(url, headers(), cancellationToken);
        if (result is FetchFailed failed) return new OcpiEndpoints([], failed.Failure, failed.Requests);
        using var json = ((Fetched)result).Json;
        if (OcpiEnvelope.Refusal(json.RootElement, url) is { } refusal) return new OcpiEndpoints([], refusal, result.Requests);
        var found = OcpiEnvelope.At(json.RootElement, "/data") is { } data ? find(data) : [null];
        var addresses = new List<Uri>();
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i] is null) return new OcpiEndpoints([], OcpiEnvelope.Wrong(url, notFound(i)), result.Requests);
            if (!Uri.TryCreate(found[i], UriKind.Absolute, out var address) || !FeedAddress.IsSameHost(feed.BaseUrl, address))
            {
                return new OcpiEndpoints([], OcpiEnvelope.Wrong(url, "An address in the answer is not absolute, not https, or on another host than the feed's."), result.Requests);
            }

            addresses.Add(address);
        }

        return new OcpiEndpoints(addresses, null, result.Requests);
    }

    private static string? VersionUrl(JsonElement data, OcpiVersion version) => Find(data, e => Text(e, "version") == version.Number);

    private static string? EndpointUrl(JsonElement data, string module) =>
        OcpiEnvelope.At(data, "/endpoints") is { } endpoints
            ? Find(endpoints, e => string.Equals(Text(e, "identifier"), module, StringComparison.OrdinalIgnoreCase) && (module == OcpiRegistration.Module || Text(e, "role") is null or "SENDER"))
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
