using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Beside the collection from one operator: notes what its servers show. It looks by the clock and not by the end of a pull, for it
/// is needed most while the operator hangs.
/// </summary>
public sealed class FeedWatch(FeedClients clients, FeedTlsStore tls, TimeProvider time)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>The same certificate is noted anew after so long.</summary>
    private static readonly TimeSpan SeenAgain = TimeSpan.FromHours(1);

    /// <summary>Until cancelled. The database's absence is waited out.</summary>
    public async Task WatchAsync(OperatorDefinition definition, long? leaseToken, CancellationToken cancellationToken)
    {
        var noted = new Dictionary<string, TlsSeen>();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                foreach (var feed in definition.Feeds) await NoteAsync(feed, leaseToken, noted, cancellationToken);
            }
            catch (Exception gone) when (DatabaseGone.Explains(gone))
            {
                // Looked at again below.
            }

            await time.DelayAsync(BetweenLooks, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task NoteAsync(FeedDefinition feed, long? leaseToken, Dictionary<string, TlsSeen> noted, CancellationToken cancellationToken)
    {
        if (clients.TlsOf(feed) is not { } seen) return;
        if (noted.TryGetValue(feed.FeedId, out var before) && seen.At - before.At < SeenAgain && seen with { At = before.At } == before) return;
        await tls.SaveAsync(feed.OperatorId, feed.FeedId, new SeenTls(seen.Version, seen.CertificateExpiresAt, seen.At), leaseToken, cancellationToken);
        noted[feed.FeedId] = seen;
    }
}
