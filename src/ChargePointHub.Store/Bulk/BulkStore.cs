using System.Data;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Bulk;

/// <summary>
/// Bulk files as they are made. A file is nobody's until it is whole: its pieces stand under a row that no reader sees, and one transaction makes it visible and
/// ends the one before, whose pieces go after it. What a killed maker left is thrown away by the next.
/// </summary>
public sealed class BulkStore(Database database)
{
    private const string LookedUpTo = "bulk_tick";

    /// <summary>Files for a scope's mark are made from now on, for as long as a key holds it.</summary>
    public Task RegisterAsync(string mark, DateTimeOffset now, CancellationToken cancellationToken) => database.Reads.Command(
        "INSERT INTO bulk_scope (mark, registered_at) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM bulk_scope WHERE mark = $1) ON CONFLICT DO NOTHING", mark, now).ExecuteAsync(cancellationToken);

    /// <summary>One maker at a time, of all instances; to be disposed of when its round is over. Null: another is at it.</summary>
    public async Task<IAsyncDisposable?> TryEnterAsync(CancellationToken cancellationToken)
    {
        if (await AdvisoryTurn.TryTakeAsync(database, AdvisoryLocks.Bulk, cancellationToken) is not { } turn) return null;
        try
        {
            await database.Reads.Command("DELETE FROM bulk_file WHERE made_at IS NULL").ExecuteAsync(cancellationToken);
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>Marks for which files are to be made.</summary>
    public Task<List<string>> ReadMarksAsync(CancellationToken cancellationToken) => database.Reads.Command("SELECT mark FROM bulk_scope").ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Marks that nobody holds any more go, and their files with them.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<string> marks, CancellationToken cancellationToken)
    {
        object gone = marks.ToArray();
        await database.Reads.Command("DELETE FROM bulk_scope WHERE mark = ANY ($1)", gone).ExecuteAsync(cancellationToken);
        await database.Reads.Command("DELETE FROM bulk_file WHERE mark = ANY ($1)", gone).ExecuteAsync(cancellationToken);
    }

    /// <summary>Every file that is there.</summary>
    public Task<List<BulkFile>> ReadAsync(CancellationToken cancellationToken) =>
        database.Reads.Command(BulkRows.Select + BulkRows.InOrder).ListKnownAsync(2, BulkRows.Read, cancellationToken);

    /// <summary>How many months a mark's readers still wait for.</summary>
    public Task SetWaitingAsync(string mark, int waiting, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE bulk_scope SET waiting = $2 WHERE mark = $1 AND waiting IS DISTINCT FROM $2", mark, waiting).ExecuteAsync(cancellationToken);

    /// <summary>Up to which tick files have been held against what changed, and when that was; null: never.</summary>
    public async Task<(long Tick, DateTimeOffset At)?> ReadLookedAsync(CancellationToken cancellationToken) => (await database.Reads.Command(
        "SELECT t.tick, t.recorded_at FROM hub_setting s JOIN hub_tick t ON t.tick = ('x' || encode(s.value, 'hex'))::bit(64)::bigint WHERE s.name = $1", LookedUpTo)
        .ListAsync(r => ((long, DateTimeOffset)?)(r.GetInt64(0), r.Instant(1)), cancellationToken)).SingleOrDefault();

    /// <summary>How it stands with all of them.</summary>
    public async Task<BulkFacts> ReadFactsAsync(CancellationToken cancellationToken)
    {
        var (files, bytes, waiting, learnt) = (await database.Reads.Command(
            "SELECT count(*), coalesce(sum(b.bytes), 0)::bigint, (SELECT coalesce(sum(waiting), 0)::bigint FROM bulk_scope), (SELECT recorded_at FROM hub_clock) FROM bulk_file f LEFT JOIN LATERAL (SELECT sum(o.bytes) AS bytes FROM bulk_form o WHERE o.file_id = f.file_id) b ON true WHERE f.made_at IS NOT NULL")
            .ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.Instant(3)), cancellationToken)).Single();
        return new BulkFacts(files, bytes, waiting, learnt, (await ReadLookedAsync(cancellationToken))?.At);
    }

