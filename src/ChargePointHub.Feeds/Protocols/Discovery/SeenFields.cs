using System.Globalization;
using System.Text.Json;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>Plain values that stand in some records of a list: by path, with samples.</summary>
internal sealed class SeenFields
{
    private const int MostRecords = 50;
    private const int MostSamples = 50;
    private const int Deepest = 4;

    private readonly Dictionary<string, List<JsonElement>> _samples = new(StringComparer.Ordinal);

    public SeenFields(IEnumerable<JsonElement> records)
    {
        foreach (var record in records.Take(MostRecords)) Look(record, "", 0);
    }

    /// <summary>The path whose name is the likeliest of those given, nearest to the record; null: none has one of them.</summary>
    public string? Likeliest(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (_samples.Keys.Where(p => IsNamed(p, name)).OrderBy(p => p.Count(c => c == '/')).FirstOrDefault() is { } path) return path;
        }

        return null;
    }

    public IReadOnlyList<JsonElement> Samples(string path) => _samples[path];

    /// <summary>Different words that stand at a path, as text.</summary>
    public IReadOnlyList<string> Words(string path) => [.. _samples[path].Select(MappedText.Of).OfType<string>().Where(w => w.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(20)];

    public decimal? Largest(string path) =>
        _samples[path].Select(v => decimal.TryParse(MappedText.Of(v), NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : (decimal?)null).Max();

    private static bool IsNamed(string path, string name)
    {
        var steps = path.Split('/');
        return GuessedWords.Plain(steps[^1]) == name || (steps.Length > 2 && GuessedWords.Plain(steps[^2] + steps[^1]) == name);
    }

    private void Look(JsonElement value, string path, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object || depth > Deepest) return;
        foreach (var property in value.EnumerateObject())
        {
            var name = MappedText.NameOf(property);
            if (OcpiWords.IsPersonal(name)) continue;
            var at = $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (property.Value.ValueKind == JsonValueKind.Object) Look(property.Value, at, depth + 1);
            else if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            {
                if (!_samples.TryGetValue(at, out var samples)) _samples.Add(at, samples = []);
                if (samples.Count < MostSamples) samples.Add(property.Value);
            }
        }
    }
}
