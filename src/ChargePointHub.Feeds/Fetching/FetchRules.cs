namespace ChargePointHub.Feeds.Fetching;

/// <summary>The bounds of one request done well. The defaults are the hub's; tests shorten them.</summary>
public sealed record FetchRules
{
    public static readonly FetchRules Default = new();

    /// <summary>For all attempts of one fetch together: connecting, redirects, bodies and pauses. Waiting for a turn under the limits is not counted.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For one connection: name, TCP and TLS.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer, after decompression, in bytes (inclusive).</summary>
    public int LargestBody { get; init; } = 64 * 1024 * 1024;

    /// <summary>A compressed answer that grows more than this many times is refused. Real ones grow tenfold to sixtyfold, bombs a thousandfold.</summary>
    public int MostSwelling { get; init; } = 200;

    /// <summary>Bytes after decompression below which growth is not looked at.</summary>
    public int FreeSwelling { get; init; } = 2 * 1024 * 1024;

    /// <summary>Requests for one fetch at most, redirects not counted; at least 1.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Before the second attempt, on average; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A Retry-After up to this (inclusive) is waited for in place; a longer one ends the fetch, and the caller comes back later.</summary>
    public TimeSpan LongestPauseInPlace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A longer Retry-After counts as this: one wrong header must not silence a feed for a year.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Redirects followed, on the same host only.</summary>
    public int Redirects { get; init; } = 3;

    /// <summary>The breaker opens when this many requests to an operator fell within <see cref="BreakerSpan"/> and nine in ten failed.</summary>
    public int BreakerThroughput { get; init; } = 6;

    public TimeSpan BreakerSpan { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an open breaker keeps requests from the operator before it lets one through to see.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(30);
}
