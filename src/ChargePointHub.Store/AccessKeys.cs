using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

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

public sealed record KeyAccepted(string KeyId, Scope Scope) : KeyResult;

public sealed record KeyRefused(KeyFailure Failure) : KeyResult;

/// <summary>A key at the only moment at which its secret is known.</summary>
/// <param name="Token"><c>cph_live_{key id}_{secret}</c>: show it once, keep it nowhere.</param>
public sealed record NewAccessKey(string KeyId, string Token)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => KeyId;
}

/// <summary>A key as it is listed: everything but the secret, of which only a hash is kept.</summary>
public sealed record AccessKey(
    string KeyId, string Label, string ScopeName, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>Makes, verifies and revokes the keys of the API.</summary>
public sealed class AccessKeys(Database database, TimeProvider clock)
{
    private const string Prefix = "cph_live_";
    private const int IdBytes = 8;
    private const int SecretBytes = 32;
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    /// <param name="expiresAt">First instant at which it no longer opens anything; null: never.</param>
    public async Task<NewAccessKey> CreateAsync(string label, Scope scope, CancellationToken cancellationToken, DateTimeOffset? expiresAt = null)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        await database.Reads.Command(
            "INSERT INTO access_key (key_id, secret_hash, label, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
            id, HashOf(secret), label, scope.Name, clock.GetUtcNow(),
            new NpgsqlParameter { Value = (object?)expiresAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz })
            .ExecuteAsync(cancellationToken);
        return new NewAccessKey(id, $"{Prefix}{id}_{secret}");
    }

    /// <param name="token">As shown when the key was made.</param>
    public Task<KeyResult> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        const int secretAt = IdBytes * 2 + 1;
        return token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length > Prefix.Length + secretAt && token[Prefix.Length + secretAt - 1] == '_'
            ? VerifyAsync(token.Substring(Prefix.Length, IdBytes * 2), token[(Prefix.Length + secretAt)..], cancellationToken)
            : Task.FromResult<KeyResult>(new KeyRefused(KeyFailure.Malformed));
    }

    /// <summary>For HTTP Basic: key id as user, secret as password. A whole token as password will do too.</summary>
    public async Task<KeyResult> VerifyAsync(string keyId, string secret, CancellationToken cancellationToken)
    {
        if (secret.StartsWith($"{Prefix}{keyId}_", StringComparison.Ordinal)) secret = secret[(Prefix.Length + keyId.Length + 1)..];
        if (keyId.Length != IdBytes * 2 || !keyId.All(char.IsAsciiHexDigitLower) || !Base64Url.IsValid(secret, out var length) || length != SecretBytes)
        {
            return new KeyRefused(KeyFailure.Malformed);
        }

        var row = (await database.Reads.Command("SELECT secret_hash, scope, expires_at, revoked_at FROM access_key WHERE key_id = $1", keyId)
            .ListAsync(
                r => new { Hash = r.GetFieldValue<byte[]>(0), Scope = r.GetString(1), Expires = r.InstantOrNull(2), Revoked = r.InstantOrNull(3) },
                cancellationToken)).SingleOrDefault();

        // The same work and the same time whether the id exists or not.
        var same = CryptographicOperations.FixedTimeEquals(HashOf(secret), row?.Hash ?? NoHash);
        if (row is null || !same) return new KeyRefused(KeyFailure.Unknown);
        if (row.Revoked is not null) return new KeyRefused(KeyFailure.Revoked);
        if (row.Expires <= clock.GetUtcNow()) return new KeyRefused(KeyFailure.Expired);
        return Scope.Named(row.Scope) is { } scope ? new KeyAccepted(keyId, scope) : new KeyRefused(KeyFailure.Unknown);
    }

    /// <summary>All keys, newest first.</summary>
    public Task<List<AccessKey>> ListAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT key_id, label, scope, created_at, expires_at, revoked_at FROM access_key ORDER BY created_at DESC, key_id").ListAsync(
            r => new AccessKey(r.GetString(0), r.GetString(1), r.GetString(2), r.Instant(3), r.InstantOrNull(4), r.InstantOrNull(5)), cancellationToken);

    /// <summary>From now on. False when there is no such key, or it was revoked before.</summary>
    public async Task<bool> RevokeAsync(string keyId, CancellationToken cancellationToken) => await database.Reads.Command(
        "UPDATE access_key SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL", keyId, clock.GetUtcNow()).ExecuteAsync(cancellationToken) == 1;

    // A plain hash is enough for 256 random bits: there is nothing to guess that a slow hash would slow.
    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
