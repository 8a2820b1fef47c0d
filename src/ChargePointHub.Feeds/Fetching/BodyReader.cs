using System.Buffers;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>A response body in pooled memory, counted as it comes out of decompression.</summary>
internal sealed class BodyReader : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);

    private int length;

    public ArraySegment<byte> Bytes => new(buffer, 0, length);

    /// <summary>False: there is more than <paramref name="limit"/> bytes; reading stopped there.</summary>
    public async Task<bool> ReadAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (length == buffer.Length) Grow(limit);

            // One byte over the limit is read, to tell a body of exactly the limit from a longer one.
            var room = Math.Min(buffer.Length - length, limit - length + 1);
            var read = await body.ReadAsync(buffer.AsMemory(length, room), cancellationToken);
            if (read == 0) return true;
            length += read;
            if (length > limit) return false;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Grow(int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length * 2L, limit + 1L));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
