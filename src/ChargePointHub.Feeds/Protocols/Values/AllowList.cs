using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// Cuts a record down to named fields, so that nothing personal and nothing that PostgreSQL refuses is kept. A leaf holds a
/// scalar or scalars; what else stands there is dropped.
/// </summary>
internal sealed class AllowList
{
    private const int LongestText = 2000;

    private readonly FieldNames _names;
    private readonly Dictionary<string, AllowList> _nested;

    public AllowList(IEnumerable<string> leaves, params (string Name, AllowList Fields)[] nested)
    {
        _names = new FieldNames([.. leaves.Concat(nested.Select(n => n.Name)).Distinct(StringComparer.Ordinal)]);
        _nested = nested.ToDictionary(n => n.Name, n => n.Fields, StringComparer.Ordinal);
    }

    /// <summary>UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Cut(JsonElement record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, HubJson.WriterOptions))
        {
            Write(writer, record, this);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A copy that outlives the answer it came in.</summary>
    public JsonElement CutElement(JsonElement record)
    {
        using var document = JsonDocument.Parse(Cut(record));
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, AllowList? fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when fields is not null:
                writer.WriteStartObject();
                var expected = 0;
                foreach (var property in value.EnumerateObject())
                {
                    if (fields._names.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected) is not { } name) continue;
                    writer.WritePropertyName(name);
                    Write(writer, property.Value, fields._nested.GetValueOrDefault(name));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item, fields);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when StorableText.Of(value) is { } text:
                writer.WriteStringValue(StorableText.CutTo(text, LongestText));
                break;
            case JsonValueKind.Number when value.TryGetDecimal(out var number):
                writer.WriteNumberValue(number);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBooleanValue(value.GetBoolean());
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
