namespace ChargePointHub.Proofs;

/// <summary>
/// A clock that stands still while anything is done, and then goes to the next time that something waits for: months pass in
/// minutes, and no wait is left out. Periodic timers, by which programs look at themselves, do not fire.
/// </summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock guard = new();
    private readonly SortedSet<Appointment> appointments = [];
    private DateTimeOffset now = start;
    private long made;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state), Interlocked.Increment(ref made));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Runs until an instant; each step begins when <paramref name="stillness"/> returns.</summary>
    public Task RunAsync(DateTimeOffset until, Stillness stillness) => Task.Factory.StartNew(() => Run(until, stillness), TaskCreationOptions.LongRunning);

    /// <summary>Goes on to an instant at which nothing waited for anything.</summary>
    public void Skip(DateTimeOffset to)
    {
        lock (guard) now = to;
    }

    private void Run(DateTimeOffset until, Stillness stillness)
    {
        while (true)
        {
            stillness.Wait();
            List<Timer> due = [];
            lock (guard)
            {
                if (appointments.Min is not { } next || next.At >= until)
                {
                    now = until;
                    return;
                }

                if (next.At > now) now = next.At;
                while (appointments.Min is { } met && met.At <= now)
                {
                    appointments.Remove(met);
                    due.Add(met.Timer);
                }
            }

            foreach (var timer in due) ThreadPool.UnsafeQueueUserWorkItem(t => t.Fire(), timer, preferLocal: false);
        }
    }

    private sealed record Appointment(DateTimeOffset At, long Number, Timer Timer) : IComparable<Appointment>
    {
        public int CompareTo(Appointment? other) => (At, Number).CompareTo((other!.At, other.Number));
    }

    private sealed class Timer(SimulatedClock clock, Action callback, long number) : ITimer
    {
        private Appointment? set;

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.guard)
            {
                if (set is not null) clock.appointments.Remove(set);
                set = dueTime == Timeout.InfiniteTimeSpan || period > TimeSpan.Zero ? null : new Appointment(clock.now + dueTime, number, this);
                if (set is not null) clock.appointments.Add(set);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
