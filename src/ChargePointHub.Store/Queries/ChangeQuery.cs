using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>A place in the order of changes: by tick, then by part, then by key.</summary>
/// <param name="Part">Which kind of change of that tick; see <see cref="AfterAll"/>.</param>
/// <param name="Id">Hub id of the record, or of the place that leads the order.</param>
/// <param name="At">Of status changes alone.</param>
/// <param name="Word">What of the key comes last; empty: nothing.</param>
/// <param name="Version">Tick of the version, where several are told with their place; else 0.</param>
public sealed record ChangePlace(long Tick, int Part, string OperatorId = "", string Id = "", DateTimeOffset? At = null, string Word = "", long Version = 0)
{
    private const int BeforeAll = -1;

    /// <summary>Part of a place that has all of its tick behind it.</summary>
    public const int AfterAll = 99;

    /// <summary>Before the first change there is.</summary>
    public static readonly ChangePlace Start = new(0, BeforeAll);

    /// <summary>Behind all changes of a tick and before those of the next.</summary>
    public static ChangePlace Behind(long tick) => new(tick, AfterAll);
}

/// <summary>Which changes, from where on.</summary>
public sealed record ChangeQuery
{
    public required IReadOnlyList<Dataset> Datasets { get; init; }

    public IReadOnlyList<string>? Operators { get; init; }

    public required ChangePlace After { get; init; }

    /// <summary>The last tick that is told.</summary>
    public required long UpTo { get; init; }

    /// <summary>Ends at or before this tick are not told: who began there has nothing of it.</summary>
    public required long Begun { get; init; }

    public required int Limit { get; init; }

    /// <summary>Every version that was current at some tick, each at the tick that brought it; false: the newest of each record. Not by key.</summary>
    public bool IsOfVersions { get; init; }

    /// <summary>
    /// Not null: what changed after this tick, ordered by key alone, so that the order tells nothing of times. The place's tick says nothing then.
    /// </summary>
    public long? ByKeySince { get; init; }
}

/// <summary>What a change is about.</summary>
public enum ChangeOf
{
    /// <summary>One record: as its dataset's list has it, or no longer in it.</summary>
    Record,

    /// <summary>One record that is no longer there, with all its versions.</summary>
    End,

    /// <summary>The last version of one record, or the last of its place, which has ended; its versions stay.</summary>
    LastVersion,

    /// <summary>Every record of one charge point.</summary>
    ChargePoint,

    /// <summary>Every record of one location.</summary>
    Location,
}

/// <summary>Something changed.</summary>
/// <param name="RecordedAt">When its tick was.</param>
/// <param name="Id">The field of the record that the key's id is.</param>
public sealed record ChangedKey(ChangePlace Place, DateTimeOffset RecordedAt, Dataset Dataset, ChangeOf Of, string Id, RecordKey Key);
