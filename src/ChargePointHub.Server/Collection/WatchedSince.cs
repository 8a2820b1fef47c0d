namespace ChargePointHub.Server.Collection;

/// <summary>Since when somebody has looked without a break: what was before, while the machine slept or the clock was elsewhere, nobody saw.</summary>
public sealed class WatchedSince(DateTimeOffset begun)
{
    /// <summary>Looks are much closer together.</summary>
    public static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromMinutes(1);

    private DateTimeOffset since = begun;
    private DateTimeOffset looked = begun;

    /// <summary>A look begins now. Returns since when there was one in time.</summary>
    public DateTimeOffset Look(DateTimeOffset now)
    {
        if ((now - looked).Duration() > LongestBetweenLooks) since = now;
        looked = now;
        return since;
    }

    /// <summary>Up to now nothing could be seen.</summary>
    public void WasBlind(DateTimeOffset now) => (since, looked) = (now, now);
}
