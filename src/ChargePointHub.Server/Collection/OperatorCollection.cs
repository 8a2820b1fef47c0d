using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Collects from one operator, one pull at a time: what is due now goes first, also between the pages of a longer pull; then
/// history, newest gap first. What is due is decided from the clock and the ledger alone.
/// </summary>
public sealed partial class OperatorCollection
{
    /// <summary>Live pulls of each dataset before history gets a turn, where something is always due.</summary>
    private const int MostLiveInARow = 2;

    private readonly OperatorDefinition operatorDefinition;
    private readonly long? leaseToken;
    private readonly IReadOnlyList<DatasetSchedule> schedules;
    private readonly HashSet<DatasetSchedule> underWay = [];
    private readonly FeedRun run;
    private readonly CollectionLedger ledger;
    private readonly StatusSweeper sweeper;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private CancellationToken leaving;
    private bool isRechecked;

    /// <param name="leaseToken">Written with every page; null: nobody else can be collecting.</param>
    public OperatorCollection(
        OperatorDefinition operatorDefinition, long? leaseToken, IReadOnlyList<IFeedProtocol> protocols, FeedRun run, CollectionLedger ledger, StatusSweeper sweeper,
        TimeProvider time, ILogger log)
    {
        (this.leaseToken, this.sweeper) = (leaseToken, sweeper);
        (this.operatorDefinition, this.run, this.ledger, this.time, this.log) = (operatorDefinition, run, ledger, time, log);
        schedules =
        [
            .. from feed in operatorDefinition.Feeds
               where feed.IsCollected
               from plan in feed.Datasets
               where plan.CarriedBy is null
               orderby DatasetOrder(plan.Dataset)
               select new DatasetSchedule(feed, plan, protocols.Single(p => p.Name == feed.Protocol)),
        ];
    }

    /// <summary>The first polls are spread over so long.</summary>
    public TimeSpan StartSpread { get; init; }

    /// <summary>Shared by all operators; null: nothing is bounded.</summary>
    public RunSlots? Slots { get; init; }

    /// <summary>What else runs for as long as it does, under the same lease.</summary>
    public IReadOnlyList<BesideCollection> Beside { get; init; } = [];

    /// <summary>Null: refused records are checked again by nobody.</summary>
    public QuarantineRecheck? Recheck { get; init; }

    /// <summary>Runs until cancelled or the lease is lost, or until the database is away.</summary>
    /// <param name="leaving">No new pull is begun; the one under way comes to its end.</param>
    public async Task CollectAsync(CancellationToken leaving, CancellationToken cancellationToken)
    {
        this.leaving = leaving;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leaving, cancellationToken);
        var beside = Task.WhenAll(Beside.Prepend(SweepAsync).Select(run => RunBesideAsync(run, either)));
        try
        {
            await BeginAsync(cancellationToken);
            await CollectUntilAsync(either.Token, cancellationToken);
        }
        finally
        {
            await either.CancelAsync();
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (beside.IsFaulted) await beside;
    }

    private Task SweepAsync(OperatorDefinition definition, long? token, CancellationToken cancellationToken) =>
        sweeper.SweepAsync(definition, token, () => schedules.FirstOrDefault(s => s.Plan.Dataset == Dataset.ChargePoints)?.Crawl, cancellationToken);

