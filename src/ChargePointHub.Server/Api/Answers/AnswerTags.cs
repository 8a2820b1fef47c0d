using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// Strong entity tags: the same tag is the same bytes. They hold the reader's scope and not the key, so that they outlive its rotation.
/// </summary>
internal static partial class AnswerTags
{
    /// <summary>Of an answer that is here.</summary>
    public static string OfBytes(ReadOnlySpan<byte> body, ContentCoding coding) => Quoted(Hash(body), null, coding);

    /// <summary>Of an answer that is not read yet, from everything that decides its bytes.</summary>
    /// <param name="askedAt">
    /// Stands in the cursor to the next page and in nothing else, so it makes another tag of otherwise equal answers; but one who
    /// holds an answer that only this tells apart holds one that is still good. Null: the answer has no cursor.
    /// </param>
    public static string OfFacts(ReadOnlySpan<byte> facts, DateTimeOffset? askedAt, ContentCoding coding)
    {
        var build = Encoding.ASCII.GetBytes(BuildMark.Text);
        return Quoted(Hash([.. facts, .. build]), askedAt, coding);
    }

    /// <summary>
    /// Sets the tag, and answers 304 when the caller holds this answer.
    /// </summary>
    public static bool IsHeld(HubRequest request, string tag)
    {
        var response = request.Http.Response;
        var held = request.Http.Request.GetTypedHeaders().IfNoneMatch.FirstOrDefault(t => t.Tag == "*" || SameFacts(t.Tag.Value!, tag));
        response.Headers.ETag = held is null || held.Tag == "*" ? tag : held.Tag.Value;
        if (held is null) return false;
        response.StatusCode = StatusCodes.Status304NotModified;
        response.ContentType = null;
        response.Headers.ContentEncoding = default;
        return true;
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(SHA256.HashData(bytes).AsSpan(0, 16));

    private static string Quoted(string hash, DateTimeOffset? askedAt, ContentCoding coding) =>
        $"\"{hash}{(askedAt is { } at ? "." + at.UtcTicks.ToString("x", CultureInfo.InvariantCulture) : "")}{(ContentCodings.NameOf(coding) is { } name ? "~" + name : "")}\"";

    /// <summary>The same, or two tags with a time of asking that differ in nothing else. What is held comes back in the answer, so that only the hub's own form will do.</summary>
    private static bool SameFacts(string held, string tag) =>
        held == tag || (AskedAt().IsMatch(held) && AskedAt().IsMatch(tag) && AskedAt().Replace(held, "") == AskedAt().Replace(tag, ""));

    [GeneratedRegex("""(?<=^"[^.~]*)\.[0-9a-f]{1,16}(?=(~[a-z]+)?"$)""", RegexOptions.CultureInvariant)]
    private static partial Regex AskedAt();
}
