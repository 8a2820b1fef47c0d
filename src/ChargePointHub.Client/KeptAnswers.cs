using System.Net;
using System.Net.Http.Headers;

namespace ChargePointHub.Client;

/// <summary>Answers with their tags, in memory and for one key, so that what has not changed is not sent again. Those that were not asked for longest make way.</summary>
/// <param name="capacity">Bytes of bodies at most.</param>
internal sealed class KeptAnswers(long capacity)
{
    private readonly Lock guard = new();
    private readonly Dictionary<string, LinkedListNode<Answer>> known = [];
    private readonly LinkedList<Answer> byUse = [];
    private long size;

    /// <summary>The answer at an address, if it is kept.</summary>
    public Answer? Find(string address)
    {
        lock (guard)
        {
            if (!known.TryGetValue(address, out var node)) return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value;
        }
    }

    /// <summary>Keeps a whole answer of which the body is in memory; one without a tag, or too large, is not kept.</summary>
    public async Task KeepAsync(string address, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != HttpStatusCode.OK || answer.Headers.ETag is not { } tag || answer.Content.Headers.ContentLength is not { } length || length > capacity / 4) return;
        var kept = new Answer(address, tag, answer.Content.Headers.ContentType, await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        lock (guard)
        {
            if (known.Remove(address, out var before)) Remove(before);
            known[address] = byUse.AddFirst(kept);
            size += kept.Body.Length;
            while (size > capacity)
            {
                known.Remove(byUse.Last!.Value.Address);
                Remove(byUse.Last);
            }
        }
    }

    private void Remove(LinkedListNode<Answer> node)
    {
        byUse.Remove(node);
        size -= node.Value.Body.Length;
    }

    internal sealed record Answer(string Address, EntityTagHeaderValue Tag, MediaTypeHeaderValue? ContentType, byte[] Body)
    {
        /// <summary>Turns a 304 into the answer that it stands for.</summary>
        public HttpResponseMessage Again(HttpResponseMessage notModified)
        {
            notModified.StatusCode = HttpStatusCode.OK;
            notModified.Content = new ByteArrayContent(Body) { Headers = { ContentType = ContentType } };
            return notModified;
        }
    }
}
