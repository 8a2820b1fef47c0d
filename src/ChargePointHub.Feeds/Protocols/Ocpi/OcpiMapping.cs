using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Rows of any module become records, judged, on the page being built.</summary>
internal sealed class OcpiMapping
{
    private readonly OcpiTariffs _tariffs;
    private readonly OcpiLocations _locations;
    private readonly OcpiSessions _sessions;
    private readonly OcpiCdrs _cdrs;

    /// <param name="now">When the pull began.</param>
    public OcpiMapping(FeedDefinition feed, OcpiVersion version, DateTimeOffset now)
    {
        _tariffs = new OcpiTariffs(feed, version);
        _locations = new OcpiLocations(feed, version, _tariffs);
        _sessions = new OcpiSessions(feed, version, now);
        _cdrs = new OcpiCdrs(feed, version, now);
    }

    public void AddRow(string module, JsonElement row, PageBuilder page, Window? window)
    {
        if (module == OcpiModules.Tariffs) _tariffs.Add(row, page, "");
        else if (module == OcpiModules.Sessions) _sessions.Add(row, page, window);
        else if (module == OcpiModules.Cdrs) _cdrs.Add(row, page, window);
        else _locations.Add(row, page);
    }

    /// <summary>As <see cref="ProtocolCatalogue.JudgeAgain"/>, of a Session or a CDR.</summary>
    public static RecordPage JudgeAgain(FeedDefinition feed, OcpiVersion version, JsonElement kept, DateTimeOffset arrivedAt)
    {
        var page = new PageBuilder(StringComparer.OrdinalIgnoreCase);
        new OcpiMapping(feed, version, arrivedAt).AddRow(OcpiCdrs.IsOne(kept) ? OcpiModules.Cdrs : OcpiModules.Sessions, kept, page, null);
        return page.Take();
    }
}
