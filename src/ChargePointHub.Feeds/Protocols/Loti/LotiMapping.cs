using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>Rows of any list become records, judged, on the page being built.</summary>
internal sealed class LotiMapping
{
    private readonly LotiChargePoints _chargePoints;
    private readonly LotiTariffs _tariffs;
    private readonly LotiStatusChanges _changes;
    private readonly LotiSessions _sessions;
    private readonly LotiOutages _outages;
    private readonly LotiReportedUsage _usage;
    private readonly RecordReader _reader;

    /// <param name="now">When the pull began.</param>
    public LotiMapping(FeedDefinition feed, DateTimeOffset now)
    {
        _reader = new RecordReader(feed, naiveIsUtc: false);
        _chargePoints = new LotiChargePoints(feed, _reader);
        _tariffs = new LotiTariffs(feed, _reader);
        _changes = new LotiStatusChanges(feed, _reader, now);
        _sessions = new LotiSessions(feed, _reader, now);
        _outages = new LotiOutages(feed, _reader, now);
        _usage = new LotiReportedUsage(feed, _reader, now);
    }

    public RecordReader Reader => _reader;

    /// <returns>False: there are records, and every one lies outside the window on the axis asked for.</returns>
    public bool Add(JsonElement rows, Dataset dataset, PageBuilder page, Window? window, WindowAxis? axis)
    {
        var (events, outside) = (page.Events, page.EventsOutside);
        foreach (var row in rows.EnumerateArray()) AddRow(row, dataset, page, window, axis);
        return page.Events == events || page.Events - events > page.EventsOutside - outside;
    }

    public void AddRow(JsonElement row, Dataset dataset, PageBuilder page, Window? window, WindowAxis? axis)
    {
        if (dataset == Dataset.ChargingSessions) _sessions.Add(row, page, window, axis);
        else if (dataset == Dataset.StatusChanges) _changes.Add(row, page, window, axis);
        else if (dataset == Dataset.Outages) _outages.Add(row, page, window, axis);
        else if (dataset == Dataset.ReportedUsage) _usage.Add(row, page, window);
        else if (dataset == Dataset.Tariffs) _tariffs.Add(row, page);
        else _chargePoints.Add(row, page);
    }

    /// <summary>The ids in a page of charge points, for looping over them. A row without an id cannot have sessions.</summary>
    /// <returns>Rows without a usable id.</returns>
    public int AddIds(JsonElement rows, ISet<string> ids)
    {
        var without = 0;
        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("charge_point_id", out var value) && _reader.Id(value, "charge_point_id", isKey: true) is { } id)
            {
                ids.Add(id);
            }
            else
            {
                without++;
            }
        }

        _reader.Findings.Take();
        return without;
    }
}
