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
    private List<Judged<ChargePoint>> _pageChargePoints = [];
    private List<StatusObservation> _statuses = [];
    private List<Judged<Tariff>> _pageTariffs = [];
    private List<Judged<StatusChange>> _changes = [];
    private List<Judged<ChargingSession>> _sessions = [];
    private List<RefusedRecord> _refused = [];
    private long _cameBefore;

    /// <summary>What a refused record is kept as, where the record that was read was made of the operator's; null: itself, cut to the allow-list.</summary>
    public Func<ReadOnlyMemory<byte>>? AsSent { get; set; }

    /// <summary>Where the operator has what a pointer into the record means, for what is told of records that come twice; null: there.</summary>
    public Func<string, string>? PlaceOf { get; set; }

    /// <summary>Different records of the pull: accepted by id, refused one by one.</summary>
    public long Distinct => distinctBefore + _chargePoints.Count + _events.Count + _tariffs.Count - _cameBefore + Refused;

    /// <summary>Records of the pull that were refused, each as often as it came.</summary>
    public long Refused { get; private set; }

    /// <summary>Records of the page so far.</summary>
    public int Count => _pageChargePoints.Count + _pageTariffs.Count + _changes.Count + _sessions.Count + _refused.Count;

    /// <summary>Sessions and status changes of the pull that were accepted, each as often as it came.</summary>
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
            ChargePoints = _pageChargePoints,
            Statuses = _statuses,
            Tariffs = _pageTariffs,
            StatusChanges = _changes,
            ChargingSessions = _sessions,
            Refused = _refused,
        };
        NotObjects = 0;
        (_pageChargePoints, _statuses, _pageTariffs, _changes, _sessions, _refused) = ([], [], [], [], [], []);
        return page;
    }

    /// <summary>The first of an id is kept; another is told at the first, which comes again when its page has gone.</summary>
    public void Add(ChargePoint record, IReadOnlyList<Finding> findings, Status? status, DateTimeOffset? since, string idPointer)
    {
        if (_chargePoints.TryGetValue(record.ChargePointId, out var first))
        {
            var rule = SameDocument(first.Record, record) ? ValueRules.DuplicateId : ValueRules.DuplicateIdDiffers;
            var told = first with { Findings = [.. first.Findings, Findings.Make(rule, Placed(idPointer), record.ChargePointId)] };
            _chargePoints[record.ChargePointId] = told;
            var place = _pageChargePoints.IndexOf(first);
            if (place >= 0) _pageChargePoints[place] = told;
            else _pageChargePoints.Add(told);
            return;
        }

        if (CameBefore(record.ChargePointId)) findings = [.. findings, Findings.Make(ValueRules.DuplicateId, Placed(idPointer), record.ChargePointId)];
        var judged = new Judged<ChargePoint>(record, findings);
        _chargePoints.Add(record.ChargePointId, judged);
        _pageChargePoints.Add(judged);
        if (status is { } known) _statuses.Add(new StatusObservation(record.ChargePointId, known, since));
    }

    /// <summary>Of one id within a page the last updated stays; over pages both are brought and the store keeps the newer.</summary>
    public void Add(ChargingSession record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var judged = new Judged<ChargingSession>(record, findings);
        var key = KeyOf(record);
        if (_events.Add(key) && !CameBefore(key))
        {
            _sessions.Add(judged);
            return;
        }

        var duplicate = Findings.Make(ValueRules.DuplicateId, Placed("/session_id"), record.SessionId, "Came twice; the last updated was kept.");
        var place = _sessions.FindLastIndex(s => KeyOf(s.Record) == key);
        if (place >= 0 && _sessions[place].Record.LastUpdated > record.LastUpdated) judged = _sessions[place];
        judged = judged with { Findings = [.. judged.Findings, duplicate] };
        if (place >= 0) _sessions[place] = judged;
        else _sessions.Add(judged);
    }

    public void Add(StatusChange record, IReadOnlyList<Finding> findings)
    {
        CountEvent(findings);
        var key = $"{record.ChargePointId}\n{record.At.UtcTicks}\n{record.Status}";
        if (_events.Add(key) && !CameBefore(key))
        {
            _changes.Add(new Judged<StatusChange>(record, findings));
            return;
        }

        var duplicate = Findings.Make(ValueRules.DuplicateId, Placed("/charge_point_id"), record.ChargePointId, "The same change came twice; the first was kept.");
        var place = _changes.FindLastIndex(c => c.Record.ChargePointId == record.ChargePointId && c.Record.At == record.At && c.Record.Status == record.Status);
        if (place >= 0) _changes[place] = _changes[place] with { Findings = [.. _changes[place].Findings, duplicate] };
        else _changes.Add(new Judged<StatusChange>(record, [.. findings, duplicate]));
    }

    /// <summary>The first of an id is kept.</summary>
    public void Add(Tariff record, IReadOnlyList<Finding> findings, string idPointer)
    {
        if (_tariffs.Add(record.TariffId) && !CameBefore(record.TariffId))
        {
            _pageTariffs.Add(new Judged<Tariff>(record, findings));
            return;
        }

        var duplicate = Findings.Make(ValueRules.DuplicateId, Placed(idPointer), record.TariffId, "Came twice; the first was kept.");
        var place = _pageTariffs.FindIndex(t => ids.Equals(t.Record.TariffId, record.TariffId));
        if (place >= 0) _pageTariffs[place] = _pageTariffs[place] with { Findings = [.. _pageTariffs[place].Findings, duplicate] };
    }

    public void Refuse(Dataset dataset, string? ownId, AllowList allowed, JsonElement record, IReadOnlyList<Finding> findings)
    {
        Refused++;
        if (record.ValueKind != JsonValueKind.Object && ++NotObjects > PullBounds.MostNotObjects) return;
        _refused.Add(new RefusedRecord(dataset, ownId, AsSent?.Invoke() ?? allowed.Cut(record), findings));
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
