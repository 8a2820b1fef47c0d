using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>All that is known of how one operator's feeds fare.</summary>
/// <param name="Now">When it was put together.</param>
/// <param name="Hold">A crawl that is not believed; null: none.</param>
public sealed record FeedHealthFacts(
    string OperatorId, DateTimeOffset Now, IReadOnlyList<DatasetHealth> Datasets, IReadOnlyList<FeedFacts> Feeds, CrawlHold? Hold)
{
    /// <summary>How notices reach each receiver of the operator file.</summary>
    public IReadOnlyList<ReceiverState> Receivers { get; init; } = [];

    public FeedStanding Standing => FeedStandings.Worst(Datasets.Select(d => d.Standing));
}

/// <summary>How one dataset fares.</summary>
public sealed record DatasetHealth
{
    public required ListedDataset Plan { get; init; }

    public required FeedStanding Standing { get; init; }

    public required FeedActivity Activity { get; init; }

    /// <summary>When the newest data that is whole was asked for; null: there is none.</summary>
    public DateTimeOffset? NewestAt { get; init; }

    public IReadOnlyList<CoveredDay> Days { get; init; } = [];

    /// <summary>Wanted, and neither here nor known to be lost.</summary>
    public TimeSpan OpenTime { get; init; }

    public IReadOnlyList<FailureCount> Failures { get; init; } = [];

    public IReadOnlyList<RuleCount> Findings { get; init; } = [];

    public QuarantineState Quarantine { get; init; } = new(0, 0);

    /// <summary>Since when it is broken; null: it is not.</summary>
    public DateTimeOffset? BrokenAt { get; init; }
}

/// <summary>What the operator's server showed last, and how far each limit is used up.</summary>
/// <param name="Tls">Null: no connection was made yet.</param>
public sealed record FeedFacts(string FeedId, bool IsActive, SeenTls? Tls, IReadOnlyList<LimitUse> Limits);

/// <summary>Requests of a limit group, by all hubs together.</summary>
/// <param name="Used">In the interval that ends now.</param>
public sealed record LimitUse(ListedLimit Limit, int Used);
