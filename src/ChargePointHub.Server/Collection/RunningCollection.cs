using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>A collection that runs under a lease, and how it is ended.</summary>
internal sealed class RunningCollection : IAsyncDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private readonly CancellationTokenSource stop;
    private long? leftAt;
    private TimeSpan patience;

    /// <param name="hash">Of the operator's file: another hash is another definition.</param>
    /// <param name="until">Ends it with all others.</param>
    public RunningCollection(OperatorLease lease, OperatorDefinition definition, string hash, OperatorCollection collection, CancellationToken until)
    {
        (Lease, Definition, Hash) = (lease, definition, hash);
        stop = CancellationTokenSource.CreateLinkedTokenSource(until);
        Task = Task.Run(() => collection.CollectAsync(leaving.Token, stop.Token), CancellationToken.None);
    }

    public OperatorLease Lease { get; }

    public OperatorDefinition Definition { get; }

    public string Hash { get; }

    public Task Task { get; }

    /// <summary>What ended it, when it was not asked to end.</summary>
    public Exception? Fault => Task.IsFaulted ? Task.Exception.InnerException : null;

    public bool IsLeaving => leftAt is not null;

    /// <summary>It was asked to leave, and takes longer than it may.</summary>
    public bool IsOverdue => leftAt is { } since && TimeProvider.System.GetElapsedTime(since) > patience;

    /// <summary>It begins no more pulls; the one under way may come to its end.</summary>
    public void LeaveWithin(TimeSpan longest)
    {
        if (IsLeaving) return;
        (leftAt, patience) = (TimeProvider.System.GetTimestamp(), longest);
        leaving.Cancel();
    }

    /// <summary>Ends it at once; returns when nothing of it runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        leaving.Dispose();
    }
}
