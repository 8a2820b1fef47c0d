using ChargePointHub.Model;

namespace ChargePointHub.Server.Access;

/// <summary>Who asks: settled once a request, before anything is read.</summary>
/// <param name="KeyId">Public part of the key; null: no key was shown.</param>
/// <param name="Label">Whose key it is; null: no key was shown.</param>
/// <param name="ExpiresAt">First instant at which the key no longer opens anything; null: never.</param>
public sealed record Caller(Scope Scope, string? KeyId, string? Label = null, DateTimeOffset? ExpiresAt = null)
{
    public static readonly Caller Anyone = new(Scope.Public, null);
}
