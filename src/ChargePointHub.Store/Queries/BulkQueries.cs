using ChargePointHub.Model;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>Bulk files, for those whose rights they were made under and for no others.</summary>
public sealed class BulkQueries(Database database)
{
    /// <summary>By dataset and month.</summary>
    /// <param name="since">Only what was made at this instant or after it: where times are cut several are made at one; null: all.</param>
    public async Task<IReadOnlyList<BulkFile>> ListAsync(DateTimeOffset? since, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(connection, scope, $"{BulkRows.Select} AND {Held} AND f.made_at >= $2 AND f.dataset = ANY ($3){BulkRows.InOrder}",
            scope.Mark, since ?? DateTimeOffset.UnixEpoch, BulkFile.Datasets.Where(scope.Reads).Select(d => d.Name).ToArray())
            .ListAsync(r => BulkRows.Read(r, Dataset.Named(r.GetString(2))!), cancellationToken);
    }

    /// <summary>Null: there is none for this scope.</summary>
    public async Task<BulkFile?> FindAsync(Dataset dataset, DateOnly month, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await new ServingCommand(connection, scope, $"{BulkRows.Select} AND {Held} AND f.dataset = $2 AND f.month = $3", scope.Mark, dataset.Name, month)
            .ListAsync(r => BulkRows.Read(r, dataset), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Null: the file is no more.</summary>
    /// <param name="number">From 0.</param>
    public async Task<byte[]?> ReadChunkAsync(Guid fileId, string form, int number, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await new ServingCommand(connection, scope, $"SELECT c.bytes FROM bulk_chunk c JOIN bulk_file f USING (file_id) WHERE {Held} AND c.file_id = $2 AND c.form = $3 AND c.number = $4", scope.Mark, fileId, form, number)
            .ListAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Months that are still to be made for a scope, open ones among them; null: nobody has looked yet.</summary>
    public async Task<long?> ReadWaitingAsync(Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await new ServingCommand(connection, scope, $"SELECT CASE WHEN count(*) = count(f.waiting) THEN coalesce(sum(f.waiting), 0) END FROM bulk_scope f WHERE {Held}", scope.Mark)
            .ListAsync(r => r.IsDBNull(0) ? null : (long?)r.GetInt64(0), cancellationToken)).Single();
    }

    /// <summary>Row security asks the same.</summary>
    private const string Held = "(f.mark = $1 OR f.mark = 'public')";
}
