using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>Any list in JSON: where its records stand, what they are, and which of our fields their names remind of.</summary>
internal static class ListLook
{
    private const int Deepest = 3;

    /// <returns>What was found, in a sentence; null: no list of objects.</returns>
    public static string? Propose(ProposedFile file, Uri address, Fetched answer, bool isLines)
    {
        var root = answer.Json.RootElement;
        if (Lists(root, "", 0).OrderByDescending(l => l.Rows.Count).FirstOrDefault() is not { Rows.Count: > 0 } list) return null;
        var (steps, rows, above) = Deeper(list);
        var fields = new SeenFields(rows);
        var dataset = Kind(fields);
        file.Begin(MappedProtocol.ProtocolName, new UriBuilder(new Uri(address, ".")) { Query = "" }.Uri);
        file.Feed["zone"] = LondonCalendar.Zone.Id;
        file.ToFillIn.Add("/feeds/0/zone: how times without an offset are meant.");
        var proposed = new ProposedFields(file, "/feeds/0/datasets/0/mapping/fields");
        var mapping = new JsonObject { ["request"] = Request(file, address, dataset, isLines) };
        Paging(file, mapping, root, answer, list.Rows.Count);
        mapping["records"] = new JsonArray([.. steps.Select(s => (JsonNode)s)]);
        mapping["fields"] = dataset == Dataset.ChargingSessions ? proposed.Of(GuessedWords.Sessions, fields, null, dataset)
            : dataset == Dataset.Tariffs ? proposed.Of(GuessedWords.Tariffs, fields, null, dataset)
            : WithConnectors(proposed.Of(GuessedWords.ChargePoints, fields, above, dataset), file, rows, fields);
        var plan = new JsonObject { ["dataset"] = dataset.Name, ["cadence"] = dataset.IsSnapshot ? "PT5M" : "PT15M", ["freshness"] = "PT15M" };
        if (!dataset.IsSnapshot) plan["axis"] = "plug_in_at";
        plan["mapping"] = mapping;
        file.Add(plan);
        return $"A list in JSON of {rows.Count} records that look like {dataset}; which field is which was guessed by names.";
    }

