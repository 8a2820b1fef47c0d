using ChargePointHub.Model;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Server.Access;

/// <summary>Who asks: settled once a request, before anything is read.</summary>
/// <param name="KeyId">Public part of the key; null: no key was shown.</param>
/// <param name="Label">Whose key it is; null: no key was shown.</param>
/// <param name="ExpiresAt">First instant at which the key no longer opens anything; null: never.</param>
/// <param name="Organisation">Whose grants the scope is made of; null: no key was shown, or one that was made without an organisation.</param>
public sealed record Caller(Scope Scope, string? KeyId, string? Label = null, DateTimeOffset? ExpiresAt = null, Organisation? Organisation = null)
{
    /// <summary>The organisation's active grants, of which the scope is made.</summary>
    public IReadOnlyList<HeldGrant> Grants { get; init; } = [];

    public static readonly Caller Anyone = new(Scope.Public, null);
}
