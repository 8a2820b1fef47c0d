using System.Text;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Access;

/// <summary>
/// Finds the key in a request (Bearer, X-API-Key or Basic; never in the address) and settles who asks. A key that is shown must be
/// good, also where none is needed: one who believes to have rights must not get the public's answer unawares.
/// </summary>
internal sealed class CallerAccess(CheckKey checkKey)
{
    /// <summary>How every key begins.</summary>
    public const string Prefix = "cph_live_";

    public async Task<(Caller? Caller, ErrorCode? Error)> SettleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (isShown, key) = Find(request.Headers);
        if (!isShown) return (Caller.Anyone, null);
        if (key is null || !key.StartsWith(Prefix, StringComparison.Ordinal)) return (null, ErrorCatalogue.KeyMalformed);
        var check = await checkKey(key, cancellationToken);
        return check.Refusal switch
        {
            null => (new Caller(check.Scope!, key[Prefix.Length..].Split('_')[0], check.Label, check.ExpiresAt, check.Organisation) { Grants = check.Grants }, null),
            KeyRefusal.Expired => (null, ErrorCatalogue.KeyExpired),
            KeyRefusal.Revoked => (null, ErrorCatalogue.KeyRevoked),
            KeyRefusal.Unknown => (null, ErrorCatalogue.KeyUnknown),
            _ => (null, ErrorCatalogue.KeyMalformed),
        };
    }

    /// <summary>Shown and null: there is something that cannot be a key, or two that differ.</summary>
    private static (bool IsShown, string? Key) Find(IHeaderDictionary headers)
    {
        var keys = new List<string?>();
        foreach (var value in headers.Authorization) keys.Add(OfAuthorization(value));
        foreach (var value in headers["X-API-Key"]) keys.Add(value?.Trim());
        return (keys.Count > 0, keys.Distinct().Count() == 1 ? keys[0] : null);
    }

    private static string? OfAuthorization(string? value)
    {
        if (value is null || value.IndexOf(' ', StringComparison.Ordinal) is not (> 0 and var space)) return null;
        var rest = value[(space + 1)..].Trim();
        return value[..space].ToLowerInvariant() switch
        {
            "bearer" => rest,
            "basic" => OfBasic(rest),
            _ => null,
        };
    }

    /// <summary>User is the key's id, with or without its prefix; password is its secret, or the whole key.</summary>
    private static string? OfBasic(string encoded)
    {
        if (PairOf(encoded) is not { } pair) return null;
        if (pair[1].StartsWith(Prefix, StringComparison.Ordinal)) return pair[1];
        return (pair[0].StartsWith(Prefix, StringComparison.Ordinal) ? pair[0] : Prefix + pair[0]) + "_" + pair[1];
    }

    /// <summary>User and password; null: it is no base64 of two parts with a colon between.</summary>
    internal static string[]? PairOf(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return pair.Length == 2 ? pair : null;
    }
}
