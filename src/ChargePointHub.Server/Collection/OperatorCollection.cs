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
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(30);

    private readonly OperatorDefinition operatorDefinition;
    private readonly IReadOnlyList<DatasetSchedule> schedules;
    private readonly FeedRun run;
    private readonly CoverageStore ledger;
    private readonly TimeProvider time;
    private readonly ILogger log;

    public OperatorCollection(
        OperatorDefinition operatorDefinition, IReadOnlyList<IFeedProtocol> protocols, FeedRun run, CoverageStore ledger, TimeProvider time, ILogger log)
    {
        (this.operatorDefinition, this.run, this.ledger, this.time, this.log) = (operatorDefinition, run, ledger, time, log);
        schedules =
        [
            .. from feed in operatorDefinition.Feeds
               where feed.Active
               from plan in feed.Datasets
               where plan.CarriedBy is null
               orderby DatasetOrder(plan.Dataset)
               select new DatasetSchedule(feed, plan, protocols.Single(p => p.Name == feed.Protocol)),
        ];
    }

    /// <summary>
    /// Runs until cancelled. A failure of the database ends it with an exception; what an operator does never does, and a fault
    /// of our own costs a pause and is told with its stack, here as nowhere else: other work of this operator goes on.
    /// </summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await DoDueWorkAsync(null, cancellationToken) || await DoBackfillAsync(cancellationToken)) continue;
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !DatabaseGone.Explains(fault))
            {
                LogFault(log, fault, operatorDefinition.OperatorId);
                await Task.Delay(PauseAfterFault, time, cancellationToken);
            }

            var wait = NextDue() - time.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>Does at most one due pull; true when there was one.</summary>
    /// <param name="running">The schedule whose pull is under way and waits between two pages; it is not due itself.</param>
    private async Task<bool> DoDueWorkAsync(DatasetSchedule? running, CancellationToken cancellationToken)
    {
        var due = schedules.Where(s => s != running && s.NextDue <= time.GetUtcNow()).OrderBy(s => s.NextDue).FirstOrDefault();
        if (due is null) return false;
        var now = time.GetUtcNow();
        Window? window = null;
        if (!due.Plan.Dataset.IsSnapshot)
        {
            var state = await ledger.ReadAsync(operatorDefinition.OperatorId, due.Plan.Dataset, cancellationToken);
            window = LedgerArithmetic.LiveWindow(due.Plan, state.Covered, now);
        }

        due.Started(now);
        var kind = window is null ? RunKind.Crawl : RunKind.Live;
        var result = await run.ExecuteAsync(
            new Pull(due, kind, window, StatusesAreEvidence), running is null ? () => CatchUpAsync(due, cancellationToken) : NothingBetween, cancellationToken);
        Tell(due, kind, window, result);
        due.Ended(result, time.GetUtcNow());
        return true;
    }

    /// <summary>Between two pages: whatever else has become due goes first, each once, so that the longer pull goes on too.</summary>
    private async Task CatchUpAsync(DatasetSchedule running, CancellationToken cancellationToken)
    {
        for (var done = 0; done < schedules.Count && await DoDueWorkAsync(running, cancellationToken); done++)
        {
        }
    }

    private static Task NothingBetween() => Task.CompletedTask;

    /// <summary>Asks for one window of history; true when there was one to ask for.</summary>
    private async Task<bool> DoBackfillAsync(CancellationToken cancellationToken)
    {
        // In turn, so that one dataset whose history keeps failing does not hold up the others'.
        foreach (var schedule in schedules.Where(s => s.MayBackfill).OrderBy(s => s.LastBackfill).ToList())
        {
            var now = time.GetUtcNow();
            var state = await ledger.ReadAsync(operatorDefinition.OperatorId, schedule.Plan.Dataset, cancellationToken);
            var gaps = LedgerArithmetic.Gaps(schedule.Plan, state.Settled, now);
            var gone = LedgerArithmetic.BeyondLookBack(schedule.Plan, gaps, now);
            if (!gone.IsEmpty)
            {
                await run.ClaimLostAsync(schedule, gone, cancellationToken);
                gaps = gaps.Subtract(gone);
            }

            if (schedule.NextBackfill(gaps, state.Covered, now) is not { } window) continue;
            var result = await run.ExecuteAsync(
                new Pull(schedule, RunKind.Backfill, window, StatusesAreEvidence), () => CatchUpAsync(schedule, cancellationToken), cancellationToken);
            Tell(schedule, RunKind.Backfill, window, result);
            schedule.BackfillEnded(window, result, time.GetUtcNow());
            return true;
        }

        return false;
    }

    private bool StatusesAreEvidence => operatorDefinition.Feeds.All(f => f.Datasets.All(d => d.Dataset != Dataset.StatusChanges));

    private DateTimeOffset NextDue() => schedules.Count == 0 ? time.GetUtcNow().AddHours(1) : schedules.Min(s => s.NextWork);

    private static int DatasetOrder(Dataset dataset) => Dataset.All.TakeWhile(d => d != dataset).Count();

    /// <summary>A failure is told once, when it is new; every run is in the run log.</summary>
    private void Tell(DatasetSchedule schedule, RunKind kind, Window? window, RunResult result)
    {
        var (id, dataset) = (operatorDefinition.OperatorId, schedule.Plan.Dataset.Name);
        var before = kind == RunKind.Backfill ? schedule.TroubleInHistory : schedule.Trouble;
        if (result.Failure is { } failure)
            LogFailed(log, before == failure.Kind ? LogLevel.Debug : LogLevel.Warning, id, dataset, kind, window, Words<FailureKind>.Of(failure.Kind), failure.Detail);
        else if (before is not null && kind != RunKind.Backfill)
            LogRecovered(log, id, dataset);
        else
            LogCompleted(log, id, dataset, kind, window, result.Pages, result.Records);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Operator} {Dataset} {Kind} {Window}: {Pages} pages, {Records} records")]
    private static partial void LogCompleted(ILogger log, string @operator, string dataset, RunKind kind, Window? window, int pages, int records);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub while collecting from {Operator}; its other work goes on")]
    private static partial void LogFault(ILogger log, Exception fault, string @operator);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Operator} {Dataset} answers again")]
    private static partial void LogRecovered(ILogger log, string @operator, string dataset);

    [LoggerMessage(Message = "{Operator} {Dataset} {Kind} {Window} failed: {Failure}. {Detail}")]
    private static partial void LogFailed(ILogger log, LogLevel level, string @operator, string dataset, RunKind kind, Window? window, string failure, string detail);
}
