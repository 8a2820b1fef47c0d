using System.IO.Compression;
using System.Security.Cryptography;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Bulk;

/// <summary>One form of a file on its way into the database: compressed, hashed on both sides, kept in pieces of one size. Holds one piece of memory.</summary>
internal sealed class BulkFormWriter : IDisposable
{
    private readonly IncrementalHash plain = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Pieces pieces;
    private readonly GZipStream packing;
    private readonly string name;
    private long plainBytes;

    /// <param name="name"><c>ndjson</c> or <c>csv</c>.</param>
    public BulkFormWriter(BulkStore store, Guid fileId, string name)
    {
        this.name = name;
        pieces = new Pieces(store, fileId, name);

        // Made once and read often.
        packing = new GZipStream(pieces, CompressionLevel.Optimal, leaveOpen: true);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        plain.AppendData(bytes.Span);
        plainBytes += bytes.Length;
        await packing.WriteAsync(bytes, cancellationToken);
        await pieces.FlushAsync(cancellationToken);
    }

    /// <summary>To be called once, after the last byte.</summary>
    public async Task<BulkForm> EndAsync(CancellationToken cancellationToken)
    {
        // Of nothing a packing stream writes nothing, which no program unpacks.
        if (plainBytes == 0) pieces.Write(EmptyGzip);
        await packing.DisposeAsync();
        await pieces.EndAsync(cancellationToken);
        return new BulkForm(name, pieces.Length, pieces.Hash(), plainBytes, plain.GetCurrentHash(), null);
    }

    public void Dispose()
    {
        packing.Dispose();
        pieces.Dispose();
        plain.Dispose();
    }

    /// <summary>RFC 1952: a header, an empty last block, and two sums of nothing.</summary>
    private static ReadOnlySpan<byte> EmptyGzip => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Takes compressed bytes as they come; whole pieces go when it is flushed.</summary>
    private sealed class Pieces(BulkStore store, Guid fileId, string form) : Stream
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly MemoryStream held = new();
        private int number;
        private long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position { get => length; set => throw new NotSupportedException(); }

        public byte[] Hash() => hash.GetCurrentHash();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            length += buffer.Length;
            held.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            var sent = 0;
            for (; held.Length - sent >= BulkFile.ChunkBytes; sent += BulkFile.ChunkBytes)
                await store.AddChunkAsync(fileId, form, number++, held.GetBuffer().AsMemory(sent, BulkFile.ChunkBytes), cancellationToken);
            if (sent == 0) return;
            var rest = (int)held.Length - sent;
            held.GetBuffer().AsSpan(sent, rest).CopyTo(held.GetBuffer());
            held.SetLength(rest);
        }

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            await FlushAsync(cancellationToken);
            if (held.Length > 0) await store.AddChunkAsync(fileId, form, number, held.GetBuffer().AsMemory(0, (int)held.Length), cancellationToken);
        }

        /// <summary>Pieces need waiting for, which this cannot: see <see cref="FlushAsync"/>.</summary>
        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                hash.Dispose();
                held.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
