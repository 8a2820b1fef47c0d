using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>A canary in every field of every OCPI module but those that are read: none of it is kept, refused with a record, or told by a finding.</summary>
public sealed class OcpiCanaryTests
{
    private const string Canary = "canary-04AA91";

    private const string Image = $$"""{"url":"https://x.example/{{Canary}}","thumbnail":"{{Canary}}","category":"{{Canary}}","type":"{{Canary}}","width":1,"height":1}""";
    private const string Business = $$"""{"website":"{{Canary}}","logo":{{Image}},"email":"{{Canary}}"}""";
    private const string Text = $$"""[{"language":"en","text":"{{Canary}}"}]""";
    private const string Token = $$"""{"country_code":"{{Canary}}","party_id":"{{Canary}}","uid":"{{Canary}}","type":"{{Canary}}","contract_id":"{{Canary}}","visual_number":"{{Canary}}","issuer":"{{Canary}}","group_id":"{{Canary}}"}""";
    private const string Mix = $$"""{"is_green_energy":true,"energy_sources":[{"source":"{{Canary}}","percentage":1}],"environ_impact":[{"category":"{{Canary}}","amount":1}],"supplier_name":"{{Canary}}","energy_product_name":"{{Canary}}"}""";
    private const string Price = $$"""{"excl_vat":1,"incl_vat":1.2,"before_taxes":1,"taxes":[{"name":"{{Canary}}","account_number":"{{Canary}}","percentage":20,"amount":0.2}],"note":"{{Canary}}"}""";
    private const string Periods = $$"""[{"start_date_time":"2026-11-20T08:00:00Z","dimensions":[{"type":"ENERGY","volume":5,"who":"{{Canary}}"}],"driver":"{{Canary}}"}]""";

    /// <summary>With every field of both versions; what is read of each holds what it should.</summary>
    private static readonly Dictionary<string, string> Records = new()
    {
        ["charge_points"] = $$"""
            {"country_code":"GB","party_id":"EXA","id":"L-1","publish":true,"publish_allowed_to":[{{Token}}],"name":"Example","address":"1 Street","city":"London","postal_code":"WC1","state":"{{Canary}}",
             "country":"GBR","coordinates":{"latitude":"51.5","longitude":"-0.1","note":"{{Canary}}"},"related_locations":[{"latitude":"{{Canary}}","longitude":"{{Canary}}","name":{"language":"en","text":"{{Canary}}"} }],
             "parking_type":"ON_STREET","directions":{{Text}},"operator":{{Business}},"suboperator":{{Business}},"owner":{"name":"Owner","website":"{{Canary}}","logo":{{Image}}},"facilities":["{{Canary}}"],
             "time_zone":"Europe/London","opening_times":{"twentyfourseven":true,"note":"{{Canary}}"},"charging_when_closed":true,"images":[{{Image}}],"energy_mix":{{Mix}},"help_phone":"{{Canary}}",
             "parking_places":[{"id":"P-1","physical_reference":"{{Canary}}","vehicle_types":["{{Canary}}"],"direction":"{{Canary}}","images":[{{Image}}],"standards":["{{Canary}}"],"apds_reference":"{{Canary}}"}],
             "evses":[{"uid":"E-1","evse_id":"GB*EXA*E1","status":"AVAILABLE","status_schedule":[{"period_begin":"{{Canary}}","status":"{{Canary}}"}],"capabilities":["RFID_READER"],
               "connectors":[{"id":"1","standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_1_PHASE","max_voltage":230,"max_amperage":32,"tariff_ids":["T"],"terms_and_conditions":"{{Canary}}","last_updated":"2026-11-20T08:00:00Z","meter":"{{Canary}}"}],
               "floor_level":"{{Canary}}","physical_reference":"01","directions":{{Text}},"parking_restrictions":["EV_ONLY"],"parking":[{"parking_id":"P-1","evse_position":"{{Canary}}"}],"images":[{{Image}}],
               "accepted_service_providers":["{{Canary}}"],"last_updated":"2026-11-20T08:00:00Z","driver":"{{Canary}}"}],
             "last_updated":"2026-11-20T08:00:00Z","email":"{{Canary}}"}
            """,
        ["tariffs"] = $$"""
            {"country_code":"GB","party_id":"EXA","id":"T-1","currency":"GBP","type":"{{Canary}}","tariff_alt_text":{{Text}},"tariff_alt_url":"{{Canary}}","min_price":{{Price}},"max_price":{{Price}},"tax_included":"NO",
             "elements":[{"price_components":[{"type":"ENERGY","price":0.5,"vat":20,"step_size":1,"note":"{{Canary}}"}],"restrictions":{"note":"{{Canary}}"} }],"energy_mix":{{Mix}},"last_updated":"2026-11-20T08:00:00Z"}
            """,
        ["sessions"] = $$"""
            {"country_code":"GB","party_id":"EXA","id":"S-1","start_date_time":"2026-11-20T08:00:00Z","end_date_time":"2026-11-20T09:00:00Z","kwh":5,"cdr_token":{{Token}},"auth_method":"{{Canary}}",
             "authorization_reference":"{{Canary}}","location_id":"L-1","evse_uid":"E-1","connector_id":"1","meter_id":"{{Canary}}","currency":"GBP","charging_periods":{{Periods}},"total_cost":{{Price}},"status":"COMPLETED",
             "last_updated":"2026-11-20T09:00:00Z","email":"{{Canary}}","licence_plate":"{{Canary}}"}
            """,
        ["cdrs"] = $$"""
            {"country_code":"GB","party_id":"EXA","id":"C-1","start_date_time":"2026-11-20T08:00:00Z","end_date_time":"2026-11-20T09:00:00Z","session_id":"S-1","cdr_token":{{Token}},"auth_method":"{{Canary}}",
             "authorization_reference":"{{Canary}}","cdr_location":{"id":"L-1","name":"{{Canary}}","address":"{{Canary}}","city":"{{Canary}}","postal_code":"{{Canary}}","state":"{{Canary}}","country":"{{Canary}}",
               "coordinates":{"latitude":"{{Canary}}","longitude":"{{Canary}}"},"evse_uid":"E-1","evse_id":"GB*EXA*E1","connector_id":"1","connector_standard":"{{Canary}}","connector_format":"{{Canary}}","connector_power_type":"{{Canary}}"},
             "meter_id":"{{Canary}}","currency":"GBP","tariffs":[{"id":"T-1","tariff_alt_text":{{Text}},"party_id":"{{Canary}}"}],"charging_periods":{{Periods}},
             "signed_data":{"encoding_method":"{{Canary}}","public_key":"{{Canary}}","signed_values":[{"nature":"{{Canary}}","plain_data":"{{Canary}}","signed_data":"{{Canary}}"}],"url":"{{Canary}}"},
             "total_cost":{{Price}},"total_fixed_cost":{{Price}},"total_energy":5,"total_energy_cost":{{Price}},"total_time":1,"total_time_cost":{{Price}},"total_parking_time":0.2,"total_parking_cost":{{Price}},
             "total_reservation_cost":{{Price}},"remark":"{{Canary}}","invoice_reference_id":"{{Canary}}","home_charging_compensation":true,"last_updated":"2026-11-20T09:00:00Z","email":"{{Canary}}"}
            """,
    };

