using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ChargePointHub.Server.Access;

/// <summary>Answers under way that were asked for with a key, so that they end with it.</summary>
public sealed class OpenAnswers
{
    private readonly ConcurrentDictionary<Answer, string> answers = new();
    private readonly Channel<bool> begun = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public IReadOnlyCollection<string> KeyIds => [.. answers.Values.Distinct()];

    /// <summary>To be disposed of when the answer has gone out.</summary>
    public IDisposable Enter(string keyId, HttpContext context)
    {
        var answer = new Answer(this, context);
        answers[answer] = keyId;
        begun.Writer.TryWrite(true);
        return answer;
    }

    /// <summary>Returns when answers have begun since it returned the last time.</summary>
    public async Task AnyBegunAsync(CancellationToken cancellationToken) => await begun.Reader.ReadAsync(cancellationToken);

    /// <summary>Cuts every answer that was asked for with this key at its connection (HTTP/2: its stream), so that nobody takes it for whole.</summary>
    public void Cut(string keyId)
    {
        foreach (var (answer, _) in answers.Where(a => a.Value == keyId)) answer.Cut();
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
