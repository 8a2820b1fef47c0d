using ChargePointHub.Model;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server;

/// <summary>What readers may know of the operators: taken from the operator files as they stand, secrets and addresses left out.</summary>
public sealed record OperatorDirectory(IReadOnlyList<ListedOperator> Operators)
{
    public static readonly OperatorDirectory Empty = new([]);

    /// <summary>False: no boundaries of boroughs are loaded, so nothing can be found by borough.</summary>
    public bool HasBoroughs { get; init; } = true;

    /// <summary>Wards that are loaded.</summary>
    public AreaNames Wards { get; init; } = AreaNames.None;

    /// <summary>Lower layer super output areas of 2021 that are loaded.</summary>
    public AreaNames Lsoas { get; init; } = AreaNames.None;

    /// <summary>The boundaries that are loaded; none: no charge point has an area.</summary>
    public AreaIndex Areas { get; init; } = AreaIndex.None;

    public ListedOperator? Find(string operatorId) => Operators.FirstOrDefault(o => o.OperatorId == operatorId);
}

/// <param name="OperatorId">Slug.</param>
/// <param name="Licence">Licence of the operator's open data; null: not stated.</param>
/// <param name="Attribution">The words that a reuser must show; null: none asked for.</param>
/// <param name="Datasets">What its feeds bring; each dataset at most once.</param>
public sealed record ListedOperator(string OperatorId, string Name, string? Licence, string? Attribution, IReadOnlyList<ListedDataset> Datasets)
{
    /// <summary>OCPI party ids as <c>GB*LMP</c>; empty where it has none.</summary>
    public IReadOnlyList<string> PartyIds { get; init; } = [];

    public IReadOnlyList<ListedFeed> Feeds { get; init; } = [];

    /// <summary>Receivers of notices, by receiver_id.</summary>
    public IReadOnlyList<string> Receivers { get; init; } = [];

    public ListedDataset? Find(Dataset dataset) => Datasets.FirstOrDefault(d => d.Dataset == dataset);
}

/// <summary>One API of an operator, as far as it is told.</summary>
/// <param name="LimitGroup">Feeds of one group share their limits.</param>
public sealed record ListedFeed(string FeedId, bool IsActive, string LimitGroup, IReadOnlyList<ListedLimit> Limits);

/// <summary>At most <paramref name="Requests"/> in any span of <paramref name="Interval"/>.</summary>
public sealed record ListedLimit(int Requests, TimeSpan Interval);

/// <summary>How one dataset of one operator comes in.</summary>
public sealed record ListedDataset
{
    public required Dataset Dataset { get; init; }

    /// <summary>Null for snapshot datasets.</summary>
    public WindowAxis? Axis { get; init; }

    /// <summary>First instant that is offered; null: from the first collection on.</summary>
    public DateTimeOffset? Earliest { get; init; }

    /// <summary>Age at which records no longer appear late.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Time between the starts of two polls.</summary>
    public TimeSpan Cadence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Age beyond which an observation says nothing of the present.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How far back the operator still answers; null: without end.</summary>
    public TimeSpan? LookBack { get; init; }

    /// <summary>The feed that brings it.</summary>
    public string FeedId { get; init; } = "main";

    /// <summary>True: the operator hands it in as files; nobody asks for it.</summary>
    public bool IsHandedIn { get; init; }

    /// <summary>False: nothing is collected.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>Dataset in whose crawl it arrives; null: it is asked for itself.</summary>
    public Dataset? CarriedBy { get; init; }

    /// <summary>Name of the protocol, e.g. <c>loti-v1</c>.</summary>
    public required string Protocol { get; init; }
}
