using System.Collections.Concurrent;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Server.Collection;

/// <summary>One client for each feed as it is defined now; a changed definition gets a new one.</summary>
public sealed class FeedClients(FeedClientFactory factory) : IDisposable
{
    private readonly ConcurrentDictionary<FeedDefinition, FeedClient> clients = new(ReferenceEqualityComparer.Instance);

    public Fetch FetchFor(FeedDefinition feed) => clients.GetOrAdd(feed, factory.Create).FetchAsync;

    /// <summary>What the feed's server showed at the newest connection; null: none was made yet.</summary>
    public TlsSeen? TlsOf(FeedDefinition feed) => clients.TryGetValue(feed, out var client) ? client.Tls : null;

    /// <summary>Closes the connections of an operator whose definition is no longer in force.</summary>
    public void Close(OperatorDefinition gone)
    {
        foreach (var feed in gone.Feeds)
        {
            if (clients.TryRemove(feed, out var client)) client.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var client in clients.Values) client.Dispose();
    }
}
