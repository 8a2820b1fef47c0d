using System.Threading.Channels;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// How many runs are under way at once, over all operators. A run that takes long waits, for an operator that hangs or for its
/// limits: it goes on, and its place goes to the next, so that no number of such runs delays the others for long.
/// </summary>
public sealed class RunSlots
{
    /// <summary>What a run may take before its place goes to the next.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Channel<int> free = Channel.CreateUnbounded<int>();
    private readonly TimeProvider time;

    /// <param name="most">At least 1.</param>
    public RunSlots(int most, TimeProvider time)
    {
        this.time = time;
        for (var place = 1; place <= most; place++) free.Writer.TryWrite(place);
    }

    /// <summary>Returns when there is a place; it is given back by disposing of it.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        var place = await free.Reader.ReadAsync(cancellationToken);
        return new Slot(() => free.Writer.TryWrite(place), time);
    }

    private sealed class Slot : IDisposable
    {
        private readonly ITimer timer;
        private Action? giveBack;

        public Slot(Action giveBack, TimeProvider time)
        {
            this.giveBack = giveBack;
            timer = time.CreateTimer(slot => ((Slot)slot!).GiveBack(), this, Longest, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            timer.Dispose();
            GiveBack();
        }

        private void GiveBack() => Interlocked.Exchange(ref giveBack, null)?.Invoke();
    }
}
