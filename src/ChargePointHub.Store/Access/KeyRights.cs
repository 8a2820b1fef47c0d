using System.Collections.Concurrent;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Access;

/// <summary>A key as it stands, and what it opens at an instant.</summary>
/// <param name="Scope">Null: nothing; what was written beside it is not known, or its organisation is no more.</param>
/// <param name="HadOrganisation">It belongs to one, or did.</param>
internal sealed record KeyRow(
    string KeyId, byte[] SecretHash, string Label, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, bool HadOrganisation, Organisation? Organisation, Scope? Scope);

/// <summary>From keys over their organisations to the grants that are active: one query, at each request.</summary>
internal sealed class KeyRights(Database database)
{
    private const int MostKept = 1_000;

    /// <summary>Scopes by what they are made of: grants seldom change, and a key is shown at every request.</summary>
    private readonly ConcurrentDictionary<string, Scope> known = new(StringComparer.Ordinal);

    public Task<List<KeyRow>> ReadAsync(string[] keyIds, DateTimeOffset now, CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT k.key_id, k.secret_hash, k.label, k.expires_at, k.revoked_at, k.last_used_at, k.scope, k.organisation_id, o.name, o.role, o.operator_id,
            (SELECT json_agg(json_build_array(a.operator_id, g.datasets, g.boroughs) ORDER BY g.grant_id)::text
             FROM access_grant g JOIN agreement a ON a.agreement_id = g.agreement_id
             WHERE g.organisation_id = k.organisation_id
                 AND (a.valid_from IS NULL OR a.valid_from <= $2) AND (a.valid_to IS NULL OR a.valid_to > $2)
                 AND (g.valid_from IS NULL OR g.valid_from <= $2) AND (g.valid_to IS NULL OR g.valid_to > $2))
        FROM access_key k LEFT JOIN organisation o ON o.organisation_id = k.organisation_id
        WHERE k.key_id = ANY ($1)
        """,
        keyIds, now).ListAsync(
        r =>
        {
            var organisation = r.IsDBNull(8) ? null : new Organisation(r.GetString(7), r.GetString(8), Words<OrganisationRole>.Parse(r.GetString(9))!.Value, r.TextOrNull(10));
            var scope = organisation is not null ? ScopeOf(organisation, r.TextOrNull(11)) : r.IsDBNull(7) ? Scope.Named(r.GetString(6)) : null;
            return new KeyRow(r.GetString(0), r.GetFieldValue<byte[]>(1), r.GetString(2), r.InstantOrNull(3), r.InstantOrNull(4), r.InstantOrNull(5), !r.IsDBNull(7), organisation, scope);
        },
        cancellationToken);

    private Scope ScopeOf(Organisation organisation, string? grants)
    {
        var text = $"{organisation.Role}|{organisation.OperatorId}|{grants}";
        if (known.TryGetValue(text, out var scope)) return scope;
        if (known.Count >= MostKept) known.Clear();
        return known[text] = Scope.Of(organisation.Role, organisation.OperatorId, grants is null ? [] : Read(grants));
    }

    private static List<Right> Read(string grants)
    {
        using var json = JsonDocument.Parse(grants);
        return
        [
            .. from grant in json.RootElement.EnumerateArray()
               let boroughs = grant[2].ValueKind == JsonValueKind.Null ? null : Texts(grant[2])
               from dataset in Texts(grant[1])
               select new Right(grant[0].GetString()!, dataset, boroughs),
        ];
    }

    private static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
