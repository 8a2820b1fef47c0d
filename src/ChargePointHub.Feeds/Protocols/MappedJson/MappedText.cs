using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Plain values as text.</summary>
internal static class MappedText
{
    /// <summary>Trimmed text, a number as written, <c>true</c> or <c>false</c>; null for anything else.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StorableText.Of(value)?.Trim(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    /// <summary>A number as text, with a point before its decimals and nothing between thousands.</summary>
    public static string? Number(string? text, CellText cells)
    {
        if (text is null) return null;
        // Programs write a narrow or unbreakable space where people see a space.
        if (cells.Group is { } group) text = string.Concat(text.Where(c => c != group && !(group == ' ' && char.IsWhiteSpace(c))));
        return cells.Decimal == '.' ? text : text.Replace('.', '?').Replace(cells.Decimal, '.');
    }

    /// <summary>Also in an object of which another name is no Unicode.</summary>
    public static bool Find(JsonElement holder, string name, out JsonElement value)
    {
        try
        {
            return holder.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            value = holder.EnumerateObject().FirstOrDefault(p => NameOf(p) == name).Value;
            return value.ValueKind != JsonValueKind.Undefined;
        }
    }

    /// <summary>A name that is no Unicode is a question mark.</summary>
    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "?";
        }
    }
}
