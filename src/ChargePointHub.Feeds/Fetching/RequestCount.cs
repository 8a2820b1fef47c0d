using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>The count of a process that nobody shares its operators' limits with.</summary>
public sealed class RequestCount(TimeProvider time) : IRequestCount
{
    /// <summary>Live work that waits is back for its turn within so long after it is free.</summary>
    private static readonly TimeSpan LiveIsBack = TimeSpan.FromMilliseconds(250);

    private readonly Lock guard = new();
    private readonly Dictionary<string, Group> groups = new(StringComparer.OrdinalIgnoreCase);

    public ValueTask<TimeSpan?> TakeTurnAsync(string limitGroup, IReadOnlyList<RequestLimit> limits, bool givesWay, CancellationToken cancellationToken)
    {
        lock (guard) return ValueTask.FromResult(TakeTurn(Of(limitGroup), limits, givesWay, time.GetUtcNow()));
    }

    public ValueTask HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken)
    {
        lock (guard)
        {
            var (group, until) = (Of(limitGroup), time.GetUtcNow() + length);
            if (group.HeldUntil < until) group.HeldUntil = until;
        }

        return ValueTask.CompletedTask;
    }

    private static TimeSpan? TakeTurn(Group group, IReadOnlyList<RequestLimit> limits, bool givesWay, DateTimeOffset now)
    {
        var freeAt = limits.Where(l => group.Passed.Count >= l.Requests).Select(l => group.Passed[^l.Requests] + l.Interval).Append(group.HeldUntil).Max();
        if (givesWay && freeAt < group.LiveUntil) freeAt = group.LiveUntil;
        if (freeAt > now)
        {
            if (!givesWay && group.LiveUntil < freeAt + LiveIsBack) group.LiveUntil = freeAt + LiveIsBack;
            return freeAt - now;
        }

        if (limits.Count == 0) return null;
        group.Passed.Add(now);
        var oldest = now - limits.Max(l => l.Interval);
        group.Passed.RemoveAll(p => p <= oldest);
        return null;
    }

    private Group Of(string limitGroup)
    {
        if (!groups.TryGetValue(limitGroup, out var group)) groups[limitGroup] = group = new Group();
        return group;
    }

    private sealed class Group
    {
        /// <summary>Times of requests, oldest first; as far back as the longest limit looks.</summary>
        public List<DateTimeOffset> Passed { get; } = [];

        public DateTimeOffset HeldUntil { get; set; } = DateTimeOffset.MinValue;

        public DateTimeOffset LiveUntil { get; set; } = DateTimeOffset.MinValue;
    }
}
