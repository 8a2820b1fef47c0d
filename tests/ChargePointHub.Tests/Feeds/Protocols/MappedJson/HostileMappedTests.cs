using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>No answer makes the mapping throw: each value of a good one, lists and objects too, is replaced by each thing that people send.</summary>
public sealed class HostileMappedTests
{
    private static readonly string[] Hostile =
    [
        "null", "\"\"", "\" \"", "\"n/a\"", "\"\\ud800\"", "\"a\\u0000b\"", "0", "-1", "1e400", "123456789012345678901234567890123456789", "0.00000000000000000000000000000001",
        "9223372036854775807", "-9223372036854775808", "253402300799", "253402300800000", "true", "[]", "{}", "[null]", "[[1]]", "{\"a\":{\"b\":[]}}", "[{}]", "{\"\\ud800\":1}",
        $"\"{new string('x', 3000)}\"", "\"31/02/2026 25:61\"", "\"12 kWh 7\"",
    ];

    private const string ChargePointAnswer = """
        {"ok": "yes", "total": 1, "next": null, "states": [{"cp": "A", "s": "on", "at": 1782895000}], "sites": [{"id": 7, "geo": [51.5, -0.1], "point": "51.5 -0.1",
         "chargers": {"A": {"w": "7.4 kW", "pence": 0.45, "pay": "card,app", "open": "24/7", "hours": {"twentyfourseven": true}, "seen": "01/07/2026 09:30", "since": 1782895000,
         "plugs": [{"t": "CCS", "k": 50, "tariffs": ["x"]}]}}}]}
        """;

    private const string ChargePointMapping = """
        {"accept": {"path": "/ok", "is": ["yes"]}, "paging": {"by": "cursor", "next": "/next", "total": "/total", "key": "/id"}, "request": {"query": {"c": "{cursor}"}},
         "records": ["/sites", {"at": "/chargers", "as": "object"}], "only": {"path": "../id", "is": ["7", "null", "0", "-1"]},
         "status": {"records": ["/states"], "fields": {"charge_point_id": "/cp", "status": {"path": "/s", "words": {"on": "AVAILABLE"}}, "status_since": {"path": "/at", "format": "epoch_s"}}},
         "fields": {"charge_point_id": "#key", "location_id": "../id", "latitude": "../geo/0", "longitude": {"path": "../point", "match": " (\\S+)$"}, "uprn": "/w",
          "max_power_kw": {"path": "/w", "match": "^([0-9.]+) kW$", "unit": "W"}, "price_pence_per_kwh": {"path": "/pence", "unit": "pounds"}, "model": {"path": ["/w", "/open"], "join": " "},
          "payment_methods": {"path": "/pay", "split": ",", "words": {"card": "CONTACTLESS"}, "otherwise": "APP"}, "opening_hours": "/hours", "access": {"path": "/open", "words": {"24/7": "PUBLIC"}},
          "commissioned_on": {"path": "/seen", "format": "dd/MM/yyyy HH:mm"}, "last_updated": {"path": "/since", "format": "epoch_ms"}, "publish": {"path": "/open", "words": {"24/7": "true"}},
          "connectors": {"at": "/plugs", "only": {"path": "/t", "is": ["CCS"]}, "fields": {"standard": {"path": "/t", "words": {"CCS": "IEC_62196_T2_COMBO"}}, "max_power_kw": "/k", "tariff_ids": "/tariffs"}}}}
        """;

    private const string SessionAnswer = """[{"id": 1, "cp": "A", "from": 1795089700000, "to": "20/11/2026 09:30", "wh": 7421, "cost": "640", "secs": 90, "end": "user", "ok": true}]""";

    private const string SessionMapping = """
        {"request": {"query": {"since": "{from}"}}, "fields": {"session_id": {"path": ["/id", "#index"], "join": "-"}, "charge_point_id": "/cp", "plug_in_at": {"path": "/from", "format": "epoch_ms"},
         "plug_out_at": {"path": "/to", "format": "dd/MM/yyyy HH:mm"}, "energy_kwh": {"path": "/wh", "unit": "Wh"}, "cost_inc_vat": {"path": "/cost", "unit": "pence"},
         "charging_minutes": {"path": "/secs", "unit": "seconds"}, "ended_by": "/end", "outcome": {"path": "/ok", "words": {"true": "SUCCESS"}, "ignore": ["false"]}}}
        """;

    [Theory]
    [InlineData("charge_points", "", ChargePointMapping, ChargePointAnswer, 600)]
    [InlineData("charging_sessions", "\"axis\": \"plug_in_at\",", SessionMapping, SessionAnswer, 250)]
    public async Task Whatever_stands_in_any_place_it_is_a_page_or_a_failure(string dataset, string plan, string mapping, string answer, int atLeast)
    {
        var feed = MappedFeed.With(dataset, mapping, plan);
        Assert.True((await PullAsync(feed, answer)).IsProven);
        var tried = 0;
        foreach (var spoilt in Spoilt(JsonNode.Parse(answer)!))
        {
            var pulled = await PullAsync(feed, spoilt);
            Assert.True(pulled.IsProven || pulled.Failure is { Kind: FailureKind.ProtocolError or FailureKind.LoopDetected }, spoilt);
            Assert.All(pulled.Refused, r => JsonDocument.Parse(r.Document).Dispose());
            tried++;
        }

        Assert.True(tried > atLeast, $"{tried}");
    }

    private static Task<Pulled> PullAsync(FeedDefinition feed, string answer) =>
        new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(feed, feed.Datasets[0].Dataset, window: feed.Datasets[0].Dataset.IsSnapshot ? null : PretendFeed.Day);

    private static IEnumerable<string> Spoilt(JsonNode whole)
    {
        const string place = "put the value here";
        foreach (var path in Places(whole).ToList())
        {
            var copy = whole.DeepClone();
            var holder = copy;
            foreach (var step in path[..^1]) holder = step is int i ? holder![i] : holder![(string)step];
            if (path[^1] is int last) holder![last] = place;
            else holder![(string)path[^1]] = place;
            foreach (var value in Hostile) yield return copy.ToJsonString().Replace($"\"{place}\"", value, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<object[]> Places(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => (object[][])[[p.Key], .. Places(p.Value).Select(below => (object[])[p.Key, .. below])]),
        JsonArray a => a.SelectMany((item, i) => (object[][])[[i], .. Places(item).Select(below => (object[])[i, .. below])]),
        _ => [],
    };
}
