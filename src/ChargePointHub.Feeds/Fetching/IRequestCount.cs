using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Counts what is asked of each limit group: <see cref="RequestCount"/> for one process, a hub's database for several.</summary>
public interface IRequestCount
{
    /// <summary>Null: one request more is counted, and may be sent now. Otherwise how long to wait before asking again.</summary>
    /// <param name="limits">All hold together; empty: only <see cref="HoldAsync"/> bounds the group.</param>
    /// <param name="givesWay">History: it gets no turn while live work of the same group waits for one.</param>
    ValueTask<TimeSpan?> TakeTurnAsync(string limitGroup, IReadOnlyList<RequestLimit> limits, bool givesWay, CancellationToken cancellationToken);

    /// <summary>The operator asked to be left alone: nobody gets a turn in the group for so long.</summary>
    ValueTask HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken);
}
