using System.Threading.RateLimiting;

namespace ChargePointHub.Server.Access;

/// <summary>
/// One reader's answers read their records in turns, with half of the machine at most. Where others read too, one whose answers wait for each other has
/// each turn followed by a pause in which the processors are theirs: a reader of one answer at a time never waits for himself, and is never made to.
/// </summary>
public sealed class ReadingTurns(TimeProvider clock) : IDisposable
{
    /// <summary>A pause, in turns: a third of the time is left to one who asks for much.</summary>
    public const int PauseInTurns = 2;

    /// <summary>How long after its last turn a reader counts as there.</summary>
    public static readonly TimeSpan Lingers = TimeSpan.FromSeconds(1);

    private readonly Lock guard = new();
    private readonly PartitionedRateLimiter<Reader> turns = PartitionedRateLimiter.Create<Reader, Reader>(reader => RateLimitPartition.GetConcurrencyLimiter(reader, _ => new ConcurrencyLimiterOptions
    {
        PermitLimit = AtOnce,
        QueueLimit = int.MaxValue,
    }));

    private (Reader Reader, long At)? latest;
    private (Reader Reader, long At)? another;

    /// <summary>Turns of one reader at once: half of what this machine can do.</summary>
    public static int AtOnce => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>To be disposed of when the chunk has been read; sending it needs no turn.</summary>
    public async ValueTask<IDisposable> EnterAsync(Reader reader, CancellationToken cancellationToken)
    {
        var lease = await turns.AcquireAsync(reader, 1, cancellationToken);
        Saw(reader);
        return new Turn(this, clock, reader, lease);
    }

    public void Dispose() => turns.Dispose();

    private void End(Reader reader, RateLimitLease lease, TimeSpan took)
    {
        Saw(reader);
        if (turns.GetStatistics(reader) is { CurrentQueuedCount: > 0 } && OthersAreThere(reader)) _ = EndAfterAsync(lease, took * PauseInTurns);
        else lease.Dispose();
    }

    private async Task EndAfterAsync(RateLimitLease lease, TimeSpan pause)
    {
        await Task.Delay(pause, clock, CancellationToken.None);
        lease.Dispose();
    }

    /// <summary>Two are enough to know whether there is another than any one.</summary>
    private void Saw(Reader reader)
    {
        lock (guard)
        {
            if (latest is { } last && last.Reader != reader) another = last;
            latest = (reader, clock.GetTimestamp());
        }
    }

    private bool OthersAreThere(Reader reader)
    {
        lock (guard)
        {
            return (latest is { } last && last.Reader != reader ? last : another) is { } other && clock.GetElapsedTime(other.At) <= Lingers;
        }
    }

    private sealed class Turn(ReadingTurns turns, TimeProvider clock, Reader reader, RateLimitLease lease) : IDisposable
    {
        private readonly long began = clock.GetTimestamp();

        public void Dispose() => turns.End(reader, lease, clock.GetElapsedTime(began));
    }
}