    /// <summary>These files hold something that changed at these ticks, and everything up to a tick has been looked at.</summary>
    public async Task WriteLookedAsync(IReadOnlyCollection<(Guid FileId, long Tick)> changed, long upTo, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command(
            "UPDATE bulk_file f SET changed_tick = greatest(f.changed_tick, n.tick) FROM unnest($1, $2) AS n (id, tick) WHERE f.file_id = n.id",
            changed.Select(c => c.FileId).ToArray(), changed.Select(c => c.Tick).ToArray()).ExecuteAsync(cancellationToken);
        await connection.Command(
            "INSERT INTO hub_setting (name, value) VALUES ($1, int8send($2)) ON CONFLICT (name) DO UPDATE SET value = excluded.value", LookedUpTo, upTo).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The file is no longer what the hub holds.</summary>
    public Task SetStaleAsync(Guid fileId, DateTimeOffset since, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE bulk_file SET stale_since = $2 WHERE file_id = $1 AND stale_since IS NULL", fileId, since).ExecuteAsync(cancellationToken);

    /// <summary>A row for a file that nobody sees yet.</summary>
    public async Task<Guid> BeginAsync(BulkOrder order, long seenTick, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        await database.Reads.Command(
            "INSERT INTO bulk_file (file_id, mark, dataset, month, revision, seen_tick, is_of_areas) VALUES ($1, $2, $3, $4, 0, $5, $6)",
            id, order.Mark, order.Dataset.Name, order.Month, seenTick, order.IsOfAreas).ExecuteAsync(cancellationToken);
        return id;
    }

    /// <summary>The next piece of a form, each of <see cref="BulkFile.ChunkBytes"/> but the last.</summary>
    public async Task AddChunkAsync(Guid fileId, string form, int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using var command = database.Reads.Command("INSERT INTO bulk_chunk (file_id, form, number, bytes) VALUES ($1, $2, $3, $4)", fileId, form, number);
        command.Parameters.Add(new NpgsqlParameter { Value = bytes, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Throws away what was begun.</summary>
    public Task DiscardAsync(Guid fileId, CancellationToken cancellationToken) =>
        database.Reads.Command("DELETE FROM bulk_file WHERE file_id = $1 AND made_at IS NULL", fileId).ExecuteAsync(cancellationToken);

    /// <summary>What stands there was made anew and came out the same: it is as new as this.</summary>
    public Task StandsAsync(Guid fileId, long seenTick, CancellationToken cancellationToken) =>
        database.Reads.Command("UPDATE bulk_file SET seen_tick = $2, stale_since = NULL WHERE file_id = $1", fileId, seenTick).ExecuteAsync(cancellationToken);

    /// <summary>Makes a file visible in the place of the one before, all of it at once.</summary>
    /// <param name="file">As it will be read; its revision is counted here, and when it was made is now.</param>
    /// <param name="begunTick">The newest tick when its first record was read.</param>
    /// <param name="now">As it is told. One maker publishes at a time, so that none is seen after a newer one: who asks for what was made since the newest that he has misses none.</param>
    public async Task<BulkOutcome> PublishAsync(BulkFile file, long begunTick, Func<DateTimeOffset> now, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Whoever withholds or purges has the clock's row until it commits: it has done so, and is seen here, or comes after this and finds the file.
        await connection.Command("SELECT FROM hub_clock FOR SHARE").ExecuteAsync(cancellationToken);
        var overtaken = await connection.Command(
            """
            SELECT EXISTS (SELECT FROM charge_point_left WHERE tick > $1 AND operator_id = ANY ($2)) OR EXISTS (SELECT FROM location_left WHERE tick > $1 AND operator_id = ANY ($2))
                OR EXISTS (SELECT FROM purged_record WHERE tick > $1 AND operator_id = ANY ($2))
            """,
            begunTick, file.Operators.Select(o => o.OperatorId).ToArray()).ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (overtaken.Single()) return BulkOutcome.Overtaken;
        var revision = (await connection.Command(
            """
            INSERT INTO bulk_revision AS r
            SELECT $1, $2, $3, coalesce((SELECT max(f.revision) FROM bulk_file f WHERE f.mark = $1 AND f.dataset = $2 AND f.month = $3), 0) + 1
            ON CONFLICT (mark, dataset, month) DO UPDATE SET revision = greatest(r.revision + 1, excluded.revision) RETURNING revision
            """,
            file.Mark, file.Dataset.Name, file.Month).ListAsync(r => r.GetInt32(0), cancellationToken)).Single();
        foreach (var form in file.Forms)
        {
            await connection.Command(
                """
                INSERT INTO bulk_form (file_id, form, bytes, sha256, plain_bytes, plain_sha256, replaces_sha256)
                VALUES ($1, $2, $3, $4, $5, $6, (SELECT o.sha256 FROM bulk_file f JOIN bulk_form o USING (file_id) WHERE f.mark = $7 AND f.dataset = $8 AND f.month = $9 AND f.made_at IS NOT NULL AND o.form = $2))
                """,
                file.FileId, form.Name, form.Bytes, form.Sha256, form.PlainBytes, form.PlainSha256, file.Mark, file.Dataset.Name, file.Month).ExecuteAsync(cancellationToken);
        }

        var replaced = await connection.Command(
            "UPDATE bulk_file SET made_at = NULL WHERE mark = $1 AND dataset = $2 AND month = $3 AND made_at IS NOT NULL RETURNING file_id", file.Mark, file.Dataset.Name, file.Month).ListAsync(r => r.GetGuid(0), cancellationToken);
        var published = await connection.Command(
            """
            UPDATE bulk_file SET made_at = $2, revision = $3, row_count = $4, operators = $5, operator_rows = $6, statement = $7::json, judged = $8 WHERE file_id = $1
            """,
            file.FileId, now(), revision, file.Rows, file.Operators.Select(o => o.OperatorId).ToArray(), file.Operators.Select(o => o.Rows).ToArray(),
            System.Text.Encoding.UTF8.GetString(file.Statement), file.Judged).ExecuteAsync(cancellationToken);
        if (published == 0) throw new DBConcurrencyException($"The file {file.FileId} is gone: another maker took it for one that was given up.");
        await transaction.CommitAsync(cancellationToken);

        // Its pieces go when nobody waits for the clock any more; what a killed maker leaves of them the next throws away.
        try
        {
            await connection.Command("DELETE FROM bulk_file WHERE file_id = ANY ($1)", replaced.ToArray()).ExecuteAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The file is made all the same.
        }

        return BulkOutcome.Made;
    }
}
