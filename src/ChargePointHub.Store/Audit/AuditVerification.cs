using System.Globalization;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Audit;

/// <summary>What is wrong with a chain. A closed list.</summary>
public enum ChainFault
{
    /// <summary>The row says something else than when it was written.</summary>
    Changed,

    /// <summary>There is no row of this number, and there are later ones.</summary>
    Missing,

    /// <summary>The row is whole, and follows another one than when it was written.</summary>
    Reordered,

    /// <summary>A checkpoint from the log has this number, and the chain ends before.</summary>
    Cut,

    /// <summary>The chain is whole, and is another one than the checkpoint from the log was taken from.</summary>
    Rewritten,
}

/// <summary>The first row of a chain that is not as it was written.</summary>
/// <param name="WrittenAt">As the row says; null: it is not there.</param>
public sealed record BrokenRow(Guid Chain, long Number, DateTimeOffset? WrittenAt, ChainFault Fault);

/// <summary>A reading that was opened and has no closed row.</summary>
public sealed record UnclosedRead(Guid Chain, long Number, DateTimeOffset OpenedAt);

/// <summary>One chain: one run of one instance.</summary>
/// <param name="IsRunning">The instance that writes it lives.</param>
/// <param name="HasEnd">Its last row is a checkpoint, as every instance leaves that ends in order.</param>
/// <param name="Beyond">Rows after the last checkpoint that was given: their end may have been cut, or all of them written anew. Null: no checkpoint given names the chain.</param>
/// <param name="Broken">Null: it holds.</param>
public sealed record ChainState(
    Guid Chain, long Rows, long Readings, DateTimeOffset FirstAt, DateTimeOffset LastAt, bool IsRunning, bool HasEnd, IReadOnlyList<UnclosedRead> Unclosed, long? Beyond, BrokenRow? Broken);

/// <summary>What the log says of a chain, by which a cut or rewritten table is found.</summary>
public sealed record AuditCheckpoint(Guid Chain, long Number, string Hash)
{
    public static AuditCheckpoint Of(AuditEvent row) => new(row.Chain, row.Number, Convert.ToHexStringLower(row.Hash.Span));

    /// <summary>Null: it is not <c>CHAIN:NUMBER:HASH</c>.</summary>
    public static AuditCheckpoint? Parse(string text) =>
        text.Split(':') is [var chain, var number, { Length: 64 } hash] && Guid.TryParseExact(chain, "D", out var id) && hash.All(char.IsAsciiHexDigit)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
            ? new AuditCheckpoint(id, n, hash.ToLowerInvariant()) : null;

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}:{Number}:{Hash}");
}

/// <summary>Walks the whole audit, row by row, and keeps no more of it than readings without an end.</summary>
public sealed class AuditVerification(Database database)
{
    private const int ProgressEach = 10_000;

    /// <param name="progress">Rows walked and rows in all.</param>
    /// <returns>Every chain that is there, or that a checkpoint names; the oldest first.</returns>
    public async Task<IReadOnlyList<ChainState>> VerifyAsync(IReadOnlyCollection<AuditCheckpoint> checkpoints, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var running = await ReadRunningAsync(cancellationToken);
        var chains = new List<Walk>();
        await using (var connection = await database.Reads.OpenConnectionAsync(cancellationToken))
        {
            await using var count = connection.Command("SELECT count(*) FROM audit_event");
            count.CommandTimeout = 0;
            var all = (await count.ListAsync(r => r.GetInt64(0), cancellationToken)).Single();
            await using var command = connection.Command($"SELECT {AuditRow.Columns} FROM audit_event ORDER BY chain, number");
            command.CommandTimeout = 0;
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            for (var walked = 0L; await rows.ReadAsync(cancellationToken);)
            {
                var row = AuditRow.Read(rows);
                if (chains.LastOrDefault()?.Chain != row.Chain) chains.Add(new Walk(row, [.. checkpoints.Where(c => c.Chain == row.Chain)]));
                chains[^1].Take(row);
                if (++walked % ProgressEach == 0) progress(walked, Math.Max(walked, all));
            }
        }

        // Whoever began or ended meanwhile was alive at one of the two.
        running = [.. running, .. await ReadRunningAsync(cancellationToken)];
        var gone = checkpoints.Where(c => chains.All(w => w.Chain != c.Chain)).DistinctBy(c => c.Chain)
            .Select(c => new ChainState(c.Chain, 0, 0, DateTimeOffset.MinValue, DateTimeOffset.MinValue, false, false, [], 0, new BrokenRow(c.Chain, 1, null, ChainFault.Cut)));
        return [.. chains.Select(w => w.End(running.Contains(AdvisoryLocks.OfChain(w.Chain)))).Concat(gone).OrderBy(c => c.FirstAt)];
    }

