using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Api.Bulk;

/// <summary>The compressed bytes of a file, piece by piece as they are asked for: a reader who goes on where he was cut off costs what he has not got yet. No connection is held while one is sent.</summary>
internal sealed class BulkStream(HubRequest request, BulkFile file, BulkForm form) : Stream
{
    private byte[] held = [];
    private int heldNumber = -1;
    private bool isCounted;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => form.Bytes;

    public override long Position { get; set; }

    /// <exception cref="BulkFileGoneException">Another stands in its place, or its rights have ended.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.Length == 0) return 0;
        var number = (int)(Position / BulkFile.ChunkBytes);
        if (number != heldNumber)
        {
            using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, cancellationToken);
            held = await request.Hub.BulkFiles.ReadChunkAsync(file.FileId, form.Name, number, request.Scope, cancellationToken) ?? throw new BulkFileGoneException();
            heldNumber = number;
            Count();
        }

        var from = (int)(Position % BulkFile.ChunkBytes);
        var read = Math.Min(buffer.Length, held.Length - from);
        held.AsMemory(from, read).CopyTo(buffer);
        Position += read;
        request.Tally?.Send(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Which records lie in a part of it nobody can tell: all of them are on record.</summary>
    private void Count()
    {
        if (isCounted) return;
        isCounted = true;
        foreach (var (operatorId, rows) in file.Operators) request.Tally?.Count(operatorId, rows);
    }
}

/// <summary>A file that is being sent is no more.</summary>
internal sealed class BulkFileGoneException() : IOException("The file was made anew, or its rights have ended, while it was sent.");
