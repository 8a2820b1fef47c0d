using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Paging;

/// <summary>What later pages must know of the first: where to go on, and what was fixed when it was asked.</summary>
/// <param name="Tick">The state that every page shows.</param>
/// <param name="RecordedAt">When that tick was.</param>
/// <param name="AskedAt">When the first page was asked for: "now" for completeness.</param>
/// <param name="Window">As resolved then; null for snapshot datasets.</param>
public sealed record PageCursor(long Tick, DateTimeOffset RecordedAt, DateTimeOffset AskedAt, Window? Window, PageKey After);

/// <summary>
/// Writes cursors as base64url of body and HMAC-SHA256, bound to a question: its route, parameters and scope. One changed
/// character anywhere is noticed.
/// </summary>
/// <param name="key">32 secret bytes that live as long as the database.</param>
public sealed class PageCursors(byte[] key)
{
    private const byte Version = 1;
    private const int MacLength = 32;
    private const int QuestionLength = 16;

    /// <param name="question">What binds the cursor, in one canonical text.</param>
    public string Write(PageCursor cursor, string question)
    {
        return Seal(question, writer =>
        {
            writer.Write(cursor.Tick);
            writer.Write(cursor.RecordedAt.UtcTicks);
            writer.Write(cursor.AskedAt.UtcTicks);
            writer.Write(cursor.Window?.From.UtcTicks ?? 0);
            writer.Write(cursor.Window?.To.UtcTicks ?? 0);
            writer.Write(cursor.After.At?.UtcTicks ?? 0);
            writer.Write((byte)cursor.After.Texts.Count);
            foreach (var text in cursor.After.Texts) writer.Write(text);
        });
    }

    /// <summary>The cursor, or the fault: broken when it is not one of ours, foreign when it answers another question.</summary>
    public (PageCursor? Cursor, Fault? Fault) Read(string text, string question)
    {
        var (reader, fault) = Unseal(text, question);
        if (reader is null) return (null, fault);
        var tick = reader.ReadInt64();
        var recordedAt = Instant(reader.ReadInt64())!.Value;
        var askedAt = Instant(reader.ReadInt64())!.Value;
        var (from, to) = (Instant(reader.ReadInt64()), Instant(reader.ReadInt64()));
        var at = Instant(reader.ReadInt64());
        var texts = new string[reader.ReadByte()];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.ReadString();
        return (new PageCursor(tick, recordedAt, askedAt, from is { } a && to is { } b ? new Window(a, b) : null, new PageKey(at, texts)), null);
    }

    /// <summary>A cursor that holds what is written, bound to a question.</summary>
    internal string Seal(string question, Action<BinaryWriter> write)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(HashOf(question));
        write(writer);
        writer.Flush();
        writer.Write(HMACSHA256.HashData(key, body.ToArray()));
        writer.Flush();
        return Base64Url.EncodeToString(body.ToArray());
    }

    /// <summary>What was written into a cursor of this question.</summary>
    internal (BinaryReader? Body, Fault? Fault) Unseal(string text, string question)
    {
        if (Open(text) is not { } body) return (null, new Fault(ErrorCatalogue.BrokenCursor, "cursor", "The cursor is not one that this hub gave out."));
        var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        if (reader.ReadByte() != Version) return (null, new Fault(ErrorCatalogue.BrokenCursor, "cursor", "The cursor has a form that this hub no longer reads."));
        return reader.ReadBytes(QuestionLength).AsSpan().SequenceEqual(HashOf(question)) ? (reader, null)
            : (null, new Fault(ErrorCatalogue.ForeignCursor, "cursor", "The cursor belongs to another question."));
    }

    /// <summary>Knows a text again, and tells nothing of it.</summary>
    internal byte[] MarkOf(string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))[..8];

    /// <summary>The signed bytes; null when the text or the signature is wrong.</summary>
    private byte[]? Open(string text)
    {
        if (text.Length > 4096 || !Base64Url.IsValid(text)) return null;
        var bytes = Base64Url.DecodeFromChars(text);
        // The last character has bits that decoding drops: only the canonical spelling is ours.
        if (bytes.Length <= MacLength + QuestionLength || Base64Url.EncodeToString(bytes) != text) return null;
        var body = bytes[..^MacLength];
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, body), bytes.AsSpan(body.Length)) ? body : null;
    }

    private static byte[] HashOf(string question) => SHA256.HashData(Encoding.UTF8.GetBytes(question))[..QuestionLength];

    private static DateTimeOffset? Instant(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
