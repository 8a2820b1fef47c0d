using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Tests.Contract;

/// <summary>A schema's examples with each of its fields, nested ones too, in turn left out or set to each of the things that people send.</summary>
internal static class SpoiltRecords
{
    private static readonly string[] Values =
    [
        "null", "\"\"", "\" \"", "\"n/a\"", "\" x \"", "\"x\"", $"\"{new string('x', 300)}\"", $"\"{new string('x', 129)}\"", "\"0\"", "\"7.4\"", "\"-1\"", "\"true\"", "\"yes\"",
        "7.4", "-1", "0", "1", "0.0001", "100.5", "1000000001", "123456789012345678901234567890", "1e400", "true", "false", "[]", "{}", "[null]", "[1]", "[\"x\"]", "[{}]",
        "\"2026-11-20T08:15:00Z\"", "\"2026-11-20T08:15:00.123456789Z\"", "\"2026-11-20T08:15:00+01:00\"", "\"2026-11-20T08:15:00+01\"", "\"2026-11-20T08:15Z\"", "\"2026-11-20T08:15:00\"",
        "\"2026-11-20 08:15:00Z\"", "\"2026-11-20t08:15:00z\"", "\"2026-11-20\"", "\"2026-02-30\"", "\"2026-11-20T24:00:00Z\"", "\"2026-11-20T08:15:60Z\"", "\"2026-12-31T23:59:60Z\"", "\"1999-12-31T23:59:59Z\"",
        "\"2101-01-01T00:00:00Z\"", "\"0000-00-00\"", "\"2016-11-20\"", "\"AVAILABLE\"", "\"available\"", "\"MISSING\"", "\"GBP\"", "\"gbp\"", "\"EUR\"", "\"a\\u0000b\"", "\"a\\u007fb\"", "\"\\ud800\"", "\"GB*EXA*E1\"",
        "\"PT5M\"", "\"-PT5M\"", "\"P1W\"", "\"PT\"", "\"PT0.5S\"", "\"http://a.example/\"", "\"https://a.example/?key=1\"", "\"https://u@a.example/\"", "\"env:NAME\"", "\"file:secret\"", "\"/data\"", "\"../x\"",
    ];

    /// <summary>What was done, and the record as JSON; each untouched example first.</summary>
    public static IEnumerable<(string What, string Json)> Of(string schema)
    {
        foreach (var example in PublishedSchemas.Find(schema)!.Read()["examples"]!.AsArray())
        {
            yield return ("nothing", example!.ToJsonString());
            foreach (var pointer in Fields(example, []))
            {
                yield return ($"{string.Join('/', pointer)} left out", With(example, pointer, null));
                foreach (var value in Values) yield return ($"{string.Join('/', pointer)} = {value}", With(example, pointer, value));
            }
        }
    }

    private static IEnumerable<string[]> Fields(JsonNode? node, string[] at) => node switch
    {
        JsonObject o => o.SelectMany(p => (string[][])[[.. at, p.Key], .. Fields(p.Value, [.. at, p.Key])]),
        JsonArray a => a.SelectMany((item, i) => Fields(item, [.. at, i.ToString(CultureInfo.InvariantCulture)])),
        _ => [],
    };

    /// <summary>Set as text, as some of the values cannot be held by a node.</summary>
    private static string With(JsonNode example, string[] pointer, string? value)
    {
        const string place = "put the value here";
        var copy = example.DeepClone();
        var holder = copy;
        foreach (var step in pointer[..^1]) holder = holder is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : holder[step]!;
        holder.AsObject().Remove(pointer[^1]);
        if (value is not null) holder.AsObject()[pointer[^1]] = place;
        return copy.ToJsonString().Replace(JsonSerializer.Serialize(place), value, StringComparison.Ordinal);
    }
}
