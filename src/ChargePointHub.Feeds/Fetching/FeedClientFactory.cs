using System.Collections.Concurrent;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// Makes the client of each feed, and holds what clients have in common: the gate of each limit group and the breaker of each
/// operator. One for the whole process.
/// </summary>
/// <param name="count">Where requests of limit groups are counted; null: in memory, for this process alone.</param>
public sealed class FeedClientFactory(TimeProvider time, FetchRules rules, IRequestCount? count = null) : IDisposable
{
    private readonly IRequestCount count = count ?? new RequestCount(time);


    private readonly ConcurrentDictionary<string, RequestGate> gates = new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentDictionary<string, OperatorBreaker> breakers = new(StringComparer.Ordinal);

    public FeedClientFactory(TimeProvider time, IRequestCount? count = null)
        : this(time, FetchRules.Default, count)
    {
    }

    /// <summary>A client of its own for this state of the feed's definition; the caller disposes of it, and asks again when the definition changes.</summary>
    public FeedClient Create(FeedDefinition feed) => new(
        feed,
        rules,
        gates.GetOrAdd(feed.LimitGroup, group => new RequestGate(group, count, time)),
        breakers.GetOrAdd(feed.OperatorId, _ => FetchResilience.Breaker(rules, time)),
        time);

    public void Dispose()
    {
        foreach (var gate in gates.Values) gate.Dispose();
    }
}
