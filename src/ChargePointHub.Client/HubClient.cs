using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ChargePointHub.Client;

/// <summary>
/// A ChargePointHub, typed: one method for each of its routes that answers in JSON, made from its OpenAPI document, and here what a document cannot say. Numbers are exact
/// decimals, times carry their offset, null is what the hub does not know, and a word that this client does not know is Unlisted. A record that lacks a field is refused.
/// </summary>
public partial class HubClient
{
    /// <summary>Every record of a list, page after page, as of the first: <c>hub.AllAsync(await hub.ListTariffsAsync())</c>.</summary>
    /// <param name="first">The first page, or one to go on from.</param>
    /// <exception cref="HubProblemException">The hub refused a page.</exception>
    public async IAsyncEnumerable<TRecord> AllAsync<TPage, TRecord>(IPage<TPage, TRecord> first, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TPage : IPage<TPage, TRecord>
    {
        ArgumentNullException.ThrowIfNull(first);
        for (var page = first; ; page = await GetAsync<TPage>(page.Links.Next, cancellationToken).ConfigureAwait(false))
        {
            foreach (var record in page.Data) yield return record;
            if (page.Links.Next is null) break;
        }
    }

    /// <summary>Opens an answer as it comes: a table (<c>/v1/tariffs.csv</c>), lines, a map. One that is cut, or falls silent for 100 seconds, fails while it is read (<see cref="HttpIOException"/>); only the opening is tried again.</summary>
    /// <param name="address">Path and query at this hub.</param>
    /// <param name="mediaType">Such as text/csv.</param>
    /// <returns>To be disposed of by the caller.</returns>
    /// <exception cref="HubProblemException">The hub refused it.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string address, string mediaType, CancellationToken cancellationToken = default)
    {
        using var request = Request(address, mediaType);
        return await _httpClient.OpenAsync(request, cancellationToken).ConfigureAwait(false);
    }

    internal HubRequests Requests => _httpClient;

    internal T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, JsonSerializerSettings) ?? throw new JsonException("null is no record.");

    internal static HttpRequestMessage Request(string address, string mediaType) =>
        new(HttpMethod.Get, new Uri(address, UriKind.Relative)) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(mediaType) } } };

    private async Task<T> GetAsync<T>(string? address, CancellationToken cancellationToken)
    {
        using var request = Request(address!, "application/json");
        using var answer = await _httpClient.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        var headers = answer.Headers.ToDictionary(h => h.Key, h => h.Value);
        return (await ReadObjectResponseAsync<T>(answer, headers, cancellationToken).ConfigureAwait(false)).Object;
    }
}
