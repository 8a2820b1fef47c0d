using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Replay;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>Writes the hub's registry: one operator file each, and the secrets they refer to.</summary>
/// <param name="folder">The registry's folder.</param>
/// <param name="caFile">The authority that the feeds pin.</param>
public sealed class OperatorFiles(string folder, string caFile)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The operator's secret: made once, then kept.</summary>
    public string TokenOf(string operatorId)
    {
        var file = SecretFile(operatorId);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 20 } kept) return kept;
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        PrivateFile.Write(file, Encoding.ASCII.GetBytes(token));
        return token;
    }

    /// <returns>Name of the file written.</returns>
    public string Write(SimulatedOperator owner, int port, DateTimeOffset epoch, TimeSpan? lookBack)
    {
        var root = $"https://localhost:{port}";
        var loti = Feed(owner.OperatorId, "loti", "loti-v1", root + LotiApi.BasePath);
        if (owner.Style == OperatorStyle.LotiPerChargePoint) loti["loti"] = new JsonObject { ["sessions_per_charge_point"] = true };
        JsonObject[] management =
        [
            Windowed(Dataset.StatusChanges, "at", epoch, lookBack),
            Windowed(Dataset.ChargingSessions, "last_updated", epoch, lookBack),
        ];
        var feeds = new JsonArray();
        if (owner.Style == OperatorStyle.OcpiAndLoti)
        {
            var ocpi = Feed(owner.OperatorId, "ocpi", "ocpi-2.2.1", root + OcpiApi.VersionsPath);
            ocpi["ocpi"] = new JsonObject { ["discovery"] = true, ["token_is_raw"] = false };
            // Pages as short as the server's, so that the crawl pages.
            ocpi["datasets"] = new JsonArray(Snapshot(Dataset.ChargePoints, OcpiApi.MostRows), Snapshot(Dataset.Tariffs, OcpiApi.MostRows));
            loti["datasets"] = new JsonArray([.. management]);
            feeds.Add(ocpi);
        }
        else
        {
            loti["datasets"] = new JsonArray([Snapshot(Dataset.ChargePoints, null), Snapshot(Dataset.Tariffs, null), .. management]);
        }

        feeds.Add(loti);
        return Write(owner.OperatorId, owner.Name, [$"GB*{owner.Party}"], feeds);
    }

    /// <returns>Name of the file written.</returns>
    public string Write(RecordedOperator recorded, int port, DateTimeOffset earliest)
    {
        var feed = Feed(recorded.OperatorId, "replay", recorded.Protocol, $"https://localhost:{port}");
        feed.Remove("credential");
        if (recorded.Protocol == "ocpi-2.2.1" || recorded.Ocpi is not null)
        {
            var ocpi = (JsonObject?)recorded.Ocpi?.DeepClone() ?? [];
            if (!ocpi.ContainsKey("discovery")) ocpi["discovery"] = false;
            if (recorded.RecordsPointer is { } pointer) ocpi["records_pointer"] = pointer;
            if (!ocpi.ContainsKey("paths"))
            {
                ocpi["paths"] = new JsonObject([.. recorded.Answers.Where(a => a.Dataset is not null).DistinctBy(a => a.Dataset)
                    .Select(a => KeyValuePair.Create<string, JsonNode?>(a.Dataset!.Name, a.Path.TrimStart('/')))]);
            }

            feed["ocpi"] = ocpi;
        }

        var brought = recorded.Answers.Select(a => a.Dataset).OfType<Dataset>().ToHashSet();
        var datasets = new JsonArray([.. Dataset.All.Where(brought.Contains).Select(d =>
            d.IsSnapshot ? Snapshot(d, null) : Windowed(d, d == Dataset.StatusChanges ? "at" : "last_updated", earliest, null))]);
        if (recorded.Ocpi?["tariffs_in_evses"] is JsonValue inside && inside.TryGetValue<bool>(out var carried) && carried && !brought.Contains(Dataset.Tariffs))
        {
            var tariffs = Snapshot(Dataset.Tariffs, null);
            tariffs["carried_by"] = Dataset.ChargePoints.Name;
            datasets.Add(tariffs);
        }

        feed["datasets"] = datasets;
        return Write(recorded.OperatorId, recorded.Name, [], new JsonArray(feed));
    }

    private string SecretFile(string operatorId) => Path.Combine(folder, "secrets", operatorId + ".token");

    private JsonObject Feed(string operatorId, string feedId, string protocol, string baseUrl) => new()
    {
        ["feed_id"] = feedId,
        ["protocol"] = protocol,
        ["base_url"] = baseUrl,
        ["zone"] = "Europe/London",
        ["credential"] = "file:" + Path.GetFullPath(SecretFile(operatorId)),
        ["ca_file"] = Path.GetFullPath(caFile),
        ["allow_private_hosts"] = new JsonArray("localhost"),
        ["limit_group"] = operatorId,
    };

    private static JsonObject Snapshot(Dataset dataset, int? pageSize)
    {
        var plan = new JsonObject { ["dataset"] = dataset.Name, ["cadence"] = dataset == Dataset.ChargePoints ? "PT30S" : "PT1M", ["freshness"] = "PT2M" };
        if (pageSize is { } size) plan["page_size"] = size;
        return plan;
    }

    private static JsonObject Windowed(Dataset dataset, string axis, DateTimeOffset earliest, TimeSpan? lookBack)
    {
        var plan = new JsonObject
        {
            ["dataset"] = dataset.Name,
            ["cadence"] = "PT10S",
            ["axis"] = axis,
            ["earliest"] = Instants.Format(earliest),
            ["settle"] = "PT2S",
            ["overlap"] = "PT10M",
            ["longest_window"] = "P1D",
            ["freshness"] = "PT2M",
        };
        if (lookBack is { } limit) plan["look_back"] = System.Xml.XmlConvert.ToString(limit);
        return plan;
    }

    private string Write(string operatorId, string name, string[] parties, JsonArray feeds)
    {
        var file = operatorId + ".json";
        var content = new JsonObject
        {
            ["operator_id"] = operatorId,
            ["name"] = name,
            ["party_ids"] = new JsonArray([.. parties.Select(p => JsonValue.Create(p))]),
            ["licence"] = "CC0-1.0",
            ["feeds"] = feeds,
        };
        PrivateFile.WriteOpen(Path.Combine(folder, file), Encoding.UTF8.GetBytes(content.ToJsonString(Indented) + "\n"));
        return file;
    }
}
