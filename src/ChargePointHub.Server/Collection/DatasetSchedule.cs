using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>When one dataset of one feed is next asked for. All of it is memory that may be lost: the ledger is what counts.</summary>
public sealed class DatasetSchedule(FeedDefinition feed, DatasetPlan plan, IFeedProtocol protocol)
{
    /// <summary>One failed live poll may be chance; from the second on the window is narrowed.</summary>
    private const int FailuresBeforeNarrowing = 2;

    /// <summary>A dataset that keeps failing is asked for at most this many cadences apart.</summary>
    private const int LongestPauseInCadences = 6;

    private readonly PollTimes times = new(feed.OperatorId, plan);
    private readonly BackfillPlan backfill = new(plan.LongestWindow, plan.Cadence, plan.Cadence);
    private Rest poll = Rest.None;
    private DateTimeOffset? lastSuccess;
    private int failures;
    private bool narrowing = true;
    private Window? goesOn;
    private Rest history = Rest.None;
    private DateTimeOffset? liveFrom;

    /// <summary>What of the covered past is read again, and when.</summary>
    public RereadPlan Reread { get; } = new(feed.OperatorId, plan);

    public FeedDefinition Feed => feed;

    public DatasetPlan Plan => plan;

    public IFeedProtocol Protocol => protocol;

    /// <summary>How the last live poll or crawl failed; null: it completed. A failure is news when it was not there before.</summary>
    public FailureKind? Trouble { get; private set; }

    /// <summary>How the last piece of history failed; null once nothing of it keeps failing.</summary>
    public FailureKind? TroubleInHistory { get; private set; }

    /// <summary>The crawl that has brought pages and not its last one yet; null: none has.</summary>
    public CrawlUnderWay? Crawl { get; set; }

    /// <summary>When the next live poll or crawl is due.</summary>
    public DateTimeOffset NextDue => poll.Until;

    public bool IsDue(DateTimeOffset now) => poll.IsOver(now);

    /// <summary>When there may be anything to do: the next poll, or the next trial of history that keeps failing.</summary>
    public DateTimeOffset NextWork(DateTimeOffset now)
    {
        if (IsDue(now)) return now;
        if (!MayBackfill) return NextDue;
        var trial = goesOn is not null ? history.Until : backfill.NextProbe;
        if (trial < history.Until) trial = history.Until;
        var next = trial < NextDue ? trial.Value : NextDue;
        return Reread.NextDue(now) is var reread && reread < next ? reread : next;
    }

    /// <summary>History is asked for after live work came through, and while the operator answers at all.</summary>
    public bool MayBackfill => !plan.Dataset.IsSnapshot && lastSuccess is not null && failures == 0;

    /// <summary>When history was last asked for.</summary>
    public DateTimeOffset LastBackfill { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// Goes on where an earlier collection ended: what was polled just now is not polled again at once. Otherwise the first poll
    /// falls within <paramref name="spread"/>.
    /// </summary>
    /// <param name="latest">The dataset's newest live poll or crawl; null: none is known.</param>
    public void Begin(DateTimeOffset now, TimeSpan spread, Run? latest)
    {
        Decide(now + times.Within(spread < plan.Cadence ? spread : plan.Cadence), now);
        if (latest?.Outcome is not (RunOutcome.Completed or RunOutcome.Failed) || latest.StartedAt > now) return;
        var next = times.After(latest.StartedAt);
        if (next <= NextDue) return;
        Decide(next, now);
        Trouble = Words<FailureKind>.Parse(latest.Failure);
        if (Trouble is null) lastSuccess = latest.EndedAt;
        else failures = 1;
    }

    public void Started(DateTimeOffset now) => Decide(times.After(now), now);

    /// <summary>A pull of this window of history stood still when the hub went away, and can go on.</summary>
    public void GoOnWith(Window window) => goesOn = window;

    /// <summary>
    /// The next live window. Where one record cannot be answered, the window has been narrowed to begin behind it; what lies
    /// before is history then, and the overlap comes back as time goes on.
    /// </summary>
    public Window NextLive(Coverage covered, DateTimeOffset now)
    {
        var usual = LedgerArithmetic.LiveWindow(plan, covered, now);
        if (liveFrom is { } from && from > usual.From && from < usual.To) return new Window(from, usual.To);
        liveFrom = null;
        return usual;
    }

    public void Ended(RunResult result, Window? window, DateTimeOffset now)
    {
        Trouble = result.Failure?.Kind;
        if (!result.GoesOn) Crawl = null;
        if (result.Completed)
        {
            (failures, lastSuccess) = (0, now);
            return;
        }

        failures++;
        if (window is { } live && failures >= FailuresBeforeNarrowing && DependsOnWindow(result.Failure!.Kind))
        {
            var middle = Instants.ToWholeSecond(live.To - (live.Length / 2));
            if (live.To - middle >= plan.Settle + plan.Cadence) liveFrom = middle;
        }

        var pause = plan.Cadence * Math.Min(1 << Math.Min(failures - 1, 10), LongestPauseInCadences);
        if (result.Failure?.RetryAfter is { } asked && asked > pause) pause = asked;
        Decide(now + pause, now);
    }

    /// <summary>The newest end of the ledger is left to live polls while they come through.</summary>
    public Window? NextBackfill(Coverage gaps, Coverage covered, DateTimeOffset now)
    {
        if (!history.IsOver(now)) return null;
        if (goesOn is { } begun && gaps.Covers(begun)) return begun;
        goesOn = null;
        var behind = covered.End is { } end && gaps.Start is { } start ? Window.Between(start, end) : null;
        return backfill.Next(behind is { } older ? gaps.Intersect(older) : Coverage.None, now, narrowing);
    }

    public void BackfillEnded(Window window, RunResult result, DateTimeOffset now)
    {
        LastBackfill = now;
        if (result.Failure is not { } failure)
        {
            backfill.Succeeded(window);
            if (backfill.NextProbe is null) TroubleInHistory = null;
            return;
        }

        TroubleInHistory = failure.Kind;
        if (result.GoesOn)
        {
            (goesOn, history) = (window, new Rest(now + (failure.RetryAfter > plan.Cadence ? failure.RetryAfter.Value : plan.Cadence), now));
            return;
        }

        backfill.Failed(window, now, failure.RetryAfter);
        narrowing = DependsOnWindow(failure.Kind);
    }

    private void Decide(DateTimeOffset next, DateTimeOffset now) => poll = new Rest(next, now);

    /// <summary>Failures that may lie in what was asked for, and not in the way to the operator.</summary>
    private static bool DependsOnWindow(FailureKind kind) => kind is FailureKind.ServerError or FailureKind.TimedOut or FailureKind.TooLarge
        or FailureKind.NotJson or FailureKind.Truncated or FailureKind.ProtocolError or FailureKind.UnexpectedStatus or FailureKind.LoopDetected or FailureKind.HubFault;
}

/// <summary>What a crawl has seen so far.</summary>
/// <param name="AskedAt">When its first page was asked for: with its last page, all of it holds from then.</param>
public sealed record CrawlUnderWay(DateTimeOffset AskedAt, IReadOnlyList<string> Named);
