using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>What an operator's file says of the operator: validated, defaults filled in, paths resolved.</summary>
/// <param name="OperatorId">Slug: lower-case letters, digits and hyphens, 2 to 40 characters.</param>
/// <param name="PartyIds">OCPI party ids as <c>GB*LMP</c>; empty where the operator has none.</param>
/// <param name="Licence">Licence of the operator's open data, an SPDX id or a title; null: not stated.</param>
/// <param name="Attribution">The words that a reuser must show; null: none asked for.</param>
/// <param name="Feeds">At least one; together they name each dataset at most once.</param>
public sealed record OperatorDefinition(
    string OperatorId,
    string Name,
    IReadOnlyList<string> PartyIds,
    string? Licence,
    string? Attribution,
    IReadOnlyList<FeedDefinition> Feeds)
{
    /// <summary>Who is told when a feed breaks, and when it has recovered; by receiver_id each once.</summary>
    public IReadOnlyList<NoticeReceiver> Notices { get; init; } = [];

    /// <summary>What the operator hands in as files.</summary>
    public IEnumerable<(FeedDefinition Feed, DatasetPlan Plan)> Submittable() => Feeds.Where(f => f is { Active: true, Csv: not null }).SelectMany(f => f.Datasets.Select(d => (f, d)));
}

/// <summary>One API of one operator.</summary>
public sealed record FeedDefinition
{
    public required string OperatorId { get; init; }

    public required string OperatorName { get; init; }

    /// <summary>Unique within its operator.</summary>
    public required string FeedId { get; init; }

    /// <summary>Name of a protocol in the catalogue: <c>loti-v1</c>, <c>ocpi-2.2.1</c>, <c>ocpi-2.3.0</c>, <c>mapped-json</c>, <c>csv-v1</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>https only. Of a feed whose files are handed in it leads nowhere.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>OCPI party ids of the operator, <c>GB*LMP</c>; empty: not stated.</summary>
    public IReadOnlyList<string> PartyIds { get; init; } = [];

    /// <summary>Within which the operator's charge points stand.</summary>
    public Territory Territory { get; init; } = Territory.UnitedKingdom;

    /// <summary>How instants without an offset are read.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Which of the two instants a time in the autumn fold means: true the earlier (summer time), false the later.</summary>
    public bool FoldIsEarlier { get; init; } = true;

    /// <summary>Reference to the secret, <c>env:NAME</c> or <c>file:PATH</c>; never the secret. Null: none needed.</summary>
    public string? Credential { get; init; }

    /// <summary>PEM file of the only certificate authorities trusted for this feed; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Hosts that may resolve to loopback, private or link-local addresses, named one by one.</summary>
    public IReadOnlyList<string> AllowPrivateHosts { get; init; } = [];

    /// <summary>Feeds of one group share its limits; default: the host.</summary>
    public required string LimitGroup { get; init; }

    /// <summary>Of the whole limit group, whichever files state them: all hold together.</summary>
    public IReadOnlyList<RequestLimit> Limits { get; init; } = [];

    public bool Active { get; init; } = true;

    /// <summary>How the files of a <c>csv-v1</c> feed are written; null for other protocols.</summary>
    public CsvDialect? Csv { get; init; }

    /// <summary>Asked by the hub itself; false: its files are handed in, or it is not active.</summary>
    public bool IsCollected => Active && Csv is null;

    /// <summary>True: <c>last_updated</c> is the time of the request; content decides without it.</summary>
    public bool LastUpdatedLies { get; init; }

    public required IReadOnlyList<DatasetPlan> Datasets { get; init; }

    public LotiSettings Loti { get; init; } = new();

    public OcpiSettings Ocpi { get; init; } = new();
}

/// <summary>At most <paramref name="Requests"/> in any span of <paramref name="Interval"/>.</summary>
public sealed record RequestLimit(int Requests, TimeSpan Interval);

/// <summary>How one dataset of a feed is collected.</summary>
public sealed record DatasetPlan
{
    public required Dataset Dataset { get; init; }

    /// <summary>Time between the starts of two live polls or crawls.</summary>
    public TimeSpan Cadence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Null for snapshot datasets.</summary>
    public WindowAxis? Axis { get; init; }

