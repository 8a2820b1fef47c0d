using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Protocols.Loti;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols;

/// <summary>Every protocol, by hand.</summary>
public static class ProtocolCatalogue
{
    /// <summary>Names that operator files may use.</summary>
    public static readonly IReadOnlyList<string> Names = [LotiProtocol.ProtocolName, .. OcpiVersion.All.Select(v => v.Protocol), MappedProtocol.ProtocolName, SubmittedFile.ProtocolName];

    /// <summary>Those that the hub asks by; files are handed in.</summary>
    /// <param name="fetchOf">The fetcher of a feed: its limits, trust and budget.</param>
    /// <param name="credential">Resolves <c>env:NAME</c> or <c>file:PATH</c> to the secret; null where there is none.</param>
    public static IReadOnlyList<IFeedProtocol> Create(Func<FeedDefinition, Fetch> fetchOf, Func<string, string?> credential, TimeProvider clock) =>
    [
        new LotiProtocol(fetchOf, credential, clock),
        .. OcpiVersion.All.Select(v => new OcpiProtocol(fetchOf, credential, clock, v)),
        new MappedProtocol(fetchOf, credential, clock),
    ];

    /// <summary>
    /// Maps and judges one kept record by itself, by today's rules, asked for no window. Null: this protocol's records of the dataset are not
    /// checked again, as the next crawl brings them all.
    /// </summary>
    /// <param name="document">As it was sent, cut to the allow-list.</param>
    /// <param name="arrivedAt">What lay in the future then still does.</param>
    public static RecordPage? JudgeAgain(FeedDefinition feed, Dataset dataset, ReadOnlyMemory<byte> document, DateTimeOffset arrivedAt)
    {
        if (dataset.IsSnapshot) return null;
        if (feed.Protocol is MappedProtocol.ProtocolName or SubmittedFile.ProtocolName) return MappedMapping.JudgeAgain(feed, dataset, document, arrivedAt);
        using var row = JsonDocument.Parse(document);
        if (OcpiVersion.Of(feed) is { } version) return OcpiMapping.JudgeAgain(feed, version, row.RootElement, arrivedAt);
        var page = new PageBuilder(StringComparer.Ordinal);
        new LotiMapping(feed, arrivedAt).AddRow(row.RootElement, dataset, page, null, null);
        return page.Take();
    }
}
