using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>What came of a registration. A closed union: <see cref="Registered"/> or <see cref="RegistrationFailed"/>.</summary>
public abstract record RegistrationResult
{
    private protected RegistrationResult()
    {
    }
}

/// <summary>The operator has given a new token, and the one before is dead.</summary>
/// <param name="Parties">Whom the operator says that it speaks for, such as <c>CPO GB*LMP Lamplight</c>.</param>
public sealed record Registered(Secret Token, IReadOnlyList<string> Parties) : RegistrationResult;

/// <param name="TokenMayBeDead">The operator may have changed tokens, and the new one did not arrive.</param>
public sealed record RegistrationFailed(FeedFailure Failure, bool TokenMayBeDead) : RegistrationResult;

/// <summary>
/// OCPI's credentials module as a client: POST registers with a token that was handed over out of band, PUT changes the token that is in
/// force. The hub offers operators nothing to call, so the token that it must send for that is random and kept nowhere.
/// </summary>
public static class OcpiRegistration
{
    public const string Module = "credentials";

    private const int LongestToken = 64;

    /// <param name="token">In force now: that of the handing over where <paramref name="changes"/> is false.</param>
    /// <param name="changes">True: PUT; false: POST.</param>
    public static async Task<RegistrationResult> RunAsync(
        FeedDefinition feed, OcpiParty party, Secret token, bool changes, Fetch fetch, TimeProvider clock, CancellationToken cancellationToken)
    {
        var version = OcpiVersion.Of(feed)!;
        IReadOnlyDictionary<string, string> Headers() => OcpiHeaders.Of(clock, OcpiHeaders.Written(token.Value, feed));
        var found = await OcpiDiscovery.FindAsync(feed, version, [Module], fetch, Headers, cancellationToken);
        if (found.Failure is { } unfound) return new RegistrationFailed(unfound, TokenMayBeDead: false);

        var address = found.Addresses[0];
        var sent = await fetch(address, Headers(), cancellationToken, new FetchForm(Body(party), AnswersLines: false) { Method = changes ? HttpMethod.Put : HttpMethod.Post });
        if (sent is FetchFailed failed) return new RegistrationFailed(Told(failed.Failure, changes), TokenMayBeDead: failed.Failure.Status is null);
        using var json = ((Fetched)sent).Json;
        if (OcpiEnvelope.Refusal(json.RootElement, address) is { } refusal) return new RegistrationFailed(refusal, TokenMayBeDead: false);
        var data = OcpiEnvelope.At(json.RootElement, "/data") ?? default;
        return TokenOf(data) is { } given
            ? new Registered(new Secret(given), Parties(data))
            : new RegistrationFailed(OcpiEnvelope.Wrong(address, $"The operator accepted, and its answer has no token of 1 to {LongestToken} printable characters at /data/token."), TokenMayBeDead: true);
    }

    private static FeedFailure Told(FeedFailure failure, bool changes) => failure.Status != 405 ? failure
        : failure with
        {
            Detail = changes
                ? $"{failure.Url} answered 405: the operator has not registered the hub yet, so there is no token to change. Run: feeds register"
                : $"{failure.Url} answered 405: the operator has registered the hub already. Run: feeds rotate",
        };

    private static byte[] Body(OcpiParty party) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(LongestToken / 2)),
        url = party.Url.AbsoluteUri,
        roles = new[]
        {
            new { role = party.Role, country_code = party.PartyId[..2], party_id = party.PartyId[3..], business_details = new { name = party.Name } },
        },
    });

    private static string? TokenOf(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.String
            && StorableText.Of(token)?.Trim() is { Length: > 0 and <= LongestToken } text && text.All(c => c is > ' ' and <= '~')
            ? text : null;

    private static List<string> Parties(JsonElement data)
    {
        var parties = new List<string>();
        if (!data.TryGetProperty("roles", out var roles) || roles.ValueKind != JsonValueKind.Array) return parties;
        foreach (var role in roles.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.Object))
        {
            var name = role.TryGetProperty("business_details", out var details) && details.ValueKind == JsonValueKind.Object ? Text(details, "name") : null;
            parties.Add($"{Text(role, "role")} {Text(role, "country_code")}*{Text(role, "party_id")} {name}".TrimEnd());
        }

        return parties;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && StorableText.Of(value) is { } text
            ? new string([.. StorableText.CutTo(text, 100).Where(c => !char.IsControl(c))])
            : null;
}
