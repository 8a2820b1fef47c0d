using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// Lets requests of one limit group through one after another, never more than any joined feed's limits allow in any span of
/// time. Live work goes before history; of the same kind, whoever asks first goes first; who gives up waiting costs nothing.
/// </summary>
/// <param name="limitGroup">Under which <paramref name="count"/> counts.</param>
public sealed class RequestGate(string limitGroup, IRequestCount count, TimeProvider time) : IDisposable
{
    /// <summary>History that waited so long stands in line with live work: the live work of its own operator waits behind it.</summary>
    public static readonly TimeSpan LongestGivingWay = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim live = new(1);
    private readonly SemaphoreSlim history = new(1);
    private readonly Lock guard = new();
    private readonly List<IReadOnlyList<RequestLimit>> joined = [];

    /// <summary>Adds a feed's limits until the answer is disposed of. The limits of all joined feeds hold together, so the lowest wins.</summary>
    public IDisposable Join(IReadOnlyList<RequestLimit> limits)
    {
        lock (guard) joined.Add(limits);
        return new Membership(this, limits);
    }

    /// <summary>Returns when one request may be sent; the request counts from then on.</summary>
    public async Task WaitAsync(bool givesWay, CancellationToken cancellationToken)
    {
        if (givesWay && await TakeTurnAsync(history, true, cancellationToken)) return;
        await TakeTurnAsync(live, false, cancellationToken);
    }

    /// <summary>The operator asked to be left alone: no turn for anybody of the group for so long.</summary>
    public ValueTask HoldAsync(TimeSpan length, CancellationToken cancellationToken) => count.HoldAsync(limitGroup, length, cancellationToken);

    public void Dispose()
    {
        live.Dispose();
        history.Dispose();
    }

    /// <summary>False: it gave way for long enough.</summary>
    private async Task<bool> TakeTurnAsync(SemaphoreSlim line, bool givesWay, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        await line.WaitAsync(cancellationToken);
        try
        {
            while (await count.TakeTurnAsync(limitGroup, Limits(), givesWay, cancellationToken) is { } wait)
            {
                if (givesWay && time.GetElapsedTime(since) >= LongestGivingWay) return false;
                await time.DelayAsync(wait, cancellationToken);
            }

            return true;
        }
        finally
        {
            line.Release();
        }
    }

    private List<RequestLimit> Limits()
    {
        lock (guard) return [.. joined.SelectMany(l => l).Distinct()];
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
