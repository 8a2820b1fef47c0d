using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>The kinds of record that the hub collects, keeps and serves. A hand-written catalogue; a test walks it.</summary>
public sealed record Dataset
{
    private Dataset(string name, Type record, bool isSnapshot, bool isRestricted, bool isHandedIn = false)
    {
        Name = name;
        Record = record;
        IsSnapshot = isSnapshot;
        IsRestricted = isRestricted;
        IsHandedIn = isHandedIn;
    }

    /// <summary>Charge Point Data: one record per EVSE, with current status.</summary>
    public static readonly Dataset ChargePoints = new("charge_points", typeof(ChargePoint), isSnapshot: true, isRestricted: false);

    /// <summary>Prices as OCPI tariff elements.</summary>
    public static readonly Dataset Tariffs = new("tariffs", typeof(Tariff), isSnapshot: true, isRestricted: false);

    /// <summary>Each change of a charge point's status. Its history shows use, so it is restricted.</summary>
    public static readonly Dataset StatusChanges = new("status_changes", typeof(StatusChange), isSnapshot: false, isRestricted: true);

    /// <summary>Each plug-in to plug-out, with energy and cost.</summary>
    public static readonly Dataset ChargingSessions = new("charging_sessions", typeof(ChargingSession), isSnapshot: false, isRestricted: true);

    /// <summary>Each time in which a charge point could not be used, as its operator reports it, or derived from its status changes. Restricted, as how well a network runs is told by agreement.</summary>
    public static readonly Dataset Outages = new("outages", typeof(Outage), isSnapshot: false, isRestricted: true);

    /// <summary>What operators themselves say of the use of their charge points, by period. Handed in as files; never mixed with sessions.</summary>
    public static readonly Dataset ReportedUsage = new("reported_usage", typeof(ReportedUsage), isSnapshot: false, isRestricted: true, isHandedIn: true);

    /// <summary>In the order in which an operator's datasets are first collected: what others refer to comes first.</summary>
    public static readonly IReadOnlyList<Dataset> All = [ChargePoints, Tariffs, StatusChanges, ChargingSessions, Outages, ReportedUsage];

    /// <summary>snake_case, as on the wire and in the database.</summary>
    public string Name { get; }

    /// <summary>What its documents are written of.</summary>
    public Type Record { get; }

    /// <summary>True: a complete crawl states what is so now, and has no window. False: asked for by window.</summary>
    public bool IsSnapshot { get; }

    /// <summary>True: read only under a key whose scope holds it.</summary>
    public bool IsRestricted { get; }

    /// <summary>True: comes in files that operators hand in, and by no API.</summary>
    public bool IsHandedIn { get; }

    public static Dataset? Named(string name) => All.FirstOrDefault(d => d.Name == name);

    public override string ToString() => Name;
}

/// <summary>One dataset of one feed of one operator: what is scheduled, claimed and reported on.</summary>
/// <param name="OperatorId">Slug, e.g. <c>lamplight</c>.</param>
/// <param name="FeedId">The feed's id within its operator's file.</param>
public sealed record FeedKey(string OperatorId, string FeedId, Dataset Dataset)
{
    public override string ToString() => $"{OperatorId}/{FeedId}/{Dataset}";
}

/// <summary>The time by which an operator's API answers a window; the ledger of a dataset is kept on it.</summary>
public enum WindowAxis
{
    /// <summary>When the record last changed: late and corrected records show up by themselves.</summary>
    [JsonStringEnumMemberName("last_updated")] LastUpdated,

    /// <summary>When the vehicle was plugged in (charging sessions).</summary>
    [JsonStringEnumMemberName("plug_in_at")] PlugInAt,

    /// <summary>When the vehicle left (charging sessions).</summary>
    [JsonStringEnumMemberName("plug_out_at")] PlugOutAt,

    /// <summary>When the status changed (status changes).</summary>
    [JsonStringEnumMemberName("at")] At,

    /// <summary>When the charge point fell out of use (outages).</summary>
    [JsonStringEnumMemberName("started_at")] StartedAt,

    /// <summary>When the period began that figures are of (reported usage); what was handed in for a period covers it.</summary>
    [JsonStringEnumMemberName("period_from")] PeriodFrom,
}
