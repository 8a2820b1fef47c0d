using System.Threading.Channels;
using ChargePointHub.Model;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.Server.Access;

/// <summary>
/// Writes the audit of one instance: what waits is committed together, so that many readers share one commit and nobody waits behind another's end.
/// Closed rows that cannot be written are kept and tried again; there are never more of them than readings under way, for while the audit
/// cannot be written none is opened.
/// </summary>
public sealed class AuditWriter(AuditChain chain, TimeProvider time, ILogger<AuditWriter> logger) : IAsyncDisposable
{
    /// <summary>Readings that wait for their opened row at once; more are refused.</summary>
    public const int MostWaiting = 1_000;

    /// <summary>Rows taken to be committed together at most; what is kept through a failure may be more, and goes as one.</summary>
    private const int MostTogether = 500;

    /// <summary>Rows after which a checkpoint is due.</summary>
    private const int CheckpointRows = 1_000;

    private const int TriesAtTheEnd = 3;

    /// <summary>Time after which a checkpoint is due, where rows came.</summary>
    private static readonly TimeSpan CheckpointEach = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly Channel<Waiting> arriving = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock starting = new();
    private Task? writing;
    private int opening;

    // Of the writing task alone.
    private Task<bool> more = Task.FromResult(true);
    private List<Waiting> pending = [];
    private List<Waiting> doubtful = [];
    private long checkpointAt;
    private long checkpointTime = time.GetTimestamp();
    private bool isFailing;

    /// <summary>
    /// How long closed rows, for which nobody waits, are held for an opened one to share its commit: whoever follows pages asks for the next one sooner, and would
    /// wait for both. By the machine's clock.
    /// </summary>
    public TimeSpan Company { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the row is committed: only then may the answer begin.</summary>
    /// <returns>The row as committed; null: it could not be, and nothing may be read.</returns>
    public async Task<AuditEvent?> OpenAsync(AuditEvent read)
    {
        lock (starting) writing ??= Task.Run(WriteAsync);
        try
        {
            if (Interlocked.Increment(ref opening) > MostWaiting) return null;
            var waiting = new Waiting(read, new TaskCompletionSource<AuditEvent?>(TaskCreationOptions.RunContinuationsAsynchronously));
            return arriving.Writer.TryWrite(waiting) ? await waiting.Committed!.Task : null;
        }
        finally
        {
            Interlocked.Decrement(ref opening);
        }
    }

    /// <summary>Returns at once: the row is committed with those that come next.</summary>
    /// <param name="closed">Of a reading that was opened here.</param>
    public void Close(AuditEvent closed)
    {
        if (!arriving.Writer.TryWrite(new Waiting(closed, null)))
            logger.LogError("The reading of row {Number} of {Chain} is left without its closed row: it ended after the audit had", closed.Opened, chain.Id);
    }

    /// <summary>After the last closed rows.</summary>
    public async ValueTask DisposeAsync()
    {
        arriving.Writer.TryComplete();
        if (writing is not null) await writing;
        await chain.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        while (await ArrivedAsync())
        {
            Take();
            await AwaitCompanyAsync();
            await TryWriteAsync(checkpoint: IsCheckpointDue());
        }

        for (var failed = 0; failed < TriesAtTheEnd;)
        {
            Take();
            if (IsAllWritten) return;
            if (!await TryWriteAsync(checkpoint: pending.Count < MostTogether) && ++failed < TriesAtTheEnd) await Task.Delay(BetweenTries, time);
        }

        logger.LogError("{Count} readings are left without their closed rows: the audit could not be written before the hub ended", pending.Count(p => p.Committed is null));
    }

    /// <summary>Something is to be written, or to be tried again. False: nothing more will come.</summary>
    private async Task<bool> ArrivedAsync()
    {
        if (more.IsCompleted) more = arriving.Reader.WaitToReadAsync().AsTask();
        if (IsAllWritten) return await more;
        using var enough = new CancellationTokenSource();
        var pause = isFailing ? BetweenTries : CheckpointEach - time.GetElapsedTime(checkpointTime);
        await Task.WhenAny(more, Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time, enough.Token));
        await enough.CancelAsync();
        return !more.IsCompleted || await more;
    }

