namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>Jumps to whatever is waited for, and cancels when the end is reached; for work that waits for one thing at a time.</summary>
internal sealed class JumpingClock(DateTimeOffset start, DateTimeOffset end, CancellationTokenSource over) : TimeProvider
{
    private DateTimeOffset now = start;

    /// <summary>Called before each jump.</summary>
    public Action? BeforeJump { get; init; }

    public override DateTimeOffset GetUtcNow() => now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        BeforeJump?.Invoke();
        now += dueTime;
        if (now >= end) over.Cancel();
        return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
