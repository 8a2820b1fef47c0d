using System.Buffers;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>Of a refused record that is kept, what its findings show by its form alone: it was read as nothing, and is so again.</summary>
internal static class HiddenValues
{
    /// <param name="document">UTF-8 JSON.</param>
    public static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> document, IReadOnlyList<Finding> findings)
    {
        var forms = findings.Where(PersonalText.HidesInRecord).Select(f => f.Value!).ToHashSet(StringComparer.Ordinal);
        if (forms.Count == 0) return document;
        using var kept = JsonDocument.Parse(document);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, HubJson.WriterOptions)) Write(writer, kept.RootElement, forms);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, HashSet<string> forms)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, forms);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item, forms);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String or JsonValueKind.Number:
                var form = PersonalText.FormOf(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                if (forms.Contains(StorableText.CutTo(form, Finding.LongestValue))) writer.WriteStringValue(form);
                else value.WriteTo(writer);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
