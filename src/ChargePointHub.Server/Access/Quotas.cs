using System.Threading.RateLimiting;

namespace ChargePointHub.Server.Access;

/// <summary>How much one reader may ask of one instance.</summary>
/// <param name="KeyUnits">Units a second of one key.</param>
/// <param name="AddressUnits">Units a second of one address without a key.</param>
/// <param name="Answers">Answers of records under way at once.</param>
public sealed record QuotaLimits(int KeyUnits, int AddressUnits, int Answers)
{
    public static readonly QuotaLimits Usual = new(200, 100, 16);

    /// <summary>The time in which the units come back.</summary>
    public TimeSpan Each { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a refusal keeps its reader waiting: one who asks again at once, whatever he is told, asks in this rhythm on each connection.</summary>
    public TimeSpan RefusalTakes { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>What is left of a reader's quota.</summary>
/// <param name="Units">All of it: a minute's worth may be used at once.</param>
/// <param name="FullAfter">Until all is there again, if nothing is asked meanwhile.</param>
/// <param name="RetryAfter">Until what was asked for is there; null: it was there, and is taken.</param>
public sealed record Quota(Reader Reader, int Units, long Remaining, TimeSpan FullAfter, TimeSpan? RetryAfter);

/// <summary>
/// Who asks too much is told so, and nobody else notices. Counted by this instance alone: asking the others at each request would cost more than what it saves.
/// </summary>
public sealed class Quotas : IDisposable
{
    /// <summary>Seconds whose units may be used at once.</summary>
    public const int Burst = 60;

    /// <summary>Refusals that wait at once, of all readers; one more goes out without a wait, so that memory is bounded.</summary>
    private const int MostWaiting = 1_000;

    private readonly SemaphoreSlim waiting = new(MostWaiting, MostWaiting);
    private readonly QuotaLimits limits;
    private readonly PartitionedRateLimiter<Reader> units;
    private readonly PartitionedRateLimiter<Reader> answers;
    private readonly ReadingTurns turns;
    private readonly TimeProvider clock;

    /// <param name="clock">Of the waits; units come back by the machine's own.</param>
    public Quotas(QuotaLimits limits, TimeProvider? clock = null)
    {
        this.limits = limits;
        this.clock = clock ?? TimeProvider.System;
        turns = new ReadingTurns(this.clock);
        units = PartitionedRateLimiter.Create<Reader, Reader>(reader => RateLimitPartition.GetTokenBucketLimiter(reader, r => new TokenBucketRateLimiterOptions
        {
            TokenLimit = UnitsOf(r),
            TokensPerPeriod = UnitsOf(r) / Burst,
            ReplenishmentPeriod = limits.Each,
            QueueLimit = 0,
        }));
        answers = PartitionedRateLimiter.Create<Reader, Reader>(reader => RateLimitPartition.GetConcurrencyLimiter(reader, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.Answers,
            QueueLimit = 0,
        }));
    }

    /// <summary>Answers of records that one reader may have under way at once.</summary>
    public int AnswersAtOnce => limits.Answers;

    /// <summary>Takes the units if they are there. More than a full quota counts as a full one, so that nothing is refused for ever.</summary>
    public Quota Take(Reader reader, int cost)
    {
        var all = UnitsOf(reader);
        using var lease = units.AttemptAcquire(reader, Math.Min(cost, all));
        var remaining = units.GetStatistics(reader)?.CurrentAvailablePermits ?? all;
        var full = limits.Each * Math.Ceiling((all - remaining) / (double)(all / Burst));
        TimeSpan? retry = lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : limits.Each;
        return new Quota(reader, all, remaining, full, retry);
    }

    /// <summary>Units that an answer costs at most: a full quota without what the asking took, as more is never there.</summary>
    public int MostOfAnswer(Reader reader) => UnitsOf(reader) - RequestCost.Asking;

    /// <summary>What is left, with nothing taken.</summary>
    public Quota Look(Reader reader) => Take(reader, 0);

    /// <summary>To be disposed of when the answer has gone out; null: the reader has as many under way as it may.</summary>
    public IDisposable? TryEnter(Reader reader)
    {
        var lease = answers.AttemptAcquire(reader);
        if (lease.IsAcquired) return lease;
        lease.Dispose();
        return null;
    }

    /// <summary>One reader's answers read what they tell in turns. To be disposed of when a chunk has been read; sending it needs no turn.</summary>
    public ValueTask<IDisposable> TurnAsync(Reader reader, CancellationToken cancellationToken) => turns.EnterAsync(reader, cancellationToken);

    /// <summary>To be awaited before a refusal for a used-up quota, or for too many answers at once.</summary>
    public async Task HoldBackAsync(CancellationToken cancellationToken)
    {
        if (!waiting.Wait(0, CancellationToken.None)) return;
        try
        {
            await Task.Delay(limits.RefusalTakes, clock, cancellationToken);
        }
        finally
        {
            waiting.Release();
        }
    }

    public void Dispose()
    {
        waiting.Dispose();
        units.Dispose();
        answers.Dispose();
        turns.Dispose();
    }

    private int UnitsOf(Reader reader) => (reader.HasKey ? limits.KeyUnits : limits.AddressUnits) * Burst;
}
