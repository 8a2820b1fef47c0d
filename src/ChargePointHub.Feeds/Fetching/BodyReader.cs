using System.Buffers;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>How reading a body ended.</summary>
internal enum BodyEnd
{
    Whole,

    /// <summary>There is more than was allowed; reading stopped there.</summary>
    TooLarge,

    /// <summary>It grows in decompression as no honest answer does; reading stopped there.</summary>
    Swelling,
}

/// <summary>
/// A response body in pooled blocks, counted as it comes out of decompression. Blocks are never copied into larger ones: what is
/// held is what was read, and not three times as much.
/// </summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstBlock = 64 * 1024;
    private const int LaterBlock = 1024 * 1024;

    private readonly List<byte[]> blocks = [];
    private int usedOfLast;
    private long length;

    /// <summary>Bytes read so far.</summary>
    public long Length => length;

    public ReadOnlySequence<byte> Bytes
    {
        get
        {
            if (blocks.Count == 0) return ReadOnlySequence<byte>.Empty;
            if (blocks.Count == 1) return new ReadOnlySequence<byte>(blocks[0], 0, usedOfLast);
            var first = new Piece(blocks[0], 0);
            var last = first;
            for (var i = 1; i < blocks.Count; i++) last = last.Then(i + 1 < blocks.Count ? blocks[i] : blocks[i].AsMemory(0, usedOfLast));
            return new ReadOnlySequence<byte>(first, 0, last, usedOfLast);
        }
    }

    public async Task<BodyEnd> ReadAsync(DecodedBody body, FetchRules rules, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (blocks.Count == 0 || usedOfLast == blocks[^1].Length)
            {
                blocks.Add(ArrayPool<byte>.Shared.Rent(blocks.Count == 0 ? FirstBlock : LaterBlock));
                usedOfLast = 0;
            }

            // One byte over the limit is read, to tell a body of exactly the limit from a longer one.
            var room = (int)Math.Min(blocks[^1].Length - usedOfLast, rules.LargestBody - length + 1);
            var read = await body.Stream.ReadAsync(blocks[^1].AsMemory(usedOfLast, room), cancellationToken);
            if (read == 0) return BodyEnd.Whole;
            usedOfLast += read;
            length += read;
            if (length > rules.LargestBody) return BodyEnd.TooLarge;
            if (length > rules.FreeSwelling && length > body.Received * rules.MostSwelling) return BodyEnd.Swelling;
        }
    }

    public void Dispose()
    {
        foreach (var block in blocks) ArrayPool<byte>.Shared.Return(block);
        blocks.Clear();
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
