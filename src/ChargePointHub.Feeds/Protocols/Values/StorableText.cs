using System.Text.Json;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>Text that is Unicode and that PostgreSQL keeps.</summary>
internal static class StorableText
{
    /// <summary>Null for a lone surrogate, bytes that are not UTF-8, or U+0000.</summary>
    public static string? Of(JsonElement text)
    {
        try
        {
            var value = text.GetString()!;
            return value.Contains('\0', StringComparison.Ordinal) ? null : value;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>At most <paramref name="longest"/> characters, never half a surrogate pair.</summary>
    public static string CutTo(string text, int longest)
    {
        if (text.Length <= longest) return text;
        return char.IsHighSurrogate(text[longest - 1]) ? text[..(longest - 1)] : text[..longest];
    }
}
