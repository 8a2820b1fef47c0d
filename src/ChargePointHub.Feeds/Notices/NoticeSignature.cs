using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Feeds.Notices;

/// <summary>Signatures of Standard Webhooks, symmetric form: HMAC-SHA256 over id, time of sending and body, joined by full stops.</summary>
public static class NoticeSignature
{
    private const string Prefix = "whsec_";
    private const int ShortestKey = 24;
    private const int LongestKey = 64;

    /// <summary>From <c>whsec_</c> and base64 of 24 to 64 bytes, the prefix left out or not; null: the text is nothing of the kind.</summary>
    public static byte[]? KeyOf(string secret)
    {
        var text = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length is >= ShortestKey and <= LongestKey ? key[..length] : null;
    }

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <param name="id">As in <c>webhook-id</c>.</param>
    /// <param name="unixSeconds">As in <c>webhook-timestamp</c>.</param>
    public static string Of(byte[] key, string id, long unixSeconds, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.{body}"))));
}
