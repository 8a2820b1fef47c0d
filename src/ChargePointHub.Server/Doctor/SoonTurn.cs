using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Server.Doctor;

/// <summary>Counts as <paramref name="count"/> does, for one request that is given up where its turn is too far away.</summary>
/// <param name="longest">From the making of this.</param>
/// <param name="waiting">Cancelled by giving up.</param>
internal sealed class SoonTurn(IRequestCount count, TimeSpan longest, CancellationTokenSource waiting, TimeProvider time) : IRequestCount
{
    private readonly long began = time.GetTimestamp();

    /// <summary>How far away the turn was; null: it was not given up.</summary>
    public TimeSpan? TooFar { get; private set; }

    public async ValueTask<TimeSpan?> TakeTurnAsync(string limitGroup, IReadOnlyList<RequestLimit> limits, bool givesWay, CancellationToken cancellationToken)
    {
        var wait = await count.TakeTurnAsync(limitGroup, limits, givesWay, cancellationToken);
        if (wait is null || time.GetElapsedTime(began) + wait <= longest) return wait;
        TooFar = wait;
        await waiting.CancelAsync();
        return wait;
    }

    public ValueTask HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken) => count.HoldAsync(limitGroup, length, cancellationToken);
}
