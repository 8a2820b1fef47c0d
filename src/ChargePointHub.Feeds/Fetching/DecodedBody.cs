using System.IO.Compression;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// A response body as it is read: out of its one content encoding, with the bytes counted that went in. Encodings in several layers
/// are refused, as nobody honest packs an answer twice.
/// </summary>
internal sealed class DecodedBody : IAsyncDisposable
{
    /// <summary>For Accept-Encoding.</summary>
    public const string Accepted = "gzip, deflate, br";

    private readonly CountedStream received;

    private DecodedBody(CountedStream received, Stream stream) => (this.received, Stream) = (received, stream);

    public Stream Stream { get; }

    /// <summary>Bytes that came, before decompression.</summary>
    public long Received => received.Count;

    /// <summary>Null: an encoding, or a number of them, that was not asked for.</summary>
    public static async Task<DecodedBody?> OfAsync(HttpContent content, CancellationToken cancellationToken)
    {
        string[] encodings = [.. content.Headers.ContentEncoding.Where(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase))];
        if (encodings.Length > 1) return null;
        var received = new CountedStream(await content.ReadAsStreamAsync(cancellationToken));
        Stream? decoded = encodings.FirstOrDefault()?.ToLowerInvariant() switch
        {
            null => received,
            "gzip" or "x-gzip" => new GZipStream(received, CompressionMode.Decompress),
            "br" => new BrotliStream(received, CompressionMode.Decompress),
            "deflate" => await InflatedAsync(received, cancellationToken),
            _ => null,
        };
        if (decoded is not null) return new DecodedBody(received, decoded);
        await received.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        await received.DisposeAsync();
    }

    /// <summary>Some servers call bare deflate data what the standard calls zlib data; the first byte tells.</summary>
    private static async Task<Stream> InflatedAsync(CountedStream received, CancellationToken cancellationToken) =>
        await received.PeekAsync(cancellationToken) is { } first && (first & 0x0F) == 8
            ? new ZLibStream(received, CompressionMode.Decompress)
            : new DeflateStream(received, CompressionMode.Decompress);

    /// <summary>Counts what is read through it; the first byte may be looked at before.</summary>
    private sealed class CountedStream(Stream inner) : Stream
    {
        private byte? peeked;

        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public async Task<byte?> PeekAsync(CancellationToken cancellationToken)
        {
            var one = new byte[1];
            if (await inner.ReadAsync(one, cancellationToken) == 1) peeked = one[0];
            return peeked;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = 0;
            if (peeked is { } first && buffer.Length > 0)
            {
                (buffer.Span[0], peeked, read) = (first, null, 1);
            }
            else
            {
                read = await inner.ReadAsync(buffer, cancellationToken);
            }

            Count += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        /// <summary>Everything here is read asynchronously.</summary>
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
