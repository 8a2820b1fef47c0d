using System.Text.Json.Nodes;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Some records are damaged, always the same ones and in the same way.</summary>
public sealed class InvalidRowsFault(double percent) : OperatorFault
{
    private const long Stream = 9;

    /// <summary>These stand in for what a JSON tree cannot hold, until the text is written.</summary>
    private const string Infinite = "@@infinite@@";
    private const string Surrogate = "@@surrogate@@";
    private const string Nul = "@@nul@@";

    private static readonly string[] Ids = ["session_id", "tariff_id", "outage_id", "charge_point_id", "id"];

    private static readonly Action<JsonObject, string>[] Damages =
    [
        (row, id) => row[id] = null,
        (row, id) => row[id] = new JsonObject { ["of"] = id },
        (row, _) => row["last_updated"] = "yesterday",
        (row, _) => Each(row, v => v.GetValueKind() == System.Text.Json.JsonValueKind.Number, Infinite),
        (row, id) => Each(row, v => v.GetValueKind() == System.Text.Json.JsonValueKind.String && v.GetPropertyName() != id, Surrogate),
        (row, id) => Each(row, v => v.GetValueKind() == System.Text.Json.JsonValueKind.String && v.GetPropertyName() != id, Nul),
        (row, _) => (row["plug_in_at"], row["plug_out_at"], row["energy_kwh"], row["latitude"], row["coordinates"], row["status"]) =
            ("2026-13-45T99:00:00Z", "0001-01-01T00:00:00Z", -5, 500, new JsonArray(1, 2), 17),
        (row, _) => row["address"] = Enumerable.Range(0, 20).Aggregate((JsonNode)new JsonObject(), (inner, _) => new JsonObject { ["in"] = inner }),
    ];

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api) => HeldAnswer.ChangeAsync(request, api, json =>
    {
        if (DatasetOf(request.Context.Request.Path) is not { } dataset || HeldAnswer.Rows(json) is not { } rows) return;
        foreach (var row in rows.OfType<JsonObject>())
        {
            if (Array.Find(Ids, row.ContainsKey) is not { } id || row[id] is not JsonValue own) continue;
            var key = dataset == Dataset.StatusChanges ? $"{own}|{row["at"]}|{row["status"]}" : own.ToString();
            var lot = new Seeded(request.Seed, Stream, AskedList.Text(key));
            if (!lot.Chance(percent / 100)) continue;
            lot.Pick(Damages)(row, id);
            request.Log.Mark(dataset, key, "invalid-rows");
        }
    }, text => text.Replace($"\"{Infinite}\"", "1e400", StringComparison.Ordinal).Replace(Surrogate, "\\ud800", StringComparison.Ordinal).Replace(Nul, "\\u0000", StringComparison.Ordinal));

    private static void Each(JsonObject row, Func<JsonNode, bool> which, string value)
    {
        foreach (var name in row.Where(p => p.Value is { } v && which(v)).Select(p => p.Key).ToList()) row[name] = value;
    }

    private static Dataset? DatasetOf(PathString path) => (path.Value ?? "").Split('/')[^1] switch
    {
        "charge-points" or "locations" => Dataset.ChargePoints,
        "charging-sessions" => Dataset.ChargingSessions,
        "status-changes" => Dataset.StatusChanges,
        "outages" => Dataset.Outages,
        "tariffs" => Dataset.Tariffs,
        _ => null,
    };
}

/// <summary>Some sessions state less than no energy, always the same ones.</summary>
public sealed class NegativeEnergyFault(double percent) : OperatorFault
{
    private const long Stream = 10;

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api) =>
        !(request.Context.Request.Path.Value ?? "").EndsWith("/charging-sessions", StringComparison.Ordinal) ? api() : HeldAnswer.ChangeAsync(request, api, json =>
        {
            foreach (var row in HeldAnswer.Rows(json)?.OfType<JsonObject>() ?? [])
            {
                if (row["session_id"] is not JsonValue id || row["energy_kwh"] is not JsonValue energy) continue;
                if (!new Seeded(request.Seed, Stream, AskedList.Text(id.ToString())).Chance(percent / 100)) continue;
                row["energy_kwh"] = -1 - energy.GetValue<decimal>();
                request.Log.Mark(Dataset.ChargingSessions, id.ToString(), "negative-energy");
            }
        });
}
