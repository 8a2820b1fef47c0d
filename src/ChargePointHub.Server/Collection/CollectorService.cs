using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Keeps one <see cref="OperatorCollection"/> running for each operator of the registry, takes up changed operator files, and
/// starts again what the database's absence ended. One instance collects at a time.
/// </summary>
public sealed partial class CollectorService(
    LiveRegistry registry, IReadOnlyList<IFeedProtocol> protocols, FeedClients clients, FeedRun run, CoverageStore ledger, RunLog runs, Database database,
    TimeProvider time, ILogger<CollectorService> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RunsAreKept = TimeSpan.FromDays(92);
    private DateTimeOffset nextForgetting = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var held = await CollectorLock.TryTakeAsync(database, stoppingToken);
                if (held is not null)
                {
                    await runs.AbandonOpenAsync(time.GetUtcNow(), stoppingToken);
                    await CollectAllAsync(held, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (DatabaseGone.Explains(failure))
            {
                LogDatabaseAway(log, failure.Message);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until the hub stops or the lock is lost.</summary>
    private async Task CollectAllAsync(CollectorLock held, CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var running = new Dictionary<string, Running>();
        try
        {
            while (!stop.IsCancellationRequested && await held.IsHeldAsync(stop.Token))
            {
                await TakeUpAsync(registry.Current, running, stop.Token);
                await ForgetOldRunsAsync(stop.Token);
                await Task.Delay(Pause, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (registry.Refresh() is RegistryChange.Kept kept)
                {
                    foreach (var fault in kept.Faults) LogFault(log, fault.File, fault.Pointer, fault.Message);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var collection in running.Values) await EndAsync(collection);
        }
    }

    /// <summary>Ends what the registry no longer says, starts what it says now; a collection that the database ended is told.</summary>
    private async Task TakeUpAsync(LoadedRegistry wanted, Dictionary<string, Running> running, CancellationToken cancellationToken)
    {
        foreach (var (id, collection) in running.ToList())
        {
            if (collection.Task.IsFaulted && DatabaseGone.Explains(collection.Task.Exception.InnerException!)) await collection.Task;
            if (collection.Task.IsFaulted) LogEnded(log, collection.Task.Exception, id);
            if (!collection.Task.IsCompleted && wanted.HashByOperator.GetValueOrDefault(id) == collection.Hash) continue;
            await EndAsync(collection);
            clients.Close(collection.Definition);
            running.Remove(id);
        }

        foreach (var definition in wanted.Operators.Where(o => !running.ContainsKey(o.OperatorId)))
        {
            var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var collection = new OperatorCollection(definition, protocols, run, ledger, time, log);
            var task = Task.Run(() => collection.CollectAsync(own.Token), CancellationToken.None);
            running[definition.OperatorId] = new Running(definition, wanted.HashByOperator[definition.OperatorId], task, own);
        }
    }

    /// <summary>The run log is for people and for causes of gaps; once a day what is older than a quarter goes.</summary>
    private async Task ForgetOldRunsAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < nextForgetting) return;
        await runs.DeleteOlderAsync(now - RunsAreKept, cancellationToken);
        nextForgetting = now.AddDays(1);
    }

    private static async Task EndAsync(Running collection)
    {
        await collection.Stop.CancelAsync();
        await collection.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        collection.Stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database does not answer; collecting pauses until it does: {Reason}")]
    private static partial void LogDatabaseAway(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub ended the collection from {Operator}; it is begun anew")]
    private static partial void LogEnded(ILogger log, Exception fault, string @operator);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operator files changed and are wrong; what they said before stays in force. {File} {Pointer}: {Fault}")]
    private static partial void LogFault(ILogger log, string file, string pointer, string fault);

    /// <param name="Hash">Of the operator's file: another hash is another definition.</param>
    private sealed record Running(OperatorDefinition Definition, string Hash, Task Task, CancellationTokenSource Stop);
}
