using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>The <c>fields</c> of a proposed mapping: by names, with units and words told by what stands there.</summary>
/// <param name="place">JSON Pointer of the object that is being made.</param>
internal sealed class ProposedFields(ProposedFile file, string place)
{
    private static readonly string[] Coordinates = ["latitude", "longitude"];

    /// <param name="above">What stands in what holds the records; null: nothing does.</param>
    /// <param name="dataset">Whose required fields must be there; null: none are.</param>
    public JsonObject Of(IReadOnlyDictionary<string, string[]> words, SeenFields fields, SeenFields? above, Dataset? dataset)
    {
        var proposed = new JsonObject();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, names) in words)
        {
            if (fields.Likeliest(names) is { } path && (taken.Add(path) || name == "evse_id")) proposed[name] = Field(name, path, path, fields);
            else if (name != "charge_point_id" && above?.Likeliest(names) is { } higher) proposed[name] = Field(name, $"../{higher[1..]}", higher, above);
        }

        if (above is not null && proposed["location_id"] is null && above.Likeliest(["id", "uid", "ref", "reference"]) is { } site) proposed["location_id"] = $"../{site[1..]}";
        foreach (var required in dataset is null ? [] : MappedTargets.Required(dataset).Where(r => proposed[r] is null))
        {
            proposed[required] = "/FILL-IN";
            file.ToFillIn.Add($"{place}/{required}: no name reminds of it; no record can be kept without. Say where it stands.");
        }

        foreach (var coordinate in Coordinates.Where(c => dataset == Dataset.ChargePoints && proposed[c] is null))
            file.ToFillIn.Add($"{place}/{coordinate}: nothing reminds of it; say where it stands (both in one text: by match).");
        if (dataset == Dataset.ChargePoints && proposed["status"] is null) file.ToFillIn.Add($"{place}/status: nothing reminds of it; say where it stands, or in which list of its own (mapping/status).");
        return proposed;
    }

    private JsonNode Field(string name, string shown, string path, SeenFields fields)
    {
        var said = new JsonObject { ["path"] = shown };
        switch (name)
        {
            case "status":
                Words(said, name, fields.Words(path).Where(w => Model.Words<Status>.Parse(w.ToUpperInvariant()) is null), GuessedWords.Status);
                break;
            case "standard":
                Words(said, name, fields.Words(path).Where(w => !ConnectorStandards.All.Contains(w, StringComparer.OrdinalIgnoreCase)), GuessedWords.Standard);
                break;
            case "max_power_kw" when fields.Largest(path) >= 1000 || GuessedWords.Plain(path).EndsWith("watts", StringComparison.Ordinal):
                said["unit"] = "W";
                break;
            case "energy_kwh" when fields.Largest(path) > 1000 || (GuessedWords.Plain(path).EndsWith("wh", StringComparison.Ordinal) && !GuessedWords.Plain(path).EndsWith("kwh", StringComparison.Ordinal)):
                said["unit"] = "Wh";
                break;
            case "price_per_kwh" or "cost_inc_vat":
                if (GuessedWords.Plain(path).EndsWith("pence", StringComparison.Ordinal)) said["unit"] = "pence";
                file.ToFillIn.Add($"{place}/{name}: say its unit, pence or pounds, and see that VAT is as meant.");
                break;
            case "plug_in_at" or "plug_out_at" or "last_updated" or "status_since":
                Time(said, name, fields.Samples(path));
                break;
        }

        return said.Count == 1 ? JsonValue.Create(shown) : said;
    }

    private void Words(JsonObject said, string name, IEnumerable<string> unknown, Func<string, string?> guess)
    {
        var words = new JsonObject();
        foreach (var word in unknown)
        {
            if (guess(word) is { } meaning) words[word] = meaning;
            file.ToFillIn.Add(words[word] is { } guessed ? $"{place}/{name}/words: {word} is guessed to be {guessed}." : $"{place}/{name}/words: say what {word} means.");
        }

        if (words.Count > 0) said["words"] = words;
    }

    private void Time(JsonObject said, string name, IReadOnlyList<JsonElement> samples)
    {
        var text = samples.Select(MappedText.Of).FirstOrDefault(t => t is { Length: > 0 });
        if (text is null) return;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) said["format"] = number > 100_000_000_000 ? "epoch_ms" : "epoch_s";
        else if (text.Length < 10 || text[4] != '-' || text[7] != '-') file.ToFillIn.Add($"{place}/{name}/format: say how a time such as {FileNode.Shown(text)} is written.");
    }
}
