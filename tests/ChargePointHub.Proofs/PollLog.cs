using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Proofs;

/// <summary>
/// The simulated operators' own log of requests: every request that a web server of this process begins to answer. A poll is the
/// first page of a list of tariffs, which nothing else asks for.
/// </summary>
internal sealed class PollLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly List<IDisposable> subscriptions = [];
    private int requests;

    public PollLog() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    public int Requests => Volatile.Read(ref requests);

    /// <summary>By the operator's port.</summary>
    public ConcurrentQueue<(int Port, DateTimeOffset At)> Polls { get; } = new();

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.AspNetCore") subscriptions.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != "Microsoft.AspNetCore.Hosting.HttpRequestIn.Start" || value.Value is not HttpContext context) return;
        Interlocked.Increment(ref requests);
        var query = context.Request.Query;
        var isFirst = !query.ContainsKey("cursor") && (!query.TryGetValue("offset", out var offset) || offset == "0");
        if (isFirst && context.Request.Path.Value!.EndsWith("/tariffs", StringComparison.Ordinal)) Polls.Enqueue((context.Connection.LocalPort, TimeProvider.System.GetUtcNow()));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in subscriptions) subscription.Dispose();
    }
}
