using System.IO.Compression;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>How the bytes of an answer are packed (RFC 9110, 8.4).</summary>
public enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}

/// <summary>Chooses and applies codings. Brotli at its lowest level is both smaller and faster than gzip's fastest.</summary>
internal static class ContentCodings
{
    /// <summary>In the hub's order of liking, for codings that a caller likes equally.</summary>
    private static readonly (string Name, ContentCoding Coding)[] Known = [("br", ContentCoding.Brotli), ("gzip", ContentCoding.Gzip), ("identity", ContentCoding.Identity)];

    /// <summary>By the caller's qualities; a caller who refuses every coding that the hub has, identity too, is told.</summary>
    public static (ContentCoding Coding, Fault? Fault) Negotiate(HttpRequest request)
    {
        if (request.Headers.AcceptEncoding.Count == 0) return (ContentCoding.Identity, null);
        var asked = request.GetTypedHeaders().AcceptEncoding;
        var best = Known.Select(k => (k.Coding, Quality: Quality(k.Name))).MaxBy(k => k.Quality);
        return best.Quality > 0 ? (best.Coding, null) : (ContentCoding.Identity, new Fault(
            ErrorCatalogue.NoSuchCoding, "Accept-Encoding", "Accept-Encoding refuses every coding that the hub has, and refuses plain bytes too.",
            [.. Known.Select(k => k.Name)], Example: "Accept-Encoding: br, gzip", In: FaultPlace.Header));

        // Identity is acceptable unless it is refused by name or by *;q=0, and then liked least.
        double Quality(string name) =>
            (asked.FirstOrDefault(a => a.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? asked.FirstOrDefault(a => a.Value == "*")) is { } said ? said.Quality ?? 1
            : name == "identity" ? 0.0001 : 0;
    }

    /// <summary>Null: as it is.</summary>
    public static string? NameOf(ContentCoding coding) => coding == ContentCoding.Identity ? null : Known.First(k => k.Coding == coding).Name;

    /// <summary>What is written into it arrives packed; the stream below stays open.</summary>
    public static Stream Around(Stream output, ContentCoding coding) => coding switch
    {
        ContentCoding.Brotli => new BrotliStream(output, new BrotliCompressionOptions { Quality = 1 }, leaveOpen: true),
        ContentCoding.Gzip => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        _ => output,
    };
}
