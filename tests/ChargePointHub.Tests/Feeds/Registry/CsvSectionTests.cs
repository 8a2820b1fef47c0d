using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

/// <summary>Wrong files of feeds that are handed in: every fault with its place, in one go.</summary>
public sealed class CsvSectionTests : IDisposable
{
    private readonly OperatorFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void All_faults_of_a_wrong_feed_are_found_in_one_go()
    {
        files.Write("wrong.json", """
            {"operator_id": "example", "name": "Example", "feeds": [
             {"feed_id": "files", "protocol": "csv-v1", "base_url": "https://operator.example/", "credential": "env:KEY", "limits": [],
              "csv": {"delimiter": ";", "quote": "none", "encoding": "utf-16", "decimal": "comma", "group": "comma", "nulls": [" "], "times": "HH:mm", "header_line": 0, "sheets": "a"},
              "datasets": [
               {"dataset": "charging_sessions", "axis": "last_updated", "cadence": "PT1M", "settle": "PT1M", "mapping": {
                 "request": {}, "fields": {"session_id": "/a/b", "charge_point_id": "Charger", "plug_in_at": "../In", "energy_kwh": {"path": "/E", "unit": "W"}, "ended_by": "/driver_name"}}},
               {"dataset": "charge_points", "freshness": "P500D", "mapping": {"fields": {"charge_point_id": "#id", "connectors": {"at": "/plugs", "fields": {"standard": "/t"}}}}},
               {"dataset": "tariffs"}]},
             {"feed_id": "api", "protocol": "loti-v1", "base_url": "https://operator.example/", "csv": {}, "datasets": [{"dataset": "status_changes", "axis": "at"}]}]}
            """);

        var faults = files.Faults();

        const string F = "/feeds/0", A = "/feeds/0/datasets/0", B = "/feeds/0/datasets/1";
        (string, string)[] expected =
        [
            ($"{F}/base_url", "mapping-not-possible"), ($"{F}/credential", "mapping-not-possible"), ($"{F}/limits", "mapping-not-possible"), ($"{F}/zone", "missing"),
            ($"{F}/csv/delimiter", "bad-value"), ($"{F}/csv/quote", "bad-value"), ($"{F}/csv/encoding", "bad-value"), ($"{F}/csv/group", "mapping-not-possible"),
            ($"{F}/csv/nulls/0", "bad-value"), ($"{F}/csv/times", "mapping-not-possible"), ($"{F}/csv/header_line", "out-of-range"), ($"{F}/csv/sheets", "unknown-property"),
            ($"{A}/axis", "mapping-not-possible"), ($"{A}/cadence", "out-of-range"), ($"{A}/settle", "mapping-not-possible"), ($"{A}/mapping/request", "unknown-property"),
            ($"{A}/mapping/fields", "mapping-not-possible"), ($"{A}/mapping/fields/charge_point_id", "bad-value"), ($"{A}/mapping/fields/plug_in_at", "mapping-not-possible"),
            ($"{A}/mapping/fields/energy_kwh/unit", "mapping-not-possible"), ($"{A}/mapping/fields/ended_by", "personal-field"),
            ($"{B}/freshness", "out-of-range"), ($"{B}/mapping/fields", "mapping-not-possible"), ($"{B}/mapping/fields", "mapping-not-possible"),
            ("/feeds/0/datasets/2/mapping", "mapping-not-possible"), ("/feeds/1/csv", "mapping-not-possible"),
        ];
        Assert.Equal(expected.Order(), faults.Select(f => (f.Pointer, f.Code)).Order());
    }
}
