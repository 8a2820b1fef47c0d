using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>What whoever looks wants in the proposed file.</summary>
/// <param name="Credential">Reference; null: none was given.</param>
public sealed record DiscoveryWish(string OperatorId, string Name, string? Credential, string? CaFile, IReadOnlyList<string> PrivateHosts);

/// <summary>What stands at an address.</summary>
/// <param name="Asked">Each address, secrets masked, and what came of it.</param>
/// <param name="Found">In a sentence; null: nothing that the hub could read.</param>
/// <param name="Proposal">An operator file; null: nothing was found.</param>
/// <param name="ToFillIn">What only its operator knows, each with its place; empty: the file may be used as it is.</param>
/// <param name="Failure">Why nobody could be asked; null: somebody answered.</param>
public sealed record Discovered(
    IReadOnlyList<(string Address, string Outcome)> Asked, string? Found, JsonObject? Proposal, IReadOnlyList<string> ToFillIn, FeedFailure? Failure);

/// <summary>
/// Looks at an address for OCPI versions, <c>loti-v1</c> metadata, or a list in JSON, and proposes an operator file. Asks as a pull does, a few
/// times at most, and writes nothing.
/// </summary>
public sealed class FeedDiscovery(DiscoveryWish wish, Fetch fetch, string? secret) : IDisposable
{
    private const int MostRequests = 16;

    /// <summary>Below the address, where nothing is known of what stands at it itself.</summary>
    private static readonly string[] Usual = ["versions", "ocpi/versions", "ocpi/cpo/versions", "metadata", "locations", "ocpi/2.2.1/locations", "charge-points"];

    private readonly List<(string Address, string Outcome)> _asked = [];
    private readonly List<JsonDocument> _answers = [];
    private FeedFailure? _unreachable;
    private bool _isRefused;

    /// <summary>How the credential was accepted; null: it was not asked for.</summary>
    private string? _authorization;

    private bool _isLines;

    public async Task<Discovered> RunAsync(Uri url, CancellationToken cancellationToken)
    {
        var whole = new UriBuilder(url) { Query = "" }.Uri;
        foreach (var address in Usual.Select(p => FeedAddress.Below(whole, p)).Prepend(url))
        {
            var answer = await AskAsync(address, address == url, cancellationToken);
            if (_unreachable is { } failure) return new Discovered(_asked, null, null, [], failure);
            if (answer is null) continue;
            if (await LookAsync(address, answer, cancellationToken) is { } found) return found;
        }

        string[] advice = _isRefused
            ? ["The operator asks for a credential: give --credential env:NAME or file:PATH."]
            : ["Nothing there is OCPI, loti-v1 or a list in JSON that could be told. Give the address of a list itself, such as https://api.example.org/v1/locations."];
        return new Discovered(_asked, null, null, advice, null);
    }

    public void Dispose()
    {
        foreach (var answer in _answers) answer.Dispose();
    }

    private async Task<Discovered?> LookAsync(Uri address, Fetched answer, CancellationToken cancellationToken)
    {
        var root = answer.Json.RootElement;
        if (OcpiLook.IsVersions(root))
        {
            var details = OcpiLook.DetailsUrl(root, address) is { } url ? await AskAsync(url, false, cancellationToken) : null;
            // Versions are often there for anybody, and the data is not.
            if (details is not null && OcpiLook.LocationsUrl(details.Json.RootElement, address) is { } locations) await AskAsync(locations, false, cancellationToken);
            return Of(file => OcpiLook.Versions(file, address, root, details?.Json.RootElement));
        }

        if (OcpiLook.ListOf(root) is { } list)
        {
            var tariffs = list.IsTariffs ? null : await AskAsync(new Uri(address, "tariffs"), false, cancellationToken);
            return Of(file => OcpiLook.Lists(file, address, answer, list, tariffs?.Json.RootElement));
        }

        if (LotiLook.IsMetadata(root)) return Of(file => LotiLook.Metadata(file, address, root));
        if (LotiLook.IsList(root)) return Of(file => LotiLook.Lists(file, address));
        return Of(file => ListLook.Propose(file, address, answer, _isLines));

        Discovered? Of(Func<ProposedFile, string?> look)
        {
            var file = new ProposedFile(wish, _authorization, _isRefused);
            return look(file) is { } sentence ? new Discovered(_asked, sentence, file.ToJson(), file.ToFillIn, null) : null;
        }
    }

    /// <summary>Null where there is no JSON; the log says why.</summary>
    private async Task<Fetched?> AskAsync(Uri address, bool isGiven, CancellationToken cancellationToken)
    {
        foreach (var authorization in Authorizations())
        {
            if (_asked.Count >= MostRequests) return null;
            var headers = authorization is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Authorization"] = authorization.Replace("{secret}", secret, StringComparison.Ordinal).Replace("{secret64}", Convert.ToBase64String(Encoding.UTF8.GetBytes(secret!)), StringComparison.Ordinal) };
            var result = await fetch(address, headers, cancellationToken, isGiven && _isLines ? new FetchForm(null, AnswersLines: true) : null);
            _asked.Add((MaskedUrl.Of(address), result is FetchFailed f ? f.Failure.Detail : "answered with JSON"));
            if (result is Fetched fetched)
            {
                _answers.Add(fetched.Json);
                if (authorization is not null) _authorization = authorization;
                return fetched;
            }

            var failure = ((FetchFailed)result).Failure;
            if (failure.Kind is FailureKind.Unreachable or FailureKind.TimedOut or FailureKind.TlsRefused or FailureKind.AddressRefused)
            {
                _unreachable = failure;
                return null;
            }

            if (failure.Kind == FailureKind.NotJson && isGiven && !_isLines)
            {
                _isLines = true;
                if (await AskAsync(address, true, cancellationToken) is { } lines) return lines;
                _isLines = false;
                return null;
            }

            if (failure.Kind is not (FailureKind.Unauthorised or FailureKind.Forbidden)) return null;
            _isRefused = true;
        }

        return null;
    }

    /// <summary>The ways of showing a credential, the one that was accepted before alone; first without.</summary>
    private IEnumerable<string?> Authorizations() => secret is null ? [null]
        : _authorization is not null ? [_authorization]
        : [null, "Token {secret64}", "Token {secret}", "Bearer {secret}"];
}
