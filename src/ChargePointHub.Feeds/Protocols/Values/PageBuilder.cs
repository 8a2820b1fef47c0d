using System.Buffers;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// Gathers one page after another of one pull, and remembers over all of them which records came: an id that comes twice is
/// told, and the page never holds it twice.
/// </summary>
/// <param name="ids">How the protocol compares ids of charge points and tariffs.</param>
/// <param name="seen">Where another process had begun the pull, what came there; null: nothing.</param>
/// <param name="distinctBefore">Different records that came there.</param>
internal sealed class PageBuilder(StringComparer ids, SeenRecords? seen = null, long distinctBefore = 0)
{
    private readonly SeenRecords _seen = seen ?? new SeenRecords(default);
    private readonly Dictionary<string, Judged<ChargePoint>> _chargePoints = new(ids);
    private readonly HashSet<string> _events = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tariffs = new(ids);
    private PageRecords<ChargePoint> _pageChargePoints = new(ids);
    private List<StatusObservation> _statuses = [];
    private PageRecords<Tariff> _pageTariffs = new(ids);
    private PageRecords<StatusChange> _changes = new(StringComparer.Ordinal);
    private PageRecords<ChargingSession> _sessions = new(StringComparer.Ordinal);
    private PageRecords<Outage> _outages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Judged<ReportedUsage>> _usage = new(StringComparer.Ordinal);
    private PageRecords<ReportedUsage> _pageUsage = new(StringComparer.Ordinal);
    private List<RefusedRecord> _refused = [];
    private long _cameBefore;

    /// <summary>Sessions and outages do not say when they changed: the last of an id is the newest.</summary>
    public bool LastWins { get; init; }

    /// <summary>What a refused record is kept as, where the record that was read was made of the operator's; null: itself, cut to the allow-list.</summary>
    public Func<ReadOnlyMemory<byte>>? AsSent { get; set; }

    /// <summary>Where the operator has what a pointer into the record means, for what is told of records that come twice; null: there.</summary>
    public Func<string, string>? PlaceOf { get; set; }

    /// <summary>Different records of the pull: accepted by id, refused one by one.</summary>
    public long Distinct => distinctBefore + _chargePoints.Count + _events.Count + _tariffs.Count + _usage.Count - _cameBefore + Refused;

    /// <summary>Records of the pull that were refused, each as often as it came.</summary>
    public long Refused { get; private set; }

    /// <summary>Records of the page so far.</summary>
    public int Count => _pageChargePoints.Count + _pageTariffs.Count + _changes.Count + _sessions.Count + _outages.Count + _pageUsage.Count + _refused.Count;

    /// <summary>Sessions, status changes, outages and figures of periods of the pull that were accepted, each as often as it came.</summary>
    public int Events { get; private set; }

    /// <summary>Of <see cref="Events"/>, those outside the window asked for.</summary>
    public int EventsOutside { get; private set; }

    /// <summary>Records of the page so far that are no JSON objects; of these only the first <see cref="PullBounds.MostNotObjects"/> are kept.</summary>
    public int NotObjects { get; private set; }

    public bool KnowsTariff(string ownId) => _tariffs.Contains(ownId);

    /// <summary>For the process that goes on from here.</summary>
    public byte[] Seen() => _seen.Kept();