    private static JsonObject Request(ProposedFile file, Uri address, Dataset dataset, bool isLines)
    {
        var request = new JsonObject { ["path"] = Uri.UnescapeDataString(address.Segments[^1]) };
        var query = new JsonObject();
        foreach (var parameter in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = parameter.Split('=', 2);
            query[Uri.UnescapeDataString(parts[0])] = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        if (!dataset.IsSnapshot)
        {
            query["from"] = "{from}";
            query["to"] = "{to}";
            file.ToFillIn.Add("/feeds/0/datasets/0/mapping/request/query: from and to are a guess; name the parameters by which the operator is asked for a window, and say by time_format how they are written.");
            file.ToFillIn.Add("/feeds/0/datasets/0/axis: by which time the operator answers a window; plug_in_at is a guess. Add earliest, the first day that it offers.");
        }

        if (query.Count > 0) request["query"] = query;
        if (file.Header is { } header) request["headers"] = new JsonObject { ["Authorization"] = header };
        if (isLines) request["answer"] = "lines";
        if (address.Segments[^1] == "/") request.Remove("path");
        return request;
    }

    private static void Paging(ProposedFile file, JsonObject mapping, JsonElement root, Fetched answer, int rows)
    {
        const string Place = "/feeds/0/datasets/0/mapping/paging";
        if (answer.Headers.GetValueOrDefault("Link")?.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase) == true) mapping["paging"] = new JsonObject { ["by"] = "link" };
        else if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String && MappedText.NameOf(p).Contains("next", StringComparison.OrdinalIgnoreCase)))
            {
                var isAddress = MappedText.Of(property.Value)?.Contains('/', StringComparison.Ordinal) == true;
                if (isAddress) mapping["paging"] = new JsonObject { ["by"] = "next", ["next"] = $"/{MappedText.NameOf(property)}" };
                else file.ToFillIn.Add($"{Place}: the answer goes on at /{MappedText.NameOf(property)}; say with by cursor and {{cursor}} in which parameter it is asked for.");
                break;
            }

            foreach (var property in root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number && GuessedWords.Plain(MappedText.NameOf(p)) is "total" or "totalcount" or "count"))
            {
                if (property.Value.TryGetInt64(out var total) && total > rows && mapping["paging"] is null) file.ToFillIn.Add($"{Place}: the answer holds {rows} of {total} rows; say how the rest is asked for.");
            }
        }
    }

    private static JsonObject WithConnectors(JsonObject fields, ProposedFile file, IReadOnlyList<JsonElement> rows, SeenFields ofRecord)
    {
        var name = rows.Where(r => r.ValueKind == JsonValueKind.Object).SelectMany(r => r.EnumerateObject())
            .Where(p => p.Value.ValueKind == JsonValueKind.Array && p.Value.GetArrayLength() > 0 && p.Value[0].ValueKind == JsonValueKind.Object)
            .Select(MappedText.NameOf).FirstOrDefault(n => GuessedWords.WithinChargePoints.Contains(GuessedWords.Plain(n)));
        const string Place = "/feeds/0/datasets/0/mapping/fields/connectors/fields";
        if (name is not null)
        {
            var connectors = new SeenFields(rows.Where(r => r.TryGetProperty(name, out _)).SelectMany(r => r.GetProperty(name).EnumerateArray()));
            fields["connectors"] = new JsonObject { ["at"] = $"/{name}", ["fields"] = new ProposedFields(file, Place).Of(GuessedWords.Connectors, connectors, null, null) };
            return fields;
        }

        var one = new ProposedFields(file, Place).Of(GuessedWords.Connectors.Where(c => c.Key is not "connector_id" and not "standard").ToDictionary(), ofRecord, null, null);
        one["connector_id"] = new JsonObject { ["constant"] = "1" };
        file.ToFillIn.Add($"{Place}: no list of connectors was found, so that the charge point itself is taken for one; say its standard.");
        fields["connectors"] = new JsonObject { ["fields"] = one };
        return fields;
    }

    private static Dataset Kind(SeenFields fields)
    {
        bool Has(IReadOnlyDictionary<string, string[]> words, string name) => fields.Likeliest(words[name]) is not null;
        if (Has(GuessedWords.Sessions, "plug_in_at") && Has(GuessedWords.Sessions, "energy_kwh")) return Dataset.ChargingSessions;
        return Has(GuessedWords.Tariffs, "currency") && Has(GuessedWords.Tariffs, "price_per_kwh") && !Has(GuessedWords.ChargePoints, "latitude") ? Dataset.Tariffs : Dataset.ChargePoints;
    }

    /// <summary>Where records are sites that hold lists of charge points, those, and the sites above them.</summary>
    private static (List<JsonNode> Steps, IReadOnlyList<JsonElement> Rows, SeenFields? Above) Deeper(FoundList list)
    {
        var within = list.Rows.Where(r => r.ValueKind == JsonValueKind.Object).SelectMany(r => r.EnumerateObject())
            .Where(p => p.Value.ValueKind == JsonValueKind.Array && p.Value.GetArrayLength() > 0 && p.Value[0].ValueKind == JsonValueKind.Object)
            .Select(MappedText.NameOf).FirstOrDefault(n => GuessedWords.WithinSites.Contains(GuessedWords.Plain(n)));
        if (within is null) return ([list.Step], list.Rows, null);
        var rows = list.Rows.Where(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty(within, out var w) && w.ValueKind == JsonValueKind.Array).SelectMany(r => r.GetProperty(within).EnumerateArray()).ToList();
        return ([list.Step, JsonValue.Create($"/{within}")], rows, new SeenFields(list.Rows));
    }

    private static IEnumerable<FoundList> Lists(JsonElement value, string pointer, int depth)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(i => i.ValueKind == JsonValueKind.Object))
        {
            yield return new FoundList(JsonValue.Create(pointer), [.. value.EnumerateArray()]);
        }
        else if (value.ValueKind == JsonValueKind.Object && depth < Deepest)
        {
            var properties = value.EnumerateObject().ToList();
            // Values that are alike, under names that are none: the names are the ids.
            if (properties.Count >= 3 && properties.All(p => p.Value.ValueKind == JsonValueKind.Object) && depth > 0)
                yield return new FoundList(new JsonObject { ["at"] = pointer, ["as"] = "object" }, [.. properties.Select(p => p.Value)]);
            foreach (var property in properties)
            {
                var name = MappedText.NameOf(property).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
                foreach (var below in Lists(property.Value, $"{pointer}/{name}", depth + 1)) yield return below;
            }
        }
    }

    private sealed record FoundList(JsonNode Step, IReadOnlyList<JsonElement> Rows);
}
