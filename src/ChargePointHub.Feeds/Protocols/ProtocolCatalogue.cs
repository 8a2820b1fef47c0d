using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Loti;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols;

/// <summary>Every protocol, by hand.</summary>
public static class ProtocolCatalogue
{
    /// <summary>Names that operator files may use.</summary>
    public static readonly IReadOnlyList<string> Names = [LotiProtocol.ProtocolName, OcpiProtocol.ProtocolName];

    /// <param name="fetchOf">The fetcher of a feed: its limits, trust and budget.</param>
    /// <param name="credential">Resolves <c>env:NAME</c> or <c>file:PATH</c> to the secret; null where there is none.</param>
    public static IReadOnlyList<IFeedProtocol> Create(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock) =>
    [
        new LotiProtocol(fetchOf, credential, clock),
        new OcpiProtocol(fetchOf, credential, clock),
    ];
}
