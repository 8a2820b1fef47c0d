using System.Buffers;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// A body that is held back while it is small, so that headers can still be set and a failure can still become a problem;
/// beyond that it is streamed. Packed on its way out as the caller likes it.
/// </summary>
internal sealed class AnswerBody(HubRequest request) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Bytes held back: a default page of 1,000 records fits.</summary>
    public const int HeldBack = 2 * 1024 * 1024;

    /// <summary>Sent at once: the server copies what it is given before it waits for the reader.</summary>
    private const int Slice = 128 * 1024;

    private readonly HttpResponse response = request.Http.Response;
    private readonly ContentCoding coding = request.Coding;
    private readonly PooledBuffer held = new(16 * 1024);
    private Stream? output;

    /// <summary>True once bytes are on their way; the length is then unknown until the end.</summary>
    public bool IsStreaming => output is not null;

    public ReadOnlySpan<byte> Held => held.Written.Span;

    public void Advance(int count) => held.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => held.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => held.GetSpan(sizeHint);

    /// <summary>To be called between chunks of records, with no connection held.</summary>
    public async ValueTask SpillAsync(CancellationToken cancellationToken)
    {
        if (held.Length < HeldBack) return;
        await SendAsync(held.Written, cancellationToken);
        held.Clear();
    }

    /// <summary>Sends what is held, however little it is.</summary>
    public async ValueTask SendHeldAsync(CancellationToken cancellationToken)
    {
        await SendAsync(held.Written, cancellationToken);
        held.Clear();
    }

    /// <summary>Sends bytes at once, past what is held back.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        output ??= ContentCodings.Around(response.Body, coding);
        for (var sent = 0; sent < bytes.Length; sent += Slice)
        {
            var slice = bytes.Slice(sent, Math.Min(Slice, bytes.Length - sent));
            request.Tally?.Send(slice.Length);
            await output.WriteAsync(slice, cancellationToken);
        }

        if (coding != ContentCoding.Identity) await output.FlushAsync(cancellationToken);
    }

    /// <summary>Only here is a packed body closed: one that failed on the way must not look whole.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (IsStreaming)
        {
            await SendAsync(held.Written, cancellationToken);
            if (coding != ContentCoding.Identity) await output!.DisposeAsync();
        }
        else if (coding == ContentCoding.Identity)
        {
            response.ContentLength = held.Length;
            request.Tally?.Send(held.Length);
            await response.Body.WriteAsync(held.Written, cancellationToken);
        }
        else
        {
            using var packed = new MemoryStream();
            await using (var packing = ContentCodings.Around(packed, coding)) packing.Write(Held);
            response.ContentLength = packed.Length;
            request.Tally?.Send(held.Length);
            await response.Body.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length), cancellationToken);
        }

        held.Clear();
    }

    public void Dispose() => held.Dispose();
}
