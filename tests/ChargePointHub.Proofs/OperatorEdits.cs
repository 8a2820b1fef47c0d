using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChargePointHub.Proofs;

/// <summary>Changes what a pretend London's operator files say, before a hub reads them.</summary>
internal static class OperatorEdits
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void EachDataset(string folder, Action<JsonObject> edit) =>
        EachFeed(folder, feed =>
        {
            foreach (var dataset in feed["datasets"]!.AsArray()) edit(dataset!.AsObject());
        });

    public static void AddFeed(string folder, string operatorId, JsonObject feed)
    {
        var file = Path.Combine(folder, operatorId + ".json");
        var content = JsonNode.Parse(File.ReadAllText(file))!;
        content["feeds"]!.AsArray().Add(feed);
        File.WriteAllText(file, content.ToJsonString(Indented));
    }

    public static void EachFeed(string folder, Action<JsonObject> edit)
    {
        foreach (var file in Directory.GetFiles(folder, "*.json"))
        {
            var content = JsonNode.Parse(File.ReadAllText(file))!;
            foreach (var feed in content["feeds"]!.AsArray()) edit(feed!.AsObject());
            File.WriteAllText(file, content.ToJsonString(Indented));
        }
    }
}