    /// <summary>What ends one of these ends the collection: MISSING or notices would not be written any more, and nobody would know.</summary>
    private async Task RunBesideAsync(BesideCollection run, CancellationTokenSource both)
    {
        try
        {
            await run(operatorDefinition, leaseToken, both.Token);
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
    }

    private async Task CollectUntilAsync(CancellationToken either, CancellationToken cancellationToken)
    {
        var sinceHistory = 0;
        while (!either.IsCancellationRequested)
        {
            // Live work first; but an operator so slow that something is always due gets to its history too.
            if (await DoDueWorkAsync(cancellationToken) && ++sinceHistory < MostLiveInARow * schedules.Count) continue;
            sinceHistory = 0;
            if (await DoRecheckAsync(either, cancellationToken) || await DoBackfillAsync(cancellationToken) || await DoRereadAsync(cancellationToken)) continue;
            await time.DelayAsync(NextDue() - time.GetUtcNow(), either).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes up what stood still when the hub, or the lease, went away.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var id = operatorDefinition.OperatorId;
        var latest = await run.LatestLiveAsync(id, cancellationToken);
        foreach (var schedule in schedules)
            schedule.Begin(time.GetUtcNow(), StartSpread, latest.Find(r => r.Feed.FeedId == schedule.Feed.FeedId && r.Feed.Dataset == schedule.Plan.Dataset));
        foreach (var begun in await ledger.Places.ReadAsync(id, cancellationToken))
        {
            if (begun.Kind != RunKind.Backfill || begun.Window is not { } window) continue;
            schedules.FirstOrDefault(s => s.Feed.FeedId == begun.Feed.FeedId && s.Plan.Dataset == begun.Feed.Dataset)?.GoOnWith(window);
        }

        var kept = await ledger.Rereads.ReadAsync(id, cancellationToken);
        foreach (var added in schedules.SelectMany(s => s.Reread.Begin(kept, time.GetUtcNow())).ToList())
            await ledger.Rereads.SaveAsync(id, added, cancellationToken, leaseToken);
    }

    /// <summary>
    /// Once a collection: what was refused by other rules, another mapping or other settings may pass now. Whatever comes due goes first
    /// after each batch; a fault of ours there costs no collection, and what was not reached is checked by the next one.
    /// </summary>
    /// <param name="either">Cancelled also when the operator is handed over.</param>
    private async Task<bool> DoRecheckAsync(CancellationToken either, CancellationToken cancellationToken)
    {
        if (Recheck is null || isRechecked) return false;
        isRechecked = true;
        try
        {
            var done = await Recheck.RunAsync(
                operatorDefinition, QuarantineRecheck.Datasets, onlyOtherwiseJudged: true, write: true, leaseToken, _ => CatchUpAsync(cancellationToken), either);
            if (done.Counts.Released + done.Counts.Waiting > 0) LogRechecked(log, operatorDefinition.OperatorId, done.Counts.Released, done.Counts.Waiting, done.Counts.Refused);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The next collection goes on where this one left off.
        }
        catch (Exception fault) when (!either.IsCancellationRequested && fault is not LeaseLostException && !DatabaseGone.Explains(fault))
        {
            LogRecheckFault(log, fault, operatorDefinition.OperatorId);
        }

        return true;
    }

    /// <summary>Does at most one due pull; true when there was one. A pull that waits between two pages is not due itself.</summary>
    private async Task<bool> DoDueWorkAsync(CancellationToken cancellationToken)
    {
        var due = schedules.Where(s => !underWay.Contains(s) && s.IsDue(time.GetUtcNow())).OrderBy(s => s.NextDue).FirstOrDefault();
        if (due is null) return false;
        var now = time.GetUtcNow();
        Window? window = null;
        if (!due.Plan.Dataset.IsSnapshot)
        {
            var state = await ledger.Coverage.ReadAsync(operatorDefinition.OperatorId, due.Plan.Dataset, cancellationToken);
            window = due.NextLive(state.Covered, now);
        }

        due.Started(now);
        var kind = window is null ? RunKind.Crawl : RunKind.Live;
        var result = await PullAsync(due, kind, window, cancellationToken);
        Tell(due, kind, window, result);
        due.Ended(result, window, time.GetUtcNow());
        return true;
    }

    private async Task<RunResult> PullAsync(DatasetSchedule schedule, RunKind kind, Window? window, CancellationToken cancellationToken)
    {
        // A pull between the pages of another has that one's place.
        using var slot = Slots is not null && underWay.Count == 0 ? await Slots.TakeAsync(cancellationToken) : null;
        using var urgency = Urgency.OfHistory(kind is RunKind.Backfill or RunKind.Reread);
        underWay.Add(schedule);
        try
        {
            return await run.ExecuteAsync(new Pull(schedule, kind, window, StatusesAreEvidence, leaseToken), () => CatchUpAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            underWay.Remove(schedule);
        }
    }

    /// <summary>Between two pages: whatever else has become due goes first, each once, so that the longer pull goes on too.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        for (var done = 0; done < schedules.Count && !leaving.IsCancellationRequested && await DoDueWorkAsync(cancellationToken); done++)
        {
        }
    }

    /// <summary>Asks for one window of history; true when there was one to ask for.</summary>
    private async Task<bool> DoBackfillAsync(CancellationToken cancellationToken)
    {
        // In turn, so that one dataset whose history keeps failing does not hold up the others'.
        foreach (var schedule in schedules.Where(s => s.MayBackfill).OrderBy(s => s.LastBackfill).ToList())
        {
            var now = time.GetUtcNow();
            var state = await ledger.Coverage.ReadAsync(operatorDefinition.OperatorId, schedule.Plan.Dataset, cancellationToken);
            var gaps = LedgerArithmetic.Gaps(schedule.Plan, LedgerArithmetic.Settled(schedule.Plan, state, now), now);
            var gone = LedgerArithmetic.BeyondLookBack(schedule.Plan, gaps, now);
            if (!gone.IsEmpty) await run.ClaimLostAsync(schedule, gone, leaseToken, cancellationToken);
            gaps = LedgerArithmetic.Askable(schedule.Plan, gaps.Subtract(gone), now);
            if (schedule.NextBackfill(gaps, state.Covered, now) is not { } window) continue;
            var result = await PullAsync(schedule, RunKind.Backfill, window, cancellationToken);
            Tell(schedule, RunKind.Backfill, window, result);
            schedule.BackfillEnded(window, result, time.GetUtcNow());
            return true;
        }

        return false;
    }

    /// <summary>Reads one window of the covered past again; true when there was one, or a round was found done.</summary>
    private async Task<bool> DoRereadAsync(CancellationToken cancellationToken)
    {
        foreach (var schedule in schedules.Where(s => s.MayBackfill && s.Reread.NextDue(time.GetUtcNow()) <= time.GetUtcNow()))
        {
            var state = await ledger.Coverage.ReadAsync(operatorDefinition.OperatorId, schedule.Plan.Dataset, cancellationToken);
            if (schedule.Reread.Next(state.Covered, time.GetUtcNow()) is not { } read) continue;
            var done = read.WhenDone;
            if (read.Window is { } window)
            {
                var result = await PullAsync(schedule, RunKind.Reread, window, cancellationToken);
                Tell(schedule, RunKind.Reread, window, result);
                if (schedule.Reread.Ended(read, result, time.GetUtcNow()) is not { } kept) return true;
                done = kept;
            }

            await ledger.Rereads.SaveAsync(operatorDefinition.OperatorId, done, cancellationToken, leaseToken);
            return true;
        }

        return false;
    }

    private bool StatusesAreEvidence => operatorDefinition.Feeds.All(f => f.Datasets.All(d => d.Dataset != Dataset.StatusChanges));

    private DateTimeOffset NextDue() => schedules.Count == 0 ? time.GetUtcNow().AddHours(1) : schedules.Min(s => s.NextWork(time.GetUtcNow()));

    private static int DatasetOrder(Dataset dataset) => Dataset.All.TakeWhile(d => d != dataset).Count();

    /// <summary>A failure is told once, when it is new; every run is in the run log.</summary>
    private void Tell(DatasetSchedule schedule, RunKind kind, Window? window, RunResult result)
    {
        var (id, dataset) = (operatorDefinition.OperatorId, schedule.Plan.Dataset.Name);
        using var scope = FeedRun.RunScope(log, id, dataset, window, result.RunId);
        var isLive = kind is RunKind.Live or RunKind.Crawl;
        var before = isLive ? schedule.Trouble : schedule.TroubleInHistory;
        if (result.Failure is { } failure)
            LogFailed(log, before == failure.Kind ? LogLevel.Debug : LogLevel.Warning, id, dataset, kind, window, Words<FailureKind>.Of(failure.Kind), failure.Detail);
        else if (before is not null && isLive)
            LogRecovered(log, id, dataset);
        else
            LogCompleted(log, id, dataset, kind, window, result.Pages, result.Records);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Operator}: refused records were checked again by other rules than before: {Released} released, {Waiting} wait for their charge point, {Refused} still refused")]
    private static partial void LogRechecked(ILogger log, string Operator, int released, int waiting, int refused);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub while checking refused records of {Operator} again")]
    private static partial void LogRecheckFault(ILogger log, Exception fault, string Operator);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Operator} {Dataset} {Kind} {Window}: {Pages} pages, {Records} records")]
    private static partial void LogCompleted(ILogger log, string Operator, string dataset, RunKind kind, Window? window, int pages, int records);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Operator} {Dataset} answers again")]
    private static partial void LogRecovered(ILogger log, string Operator, string dataset);

    [LoggerMessage(Message = "{Operator} {Dataset} {Kind} {Window} failed: {Failure}. {Detail}")]
    private static partial void LogFailed(ILogger log, LogLevel level, string Operator, string dataset, RunKind kind, Window? window, string failure, string detail);
}

/// <summary>Runs beside the collection from one operator, until cancelled.</summary>
/// <param name="leaseToken">Under which it writes; null: none is needed.</param>
public delegate Task BesideCollection(OperatorDefinition definition, long? leaseToken, CancellationToken cancellationToken);
