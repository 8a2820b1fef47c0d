using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Audit;

/// <summary>
/// The chain of one run of one instance, on a connection of its own: it waits behind nothing else, and the lock on it tells that the instance
/// lives. Used by one caller at a time.
/// </summary>
public sealed class AuditChain(Database database) : IAsyncDisposable
{
    private NpgsqlConnection? connection;
    private IReadOnlyList<AuditEvent>? doubtful;
    private ReadOnlyMemory<byte> hash = AuditEvent.NoHash;

    /// <summary>Tests break the connection here: the rows are committed, and the hub is not told.</summary>
    internal Action BeforeTold { get; init; } = () => { };

    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Rows that are known to be committed.</summary>
    public long Length { get; private set; }

    /// <summary>Rows in their order, each linked to the one before, committed together or not at all.</summary>
    /// <exception cref="Exception">They were not committed, or it cannot be told: <see cref="SettleAsync"/> comes before the next.</exception>
    public async Task<IReadOnlyList<AuditEvent>> AppendAsync(IEnumerable<AuditEvent> rows, CancellationToken cancellationToken)
    {
        if (doubtful is not null) throw new InvalidOperationException("What became of the rows before is not settled.");
        var linked = Linked(rows);
        var open = await OpenAsync(cancellationToken);
        doubtful = linked;
        try
        {
            await CopyAsync(open, linked, cancellationToken);
            BeforeTold();
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        Settled(committed: true);
        return linked;
    }

    /// <summary>After a failure: the rows as they were committed all the same; null: they were not, or nothing had failed.</summary>
    public async Task<IReadOnlyList<AuditEvent>?> SettleAsync(CancellationToken cancellationToken)
    {
        if (doubtful is not { } rows) return null;

        // The lock is there only when the connection before is gone, and with it whatever was under way on it.
        var open = await OpenAsync(cancellationToken);
        var last = await open.Command("SELECT coalesce(max(number), 0) FROM audit_event WHERE chain = $1", Id).ListAsync(r => r.GetInt64(0), cancellationToken);
        var committed = last.Single() >= rows[^1].Number;
        Settled(committed);
        return committed ? rows : null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private List<AuditEvent> Linked(IEnumerable<AuditEvent> rows)
    {
        var (linked, number, previous) = (new List<AuditEvent>(), Length, hash);
        foreach (var row in rows)
        {
            var placed = row with { Chain = Id, Number = ++number, Previous = previous };
            placed = placed with { Hash = AuditHash.Of(placed, previous.Span) };
            linked.Add(placed);
            previous = placed.Hash;
        }

        return linked;
    }

    private void Settled(bool committed)
    {
        if (committed) (Length, hash) = (doubtful![^1].Number, doubtful[^1].Hash);
        doubtful = null;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (connection is { State: System.Data.ConnectionState.Open } open) return open;
        await CloseAsync();
        var fresh = await database.OpenAuditAsync(cancellationToken);
        try
        {
            await AdvisoryLocks.TakeAuditAsync(fresh, Id, cancellationToken);
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }

        return connection = fresh;
    }

    private async Task CloseAsync()
    {
        if (connection is not null) await connection.DisposeAsync();
        connection = null;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<AuditEvent> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY audit_event ({AuditRow.Columns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await WriteAsync(row.Chain, NpgsqlDbType.Uuid);
            await WriteAsync(row.Number, NpgsqlDbType.Bigint);
            await WriteAsync(Words<AuditKind>.Of(row.Kind), NpgsqlDbType.Text);
            await WriteAsync(row.WrittenAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            await WriteAsync(row.Opened, NpgsqlDbType.Bigint);
            foreach (var text in new[] { row.RequestId, row.KeyId, row.OrganisationId, row.Holder }) await WriteAsync(text, NpgsqlDbType.Text);
            await WriteAsync(row.Rights?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            foreach (var text in new[] { row.Route, row.Path, row.Filter }) await WriteAsync(text, NpgsqlDbType.Text);
            await WriteAsync(row.Operators?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await WriteAsync(row.Outcome is { } outcome ? Words<ReadOutcome>.Of(outcome) : null, NpgsqlDbType.Text);
            await WriteAsync(row.Records?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            await WriteAsync(row.Bytes, NpgsqlDbType.Bigint);
            await WriteAsync(row.Previous.ToArray(), NpgsqlDbType.Bytea);
            await WriteAsync(row.Hash.ToArray(), NpgsqlDbType.Bytea);
        }

        await copy.CompleteAsync(cancellationToken);

        Task WriteAsync<T>(T value, NpgsqlDbType type) => value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, type, cancellationToken);
    }
}