    public static TheoryData<string, string> All()
    {
        var all = new TheoryData<string, string>();
        foreach (var version in new[] { "2.2.1", "2.3.0" })
            foreach (var module in Records.Keys) all.Add(version, module);
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Nothing_of_it_is_kept(string version, string module)
    {
        var good = JsonNode.Parse(Records[module])!.AsObject();
        var (accepted, ofGood) = await PullAsync(version, module, good.DeepClone());
        Assert.Equal((1, 0), (accepted, ofGood.Refused.Count));
        AssertNone(ofGood);

        // Each of these refuses the record, which is then kept cut to the allow-list.
        foreach (var damage in (Action<JsonObject>[])[r => IdsOf(r)["id"] = new string('x', 500), r => IdsOf(r)["uid"] = new string('x', 500), r => r["start_date_time"] = "yesterday", r => r["evses"] = new JsonObject { ["driver"] = Canary }])
        {
            var spoilt = good.DeepClone().AsObject();
            damage(spoilt);
            var (_, pulled) = await PullAsync(version, module, spoilt);
            AssertNone(pulled);
        }
    }

    private static JsonObject IdsOf(JsonObject record) => record["evses"] is JsonArray evses ? evses[0]!.AsObject() : record;

    private static async Task<(int Accepted, Pulled Pulled)> PullAsync(string version, string module, JsonNode record)
    {
        var dataset = Dataset.Named(module) ?? Dataset.ChargingSessions;
        var feed = PretendFeed.Feed($"ocpi-{version}", f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = false, SessionModules = [module] } });
        var pulled = await new PretendFeed(_ => PretendFeed.Json($$"""{"data":[{{record.ToJsonString()}}],"status_code":1000,"status_message":"{{Canary}}"}""")).PullAsync(feed, dataset);
        return (pulled.Pages.Sum(p => p.Records.Count) - pulled.Refused.Count, pulled);
    }

    private static void AssertNone(Pulled pulled)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var r in pulled.ChargePoints) HubJson.Write(buffer, r.Record);
        foreach (var r in pulled.Tariffs) HubJson.Write(buffer, r.Record);
        foreach (var r in pulled.Sessions) HubJson.Write(buffer, r.Record);
        HubJson.Write(buffer, pulled.Findings);
        var kept = new StringBuilder(Encoding.UTF8.GetString(buffer.WrittenSpan));
        foreach (var r in pulled.Refused) kept.Append(Encoding.UTF8.GetString(r.Document.Span)).Append(r.OwnId);
        Assert.DoesNotContain(Canary, kept.ToString(), StringComparison.Ordinal);
    }
}
