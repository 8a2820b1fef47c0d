using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store.Access;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>Makes, verifies and revokes the keys of the API.</summary>
public sealed class AccessKeys(Database database, TimeProvider clock)
{
    private const string Prefix = "cph_live_";
    private const int IdBytes = 8;
    private const int SecretBytes = 32;

    /// <summary>Of one holder: to change from one to the other.</summary>
    private const int MostLive = 2;

    private const string Listing = "SELECT key_id, label, scope, created_at, expires_at, revoked_at, last_used_at, organisation_id FROM access_key";

    /// <summary>What a scope beside a key says when the grants of its organisation decide.</summary>
    private const string Granted = "granted";

    /// <summary>Use is written down at most once in this time.</summary>
    private static readonly TimeSpan UseResolution = TimeSpan.FromMinutes(1);

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly KeyRights rights = new(database);

    /// <summary>A key with fixed rights, for those who keep the hub.</summary>
    /// <param name="expiresAt">First instant at which it no longer opens anything; null: never.</param>
    public Task<KeyMaking> CreateAsync(string label, Scope scope, CancellationToken cancellationToken, DateTimeOffset? expiresAt = null) =>
        InTurnAsync(connection => MakeAsync(connection, label, scope.Name, null, expiresAt, cancellationToken), cancellationToken);

    /// <summary>A key of an organisation: what it opens is what is granted to it, each time it is shown.</summary>
    /// <param name="expiresAt">First instant at which it no longer opens anything; null: never.</param>
    public Task<KeyMaking> CreateForAsync(string organisationId, string label, CancellationToken cancellationToken, DateTimeOffset? expiresAt = null) =>
        InTurnAsync(
            async connection =>
            {
                var known = await connection.Command("SELECT organisation_id FROM organisation ORDER BY organisation_id").ListAsync(r => r.GetString(0), cancellationToken);
                return known.Contains(organisationId)
                    ? await MakeAsync(connection, label, Granted, organisationId, expiresAt, cancellationToken)
                    : new NoSuchOrganisation(organisationId, known);
            },
            cancellationToken);

    /// <summary>Makes the successor of a live key, for the same holder with the same rights.</summary>
    /// <param name="keepUntil">First instant at which the old key no longer opens anything, unless it ends before; now: at once.</param>
    /// <param name="expiresAt">From the old key to when the new one expires; null: never.</param>
    public Task<KeyMaking> RotateAsync(string keyId, DateTimeOffset keepUntil, Func<AccessKey, DateTimeOffset?> expiresAt, CancellationToken cancellationToken) =>
        InTurnAsync(
            async connection =>
            {
                var old = (await Listed(connection.Command($"{Listing} WHERE key_id = $1", keyId), cancellationToken)).SingleOrDefault();
                if (old?.IsLive(clock.GetUtcNow()) != true) return new NoLiveKey();
                await connection.Command("UPDATE access_key SET expires_at = least(expires_at, $2) WHERE key_id = $1", keyId, keepUntil).ExecuteAsync(cancellationToken);
                return await MakeAsync(connection, old.Label, old.ScopeName, old.OrganisationId, expiresAt(old), cancellationToken);
            },
            cancellationToken);

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

        var now = clock.GetUtcNow();
        var row = (await rights.ReadAsync([keyId], now, cancellationToken)).SingleOrDefault();

        // The same comparison whether the id exists or not.
        var same = CryptographicOperations.FixedTimeEquals(HashOf(secret), row?.SecretHash ?? NoHash);
        if (row is null || !same) return new KeyRefused(KeyFailure.Unknown);
        if (row.RevokedAt is not null) return new KeyRefused(KeyFailure.Revoked);
        if (row.ExpiresAt <= now) return new KeyRefused(KeyFailure.Expired);
        if (row.Scope is not { } scope) return new KeyRefused(row.HadOrganisation ? KeyFailure.Revoked : KeyFailure.Unknown);
        if (row.LastUsedAt is not { } used || used <= now - UseResolution) await NoteUseAsync(keyId, now, cancellationToken);
        return new KeyAccepted(keyId, row.Label, scope, row.ExpiresAt, row.Organisation) { Grants = row.Grants };
    }

    /// <summary>What those of the keys that still open something open now.</summary>
    public async Task<IReadOnlyDictionary<string, Scope>> ScopesOfAsync(IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return (await rights.ReadAsync([.. keyIds], now, cancellationToken)).Where(k => k is { RevokedAt: null, Scope: not null } && (k.ExpiresAt is null || k.ExpiresAt > now))
            .ToDictionary(k => k.KeyId, k => k.Scope!);
    }

    /// <summary>All keys, newest first.</summary>
    public Task<List<AccessKey>> ListAsync(CancellationToken cancellationToken) =>
        Listed(database.Reads.Command($"{Listing} ORDER BY created_at DESC, key_id"), cancellationToken);

    /// <summary>From now on. False when there is no such key, or it was revoked before.</summary>
    public async Task<bool> RevokeAsync(string keyId, CancellationToken cancellationToken) => await database.Reads.Command(
        "UPDATE access_key SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL", keyId, clock.GetUtcNow()).ExecuteAsync(cancellationToken) == 1;

    private static Task<List<AccessKey>> Listed(NpgsqlCommand command, CancellationToken cancellationToken) => command.ListAsync(
        r => new AccessKey(r.GetString(0), r.GetString(1), r.GetString(2), r.Instant(3), r.InstantOrNull(4), r.InstantOrNull(5), r.InstantOrNull(6), r.TextOrNull(7)), cancellationToken);

    /// <summary>Many requests at once write once, whichever instance they came to.</summary>
    private Task<int> NoteUseAsync(string keyId, DateTimeOffset now, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE access_key SET last_used_at = $2 WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)", keyId, now, now - UseResolution)
        .ExecuteAsync(cancellationToken);

    // A plain hash is enough for 256 random bits: there is nothing to guess that a slow hash would slow.
    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Keys are made one after the other: two at once could both be a holder's second. What is refused changes nothing.</summary>
    private async Task<KeyMaking> InTurnAsync(Func<NpgsqlConnection, Task<KeyMaking>> make, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("LOCK TABLE access_key IN SHARE ROW EXCLUSIVE MODE").ExecuteAsync(cancellationToken);
        var made = await make(connection);
        if (made is KeyMade) await transaction.CommitAsync(cancellationToken);
        return made;
    }

    private async Task<KeyMaking> MakeAsync(
        NpgsqlConnection connection, string label, string scope, string? organisationId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var live = (await Listed(connection.Command($"{Listing} WHERE label = $1 ORDER BY created_at, key_id", label), cancellationToken)).Where(k => k.IsLive(now)).ToList();
        if (live.Count >= MostLive) return new HolderHasTwoKeys(label, [.. live.Select(k => k.KeyId)]);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        await connection.Command(
            "INSERT INTO access_key (key_id, secret_hash, label, scope, created_at, expires_at, organisation_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            id, HashOf(secret), label, scope, now, new NpgsqlParameter { Value = (object?)expiresAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter { Value = (object?)organisationId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text })
            .ExecuteAsync(cancellationToken);
        return new KeyMade(new NewAccessKey(id, $"{Prefix}{id}_{secret}"));
    }
}
