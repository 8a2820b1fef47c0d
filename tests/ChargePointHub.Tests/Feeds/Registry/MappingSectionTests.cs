using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

/// <summary>Wrong mappings: every fault with its place, in one go.</summary>
public sealed class MappingSectionTests : IDisposable
{
    private readonly OperatorFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void What_delimited_text_cannot_be_is_a_fault()
    {
        files.Write("wrong.json", """
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "main", "protocol": "mapped-json", "base_url": "https://operator.example/feed", "zone": "Europe/London", "datasets": [
              {"dataset": "charge_points", "mapping": {
                "request": {"answer": "csv", "csv": {"sheet": "One", "delimiter": "colon"}, "zip_entry": " "}, "records": ["/data"], "accept": {"path": "/ok", "is": ["1"]}, "paging": {"by": "none", "total": "/total"},
                "only": {"path": "../kind", "is": ["1"]}, "status": {"request": {"csv": {}}, "fields": {"charge_point_id": "/id", "status": "/a/b"}},
                "fields": {"charge_point_id": "/a/b", "address": "../address", "city": "#value", "location_id": "#key", "connectors": {"at": "/plugs", "fields": {"standard": "/t"}}}}},
              {"dataset": "tariffs", "mapping": {"for_each": {"request": {"answer": "csv"}, "id": "/a/b"}, "request": {"path": "{id}"}, "fields": {"tariff_id": "#id"}}}]}]}
            """);

        const string A = "/feeds/0/datasets/0/mapping", M = "mapping-not-possible";
        (string, string)[] expected =
        [
            ($"{A}/request/csv/sheet", "unknown-property"), ($"{A}/request/csv/delimiter", "bad-value"), ($"{A}/request/zip_entry", "wrong-type"), ($"{A}/records", M), ($"{A}/accept", M), ($"{A}/paging", M),
            ($"{A}/only/path", M), ($"{A}/status/request/csv", M), ($"{A}/fields", M), ($"{A}/fields", M), ($"{A}/fields", M), ($"{A}/fields/address", M), ($"{A}/status/fields", M),
            ("/feeds/0/datasets/1/mapping/for_each/id", M),
        ];
        Assert.Equal(expected.Order(), files.Faults().Select(f => (f.Pointer, f.Code)).Order());
    }

