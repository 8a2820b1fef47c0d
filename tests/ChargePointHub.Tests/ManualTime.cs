namespace ChargePointHub.Tests;

/// <summary>A clock that stands still until a test moves it. Timers fire on the thread that moves it, in the order in which they are due.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock guard = new();

    private readonly List<ManualTimer> timers = [];

    private DateTimeOffset now = start;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves on, stopping at each timer on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var target = GetUtcNow() + by;
        while (FireNext(target))
        {
            // Each timer may set others that are due before the target as well.
        }

        lock (guard) now = target;
    }

    /// <summary>
    /// Jumps from timer to timer until the task is done. Only for work that does nothing but wait on this clock: a timer that
    /// is set while others run on would be jumped to as well.
    /// </summary>
    public async Task RunAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            if (!FireNext(DateTimeOffset.MaxValue)) await Task.Yield();
        }

        await task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private bool FireNext(DateTimeOffset target)
    {
        ManualTimer? next;
        lock (guard)
        {
            next = timers.Where(t => t.Due <= target).MinBy(t => t.Due);
            if (next is null) return false;
            if (next.Due > now) now = next.Due;
            if (next.Period > TimeSpan.Zero) next.Due += next.Period;
            else timers.Remove(next);
        }

        next.Fire();
        return true;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.guard)
            {
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time.now + dueTime;
                Period = period;
                time.timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time.guard) time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
