using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Writes a stored document with what its reader is not shown: hidden fields as null, every time cut, and durations as those between the cut times. What it
/// does not know to be a time it copies, so that times are recognised by the records' own types.
/// </summary>
internal static class LimitedDocument
{
    private static readonly HashSet<string> Times = [.. Dataset.All.Where(d => d.IsRestricted).SelectMany(d => TimesOf(d.Record))];

    /// <summary>Of a session.</summary>
    private static readonly Dictionary<string, (string From, string To)> Minutes = new()
    {
        ["plug_in_minutes"] = ("plug_in_at", "plug_out_at"),
        ["charging_minutes"] = ("charge_start_at", "charge_end_at"),
    };

    /// <param name="isOpen">Without the closing brace.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> document, Detail detail, bool isOpen)
    {
        var reader = new Utf8JsonReader(document);
        using var json = new Utf8JsonWriter(output, HubJson.WriterOptions);
        var told = new Dictionary<string, DateTimeOffset>();
        reader.Read();
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            json.WritePropertyName(name);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (detail.Hides(name))
            {
                json.WriteNullValue();
            }
            else if (Times.Contains(name) && reader.TokenType != JsonTokenType.Null)
            {
                json.WriteStringValue(Instants.Format(told[name] = detail.Precision.Cut(reader.GetDateTimeOffset())));
            }
            else if (detail.Precision != TimePrecision.Exact && told.ContainsKey("plug_in_at") && Minutes.TryGetValue(name, out var between))
            {
                if (told.TryGetValue(between.From, out var from) && told.TryGetValue(between.To, out var to) && to >= from) json.WriteNumberValue((long)(to - from).TotalMinutes);
                else json.WriteNullValue();
            }
            else
            {
                json.WriteRawValue(document[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
        }

        if (!isOpen) json.WriteEndObject();
    }

    private static IEnumerable<string> TimesOf(Type record) =>
        HubJson.Default.GetTypeInfo(record)!.Properties.Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(DateTimeOffset)).Select(p => p.Name);
}
