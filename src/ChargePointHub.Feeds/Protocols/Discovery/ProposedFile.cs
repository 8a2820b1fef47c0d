using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Protocols.MappedJson;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>An operator file in the making, and what is still to be said of it.</summary>
/// <param name="authorization">How the credential was accepted; null: none was needed, or none is known.</param>
/// <param name="isRefused">Some of it was refused for want of a credential.</param>
internal sealed class ProposedFile(DiscoveryWish wish, string? authorization, bool isRefused)
{
    private readonly JsonObject _feed = new() { ["feed_id"] = "api" };

    public List<string> ToFillIn { get; } = [];

    /// <summary>By header, in the words of a mapping; null: no credential is known.</summary>
    public string? Header => authorization?.Replace("{secret64}", "{credential}", StringComparison.Ordinal).Replace("{secret}", "{credential}", StringComparison.Ordinal);

    public JsonObject Feed => _feed;

    public void Begin(string protocol, Uri baseUrl)
    {
        _feed["protocol"] = protocol;
        _feed["base_url"] = baseUrl.ToString();
        if (wish.Credential is not null && (authorization is not null || protocol != MappedProtocol.ProtocolName)) _feed["credential"] = wish.Credential;
        else if (isRefused) NeedsCredential("part of it is refused without a credential");

        if (wish.CaFile is not null) _feed["ca_file"] = wish.CaFile;
        if (wish.PrivateHosts.Count > 0) _feed["allow_private_hosts"] = new JsonArray([.. wish.PrivateHosts.Select(h => JsonValue.Create(h))]);
        if (protocol.StartsWith("ocpi", StringComparison.Ordinal) && authorization == "Token {secret}") Ocpi()["token_is_raw"] = true;
    }

    /// <summary>Names a place for the secret, unless there is one.</summary>
    public void NeedsCredential(string why)
    {
        if (_feed["credential"] is not null) return;
        _feed["credential"] = $"env:{wish.OperatorId.Replace('-', '_').ToUpperInvariant()}_TOKEN";
        ToFillIn.Add($"/feeds/0/credential: {why}; put it where {_feed["credential"]} says, and look again with --credential.");
    }

    public JsonObject Ocpi()
    {
        if (_feed["ocpi"] is JsonObject ocpi) return ocpi;
        _feed["ocpi"] = ocpi = [];
        return ocpi;
    }

    public void Add(JsonObject dataset)
    {
        if (_feed["datasets"] is not JsonArray datasets) _feed["datasets"] = datasets = [];
        datasets.Add(dataset);
    }

    public JsonObject ToJson() => new() { ["operator_id"] = wish.OperatorId, ["name"] = wish.Name, ["feeds"] = new JsonArray(_feed) };
}