    /// <summary>
    /// The last rows of chains that nobody writes any more and that do not end with a checkpoint, as the log has no line of them: of
    /// instances that were killed.
    /// </summary>
    public async Task<IReadOnlyList<AuditCheckpoint>> ReadAbandonedAsync(CancellationToken cancellationToken)
    {
        var heads = await database.Reads.Command(
            """
            WITH RECURSIVE chains AS (
                (SELECT chain FROM audit_event ORDER BY chain LIMIT 1)
                UNION ALL
                SELECT (SELECT e.chain FROM audit_event e WHERE e.chain > c.chain ORDER BY e.chain LIMIT 1) FROM chains c WHERE c.chain IS NOT NULL)
            SELECT h.chain, h.number, h.hash
            FROM chains c CROSS JOIN LATERAL (SELECT e.chain, e.number, e.kind, e.hash FROM audit_event e WHERE e.chain = c.chain ORDER BY e.number DESC LIMIT 1) h
            WHERE h.kind <> 'checkpoint' ORDER BY h.chain
            """).ListAsync(r => new AuditCheckpoint(r.GetGuid(0), r.GetInt64(1), Convert.ToHexStringLower(r.GetFieldValue<byte[]>(2))), cancellationToken);
        var running = await ReadRunningAsync(cancellationToken);
        return [.. heads.Where(h => !running.Contains(AdvisoryLocks.OfChain(h.Chain)))];
    }

    private async Task<HashSet<int>> ReadRunningAsync(CancellationToken cancellationToken) =>
    [
        .. await database.Reads.Command(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = $1::bigint::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            (long)AdvisoryLocks.Audit).ListAsync(r => unchecked((int)r.GetInt64(0)), cancellationToken),
    ];

    private sealed class Walk(AuditEvent first, IReadOnlyList<AuditCheckpoint> checkpoints)
    {
        private readonly Dictionary<long, DateTimeOffset> open = [];
        private readonly HashSet<AuditCheckpoint> ahead = [.. checkpoints];
        private AuditEvent? last;
        private ReadOnlyMemory<byte> previous = AuditEvent.NoHash;
        private long expected = 1;
        private long rows;
        private long readings;
        private BrokenRow? broken;

        public Guid Chain => first.Chain;

        public void Take(AuditEvent row)
        {
            broken ??= FaultOf(row) is { } fault ? new BrokenRow(Chain, fault == ChainFault.Missing ? expected : row.Number, fault == ChainFault.Missing ? null : row.WrittenAt, fault) : null;
            (last, previous, expected, rows) = (row, row.Hash, row.Number + 1, rows + 1);
            if (row.Kind == AuditKind.Opened)
            {
                readings++;
                open[row.Number] = row.WrittenAt;
            }
            else if (row.Opened is { } opened)
            {
                open.Remove(opened);
            }
        }

        public ChainState End(bool isRunning)
        {
            if (ahead.Count > 0) broken ??= new BrokenRow(Chain, last!.Number + 1, null, ChainFault.Cut);
            return new ChainState(
                Chain, rows, readings, first.WrittenAt, last!.WrittenAt, isRunning, last.Kind == AuditKind.Checkpoint, [.. open.Select(o => new UnclosedRead(Chain, o.Key, o.Value)).OrderBy(o => o.Number)],
                checkpoints.Count == 0 ? null : Math.Max(0, last.Number - checkpoints.Max(c => c.Number)), broken);
        }

        private ChainFault? FaultOf(AuditEvent row)
        {
            if (row.Number > expected) return ChainFault.Missing;
            if (!row.Hash.Span.SequenceEqual(AuditHash.Of(row, row.Previous.Span))) return ChainFault.Changed;
            if (row.Number < expected || !row.Previous.Span.SequenceEqual(previous.Span)) return ChainFault.Reordered;
            var told = ahead.Where(c => c.Number == row.Number).ToList();
            ahead.ExceptWith(told);
            return told.Any(c => c.Hash != Convert.ToHexStringLower(row.Hash.Span)) ? ChainFault.Rewritten : null;
        }
    }
}
