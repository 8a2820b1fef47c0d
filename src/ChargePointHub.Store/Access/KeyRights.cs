using System.Collections.Concurrent;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Access;

/// <summary>A key as it stands, and what it opens at an instant.</summary>
/// <param name="Scope">Null: nothing; what was written beside it is not known, or its organisation is no more.</param>
/// <param name="HadOrganisation">It belongs to one, or did.</param>
internal sealed record KeyRow(
    string KeyId, byte[] SecretHash, string Label, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, bool HadOrganisation, Organisation? Organisation, Scope? Scope, IReadOnlyList<HeldGrant> Grants);

/// <summary>A grant that is active, as far as the audit names it.</summary>
/// <param name="Subjects">Of <see cref="Right.All"/>.</param>
public sealed record HeldGrant(string GrantId, string OperatorId, IReadOnlyList<string> Subjects);

/// <summary>From keys over their organisations to the grants that are active: one query, at each request.</summary>
internal sealed class KeyRights(Database database)
{
    private const int MostKept = 1_000;

    /// <summary>Scopes by what they are made of: grants seldom change, and a key is shown at every request.</summary>
    private readonly ConcurrentDictionary<string, (Scope Scope, IReadOnlyList<HeldGrant> Grants)> known = new(StringComparer.Ordinal);

    public Task<List<KeyRow>> ReadAsync(string[] keyIds, DateTimeOffset now, CancellationToken cancellationToken) => database.Reads.Command(
        """
        SELECT k.key_id, k.secret_hash, k.label, k.expires_at, k.revoked_at, k.last_used_at, k.scope, k.organisation_id, o.name, o.role, o.operator_id,
            (SELECT json_agg(json_build_array(a.operator_id, g.datasets, g.boroughs, g.fields, g.time_precision, g.grant_id) ORDER BY g.grant_id)::text
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
            var (scope, grants) = organisation is not null ? RightsOf(organisation, r.TextOrNull(11)) : (r.IsDBNull(7) ? Scope.Named(r.GetString(6)) : null, []);
            return new KeyRow(r.GetString(0), r.GetFieldValue<byte[]>(1), r.GetString(2), r.InstantOrNull(3), r.InstantOrNull(4), r.InstantOrNull(5), !r.IsDBNull(7), organisation, scope, grants);
        },
        cancellationToken);

    private (Scope? Scope, IReadOnlyList<HeldGrant> Grants) RightsOf(Organisation organisation, string? grants)
    {
        var text = $"{organisation.Role}|{organisation.OperatorId}|{grants}";
        if (known.TryGetValue(text, out var rights)) return rights;
        if (known.Count >= MostKept) known.Clear();
        using var json = JsonDocument.Parse(grants ?? "[]");
        return known[text] = (
            Scope.Of(organisation.Role, organisation.OperatorId, Read(json.RootElement)),
            [.. json.RootElement.EnumerateArray().Select(g => new HeldGrant(g[5].GetString()!, g[0].GetString()!, Texts(g[1])))]);
    }

    private static List<Right> Read(JsonElement grants) =>
    [
        .. from grant in grants.EnumerateArray()
           let boroughs = TextsOrNull(grant[2])
           let fields = TextsOrNull(grant[3])
           let precision = Words<TimePrecision>.Parse(grant[4].GetString())!.Value
           from dataset in Texts(grant[1])
           select new Right(grant[0].GetString()!, dataset, boroughs, fields, precision),
    ];

    private static List<string>? TextsOrNull(JsonElement array) => array.ValueKind == JsonValueKind.Null ? null : Texts(array);

    private static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
