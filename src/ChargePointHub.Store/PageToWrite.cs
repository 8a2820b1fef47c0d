using ChargePointHub.Model;

namespace ChargePointHub.Store;

/// <summary>Everything that one page's transaction writes: all of it, or nothing.</summary>
public sealed record PageToWrite
{
    /// <summary>Whose page, and which dataset's run brought it.</summary>
    public required FeedKey Feed { get; init; }

    public required Guid RunId { get; init; }

    /// <summary>Of the lease under which the page was fetched; null: a person's command wrote it, and no lease is needed.</summary>
    public long? LeaseToken { get; init; }

    /// <summary>From 1 within the run.</summary>
    public required int PageNumber { get; init; }

    /// <summary>When the page was asked for, on the hub's clock: the time of snapshot evidence.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    public required RecordPage Records { get; init; }

    /// <summary>Refused records that were checked again. Those that pass are written like the page's own, with the feed and run that brought them.</summary>
    public IReadOnlyList<Rechecked> Rechecks { get; init; } = [];

    /// <summary>Rules, mapping and settings that judged the page; kept with what is refused, which is checked again under others.</summary>
    public string JudgedWith { get; init; } = "";

    /// <summary>Area codes by charge point id, for this page's charge points.</summary>
    public IReadOnlyDictionary<string, AreaCodes> Areas { get; init; } = new Dictionary<string, AreaCodes>();

    /// <summary>True: equality of content leaves <c>last_updated</c> out.</summary>
    public bool LastUpdatedLies { get; init; }

    /// <summary>True: the records do not say when they changed, so that of two the one that arrives later is the newer.</summary>
    public bool LaterArrivalWins { get; init; }

    /// <summary>True: a status that differs from the current one becomes a status change with evidence SNAPSHOT.</summary>
    public bool StatusesAreEvidence { get; init; }

    /// <summary>True: a page of a crawl of charge points. Changes of place, location, power or publication wait for the crawl's end.</summary>
    public bool IsOfCrawl { get; init; }

    /// <summary>With the last page of a crawl of charge points: what all its pages named.</summary>
    public WholeCrawl? Whole { get; init; }

    /// <summary>With the last page of a crawl that brings all tariffs: what all its pages named.</summary>
    public WholeCrawl? WholeTariffs { get; init; }

    /// <summary>
    /// Set: nothing was seen of the operator since, and from this instant on its statuses are MISSING; unless a crawl has come after all.
    /// </summary>
    public DateTimeOffset? StaleAt { get; init; }

    /// <summary>Left out of <see cref="StaleAt"/>: what a crawl has seen whose last page has not come yet. Its end decides.</summary>
    public IReadOnlyCollection<string> SeenMeanwhile { get; init; } = [];

    /// <summary>What the pull asks for, on the dataset's axis; null for snapshot datasets.</summary>
    public Window? Asked { get; init; }

    /// <summary>Made with the last page only; a page without claims writes rows that are true and claims nothing.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];
}

/// <summary>Everything that a whole crawl named.</summary>
/// <param name="Named">Hub ids of records, and of refused records as far as they had an id.</param>
/// <param name="NamesAll">False: a refused record had no id, so nobody can tell what is not there.</param>
public sealed record WholeCrawl(IReadOnlyCollection<string> Named, bool NamesAll);

/// <summary>A statement about a dataset's axis, committed with the rows that make it true.</summary>
/// <param name="Cause">Why it is unavailable, e.g. <c>beyond_look_back</c>; null when covered.</param>
/// <param name="Late">When time that is not covered is missing; null: this dataset has no gaps that close.</param>
public sealed record Claim(Dataset Dataset, Window Window, ClaimKind Kind, string? Cause = null, Lateness? Late = null);

/// <summary>When an instant of a dataset's axis that is not covered is a gap.</summary>
/// <param name="Settle">It is missing from this age on.</param>
/// <param name="Grace">Younger than settle and this, it may only be waiting for the next poll.</param>
public sealed record Lateness(TimeSpan Settle, TimeSpan Grace);

/// <summary>What a page did.</summary>
/// <param name="Tick">The tick under which it wrote; null: nothing was new, nothing was written.</param>
/// <param name="Added">Records that had no current row, released sessions among them, and new status changes.</param>
/// <param name="Changed">Records that replaced a row.</param>
/// <param name="Unchanged">Records already known, or named twice in the page.</param>
/// <param name="Refused">The page's refused records, whether in quarantine already or not.</param>
/// <param name="Waiting">Sessions put into quarantine until their charge point is known.</param>
/// <param name="Released">Sessions that this page's charge points released from quarantine.</param>
public sealed record PageWritten(long? Tick, int Added, int Changed, int Unchanged, int Refused, int Waiting, int Released)
{
    /// <summary>Records that are older than what there is: kept as a version that was never current.</summary>
    public int Late { get; init; }

    /// <summary>The page's records that were purged, or are of a charge point that was; nothing was written of them.</summary>
    public int KeptOut { get; init; }

    /// <summary>The page's records without those that were kept out: all of it that may be told.</summary>
    public RecordPage Taken { get; init; } = new();

    /// <summary>Reported figures of charge points or locations that are not known; they were kept.</summary>
    public int Unplaced { get; init; }

    /// <summary>Charge points whose change waits for the crawl's end, or is not believed.</summary>
    public IReadOnlyList<string> SetAside { get; init; } = [];

    /// <summary>The crawl is held: more would have vanished or moved at once than is believed.</summary>
    public bool IsHeld { get; init; }

    /// <summary>It is held, and the one before was not: news.</summary>
    public bool IsHeldAnew { get; init; }

    public RecheckCounts Rechecked { get; init; } = new(0, 0, 0);

    /// <summary>Quarantine is full of this operator's records, and for the first time older ones made way: news.</summary>
    public IReadOnlyList<QuarantineFull> OverflowingAnew { get; init; } = [];
}

/// <summary>Quarantine holds as many of these records of one operator as it may.</summary>
/// <param name="OfWaiting">True: sessions that wait for their charge point; false: refused records.</param>
public sealed record QuarantineFull(Dataset Dataset, bool OfWaiting);
