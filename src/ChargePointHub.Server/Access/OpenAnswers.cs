using System.Collections.Concurrent;
using System.Threading.Channels;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Access;

/// <summary>Answers under way that were asked for with a key, so that they end with it and with the rights they were begun under.</summary>
public sealed class OpenAnswers
{
    private readonly ConcurrentDictionary<Answer, (string KeyId, Scope Scope)> answers = new();
    private readonly Channel<bool> begun = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public IReadOnlyCollection<string> KeyIds => [.. answers.Values.Select(a => a.KeyId).Distinct()];

    /// <summary>To be disposed of when the answer has gone out.</summary>
    /// <param name="scope">What it was begun under.</param>
    public IDisposable Enter(string keyId, Scope scope, HttpContext context)
    {
        var answer = new Answer(this, context);
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

    private sealed class Answer(OpenAnswers open, HttpContext context) : IDisposable
    {
        private readonly Lock turn = new();
        private bool hasEnded;

        public void Dispose()
        {
            open.answers.TryRemove(this, out _);
            lock (turn) hasEnded = true;
        }

        /// <summary>The server uses a context again for the next request, so that one must not be cut for this one.</summary>
        public void Cut()
        {
            lock (turn)
            {
                if (!hasEnded) context.Abort();
            }
        }
    }
}
