using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// What a crawl has named so far, and which of its changes wait for its end. A refused record counts as named, by its own id as
/// well as by its location's: that it cannot be read does not make it absent.
/// </summary>
public sealed class CrawlNames
{
    /// <summary>Stands for a refused record without an id.</summary>
    private const string WithoutId = "";

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Judged<ChargePoint>> setAside = new(StringComparer.Ordinal);

    /// <summary>To be kept with a continuation; an id of a charge point that is a tariff's too only counts as named.</summary>
    public IReadOnlyList<string> All => [.. names];

    public WholeCrawl Whole => new([.. names], !names.Contains(WithoutId));

    public IReadOnlyCollection<Judged<ChargePoint>> SetAside => setAside.Values;

    public void Add(IEnumerable<string> kept) => names.UnionWith(kept);

    public void Add(string operatorId, RecordPage page)
    {
        names.UnionWith(page.ChargePoints.Select(c => c.Record.ChargePointId));
        names.UnionWith(page.Tariffs.Select(t => t.Record.TariffId));
        names.UnionWith(page.Refused.Select(r => r.OwnId is { } own ? $"{operatorId}:{own}" : WithoutId));
    }

    public void Put(IReadOnlyList<string> ids, RecordPage page)
    {
        foreach (var judged in page.ChargePoints.Where(c => ids.Contains(c.Record.ChargePointId))) setAside[judged.Record.ChargePointId] = judged;
    }
}
