using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>OCPI's envelope, whose status may say no inside an HTTP 200, and where in an answer the records stand.</summary>
internal static class OcpiEnvelope
{
    /// <summary>Null when the envelope says that all is well (1000 to 1999).</summary>
    public static FeedFailure? Refusal(JsonElement root, Uri url)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("status_code", out var code) ||
            code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number))
        {
            return Wrong(url, "The answer has no OCPI envelope with a status_code.");
        }

        if (number is >= 1000 and < 2000) return null;
        var message = root.TryGetProperty("status_message", out var text) && text.ValueKind == JsonValueKind.String ? StorableText.Of(text) : null;
        return Wrong(url, $"OCPI {number}: {StorableText.CutTo(message ?? "no message", 200)}");
    }

    /// <summary>The value at an RFC 6901 pointer; null when nothing stands there.</summary>
    public static JsonElement? At(JsonElement root, string pointer)
    {
        var here = root;
        if (pointer.Length == 0) return here;
        foreach (var part in pointer.TrimStart('/').Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (here.ValueKind != JsonValueKind.Object || !here.TryGetProperty(name, out here)) return null;
        }

        return here;
    }

    public static FeedFailure Wrong(Uri url, string detail) => new(FailureKind.ProtocolError, detail, FeedAddress.Shown(url));
}