    /// <summary>First instant that is wanted and offered; null: from the first collection on.</summary>
    public DateTimeOffset? Earliest { get; init; }

    /// <summary>How far back the operator still answers; null: without end.</summary>
    public TimeSpan? LookBack { get; init; }

    /// <summary>Age at which an operator's records no longer appear late.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How far a live window reaches back over what is already covered.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Longest window asked for at once.</summary>
    public TimeSpan LongestWindow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Age beyond which an observation says nothing of the present.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Records asked for in a page.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>How a <c>mapped-json</c> or <c>csv-v1</c> feed's dataset is asked for and read; null for other protocols.</summary>
    public FeedMapping? Mapping { get; init; }

    /// <summary>True: its records do not say when they changed, so that of two the one that arrives later is the newer.</summary>
    public bool LaterArrivalWins => Mapping is { } mapping && mapping.Fields.Fields.All(f => f.Target.Name != "last_updated");

    /// <summary>Snapshot dataset that arrives inside another's crawl and is never asked for by itself; null: asked for itself.</summary>
    public Dataset? CarriedBy { get; init; }
}

/// <summary>Settings of <c>loti-v1</c> feeds.</summary>
public sealed record LotiSettings
{
    /// <summary>True: charging sessions are asked for one charge point at a time, over all ids that the operator lists (C8).</summary>
    public bool SessionsPerChargePoint { get; init; }
}

/// <summary>As whom the hub registers with an OCPI operator.</summary>
/// <param name="PartyId">Country code and party, such as <c>GB*LDN</c>.</param>
/// <param name="Role">OCPI's Role, such as NSP or OTHER.</param>
/// <param name="Url">Versions endpoint that the standard asks for. The hub has none, so this is where the operator finds who asks.</param>
public sealed record OcpiParty(string PartyId, string Role, string Name, Uri Url);

/// <summary>Settings of OCPI feeds, each named for what it does.</summary>
public sealed record OcpiSettings
{
    /// <summary>True: the base address is a versions endpoint; false: modules lie at base/locations, base/tariffs and so on, or at <see cref="Paths"/>.</summary>
    public bool Discovery { get; init; } = true;

    /// <summary><c>charge_points</c>, <c>tariffs</c>, <c>sessions</c> or <c>cdrs</c> to path below the base address, where there is no discovery.</summary>
    public IReadOnlyDictionary<string, string> Paths { get; init; } = new Dictionary<string, string>();

    /// <summary>True: the token is sent as it is; false: base64, as the standard has it.</summary>
    public bool TokenIsRaw { get; init; }

    /// <summary>Query parameter that carries the token as it is, in place of the header; null: the header does.</summary>
    public string? TokenParameter { get; init; }

    /// <summary>JSON Pointer (RFC 6901) to the array of records in an answer; empty: the answer is the array.</summary>
    public string RecordsPointer { get; init; } = "/data";

    /// <summary>True: answers carry OCPI's envelope, and its status_code is obeyed.</summary>
    public bool Envelope { get; init; } = true;

    /// <summary>False: the whole dataset is one answer.</summary>
    public bool Paged { get; init; } = true;

    /// <summary>Rows by which a page overlaps the one before; the overlap must match, or the crawl steps back.</summary>
    public int PageOverlap { get; init; } = 2;

    /// <summary>The operator's status words that are not OCPI's, and what they mean.</summary>
    public IReadOnlyDictionary<string, Status> StatusWords { get; init; } = new Dictionary<string, Status>();

    /// <summary>OCPI modules that charging sessions are made of: <c>sessions</c>, <c>cdrs</c>, or both. A window is whole when each of them has answered.</summary>
    public IReadOnlyList<string> SessionModules { get; init; } = OcpiModules.OfSessions;

    /// <summary>Null: the hub's token was handed over, and no registration is needed.</summary>
    public OcpiParty? Party { get; init; }

    /// <summary>True: prices stand inside the EVSEs as tariff objects under <c>tariffs</c>.</summary>
    public bool TariffsInEvses { get; init; }

    /// <summary>Who may use the feed's charge points, as its operator has agreed: OCPI has no field that says so. Null: it is not known, and they are of no regulated network.</summary>
    public Access? Access { get; init; }
}
