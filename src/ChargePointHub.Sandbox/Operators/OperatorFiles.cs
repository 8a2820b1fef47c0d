using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
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
    public string Write(SimulatedOperator owner, int port, DateTimeOffset epoch, TimeSpan? lookBack, LimitFault? limit)
    {
        var root = $"https://localhost:{port}";
        var loti = Feed(owner.OperatorId, "loti", "loti-v1", root + LotiApi.BasePath, limit);
        if (owner.Style == OperatorStyle.LotiPerChargePoint) loti["loti"] = new JsonObject { ["sessions_per_charge_point"] = true };
        JsonObject[] management =
        [
            Windowed(Dataset.StatusChanges, "at", epoch, lookBack),
            Windowed(Dataset.ChargingSessions, "last_updated", epoch, lookBack),
            .. owner.ReportsOutages ? [Windowed(Dataset.Outages, "last_updated", epoch, lookBack)] : Array.Empty<JsonObject>(),
        ];
        var feeds = new JsonArray();
        if (owner.Style == OperatorStyle.OcpiAndLoti)
        {
            var ocpi = Feed(owner.OperatorId, "ocpi", "ocpi-2.2.1", root + OcpiApi.VersionsPath, limit);
            ocpi["ocpi"] = new JsonObject
            {
                ["discovery"] = true,
                ["token_is_raw"] = false,
                ["party"] = new JsonObject { ["party_id"] = "GB*HUB", ["role"] = "NSP", ["name"] = "The hub of the Sandbox", ["url"] = "https://hub.example/ocpi/versions" },
            };
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

    private string SecretFile(string operatorId) => Path.Combine(folder, "secrets", operatorId + ".token");

    internal JsonObject Feed(string operatorId, string feedId, string protocol, string baseUrl, LimitFault? limit = null) => new()
    {
        ["feed_id"] = feedId,
        ["protocol"] = protocol,
        ["base_url"] = baseUrl,
        ["zone"] = "Europe/London",
        ["credential"] = "file:" + Path.GetFullPath(SecretFile(operatorId)),
        ["ca_file"] = Path.GetFullPath(caFile),
        ["allow_private_hosts"] = new JsonArray("localhost"),
        ["limit_group"] = limit is { Group.Length: > 0 } ? limit.Group : operatorId,
        ["limits"] = limit is null ? [] : new JsonArray(new JsonObject { ["requests"] = limit.Requests, ["per"] = System.Xml.XmlConvert.ToString(limit.Interval) }),
    };

    internal static JsonObject Snapshot(Dataset dataset, int? pageSize)
    {
        var plan = new JsonObject { ["dataset"] = dataset.Name, ["cadence"] = dataset == Dataset.ChargePoints ? "PT30S" : "PT1M", ["freshness"] = "PT2M" };
        if (pageSize is { } size) plan["page_size"] = size;
        return plan;
    }

    internal static JsonObject Windowed(Dataset dataset, string axis, DateTimeOffset earliest, TimeSpan? lookBack)
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

    /// <param name="territory">Null: what holds where a file says nothing.</param>
    internal string Write(
        string operatorId, string name, string[] parties, JsonArray feeds, string? licence = "CC0-1.0", string? attribution = null, Territory? territory = null)
    {
        var file = operatorId + ".json";
        var content = new JsonObject
        {
            ["operator_id"] = operatorId,
            ["name"] = name,
            ["party_ids"] = new JsonArray([.. parties.Select(p => JsonValue.Create(p))]),
            ["territory"] = territory is null ? null : new JsonArray(territory.West, territory.South, territory.East, territory.North),
            ["licence"] = licence,
            ["attribution"] = attribution,
            ["feeds"] = feeds,
        };
        PrivateFile.WriteOpen(Path.Combine(folder, file), Encoding.UTF8.GetBytes(content.ToJsonString(Indented) + "\n"));
        return file;
    }
}
