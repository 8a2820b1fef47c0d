using System.Buffers;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Bytes in borrowed memory that grows as it is written to.</summary>
internal sealed class PooledBuffer(int size) : IBufferWriter<byte>, IDisposable
{
    private byte[] memory = ArrayPool<byte>.Shared.Rent(size);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => memory.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return memory.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return memory.AsSpan(Length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(memory);
        memory = [];
    }

    private void Grow(int atLeast)
    {
        if (memory.Length - Length >= atLeast) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(memory.Length * 2, Length + atLeast));
        memory.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(memory);
        memory = larger;
    }
}
