using System.Collections.Concurrent;
using System.Threading.Channels;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Access;

/// <summary>Answers under way that were asked for with a key, so that they end with it and with the rights they were begun under.</summary>
public sealed class OpenAnswers
{
    private readonly ConcurrentDictionary<OpenAnswer, (string KeyId, Scope Scope)> answers = new();
    private readonly Channel<bool> begun = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public IReadOnlyCollection<string> KeyIds => [.. answers.Values.Select(a => a.KeyId).Distinct()];

    /// <summary>To be disposed of when the answer has gone out.</summary>
    /// <param name="scope">What it was begun under.</param>
    public OpenAnswer Enter(string keyId, Scope scope, HttpContext context)
    {
        var answer = new OpenAnswer(context, a => answers.TryRemove(a, out _));
        answers[answer] = (keyId, scope);
        begun.Writer.TryWrite(true);
        return answer;
    }

    /// <summary>Returns when answers have begun since it returned the last time.</summary>
    public async Task AnyBegunAsync(CancellationToken cancellationToken) => await begun.Reader.ReadAsync(cancellationToken);

    /// <summary>Cuts answers of these keys at their connection (HTTP/2: their stream), so that nobody takes them for whole.</summary>
    /// <param name="now">What the keys that were looked at open now; one that is not there opens nothing.</param>
    public void Keep(IReadOnlyCollection<string> looked, IReadOnlyDictionary<string, Scope> now)
    {
        foreach (var (answer, (keyId, scope)) in answers)
        {
            if (looked.Contains(keyId) && !(now.TryGetValue(keyId, out var held) && held.Includes(scope))) answer.Cut();
        }
    }
}

/// <summary>One answer under way.</summary>
public sealed class OpenAnswer : IDisposable
{
    private readonly Lock turn = new();
    private readonly HttpContext context;
    private readonly Action<OpenAnswer> leave;
    private bool hasEnded;

    internal OpenAnswer(HttpContext context, Action<OpenAnswer> leave) => (this.context, this.leave) = (context, leave);

    /// <summary>Its key or its rights have ended, and it with them.</summary>
    public bool WasCut { get; private set; }

    public void Dispose()
    {
        leave(this);
        lock (turn) hasEnded = true;
    }

    /// <summary>The server uses a context again for the next request, so that one must not be cut for this one.</summary>
    internal void Cut()
    {
        lock (turn)
        {
            if (hasEnded) return;
            WasCut = true;
            context.Abort();
        }
    }
}