    private async Task AwaitCompanyAsync()
    {
        using var enough = new CancellationTokenSource();
        var pause = Task.Delay(Company, TimeProvider.System, enough.Token);
        while (!isFailing && pending.Count is > 0 and < MostTogether && pending.TrueForAll(p => p.Committed is null))
        {
            if (more.IsCompleted) more = arriving.Reader.WaitToReadAsync().AsTask();
            if (await Task.WhenAny(more, pause) == pause || !await more) break;
            Take();
        }

        await enough.CancelAsync();
    }

    private bool IsAllWritten => pending.Count == 0 && doubtful.Count == 0 && chain.Length == checkpointAt;

    private void Take()
    {
        while (pending.Count < MostTogether && arriving.Reader.TryRead(out var next)) pending.Add(next);
    }

    /// <summary>The first comes with the first row: a chain of which no line is in the log could be deleted whole unnoticed.</summary>
    private bool IsCheckpointDue()
    {
        var rows = chain.Length + pending.Count - checkpointAt;
        return rows > 0 && (checkpointAt == 0 || rows >= CheckpointRows || time.GetElapsedTime(checkpointTime) >= CheckpointEach);
    }

    private async Task<bool> TryWriteAsync(bool checkpoint)
    {
        try
        {
            await SettleAsync();
            var rows = pending.Select(p => p.Row).ToList();
            if (checkpoint) rows.Add(new AuditEvent { Kind = AuditKind.Checkpoint, WrittenAt = Instants.ToStoredResolution(time.GetUtcNow()) });
            if (rows.Count == 0) return true;
            doubtful = pending;
            var written = await chain.AppendAsync(rows, CancellationToken.None);
            foreach (var (waiting, row) in pending.Zip(written)) waiting.Committed?.TrySetResult(row);
            (pending, doubtful) = ([], []);
            if (checkpoint) NoteCheckpoint(written[^1]);
            if (isFailing) logger.LogInformation("The audit can be written again; restricted reads are answered");
            isFailing = false;
            return true;
        }
#pragma warning disable CA1031 // Whatever it is: without its opened row nothing is read, and the closed ones are tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!isFailing) logger.LogError("The audit cannot be written, so restricted reads are refused: {Reason}", failure.Message);
            isFailing = true;
            Fail();
            return false;
        }
    }

    /// <summary>
    /// Those who wait for their opened row are told at once, who came meanwhile too; what becomes of the rows is seen at the next try. Closed
    /// rows are kept: no more than the readings that were under way.
    /// </summary>
    private void Fail()
    {
        var waiting = pending.ToList();
        while (arriving.Reader.TryRead(out var next)) waiting.Add(next);
        foreach (var one in waiting) one.Committed?.TrySetResult(null);
        pending = [.. waiting.Where(w => w.Committed is null)];
    }

    /// <summary>Rows of a try that failed may be there all the same: then none is written twice, and a reading that was refused has ended.</summary>
    private async Task SettleAsync()
    {
        if (await chain.SettleAsync(CancellationToken.None) is { } there)
        {
            pending.RemoveAll(doubtful.Contains);
            pending.AddRange(doubtful.Zip(there).Where(d => d.First.Committed is not null).Select(d => new Waiting(Closing(d.Second), null)));
            if (there[^1].Kind == AuditKind.Checkpoint) NoteCheckpoint(there[^1]);
        }

        doubtful = [];

        AuditEvent Closing(AuditEvent opened) => new()
        {
            Kind = AuditKind.Closed,
            WrittenAt = Instants.ToStoredResolution(time.GetUtcNow()),
            Opened = opened.Number,
            Operators = opened.Operators,
            Outcome = ReadOutcome.Failed,
            Records = [.. opened.Operators!.Select(_ => 0L)],
            Bytes = 0,
        };
    }

    /// <summary>Whoever keeps the log can tell by this line whether the table was cut after it.</summary>
    private void NoteCheckpoint(AuditEvent row)
    {
        (checkpointAt, checkpointTime) = (row.Number, time.GetTimestamp());
        logger.LogInformation("Audit checkpoint {Checkpoint}", AuditCheckpoint.Of(row));
    }

    /// <param name="Committed">Of an opened row: told what was written, or null; null: nobody waits.</param>
    private sealed record Waiting(AuditEvent Row, TaskCompletionSource<AuditEvent?>? Committed);
}
