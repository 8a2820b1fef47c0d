using ChargePointHub.Model;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Store;

/// <summary>A key as it is listed: everything but the secret, of which only a hash is kept.</summary>
/// <param name="Label">Whose it is: keys of one label are one holder's.</param>
/// <param name="ExpiresAt">First instant at which it no longer opens anything; null: never.</param>
/// <param name="LastUsedAt">Some instant of the last minute in which it opened something; null: never.</param>
/// <param name="OrganisationId">Whose grants say what it opens; null: its scope does.</param>
public sealed record AccessKey(
    string KeyId, string Label, string ScopeName, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, string? OrganisationId)
{
    public bool IsLive(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);
}

/// <summary>A key at the only moment at which its secret is known.</summary>
/// <param name="Token"><c>cph_live_{key id}_{secret}</c>: show it once, keep it nowhere.</param>
public sealed record NewAccessKey(string KeyId, string Token)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => KeyId;
}

/// <summary>What came of asking for a new key. A closed union: <see cref="KeyMade"/>, <see cref="HolderHasTwoKeys"/>, <see cref="NoLiveKey"/> or <see cref="NoSuchOrganisation"/>.</summary>
public abstract record KeyMaking
{
    private protected KeyMaking()
    {
    }
}

public sealed record KeyMade(NewAccessKey Key) : KeyMaking;

/// <summary>Two live keys are enough to change from one to the other; a third would be one that nobody looks after.</summary>
/// <param name="KeyIds">Those that live, oldest first.</param>
public sealed record HolderHasTwoKeys(string Label, IReadOnlyList<string> KeyIds) : KeyMaking;

/// <summary>The key that was to be replaced does not exist, has expired or was revoked.</summary>
public sealed record NoLiveKey : KeyMaking;

/// <param name="Known">Those that there are, by id.</param>
public sealed record NoSuchOrganisation(string OrganisationId, IReadOnlyList<string> Known) : KeyMaking;

/// <summary>Why a key does not open anything. A closed list.</summary>
public enum KeyFailure
{
    /// <summary>Not shaped like a key.</summary>
    Malformed,

    /// <summary>No such key id, or another secret.</summary>
    Unknown,
    Expired,
    Revoked,
}

/// <summary>What came of showing a key. A closed union: <see cref="KeyAccepted"/> or <see cref="KeyRefused"/>.</summary>
public abstract record KeyResult
{
    private protected KeyResult()
    {
    }
}

/// <param name="Label">Whose it is.</param>
/// <param name="ExpiresAt">First instant at which it no longer opens anything; null: never.</param>
/// <param name="Organisation">Whose grants the scope is made of; null: the key was made without one.</param>
public sealed record KeyAccepted(string KeyId, string Label, Scope Scope, DateTimeOffset? ExpiresAt, Organisation? Organisation = null) : KeyResult
{
    /// <summary>The organisation's active grants.</summary>
    public IReadOnlyList<HeldGrant> Grants { get; init; } = [];
}

public sealed record KeyRefused(KeyFailure Failure) : KeyResult;
