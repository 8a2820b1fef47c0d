using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Keeps the named fields of a record, in the record's order.</summary>
internal static class SelectedFields
{
    /// <summary>Every field of a dataset's records as served, joined ones last.</summary>
    public static IReadOnlyList<string> Of(Dataset dataset) =>
        dataset == Dataset.ChargePoints
            ? [.. Stored(dataset.Record), "borough_gss", "borough_name", "ward_gss", "lsoa21", "boundary_version", "status", "status_since", "same_as"]
        : dataset == Dataset.ChargingSessions
            ? [.. Stored(dataset.Record), "borough_gss", "ward_gss", "lsoa21", "power_band", "started_local"]
        : Stored(dataset.Record);

    public static void Write(System.Buffers.IBufferWriter<byte> output, ReadOnlySpan<byte> record, IReadOnlyCollection<string> fields)
    {
        var reader = new Utf8JsonReader(record);
        using var json = new Utf8JsonWriter(output, HubJson.WriterOptions);
        reader.Read();
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!fields.Contains(name)) continue;
            json.WritePropertyName(name);
            json.WriteRawValue(record[start..(int)reader.BytesConsumed], skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static string[] Stored(Type record) => [.. HubJson.Default.GetTypeInfo(record)!.Properties.Where(p => p.Get is not null).Select(p => p.Name)];
}
