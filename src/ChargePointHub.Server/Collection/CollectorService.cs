using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Keeps one <see cref="OperatorCollection"/> running for each operator whose lease this instance holds: takes its fair share of
/// leases and hands over what is more, takes up changed operator files, and starts again what the database's absence ended.
/// </summary>
public sealed partial class CollectorService(
    LiveRegistry registry, OperatorLeases leases, CollectionStart start, FeedClients clients, RunLog runs, TimeProvider time, ILogger<CollectorService> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenRenewals = TimeSpan.FromSeconds(10);

    /// <summary>Without a renewal for so long, collecting stops: a little before others may take the leases.</summary>
    private static readonly TimeSpan LongestWithoutRenewal = OperatorLeases.Length - TimeSpan.FromSeconds(5);

    /// <summary>What a pull under way may still take when its operator is handed over, and when the hub stops.</summary>
    private static readonly TimeSpan HandOver = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Stop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RunsAreKept = TimeSpan.FromDays(92);

    private readonly Guid me = Guid.NewGuid();
    private readonly Dictionary<string, RunningCollection> running = [];
    private DateTimeOffset nextForgetting = DateTimeOffset.MinValue;
    private string differing = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CollectAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (DatabaseGone.Explains(failure) || failure is OperationCanceledException)
            {
                LogDatabaseAway(log, failure.Message);
            }
            catch (Exception fault)
            {
                // Whatever it is, a hub that answers and collects nothing more would be worse.
                LogFaultOfOurs(log, fault);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until the hub stops, or the database does not let the leases be renewed.</summary>
    private async Task CollectAsync(CancellationToken stoppingToken)
    {
        // Counts down in real time, as the database's clock does, whatever clock the hub goes by.
        using var held = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Token, stoppingToken);
        try
        {
            var renewed = long.MinValue;
            while (!stoppingToken.IsCancellationRequested)
            {
                if (renewed == long.MinValue || TimeProvider.System.GetElapsedTime(renewed) >= BetweenRenewals)
                {
                    var before = TimeProvider.System.GetTimestamp();
                    var renewals = await leases.RenewAsync(Me, either.Token);
                    held.CancelAfter(LeftAfter(TimeProvider.System.GetElapsedTime(before)));
                    await TakeUpAsync(renewals, held.Token, either.Token);
                    renewed = before;
                }

                await SettleAsync(held.Token, either.Token);
                await ForgetOldRunsAsync(either.Token);
                await Task.Delay(Pause, time, either.Token);
                if (registry.Refresh() is RegistryChange.Kept kept)
                {
                    foreach (var fault in kept.Faults) LogFault(log, fault.File, fault.Pointer, fault.Message);
                }
            }
        }
        finally
        {
            var inGoodOrder = stoppingToken.IsCancellationRequested && !held.IsCancellationRequested;
            if (inGoodOrder) await FinishAsync();
            await held.CancelAsync();
            foreach (var collection in running.Values) await EndAsync(collection);
            running.Clear();
            if (inGoodOrder) await LeaveAsync();
        }
    }

    /// <summary>How long collecting may go on, so long after a renewal was asked for; zero: no longer.</summary>
    public static TimeSpan LeftAfter(TimeSpan sinceRenewal) => sinceRenewal < LongestWithoutRenewal ? LongestWithoutRenewal - sinceRenewal : TimeSpan.Zero;

    private HubInstance Me => new(me, Environment.MachineName, registry.Current.Hash);

    /// <summary>What another instance has taken ends at once; what is held from before the database was away goes on.</summary>
    private async Task TakeUpAsync(IReadOnlyList<OperatorLease> held, CancellationToken until, CancellationToken cancellationToken)
    {
        foreach (var (id, collection) in running.ToList())
        {
            if (held.Contains(collection.Lease)) continue;
            LogLost(log, id);
            await EndAsync(collection);
            running.Remove(id);
        }

        foreach (var lease in held.Where(l => !running.ContainsKey(l.OperatorId)))
        {
            if (registry.Current.HashByOperator.ContainsKey(lease.OperatorId)) await BeginAsync(lease, until, cancellationToken);
            else await leases.ReleaseAsync(me, [lease.OperatorId], cancellationToken);
        }
    }

    /// <summary>Ends what has changed, is lost or is more than the share; takes what is free and within it.</summary>
    private async Task SettleAsync(CancellationToken until, CancellationToken cancellationToken)
    {
        var (current, now) = (registry.Current, TimeProvider.System.GetTimestamp());
        var board = await leases.ReadAsync(cancellationToken);
        WarnOfOtherFiles(board);
        foreach (var (id, collection) in running.ToList())
        {
            if (collection.Fault is { } fault && DatabaseGone.Explains(fault)) await collection.Task;
            if (collection.Fault is { } ended and not LeaseLostException) LogEnded(log, ended, id);
            var isChanged = current.HashByOperator.GetValueOrDefault(id) != collection.Hash;
            if (!collection.Task.IsCompleted && !isChanged && !collection.IsOverdue) continue;
            await EndAsync(collection);
            running.Remove(id);
            if (collection.Fault is LeaseLostException) LogLost(log, id);
            else if (isChanged && current.HashByOperator.ContainsKey(id)) await BeginAsync(collection.Lease, until, cancellationToken);
            else if (collection.IsLeaving || isChanged) await leases.ReleaseAsync(me, [id], cancellationToken);
            else await BeginAsync(collection.Lease, until, cancellationToken);
        }

        var share = new FairShare(me, current.Hash, [.. current.HashByOperator.Keys], board);
        foreach (var id in share.ToHandOver(running.Keys)) running[id].LeaveWithin(HandOver);
        foreach (var id in share.ToTake(running.Count))
        {
            if (await leases.TryTakeAsync(me, id, cancellationToken) is { } lease) await BeginAsync(lease, until, cancellationToken);
        }
    }

    private async Task BeginAsync(OperatorLease lease, CancellationToken until, CancellationToken cancellationToken)
    {
        await runs.AbandonOpenAsync(lease.OperatorId, time.GetUtcNow(), cancellationToken, lease.Token);
        var definition = registry.Current.Operators.Single(o => o.OperatorId == lease.OperatorId);
        running[lease.OperatorId] = new RunningCollection(
            lease, definition, registry.Current.HashByOperator[lease.OperatorId], start(definition, lease), until);
    }

    /// <summary>Pulls under way may come to their end: the next instance need not repeat them.</summary>
    private async Task FinishAsync()
    {
        foreach (var collection in running.Values) collection.LeaveWithin(Stop);
        await Task.WhenAll(running.Values.Select(c => c.Task)).WaitAsync(Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The leases are free for others at once.</summary>
    private async Task LeaveAsync()
    {
        using var patience = new CancellationTokenSource(Stop);
        try
        {
            await leases.LeaveAsync(me, patience.Token);
        }
        catch (Exception failure) when (DatabaseGone.Explains(failure) || failure is OperationCanceledException)
        {
            LogDatabaseAway(log, failure.Message);
        }
    }

    private async Task EndAsync(RunningCollection collection)
    {
        await collection.DisposeAsync();
        clients.Close(collection.Definition);
    }

    private void WarnOfOtherFiles(LeaseBoard board)
    {
        var hash = registry.Current.Hash;
        var others = string.Join(", ", board.Instances.Where(i => i.InstanceId != me && i.RegistryHash != hash).Select(i => $"{i.Host} ({i.InstanceId})"));
        if (others.Length > 0 && others != differing) LogOtherFiles(log, others);
        differing = others;
    }

    /// <summary>The run log is for people and for causes of gaps; once a day what is older than a quarter goes.</summary>
    private async Task ForgetOldRunsAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < nextForgetting) return;
        await runs.DeleteOlderAsync(now - RunsAreKept, cancellationToken);
        nextForgetting = now.AddDays(1);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database does not answer; collecting pauses until it does: {Reason}")]
    private static partial void LogDatabaseAway(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub ended collecting; it is begun anew")]
    private static partial void LogFaultOfOurs(ILogger log, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "A fault of the hub ended the collection from {Operator}; it is begun anew")]
    private static partial void LogEnded(ILogger log, Exception fault, string Operator);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another instance has taken the lease of {Operator}: this one was paused or away for too long")]
    private static partial void LogLost(ILogger log, string Operator);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Other operator files than here are in use on: {Instances}. Until all are the same, operators are not shared out evenly")]
    private static partial void LogOtherFiles(ILogger log, string instances);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operator files changed and are wrong; what they said before stays in force. {File} {Pointer}: {Fault}")]
    private static partial void LogFault(ILogger log, string file, string pointer, string fault);
}

/// <summary>Makes the collection of one operator under a lease.</summary>
public delegate OperatorCollection CollectionStart(OperatorDefinition definition, OperatorLease lease);
