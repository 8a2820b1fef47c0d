using System.Buffers;
using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>A request's template with its placeholders filled. What has no value is left out of the query.</summary>
/// <param name="values">By placeholder, without braces; null: no value.</param>
internal sealed class MappedAddress(Uri baseUrl, MappedRequest request, IReadOnlyDictionary<string, string?> values)
{
    public Uri Url(params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var all = new Dictionary<string, string?>(values);
        foreach (var (name, value) in more) all[name] = value;
        var path = Filled(request.Path, all, Uri.EscapeDataString) ?? "";
        return FeedAddress.Below(baseUrl, path, [.. request.Query.Select(q => (Uri.EscapeDataString(q.Key), Filled(q.Value, all, t => t)))]);
    }

    /// <summary>Null: the request is a GET. A text that is a number's placeholder alone is that number; a property without a value is left out.</summary>
    public ReadOnlyMemory<byte>? Body(params ReadOnlySpan<(string Name, string? Value)> more)
    {
        if (request.Body is null) return null;
        var all = new Dictionary<string, string?>(values);
        foreach (var (name, value) in more) all[name] = value;
        using var template = JsonDocument.Parse(request.Body);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, template.RootElement, all);
        return buffer.WrittenMemory;
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, Dictionary<string, string?> all)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    if (property.Value.ValueKind == JsonValueKind.String && Filled(property.Value.GetString()!, all, t => t) is null) continue;
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, all);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item, all);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when Filled(value.GetString()!, all, t => t) is { } text:
                if (IsNumber(value.GetString()!)) writer.WriteRawValue(text);
                else writer.WriteStringValue(text);
                break;
            case JsonValueKind.String:
                writer.WriteNullValue();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private bool IsNumber(string template) =>
        template is "{limit}" or "{offset}" or "{page}" || (template is "{from}" or "{to}" && request.TimeFormat is "epoch_s" or "epoch_ms");

    public Dictionary<string, string> Headers() =>
        request.Headers.Select(h => (h.Key, Value: Filled(h.Value, values, t => t))).Where(h => h.Value is not null).ToDictionary(h => h.Key, h => h.Value!);

    /// <summary>Null when one of its placeholders has no value.</summary>
    private static string? Filled(string template, IReadOnlyDictionary<string, string?> values, Func<string, string> escape)
    {
        foreach (var (name, value) in values)
        {
            if (!template.Contains($"{{{name}}}", StringComparison.Ordinal)) continue;
            if (value is null) return null;
            template = template.Replace($"{{{name}}}", escape(value), StringComparison.Ordinal);
        }

        return template;
    }
}
