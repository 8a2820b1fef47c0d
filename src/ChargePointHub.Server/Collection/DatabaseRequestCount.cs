using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>Limits counted in the database, so that all instances together keep them, also over a restart.</summary>
public sealed class DatabaseRequestCount(RequestCounts counts) : IRequestCount
{
    /// <summary>
    /// A request is counted when it gets its turn, and the operator counts it when it arrives: connecting may take a while, and
    /// the next may arrive faster. So spans are kept a little longer than the operator says.
    /// </summary>
    private const double Allowance = 0.01;

    /// <summary>A new connection takes that long whatever the span is.</summary>
    private static readonly TimeSpan ShortestAllowance = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestAllowance = TimeSpan.FromSeconds(10);

    public async ValueTask<TimeSpan?> TakeTurnAsync(string limitGroup, IReadOnlyList<RequestLimit> limits, bool givesWay, CancellationToken cancellationToken) =>
        await counts.TakeTurnAsync(limitGroup, [.. limits.Select(l => l.Requests)], [.. limits.Select(l => Kept(l.Interval))], givesWay, cancellationToken);

    public ValueTask HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken) =>
        new(counts.HoldAsync(limitGroup, length, cancellationToken));

    private static TimeSpan Kept(TimeSpan interval) =>
        interval + TimeSpan.FromTicks(Math.Clamp((interval * Allowance).Ticks, ShortestAllowance.Ticks, LongestAllowance.Ticks));
}
