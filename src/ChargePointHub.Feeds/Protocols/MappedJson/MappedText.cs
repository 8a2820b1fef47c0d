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

    /// <summary>A number as text, with a point before its decimals and nothing between thousands; null where a sign stands at another place than the declared one.</summary>
    public static string? Number(string? text, CellText cells)
    {
        if (text is null) return null;
        // Programs write a narrow or unbreakable space where people see a space.
        if (cells.Group == ' ') text = string.Concat(text.Select(c => char.IsWhiteSpace(c) ? ' ' : c));
        var parts = text.Split(cells.Decimal);
        var groups = cells.Group is { } sign ? parts[0].Split(sign) : [parts[0]];
        if (parts.Length > 2 || (groups.Length > 1 && (groups[0].AsSpan().TrimStart("+-").Length is < 1 or > 3 || groups.Skip(1).Any(g => g.Length != 3)))) return null;
        parts[0] = string.Concat(groups);
        return parts.Any(p => p.AsSpan().ContainsAny('.', cells.Group ?? '.')) ? null : string.Join('.', parts);
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
