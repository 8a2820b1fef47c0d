using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>
/// Canonical JSON of stored records, exactly as served: snake_case, fixed property order, nulls written, decimals without
/// trailing zeros, instants by <see cref="Instants.Format"/>.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    Converters = [typeof(CanonicalDecimalConverter), typeof(InstantConverter)])]
[JsonSerializable(typeof(ChargePoint))]
[JsonSerializable(typeof(ChargingSession))]
[JsonSerializable(typeof(StatusChange))]
[JsonSerializable(typeof(Tariff))]
[JsonSerializable(typeof(Outage))]
[JsonSerializable(typeof(ReportedUsage))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
public sealed partial class HubJson : JsonSerializerContext
{
    /// <summary>Written as it is read: only what JSON itself requires is escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Appends the record's document and returns its length in bytes.</summary>
    public static int Write<T>(IBufferWriter<byte> output, T record)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        JsonSerializer.Serialize(writer, record, TypeInfo<T>());
        writer.Flush();
        return (int)writer.BytesCommitted;
    }

    public static T Read<T>(ReadOnlySpan<byte> document) => JsonSerializer.Deserialize(document, TypeInfo<T>())!;

    private static System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> TypeInfo<T>() =>
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}

/// <summary>7.40 is written 7.4, and 7.0 is written 7: equal numbers are equal bytes.</summary>
public sealed class CanonicalDecimalConverter : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
}

/// <summary>UTC with <c>Z</c>, milliseconds or microseconds.</summary>
public sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Instants.Format(value));
}
