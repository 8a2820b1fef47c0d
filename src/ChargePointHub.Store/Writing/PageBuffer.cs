using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Writing;

/// <summary>A page's documents, each serialised once, one after the other in one reused buffer.</summary>
internal sealed class PageBuffer
{
    private const int HashLength = 16;

    private readonly ArrayBufferWriter<byte> bytes = new(1 << 16);

    private static ReadOnlySpan<byte> LastUpdatedName => ",\"last_updated\":"u8;

    public void Clear() => bytes.ResetWrittenCount();

    /// <summary>Where the document lies; good until <see cref="Clear"/>.</summary>
    public Range Add<T>(T record)
    {
        var start = bytes.WrittenCount;
        HubJson.Write(bytes, record);
        return start..bytes.WrittenCount;
    }

    /// <summary>Null for no findings.</summary>
    public Range? AddFindings(IReadOnlyList<Finding> findings) => findings.Count == 0 ? null : Add(findings);

    public ReadOnlyMemory<byte>? this[Range? range] => range is { } written ? bytes.WrittenMemory[written] : (ReadOnlyMemory<byte>?)null;

    /// <summary>
    /// Equal for equal content: the first half of the SHA-256 of the canonical document and of what is kept beside it.
    /// </summary>
    /// <param name="withoutLastUpdated">The operator's <c>last_updated</c> says nothing; it is the document's last property.</param>
    public byte[] ContentHash(Range document, bool published, bool withoutLastUpdated)
    {
        var content = bytes.WrittenSpan[document];
        if (withoutLastUpdated && content.LastIndexOf(LastUpdatedName) is >= 0 and var end) content = content[..end];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(content);
        sha.AppendData(published ? "1"u8 : "0"u8);
        return sha.GetHashAndReset()[..HashLength];
    }

    public static byte[] ContentHash(ReadOnlySpan<byte> content) => SHA256.HashData(content)[..HashLength];

    public static string Findings(IReadOnlyList<Finding> findings)
    {
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, findings);
        return System.Text.Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static IReadOnlyList<Finding> Findings(string json) =>
        JsonSerializer.Deserialize(json, HubJson.Default.IReadOnlyListFinding) ?? [];
}
