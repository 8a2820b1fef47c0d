using System.Text;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>The body of a recorded answer, and what it says of itself: where its records stand, and what they are.</summary>
public sealed class RecordedBody
{
    private const int Deepest = 4;

    private RecordedBody(byte[] bytes, JsonElement? root) => (Bytes, Root) = (bytes, root);

    public byte[] Bytes { get; }

    /// <summary>Null where the body is no JSON.</summary>
    private JsonElement? Root { get; }

    /// <summary>The body says status_code, as OCPI has it.</summary>
    public bool HasEnvelope =>
        Root is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("status_code", out var code) && code.ValueKind == JsonValueKind.Number;

    /// <param name="pointer">Only this part of the file is the body; null: all of it.</param>
    /// <param name="fault">Says what is wrong when there is no body.</param>
    public static RecordedBody? Read(string file, string? pointer, out string? fault)
    {
        fault = null;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"/file: {e.Message}";
            return null;
        }

        JsonElement? root = null;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            root = json.RootElement.Clone();
        }
        catch (JsonException e) when (pointer is not null)
        {
            fault = $"/body_pointer: {file} is not readable as JSON ({e.Message})";
            return null;
        }
        catch (JsonException)
        {
            // Answers that are no JSON may be replayed too: the hub has to cope with them.
        }

        if (pointer is null) return new RecordedBody(bytes, root);
        if (At(root!.Value, pointer) is { } part) return new RecordedBody(Encoding.UTF8.GetBytes(part.GetRawText()), part);
        fault = $"/body_pointer: nothing stands at \"{pointer}\" in {file}.";
        return null;
    }

    public static RecordedBody Empty() => new([], null);

    /// <summary>True when an array stands there.</summary>
    public bool HasRecordsAt(string pointer) => Root is { } root && At(root, pointer) is { ValueKind: JsonValueKind.Array };

    /// <summary>Where the records stand: the array nearest to the top, of objects if there is one; null: there is no array.</summary>
    public string? FindRecords()
    {
        if (Root is not { } root) return null;
        var arrays = Arrays(root, "", 0).OrderBy(a => a.Depth).ToList();
        return (arrays.Where(a => a.HasObjects).Concat(arrays).FirstOrDefault())?.Pointer;
    }

    /// <summary>What the first record looks like; null: like nothing known.</summary>
    public Dataset? DatasetOf(string pointer)
    {
        if (Root is not { } root || At(root, pointer) is not { ValueKind: JsonValueKind.Array } rows) return null;
        if (rows.EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } first) return null;
        return first.TryGetProperty("evses", out _) || first.TryGetProperty("connectors", out _) ? Dataset.ChargePoints
            : first.TryGetProperty("elements", out _) ? Dataset.Tariffs
            : first.TryGetProperty("plug_in_at", out _) ? Dataset.ChargingSessions
            : first.TryGetProperty("status", out _) && first.TryGetProperty("at", out _) ? Dataset.StatusChanges
            : null;
    }

    /// <summary>Some EVSE holds tariffs of its own.</summary>
    public bool HasTariffsInEvses(string pointer) =>
        Root is { } root && At(root, pointer) is { ValueKind: JsonValueKind.Array } rows && rows.EnumerateArray().SelectMany(r => Items(r, "evses")).Any(e => Items(e, "tariffs").Any());

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static JsonElement? At(JsonElement element, string pointer)
    {
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < element.GetArrayLength()) element = element[index];
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element;
    }

    private static IEnumerable<FoundArray> Arrays(JsonElement element, string pointer, int depth)
    {
        if (element.ValueKind == JsonValueKind.Array) yield return new FoundArray(pointer, depth, element.EnumerateArray().Any(i => i.ValueKind == JsonValueKind.Object));
        if (element.ValueKind != JsonValueKind.Object || depth == Deepest) yield break;
        foreach (var property in element.EnumerateObject())
        {
            var name = property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            foreach (var found in Arrays(property.Value, $"{pointer}/{name}", depth + 1)) yield return found;
        }
    }

    private sealed record FoundArray(string Pointer, int Depth, bool HasObjects);
}
