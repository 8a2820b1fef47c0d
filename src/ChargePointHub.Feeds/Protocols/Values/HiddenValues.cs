using System.Buffers;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// Of a refused record that is kept, what its findings show by its form alone: it was read as nothing, and is so again. All else stays as it was sent, ids of the same form too.
/// </summary>
internal static class HiddenValues
{
    /// <summary>Where a record begins that is kept with what stands around it.</summary>
    private const string Level = "/levels/", Item = "/item";

    /// <param name="document">UTF-8 JSON.</param>
    public static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> document, IReadOnlyList<Finding> findings)
    {
        var hidden = findings.Where(PersonalText.HidesInRecord).ToList();
        if (hidden.Count == 0) return document;
        using var kept = JsonDocument.Parse(document);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, HubJson.WriterOptions)) Write(writer, kept.RootElement, "", hidden);
        return buffer.WrittenMemory;
    }

    /// <param name="place">JSON Pointer (RFC 6901) into the document.</param>
    private static void Write(Utf8JsonWriter writer, JsonElement value, string place, IReadOnlyList<Finding> hidden)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, $"{place}/{property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", hidden);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var (i, item) in value.EnumerateArray().Index()) Write(writer, item, $"{place}/{i}", hidden);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String or JsonValueKind.Number:
                var form = PersonalText.FormOf(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                var (shown, within) = (StorableText.CutTo(form, Finding.LongestValue), place.StartsWith(Level, StringComparison.Ordinal) ? place[(place.IndexOf(Item, StringComparison.Ordinal) + Item.Length)..] : place);
                if (hidden.Any(f => f.Value == shown && f.Pointer.EndsWith(within, StringComparison.OrdinalIgnoreCase))) writer.WriteStringValue(form);
                else value.WriteTo(writer);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
