using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>Where a pull begins or goes on, and how far it has come.</summary>
public sealed class PullPlace(FeedKey feed, RunKind kind, Window? window, DateTimeOffset askedAt)
{
    public FeedKey Feed => feed;

    public RunKind Kind => kind;

    public Window? Window => window;

    /// <summary>When its first page was asked for, by whichever process.</summary>
    public DateTimeOffset AskedAt => askedAt;

    /// <summary>From where this process goes on, in the protocol's words; null: from the beginning.</summary>
    public string? State { get; init; }

    /// <summary>Pages that came before this process went on.</summary>
    public int Pages { get; init; }

    /// <summary>Under which it is kept; null: no lease is needed.</summary>
    public long? LeaseToken { get; init; }

    /// <summary>When it last came a page further; of a place that is kept.</summary>
    public DateTimeOffset ReachedAt { get; set; }

    /// <summary>When this process began.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>What the crawl has named so far.</summary>
    public CrawlNames Names { get; } = new();

    /// <summary>Something is kept to go on from.</summary>
    public bool IsKept { get; set; }
}

/// <summary>
/// Makes pulls resumable to the page. A pull that is over in moments is not worth a row: only from half a minute on is it kept
/// where it stands, and live windows are never kept, for the next poll asks for another.
/// </summary>
public sealed class PullPlaces(ContinuationStore kept, TimeProvider time)
{
    private static readonly TimeSpan WorthKeepingAfter = TimeSpan.FromSeconds(30);

    /// <summary>After so long an operator's cursor and list are no longer believed to be what they were.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    /// <summary>Longer than an hour, as limits of requests are often counted.</summary>
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromHours(2);

    public async Task<PullPlace> FindAsync(FeedKey feed, Pull pull, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = pull.Kind == RunKind.Live ? null : (await kept.ReadAsync(feed.OperatorId, cancellationToken))
            .SingleOrDefault(k => k.Feed == feed && k.Kind == pull.Kind && k.Window == pull.Window);
        if (found is null) return new PullPlace(feed, pull.Kind, pull.Window, now) { BegunAt = now, LeaseToken = pull.LeaseToken };
        if (IsStale(found, pull.Schedule.Plan.Freshness, now))
        {
            await kept.DropAsync(feed, pull.Kind, cancellationToken, pull.LeaseToken);
            return new PullPlace(feed, pull.Kind, pull.Window, now) { BegunAt = now, LeaseToken = pull.LeaseToken };
        }

        var place = new PullPlace(feed, pull.Kind, pull.Window, found.AskedAt)
        {
            BegunAt = now,
            LeaseToken = pull.LeaseToken,
            ReachedAt = found.SavedAt,
            State = found.State,
            Pages = found.Pages,
            IsKept = true,
        };
        place.Names.Add(found.ChargePoints);
        return place;
    }

    /// <summary>Windows of this operator whose pull can go on, with the feed and kind of run.</summary>
    public async Task<IReadOnlyList<PullContinuation>> ReadAsync(string operatorId, CancellationToken cancellationToken) =>
        [.. (await kept.ReadAsync(operatorId, cancellationToken)).Where(k => k.Window is not null && !IsStale(k, StaleAfter, time.GetUtcNow()))];

    /// <summary>A page has been committed, and it was not the last.</summary>
    public async Task ReachedAsync(PullPlace place, PulledPage page, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (place.Kind == RunKind.Live || page.Continuation is not { } state || (!place.IsKept && now - place.BegunAt < WorthKeepingAfter)) return;
        await kept.SaveAsync(
            new PullContinuation(place.Feed, place.Kind, place.Window, place.AskedAt, now, place.Pages + page.Number, state(), place.Names.All),
            cancellationToken, place.LeaseToken);
        (place.IsKept, place.ReachedAt) = (true, now);
    }

    /// <summary>
    /// Forgets what is done, and what the operator no longer takes up: a failure at once after going on may lie in the going on.
    /// </summary>
    /// <returns>The next pull of the window can go on.</returns>
    public async Task<bool> EndedAsync(PullPlace place, FeedFailure? failure, int pages, CancellationToken cancellationToken)
    {
        if (!place.IsKept) return false;
        if (failure is not null && !LiesInTheChain(failure.Kind) && (pages > 0 || LiesInTheWay(failure.Kind) || MayPass(failure.Kind, place))) return true;
        await kept.DropAsync(place.Feed, place.Kind, cancellationToken, place.LeaseToken);
        place.IsKept = false;
        return false;
    }

    /// <summary>Also what a clock saved while it ran ahead: from how long ago it is cannot be known.</summary>
    private static bool IsStale(PullContinuation place, TimeSpan freshness, DateTimeOffset now) =>
        (now - place.SavedAt).Duration() > StaleAfter || (place.Window is null && (place.AskedAt + freshness <= now || place.AskedAt > now));

    /// <summary>What came before is part of the failure, or may be: a total that does not hold, a list that leads back, a place that the hub cannot read.</summary>
    private static bool LiesInTheChain(FailureKind kind) => kind is FailureKind.ProtocolError or FailureKind.LoopDetected or FailureKind.HubFault;

    /// <summary>An operator that had enough for this hour, or is in trouble, may say so many times; for longer, it may mean the going on.</summary>
    private bool MayPass(FailureKind kind, PullPlace place) =>
        kind is (FailureKind.Forbidden or FailureKind.ServerError) && (time.GetUtcNow() - place.ReachedAt).Duration() < LongestRefusal;

    private static bool LiesInTheWay(FailureKind kind) =>
        kind is FailureKind.Unreachable or FailureKind.Throttled or FailureKind.TimedOut or FailureKind.TlsRefused or FailureKind.Unauthorised
        or FailureKind.CredentialMissing;
}