    [Fact]
    public void All_faults_of_a_wrong_mapping_are_found_in_one_go()
    {
        files.Write("wrong.json", """
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "main", "protocol": "mapped-json", "base_url": "https://operator.example/feed",
             "credential": "env:KEY", "datasets": [
              {"dataset": "charge_points", "mapping": {
                "request": {"path": "../x", "query": {"p": "{pgae}", "k": "{credential}", "since": "{from}"}, "headers": {"Host": "a", "B d": "x", "Content-Type": "text/csv"}, "body": {"a": ["{form}"]}, "answer": "line"},
                "paging": {"by": "cursor", "first": 7, "total_header": "no header"},
                "accept": {"path": "ok", "is": []},
                "records": ["data", {"at": "/x", "as": "lists"}],
                "only": {"path": "../../../up", "is": ["1"]},
                "status": {"fields": {"status": "/s"}},
                "fields": {
                  "charge_point_id": "id", "latitud": "/lat", "owner_name": "/customer_name", "max_power_kw": {"path": "/p", "unit": "Wh"},
                  "status": {"path": "/s", "words": {"on": "AVAILABEL"}, "otherwise": "GONE"}, "city": {"path": "/c", "match": "(", "unit": "kW", "decimal": ","}, "postcode": "/a/*/b",
                  "address": {}, "last_updated": {"path": "/u", "format": "HH:mm"}, "publish": {"constant": "perhaps"}, "latitude": {"path": [], "split": ","},
                  "connectors": {"fields": {"standard": {"path": "/t", "words": {"t2": "TYPE_2"}}, "power": "/p"}}}}},
              {"dataset": "charging_sessions", "axis": "plug_in_at", "carried_by": "charge_points", "mapping": {
                "request": {"query": {"id": "{id}", "page": "{page}"}}, "for_each": {"request": {"query": {"x": "{to}"}}},
                "fields": {"session_id": "/id", "charge_point_id": "/cp"}}},
              {"dataset": "tariffs", "mapping": {"fields": {"tariff_id": "#id", "elements": "/e", "price_per_kwh": "/p"}}}]}]}
            """);

        var faults = files.Faults();

        const string A = "/feeds/0/datasets/0/mapping", B = "/feeds/0/datasets/1/mapping", C = "/feeds/0/datasets/2/mapping";
        (string, string)[] expected =
        [
            ("/feeds/0/zone", "missing"),
            ($"{A}/request/path", "bad-value"), ($"{A}/request/query/p", "mapping-not-possible"), ($"{A}/request/query/k", "mapping-not-possible"),
            ($"{A}/request/headers/Host", "mapping-not-possible"), ($"{A}/request/headers/B d", "mapping-not-possible"),
            ($"{A}/request/headers/Content-Type", "mapping-not-possible"), ($"{A}/request/body/a/0", "mapping-not-possible"), ($"{A}/request/answer", "bad-value"), ($"{A}/request", "mapping-not-possible"),
            ($"{A}/request", "mapping-not-possible"), ($"{A}/paging/next", "mapping-not-possible"), ($"{A}/paging/first", "out-of-range"),
            ($"{A}/paging/total_header", "bad-value"), ($"{A}/accept/path", "bad-value"), ($"{A}/accept/is", "missing"), ($"{A}/records/0", "bad-value"),
            ($"{A}/records/1/as", "bad-value"), ($"{A}/status/fields/charge_point_id", "mapping-not-possible"), ($"{A}/status", "mapping-not-possible"),
            ($"{A}/fields/charge_point_id", "bad-value"), ($"{A}/fields/latitud", "unknown-property"), ($"{A}/fields/owner_name", "personal-field"),
            ($"{A}/fields/max_power_kw/unit", "mapping-not-possible"), ($"{A}/fields/status/words/on", "mapping-not-possible"),
            ($"{A}/fields/status/otherwise", "mapping-not-possible"), ($"{A}/fields/city/match", "mapping-not-possible"),
            ($"{A}/fields/city/unit", "mapping-not-possible"), ($"{A}/fields/city/decimal", "mapping-not-possible"), ($"{A}/fields/postcode", "mapping-not-possible"), ($"{A}/fields/address/path", "mapping-not-possible"),
            ($"{A}/fields/last_updated/format", "mapping-not-possible"), ($"{A}/fields/publish/constant", "mapping-not-possible"),
            ($"{A}/fields/latitude/path", "missing"), ($"{A}/fields/latitude/split", "mapping-not-possible"),
            ($"{A}/fields/connectors/fields/standard/words/t2", "mapping-not-possible"), ($"{A}/fields/connectors/fields/power", "unknown-property"),
            ("/feeds/0/datasets/1/carried_by", "mapping-not-possible"), ($"{B}/request", "mapping-not-possible"), ($"{B}/request", "mapping-not-possible"),
            ($"{B}/for_each/id", "missing"), ($"{B}/for_each/request", "mapping-not-possible"), ($"{B}/fields/plug_in_at", "mapping-not-possible"),
            ($"{C}/fields", "mapping-not-possible"),
        ];
        Assert.Equal(expected.Order(), faults.Select(f => (f.Pointer, f.Code)).Order());
        Assert.Contains("Was {page} meant?", faults.Single(f => f.Pointer.EndsWith("/query/p", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
        Assert.Contains("Was AVAILABLE meant?", faults.Single(f => f.Pointer.EndsWith("/words/on", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
        Assert.Contains("Was latitude meant?", faults.Single(f => f.Pointer.EndsWith("/latitud", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
    }
}
