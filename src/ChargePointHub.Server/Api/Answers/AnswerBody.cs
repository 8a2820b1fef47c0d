using System.Buffers;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// A body that is held back while it is small, so that headers can still be set and a failure can still become a problem;
/// beyond that it is streamed.
/// </summary>
internal sealed class AnswerBody(HttpResponse response) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Bytes held back: a default page of 1,000 records fits.</summary>
    public const int HeldBack = 2 * 1024 * 1024;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int written;

    /// <summary>True once bytes are on their way; the length is then unknown until the end.</summary>
    public bool IsStreaming { get; private set; }

    public void Advance(int count) => written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return buffer.AsMemory(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>To be called between chunks of records, with no connection held.</summary>
    public async ValueTask SpillAsync(CancellationToken cancellationToken)
    {
        if (written < HeldBack) return;
        IsStreaming = true;
        await response.Body.WriteAsync(buffer.AsMemory(0, written), cancellationToken);
        written = 0;
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (!IsStreaming) response.ContentLength = written;
        await response.Body.WriteAsync(buffer.AsMemory(0, written), cancellationToken);
        written = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Grow(int atLeast)
    {
        if (buffer.Length - written >= atLeast) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, written + atLeast));
        buffer.AsSpan(0, written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
