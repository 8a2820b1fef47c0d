using ChargePointHub.Model;

namespace ChargePointHub.Server.Access;

/// <summary>Who asks: settled once a request, before anything is read.</summary>
/// <param name="KeyId">Public part of the key; null: no key was shown.</param>
public sealed record Caller(Scope Scope, string? KeyId)
{
    public static readonly Caller Anyone = new(Scope.Public, null);
}