    /// <summary>Hands the page over and begins the next.</summary>
    public RecordPage Take()
    {
        var page = new RecordPage
        {
            ChargePoints = _pageChargePoints.Told(),
            Statuses = _statuses,
            Tariffs = _pageTariffs.Told(),
            StatusChanges = _changes.Told(),
            ChargingSessions = _sessions.Told(),
            Outages = _outages.Told(),
            ReportedUsage = _pageUsage.Told(),
            Refused = _refused,
        };
        NotObjects = 0;
        (_pageChargePoints, _statuses, _pageTariffs) = (new(ids), [], new(ids));
        (_changes, _sessions, _outages, _pageUsage, _refused) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal), []);
        return page;
    }

    /// <summary>The first of an id is kept; another is told at the first, which comes again when its page has gone.</summary>
    public void Add(ChargePoint record, IReadOnlyList<Finding> findings, Status? status, DateTimeOffset? since, string idPointer)
    {
        var id = record.ChargePointId;
        if (_chargePoints.TryGetValue(id, out var first))
        {
            if (_pageChargePoints.Find(id) is null) _pageChargePoints.Put(id, first);
            var isSame = SameDocument(first.Record, record);
            _pageChargePoints.CameAgain(id, isSame ? ValueRules.DuplicateId : ValueRules.DuplicateIdDiffers, Placed(idPointer), id, isSame ? "it is the same" : "they differ, and the first was kept");
            return;
        }

        if (CameBefore(id)) findings = [.. findings, Findings.Make(ValueRules.DuplicateId, Placed(idPointer), id)];
        var judged = new Judged<ChargePoint>(record, findings);
        _chargePoints.Add(id, judged);
        _pageChargePoints.Put(id, judged);
        if (status is { } known) _statuses.Add(new StatusObservation(id, known, since));
    }

    /// <summary>Of one id within a page the last updated stays; over pages both are brought and the store keeps the newer.</summary>
    public void Add(ChargingSession record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var key = KeyOf(record);
        var isNew = _events.Add(key) && !CameBefore(key);
        if (LastWins || !(_sessions.Find(key)?.Record.LastUpdated > record.LastUpdated)) _sessions.Put(key, new Judged<ChargingSession>(record, findings));
        if (!isNew) _sessions.CameAgain(key, ValueRules.DuplicateId, Placed("/session_id"), record.SessionId, LastWins ? "the last was kept" : "the last updated was kept");
    }

    public void Add(StatusChange record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var key = $"{record.ChargePointId}\n{record.At.UtcTicks}\n{record.Status}";
        var isNew = _events.Add(key) && !CameBefore(key);
        if (_changes.Find(key) is null) _changes.Put(key, new Judged<StatusChange>(record, findings));
        if (!isNew) _changes.CameAgain(key, ValueRules.DuplicateId, Placed("/charge_point_id"), record.ChargePointId, "it is the same change, and the first was kept");
    }

    /// <summary>As of sessions.</summary>
    public void Add(Outage record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var id = record.OutageId;
        var isNew = _events.Add(id) && !CameBefore(id);
        if (LastWins || !(_outages.Find(id)?.Record.LastUpdated > record.LastUpdated)) _outages.Put(id, new Judged<Outage>(record, findings));
        if (!isNew) _outages.CameAgain(id, ValueRules.DuplicateId, Placed("/outage_id"), id, LastWins ? "the last was kept" : "the last updated was kept");
    }

    /// <summary>The first of an id is kept.</summary>
    public void Add(Tariff record, IReadOnlyList<Finding> findings, string idPointer)
    {
        var id = record.TariffId;
        if (_tariffs.Add(id) && !CameBefore(id)) _pageTariffs.Put(id, new Judged<Tariff>(record, findings));
        else if (_pageTariffs.Find(id) is not null) _pageTariffs.CameAgain(id, ValueRules.DuplicateId, Placed(idPointer), id, "the first was kept");
    }

    /// <summary>The first of a group and period is kept; another is told at the first, which comes again when its page has gone.</summary>
    public void Add(ReportedUsage record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var (id, judged) = (record.ReportedUsageId, new Judged<ReportedUsage>(record, findings));
        if (_usage.TryAdd(id, judged))
        {
            _pageUsage.Put(id, judged);
            return;
        }

        var first = _usage[id];
        if (_pageUsage.Find(id) is null) _pageUsage.Put(id, first);
        var isSame = first.Record == record;
        _pageUsage.CameAgain(id, isSame ? ValueRules.DuplicateId : ValueRules.DuplicateIdDiffers, Placed("/group"), id, isSame ? "it is the same" : "the figures differ, and the first were kept");
    }

    /// <param name="chargePoint">The operator's own id of the one that the record names.</param>
    /// <param name="session">The same of a session, where ids are compared without case.</param>
    public void Refuse(Dataset dataset, string? ownId, AllowList allowed, JsonElement record, IReadOnlyList<Finding> findings, string? chargePoint = null, string? session = null)
    {
        Refused++;
        if (record.ValueKind != JsonValueKind.Object && ++NotObjects > PullBounds.MostNotObjects) return;
        _refused.Add(new RefusedRecord(dataset, ownId, HiddenValues.Without(AsSent?.Invoke() ?? allowed.Cut(record), findings), findings) { ChargePoint = chargePoint, Session = session });
    }

    private string Placed(string pointer) => PlaceOf?.Invoke(pointer) ?? pointer;

    private void CountEvent(IReadOnlyList<Finding> findings)
    {
        Events++;
        foreach (var finding in findings)
        {
            if (finding.Rule == ValueRules.OutsideWindow.Code) EventsOutside++;
        }
    }

    /// <summary>Notes a record that is new to this process, and whether it had come before another one handed over.</summary>
    private bool CameBefore(string key)
    {
        var before = _seen.Add(key);
        if (before) _cameBefore++;
        return before;
    }

    private static string KeyOf(ChargingSession record) => record.Part is { } part ? $"{part.Kind}\n{part.PartId}" : record.SessionId;

    private static bool SameDocument(ChargePoint a, ChargePoint b)
    {
        var (first, second) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        HubJson.Write(first, a);
        HubJson.Write(second, b);
        return first.WrittenSpan.SequenceEqual(second.WrittenSpan);
    }
}
