using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// Lets requests of one limit group through one after another, never more than any joined feed's limits allow in any span of
/// time. Whoever asks first goes first; who gives up waiting costs nothing.
/// </summary>
public sealed class RequestGate(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock guard = new();
    private readonly List<IReadOnlyList<RequestLimit>> joined = [];

    /// <summary>Times of the latest requests, oldest first: as many as the largest limit looks back on.</summary>
    private readonly List<long> passed = [];

    /// <summary>Adds a feed's limits until the answer is disposed of. The limits of all joined feeds hold together, so the lowest wins.</summary>
    public IDisposable Join(IReadOnlyList<RequestLimit> limits)
    {
        lock (guard) joined.Add(limits);
        return new Membership(this, limits);
    }

    /// <summary>Returns when one request may be sent; the request counts from then on.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (PassOrWait() is { } wait) await Task.Delay(wait, time, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    /// <summary>Notes a request and returns null, or says how long to wait before asking again.</summary>
    private TimeSpan? PassOrWait()
    {
        lock (guard)
        {
            var now = time.GetTimestamp();
            var longest = TimeSpan.Zero;
            var lookBack = 0;
            foreach (var limit in joined.SelectMany(l => l))
            {
                lookBack = Math.Max(lookBack, limit.Requests);
                if (passed.Count < limit.Requests) continue;
                var wait = limit.Interval - time.GetElapsedTime(passed[^limit.Requests], now);
                if (wait > longest) longest = wait;
            }

            // A whole millisecond up: timers cut fractions off, and a wait that ends early would only be repeated.
            if (longest > TimeSpan.Zero) return TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds));
            passed.Add(now);
            if (passed.Count > lookBack) passed.RemoveRange(0, passed.Count - lookBack);
            return null;
        }
    }

    private sealed class Membership(RequestGate gate, IReadOnlyList<RequestLimit> limits) : IDisposable
    {
        public void Dispose()
        {
            lock (gate.guard)
            {
                var place = gate.joined.FindIndex(l => ReferenceEquals(l, limits));
                if (place >= 0) gate.joined.RemoveAt(place);
            }
        }
    }
}
