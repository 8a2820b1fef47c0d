using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>
/// Sends what nobody asked for: in every object of every answer fields that name a driver, with the mark in each value; refusals, pages for
/// people and headers say it too. Nothing of it may be found anywhere afterwards.
/// </summary>
public sealed class PersonalDataFault : OperatorFault
{
    /// <summary>In every value.</summary>
    public const string Mark = "driver-7f3a91";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var response = request.Context.Response;
        response.Headers["X-Driver"] = Mark;
        response.Headers.SetCookie = $"driver={Mark}";
        var body = await HeldAnswer.TakeAsync(request.Context, api);
        await response.Body.WriteAsync(Filled(body), request.Ended);
    }

    private static byte[] Filled(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body) is not { } json) return body;
            Fill(json);
            return Encoding.UTF8.GetBytes(json.ToJsonString(Relaxed));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // Cut, twice the same name, or no JSON at all.
            return [.. body, .. Encoding.UTF8.GetBytes($" {Mark}@b.example ")];
        }
    }

    private static void Fill(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items) Fill(item);
        }
        else if (node is JsonObject record)
        {
            foreach (var (_, value) in record.ToList()) Fill(value);
            foreach (var name in new[] { "email", "driver_name", "rfid_uid", "vin", "number_plate", "phone", "notes", "free_text" }) record.TryAdd(name, $"{name} {Mark}@b.example");
            record.TryAdd("cdr_token", new JsonObject { ["uid"] = Mark, ["contract_id"] = $"GB-{Mark}", ["type"] = "RFID" });
            record.TryAdd("driver", new JsonObject { ["name"] = Mark, ["cards"] = new JsonArray(Mark, new JsonObject { ["number"] = Mark }) });
            record.TryAdd("customer_id", 700_731_910_007_731);
        }
    }
}
