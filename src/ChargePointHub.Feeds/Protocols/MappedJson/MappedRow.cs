using System.Globalization;
using System.Text.Json;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <param name="Key">The name under which the item stands in an object; null: it stands in an array.</param>
/// <param name="Index">From 0.</param>
internal readonly record struct MappedLevel(JsonElement Item, string? Key, int Index);

/// <summary>One record as it was sent, below everything that holds it.</summary>
/// <param name="levels">The answer as a whole first, the record last.</param>
/// <param name="id">Of the loop's turn; null: there is no loop.</param>
internal sealed class MappedRow(IReadOnlyList<MappedLevel> levels, string? id)
{
    public IReadOnlyList<MappedLevel> Levels => levels;

    public string? Id => id;

    public JsonElement Record => levels[^1].Item;

    public MappedRow Below(MappedLevel level) => new([.. levels, level], id);

    /// <summary>Null where nothing stands, and for JSON null.</summary>
    public JsonElement? At(FieldPath path)
    {
        if (path.Up >= levels.Count) return null;
        var level = levels[^(path.Up + 1)];
        return path.End switch
        {
            FieldPathEnd.Key => level.Key is null ? null : JsonSerializer.SerializeToElement(level.Key),
            FieldPathEnd.Index => JsonSerializer.SerializeToElement((level.Index + 1).ToString(CultureInfo.InvariantCulture)),
            FieldPathEnd.Id => id is null ? null : JsonSerializer.SerializeToElement(id),
            FieldPathEnd.Self => level.Item.ValueKind is JsonValueKind.Null ? null : level.Item,
            _ when path.Steps.Contains(FieldPath.EachItem) => Joined(Each(level.Item, path.Steps)),
            _ => At(level.Item, path.Steps, levels[^1].Index),
        };
    }

    /// <summary>As an array, byte by byte: half a surrogate pair cannot be written otherwise.</summary>
    private static JsonElement Joined(IEnumerable<JsonElement> values)
    {
        using var array = JsonDocument.Parse($"[{string.Join(',', values.Select(v => v.GetRawText()))}]");
        return array.RootElement.Clone();
    }

    private IEnumerable<JsonElement> Each(JsonElement here, IReadOnlyList<string> steps)
    {
        var before = steps.TakeWhile(s => s != FieldPath.EachItem).ToList();
        if (At(here, before, levels[^1].Index) is not { } found) return [];
        if (before.Count == steps.Count) return [found];
        return found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().SelectMany(i => Each(i, [.. steps.Skip(before.Count + 1)])) : [];
    }

    /// <summary>Whether the value, as text, is one of the words.</summary>
    public bool Passes(MappedTest? test) =>
        test is null || test.Is.Contains(At(test.Path) is { } value ? MappedText.Of(value) ?? "" : "null", StringComparer.OrdinalIgnoreCase);

    /// <param name="index">What <c>{index}</c> stands for.</param>
    public static JsonElement? At(JsonElement here, IReadOnlyList<string> steps, int index = 0)
    {
        foreach (var step in steps)
        {
            if (here.ValueKind == JsonValueKind.Object)
            {
                if (!MappedText.Find(here, step, out here)) return null;
                continue;
            }

            var place = step == FieldPath.RecordIndex ? index : FieldPath.IndexOf(step);
            if (here.ValueKind != JsonValueKind.Array || place is not { } at || at >= here.GetArrayLength()) return null;
            here = here[at];
        }

        return here.ValueKind == JsonValueKind.Null ? null : here;
    }

    /// <summary>The items to which a step leads; null: there is no such place, or it is of another form.</summary>
    public static IReadOnlyList<MappedLevel>? Items(JsonElement from, RecordStep step) => At(from, FieldPath.StepsOf(step.At)) switch
    {
        { ValueKind: JsonValueKind.Array } array when step.As == RecordStepKind.List => [.. array.EnumerateArray().Select((item, i) => new MappedLevel(item, null, i))],
        { ValueKind: JsonValueKind.Object } keyed when step.As == RecordStepKind.Object => [.. keyed.EnumerateObject().Select((p, i) => new MappedLevel(p.Value, MappedText.NameOf(p), i))],
        { ValueKind: JsonValueKind.Object } one when step.As == RecordStepKind.One => [new MappedLevel(one, null, 0)],
        _ => null,
    };

    /// <summary>All records below one row of the list; lists that are missing within a row are empty.</summary>
    public static IEnumerable<MappedRow> Below(MappedRow row, IReadOnlyList<RecordStep> steps) => steps.Count == 0 ? [row]
        : (Items(row.Record, steps[0]) ?? []).SelectMany(level => Below(row.Below(level), [.. steps.Skip(1)]));
}
