using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Access;

/// <summary>The register of who may read what, and its history.</summary>
public sealed class GrantStore(Database database)
{
    private static readonly Dictionary<AccessKind, (string Table, string Key, string Word)> Tables = new()
    {
        [AccessKind.Organisation] = ("organisation", "organisation_id", "organisation"),
        [AccessKind.Agreement] = ("agreement", "agreement_id", "agreement"),
        [AccessKind.Grant] = ("access_grant", "grant_id", "grant"),
    };

    public async Task<AccessRegister> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>Makes the register what is wanted, all at once; what was there and what came is kept in its history.</summary>
    /// <returns>What was changed.</returns>
    public async Task<IReadOnlyList<AccessDifference>> ApplyAsync(AccessRegister wanted, string changedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("LOCK TABLE access_change, organisation, agreement, access_grant IN SHARE ROW EXCLUSIVE MODE").ExecuteAsync(cancellationToken);
        var differences = (await ReadAsync(connection, cancellationToken)).To(wanted);

        // A clock that was put back must not write history into the past.
        var at = (await connection.Command("SELECT greatest($1, max(changed_at) + interval '1 microsecond') FROM access_change", now).ListAsync(r => r.Instant(0), cancellationToken)).Single();
        foreach (var difference in differences) await ChangeAsync(connection, difference, changedBy, at, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return differences;
    }

    /// <summary>Newest first.</summary>
    /// <param name="id">Null: of everything.</param>
    public Task<List<AccessChange>> ReadHistoryAsync(string? id, CancellationToken cancellationToken) => database.Reads.Command(
        "SELECT changed_at, changed_by, kind, id, before::text, after::text FROM access_change WHERE $1::text IS NULL OR id = $1 ORDER BY changed_at DESC, kind, id",
        new NpgsqlParameter { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }).ListAsync(
            r => new AccessChange(r.Instant(0), r.GetString(1), Tables.Single(t => t.Value.Word == r.GetString(2)).Key, r.GetString(3), r.TextOrNull(4), r.TextOrNull(5)), cancellationToken);

    private static async Task<AccessRegister> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => new(
        await connection.Command("SELECT organisation_id, name, role, operator_id FROM organisation ORDER BY organisation_id")
            .ListAsync(r => new Organisation(r.GetString(0), r.GetString(1), Words<OrganisationRole>.Parse(r.GetString(2))!.Value, r.TextOrNull(3)), cancellationToken),
        await connection.Command("SELECT agreement_id, title, operator_id, valid_from, valid_to FROM agreement ORDER BY agreement_id")
            .ListAsync(r => new Agreement(r.GetString(0), r.GetString(1), r.GetString(2), r.InstantOrNull(3), r.InstantOrNull(4)), cancellationToken),
        await connection.Command("SELECT grant_id, agreement_id, organisation_id, datasets, boroughs, valid_from, valid_to, fields, time_precision FROM access_grant ORDER BY grant_id").ListAsync(
            r => new Grant(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetFieldValue<string[]>(3), r.IsDBNull(4) ? null : r.GetFieldValue<string[]>(4), r.InstantOrNull(5), r.InstantOrNull(6))
            {
                Fields = r.IsDBNull(7) ? null : r.GetFieldValue<string[]>(7),
                Precision = Words<TimePrecision>.Parse(r.GetString(8))!.Value,
            },
            cancellationToken));

    private static async Task ChangeAsync(NpgsqlConnection connection, AccessDifference difference, string changedBy, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (id, (table, key, word)) = (difference.Entry.Id, Tables[difference.Entry.Kind]);
        var before = (await connection.Command($"DELETE FROM {table} t WHERE {key} = $1 RETURNING row_to_json(t)::text", id).ListAsync(r => r.GetString(0), cancellationToken)).SingleOrDefault();
        if (difference.After is { } after) await Insert(connection, after).ExecuteAsync(cancellationToken);
        await connection.Command(
            $"INSERT INTO access_change (changed_at, kind, id, changed_by, before, after) VALUES ($1, $2, $3, $4, $5, (SELECT row_to_json(t) FROM {table} t WHERE {key} = $3))",
            at, word, id, changedBy, new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Json }).ExecuteAsync(cancellationToken);
    }

    private static NpgsqlCommand Insert(NpgsqlConnection connection, AccessEntry entry) => entry switch
    {
        Organisation o => connection.Command(
            "INSERT INTO organisation (organisation_id, name, role, operator_id) VALUES ($1, $2, $3, $4)", o.Id, o.Name, Words<OrganisationRole>.Of(o.Role), Text(o.OperatorId)),
        Agreement a => connection.Command(
            "INSERT INTO agreement (agreement_id, title, operator_id, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)", a.Id, a.Title, a.OperatorId, Instant(a.ValidFrom), Instant(a.ValidTo)),
        Grant g => connection.Command(
            "INSERT INTO access_grant (grant_id, agreement_id, organisation_id, datasets, boroughs, valid_from, valid_to, fields, time_precision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            g.Id, g.AgreementId, g.OrganisationId, g.Datasets.ToArray(), Texts(g.Boroughs), Instant(g.ValidFrom), Instant(g.ValidTo), Texts(g.Fields), Words<TimePrecision>.Of(g.Precision)),
        _ => throw new InvalidOperationException("The register's entries are a closed list."),
    };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Texts(IReadOnlyList<string>? texts) => new() { Value = (object?)texts?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Instant(DateTimeOffset? instant) => new() { Value = (object?)instant?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
