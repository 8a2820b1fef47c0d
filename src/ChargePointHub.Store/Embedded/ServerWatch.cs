using System.Diagnostics;

namespace ChargePointHub.Store.Embedded;

/// <summary>
/// Brings back a server that was killed or ended by itself, for as long as the hub lives: at once, and where it keeps ending or
/// does not start, after pauses that double up to <see cref="LongestPause"/>.
/// </summary>
internal sealed class ServerWatch : IAsyncDisposable
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // A server that stood this long has started well: what comes next is not the same trouble again.
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource ending = new();
    private readonly Cluster cluster;
    private readonly TimeSpan startLimit;
    private readonly Action<string> tell;
    private readonly Task watching;
    private string? unclear;

    /// <param name="tell">Told of each end and each start, one sentence each.</param>
    public ServerWatch(Cluster cluster, TimeSpan startLimit, Action<string> tell)
    {
        (this.cluster, this.startLimit, this.tell) = (cluster, startLimit, tell);
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Returns when nothing will be started any more; a start that is under way is let through.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await watching;
        ending.Dispose();
    }

    private async Task WatchAsync()
    {
        var pause = TimeSpan.Zero;
        var since = Stopwatch.StartNew();
        while (await WaitAsync(Look))
        {
            if (MayBeServed())
            {
                if (since.Elapsed >= Steady) pause = TimeSpan.Zero;
                continue;
            }

            tell($"PostgreSQL in {cluster.DataFolder} has ended without being asked to; it is started again{(pause > TimeSpan.Zero ? $" in {pause.TotalSeconds:0} s" : "")}.");
            if (!await WaitAsync(pause)) return;
            pause = pause == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            since.Restart();
            if (await StartedAsync()) tell($"PostgreSQL answers again after {since.Elapsed.TotalSeconds:0.0} s.");
            since.Restart();
        }
    }

    /// <summary>Where it cannot be told whether it runs, it is left alone: a second server on the same folder would be worse than none.</summary>
    private bool MayBeServed()
    {
        try
        {
            var isServed = cluster.IsServed;
            unclear = null;
            return isServed;
        }
        catch (Exception unknown) when (unknown is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
        {
            if (unknown.Message != unclear) tell($"It cannot be told whether PostgreSQL in {cluster.DataFolder} runs, and it is left alone: {unknown.Message}");
            unclear = unknown.Message;
            return true;
        }
    }

    private async Task<bool> StartedAsync()
    {
        try
        {
            // Not to be cut short: a start whose program is killed half-way may leave a server that nobody stops.
            await cluster.SettleOrphanAsync(CancellationToken.None);
            await cluster.StartAsync(startLimit, CancellationToken.None);
            return true;
        }
        catch (Exception failure)
        {
            // Whatever it is, the next trial may come through, and without one the hub would never have its database again.
            tell($"It could not be started: {failure.Message}");
            return false;
        }
    }

    /// <summary>False when the hub is ending.</summary>
    private async Task<bool> WaitAsync(TimeSpan time)
    {
        await Task.Delay(time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !ending.IsCancellationRequested;
    }
}
