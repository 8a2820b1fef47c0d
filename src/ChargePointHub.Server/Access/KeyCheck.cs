using ChargePointHub.Model;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Server.Access;

/// <summary>Why a key opens nothing. A closed list.</summary>
public enum KeyRefusal
{
    /// <summary>It does not have the form of a key.</summary>
    Malformed,

    /// <summary>No such id, or not its secret; callers are not told which.</summary>
    Unknown,
    Expired,
    Revoked,
}

/// <summary>What came of showing a key: a scope, or a refusal.</summary>
/// <param name="Label">Whose key it is; null: it was refused.</param>
/// <param name="ExpiresAt">First instant at which it no longer opens anything; null: never.</param>
/// <param name="Organisation">Whose grants the scope is made of; null: it was refused, or made without an organisation.</param>
public sealed record KeyCheck(Scope? Scope, KeyRefusal? Refusal, string? Label = null, DateTimeOffset? ExpiresAt = null, Organisation? Organisation = null)
{
    /// <summary>The organisation's active grants, of which the scope is made.</summary>
    public IReadOnlyList<HeldGrant> Grants { get; init; } = [];

    public static KeyCheck Opens(Scope scope, string label, DateTimeOffset? expiresAt, Organisation? organisation = null) => new(scope, null, label, expiresAt, organisation);

    public static KeyCheck Refused(KeyRefusal refusal) => new(null, refusal);
}

/// <summary>Judges a key as it was shown: <c>cph_live_{id}_{secret}</c>.</summary>
public delegate Task<KeyCheck> CheckKey(string key, CancellationToken cancellationToken);
