using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api;

/// <summary>The hub's ways of writing values: instants in one form, null written out.</summary>
internal static class JsonWriting
{
    public static void WriteInstant(this Utf8JsonWriter json, string name, DateTimeOffset? instant)
    {
        if (instant is { } value) json.WriteString(name, Instants.Format(value));
        else json.WriteNull(name);
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void WriteStringsOrNull(this Utf8JsonWriter json, string name, IEnumerable<string>? values)
    {
        if (values is null) json.WriteNull(name);
        else json.WriteStrings(name, values);
    }

    public static void WriteWindow(this Utf8JsonWriter json, string name, Window? window)
    {
        if (window is not { } w)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteInstant("from", w.From);
        json.WriteInstant("to", w.To);
        json.WriteEndObject();
    }
}
