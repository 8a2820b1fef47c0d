using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Protocols.Loti;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>What <c>loti-v1</c> looks like.</summary>
internal static class LotiLook
{
    public static bool IsMetadata(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("datasets", out var datasets) && datasets.ValueKind == JsonValueKind.Array && root.TryGetProperty("update_frequency", out _);

    public static bool IsList(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array && root.TryGetProperty("next_cursor", out _)
        && data.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first && first.TryGetProperty("charge_point_id", out _);

    /// <summary>As the metadata has it.</summary>
    public static string Metadata(ProposedFile file, Uri address, JsonElement root)
    {
        file.Begin(LotiProtocol.ProtocolName, new Uri(address, "."));
        var limits = new JsonArray();
        if (root.TryGetProperty("limits", out var stated) && stated.ValueKind == JsonValueKind.Array)
        {
            foreach (var limit in stated.EnumerateArray().Where(l => l.ValueKind == JsonValueKind.Object))
            {
                if (Number(limit, "requests") is { } requests && Number(limit, "interval_seconds") is { } seconds) limits.Add(new JsonObject { ["requests"] = requests, ["per"] = $"PT{seconds}S" });
            }
        }

        if (limits.Count > 0) file.Feed["limits"] = limits;
        var named = new List<string>();
        foreach (var each in root.GetProperty("datasets").EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object))
        {
            if (Dataset.Named(Text(each, "name") ?? "") is not { } dataset) continue;
            named.Add(dataset.Name);
            file.Add(Plan(dataset, Text(each, "earliest") ?? Text(root, "earliest"), Number(each, "look_back_days") ?? Number(root, "look_back_days")));
        }

        if (named.Count == 0)
        {
            foreach (var dataset in Dataset.All.Where(d => d.IsSnapshot)) file.Add(Plan(dataset, null, null));
            file.ToFillIn.Add("/feeds/0/datasets: the metadata names none that the hub collects; charge_points and tariffs are a guess.");
        }

        if (named.Any(n => Dataset.Named(n)!.IsRestricted)) file.NeedsCredential("sessions and status changes come under contract");
        return $"loti-v1: its metadata offers {string.Join(", ", named)}.";
    }

    public static string Lists(ProposedFile file, Uri address)
    {
        file.Begin(LotiProtocol.ProtocolName, new Uri(address, "."));
        file.Add(Plan(Dataset.ChargePoints, null, null));
        file.ToFillIn.Add("/feeds/0/datasets: only charge_points was seen; add what else the operator offers.");
        return "loti-v1: a list of charge points.";
    }

    private static JsonObject Plan(Dataset dataset, string? earliest, int? lookBackDays)
    {
        var plan = new JsonObject { ["dataset"] = dataset.Name };
        if (dataset.IsSnapshot) return plan;
        plan["axis"] = dataset == Dataset.StatusChanges ? "at" : "last_updated";
        if (earliest is not null) plan["earliest"] = earliest;
        if (lookBackDays is { } days) plan["look_back"] = $"P{days}D";
        return plan;
    }

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? MappedText.Of(value) : null;

    private static int? Number(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
