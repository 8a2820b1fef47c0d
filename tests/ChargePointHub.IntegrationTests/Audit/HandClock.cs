using System.Threading.Channels;

namespace ChargePointHub.IntegrationTests.Audit;

/// <summary>A clock that goes on only by what is waited for on it, and only when the test lets it.</summary>
internal sealed class HandClock(DateTimeOffset start) : TimeProvider
{
    private readonly Channel<Wait> waits = Channel.CreateUnbounded<Wait>();
    private long passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref passed);

    public override DateTimeOffset GetUtcNow() => start.AddTicks(GetTimestamp());

    /// <summary>When somebody waits for so long, that time passes; other waits before it never end.</summary>
    public async Task UntilAsync(TimeSpan due)
    {
        while (true)
        {
            var wait = await waits.Reader.ReadAsync();
            if (wait.Due != due) continue;
            Interlocked.Add(ref passed, due.Ticks);
            wait.End();
            return;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = new Wait(dueTime, () => callback(state));
        waits.Writer.TryWrite(wait);
        return wait;
    }

    private sealed record Wait(TimeSpan Due, Action End) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs by itself.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
