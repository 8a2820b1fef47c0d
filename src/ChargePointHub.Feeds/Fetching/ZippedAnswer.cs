using System.Buffers;
using System.IO.Compression;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>One file of an answer that is a zip archive, unpacked within the limits of an answer.</summary>
public static class ZippedAnswer
{
    private const int MostFiles = 1000;

    private const int FilesShown = 12;

    private const int LongestShown = 80;

    private static ReadOnlySpan<byte> File => "PK\u0003\u0004"u8;

    private static ReadOnlySpan<byte> DirectoryLine => "PK\u0001\u0002"u8;

    private static ReadOnlySpan<byte> DirectoryEnd => "PK\u0005\u0006"u8;

    /// <param name="name">As the archive has it, case and folders too.</param>
    /// <param name="fault">Completes "the answer ..."; empty when there is a file.</param>
    public static ReadOnlySequence<byte>? Of(ReadOnlySequence<byte> body, string name, FetchRules rules, out FailureKind kind, out string fault)
    {
        var packed = body.ToArray();
        (kind, fault) = (FailureKind.TooLarge, $"is a zip archive of more than {MostFiles:N0} files");
        // Counted before the archive is opened: its directory is then in memory as a whole.
        if (packed.AsSpan().Count(DirectoryLine) > MostFiles) return null;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(packed), ZipArchiveMode.Read);
            if (archive.GetEntry(name) is { } entry) return Unpacked(entry, packed.Length, rules, out kind, out fault);
            var names = string.Join(", ", archive.Entries.Take(FilesShown).Select(e => Shown(e.FullName)));
            (kind, fault) = (FailureKind.ProtocolError, $"is a zip archive without {Shown(name)}, which zip_entry names; it holds {(names.Length == 0 ? "nothing" : names)}");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            var isCut = packed.AsSpan().StartsWith(File) && packed.AsSpan().LastIndexOf(DirectoryEnd) < 0;
            (kind, fault) = isCut ? (FailureKind.Truncated, $"ends after {packed.Length:N0} bytes in the middle of its zip archive")
                : (FailureKind.ProtocolError, packed.AsSpan().StartsWith(File) ? "is a damaged zip archive" : "is no zip archive, as zip_entry has it");
        }

        return null;
    }

    private static ReadOnlySequence<byte>? Unpacked(ZipArchiveEntry entry, int packed, FetchRules rules, out FailureKind kind, out string fault)
    {
        (kind, fault) = (FailureKind.ProtocolError, $"holds {Shown(entry.FullName)} behind a password");
        if (entry.IsEncrypted) return null;
        using var content = entry.Open();
        // The stated size is the sender's word, so it is counted.
        var unpacked = new ArrayBufferWriter<byte>();
        for (int read; (read = content.Read(unpacked.GetSpan(64 * 1024))) > 0;)
        {
            unpacked.Advance(read);
            (kind, fault) = (FailureKind.TooLarge, $"is a zip archive in which {Shown(entry.FullName)} unpacks to more than {unpacked.WrittenCount:N0} bytes");
            if (unpacked.WrittenCount > rules.LargestBody || (unpacked.WrittenCount > rules.FreeSwelling && unpacked.WrittenCount > (long)packed * rules.MostSwelling)) return null;
        }

        (kind, fault) = (FailureKind.Truncated, $"is a zip archive in which {Shown(entry.FullName)} has {unpacked.WrittenCount:N0} bytes instead of {entry.Length:N0}");
        if (unpacked.WrittenCount != entry.Length) return null;
        fault = "";
        return new ReadOnlySequence<byte>(unpacked.WrittenMemory);
    }

    /// <summary>A name in an archive may be any bytes, and stands in messages.</summary>
    private static string Shown(string name) => new([.. name.Take(LongestShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
}
