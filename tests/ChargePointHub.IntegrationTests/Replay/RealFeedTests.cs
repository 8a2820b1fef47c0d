using System.Text.Json;
using ChargePointHub.Tests;

namespace ChargePointHub.IntegrationTests.Replay;

/// <summary>Real files of real operators, from a manifest through the hub to what its API serves.</summary>
public sealed class RealFeedTests(ReplayedOperators replayed) : IClassFixture<ReplayedOperators>
{
    [RealDataFact]
    public async Task Char_gy_in_its_own_words()
    {
        var served = await EqualAsync("char-gy", ["char-gy", "chargy-locations-response.json"], ["data"], words: new() { ["WORKING"] = "AVAILABLE", ["FAULTED"] = "OUTOFORDER" });

        Assert.Equal(["AVAILABLE 2"], Statuses(served));
        Assert.All(served, c => Assert.Equal(5.06m, c.GetProperty("max_power_kw").GetDecimal()));
        Assert.All(served, c => Assert.True(c.GetProperty("connectors")[0].GetProperty("power_derived").GetBoolean()));
        Assert.Equal(
            [
                "charge_points power-derived 2", "charge_points text-trimmed 2", "tariffs currency-not-gbp 2", "tariffs vat-unstated 3",
            ],
            await replayed.FindingsAsync("char-gy"));
        var tariffs = await replayed.AllAsync("/v1/tariffs?limit=1&operator=char-gy");
        Assert.Equal(
            ["char-gy:a38338f7-96fa-4c71-8b61-f1a8f5f179b2 EUR", "char-gy:f61692a5-b7af-48cc-b6e5-f63ff3e2a801 USD", "char-gy:fd80692e-6fe0-42de-9f5f-88a292df9d42 GBP"],
            tariffs.Select(t => $"{t.GetProperty("tariff_id").GetString()} {t.GetProperty("currency").GetString()}").Order(StringComparer.Ordinal));
    }

    [RealDataFact]
    public async Task Char_gy_as_recorded_whose_words_nobody_explained()
    {
        var served = await EqualAsync("char-gy-page", ["char-gy", "chargy_locations_page1.json"], ["response", "body", "data"], words: new() { ["WORKING"] = "UNKNOWN" });

        Assert.Equal(["UNKNOWN 2"], Statuses(served));
        Assert.Equal(3, (await replayed.AllAsync("/v1/tariffs?limit=50&operator=char-gy-page")).Count);
        Assert.Equal(
            [
                "charge_points power-derived 2", "charge_points text-trimmed 2", "charge_points word-unknown 2", "tariffs currency-not-gbp 2",
                "tariffs vat-unstated 3",
            ],
            await replayed.FindingsAsync("char-gy-page"));
    }

    [RealDataFact]
    public async Task Ezvolt_222_charge_points()
    {
        var served = await EqualAsync("ezvolt", ["ezvolt", "ocpi_2_2_1_locations-ezvolt.json"], ["data"]);

        Assert.Equal(222, served.Count);
        Assert.Equal(["AVAILABLE 144", "CHARGING 24", "OUTOFORDER 54"], Statuses(served));
        Assert.Equal(["fast 32", "rapid 38", "slow 140", "ultra_rapid 12"], Bands(served));
        Assert.Equal(
            ["charge_points evse-id-malformed 222", "charge_points placeholder-value 222", "charge_points power-disagrees 60", "charge_points text-trimmed 36"],
            await replayed.FindingsAsync("ezvolt"));
    }

    [RealDataFact]
    public async Task Ev24_whose_watts_are_kilowatts()
    {
        var served = await EqualAsync("ev24", ["ev24", "ocpi_2_2_1_locations-ev24.json"], ["data"]);

        Assert.Equal(13, served.Count);
        Assert.Equal(20, served.Sum(c => c.GetProperty("connectors").GetArrayLength()));
        Assert.Equal(["AVAILABLE 13"], Statuses(served));
        Assert.Equal(["fast 13"], Bands(served));
        Assert.All(served, c => Assert.Equal("EV24", c.GetProperty("operator_name").GetString()));
        Assert.Equal(
            [
                "charge_points country-not-alpha-3 13", "charge_points evse-id-malformed 13", "charge_points expected-missing 20", "charge_points placeholder-value 2",
                "charge_points power-disagrees 2", "charge_points power-unit-suspected-kw 20", "charge_points text-trimmed 8",
            ],
            await replayed.FindingsAsync("ev24"));
    }

    [RealDataFact]
    public async Task Ludwigsburg_whose_tariffs_stand_in_its_EVSEs()
    {
        var served = await EqualAsync("ludwigsburg", ["ludwigsburg", "ocpi_chargecloud_ludwigsburg_data_request_1.json"], ["items"]);

        Assert.Equal(273, served.Count);
        Assert.Equal(["AVAILABLE 226", "CHARGING 40", "INOPERATIVE 6", "OUTOFORDER 1"], Statuses(served));
        Assert.Equal(["fast 253", "rapid 12", "ultra_rapid 8"], Bands(served));
        var tariffs = await replayed.AllAsync("/v1/tariffs?limit=2&operator=ludwigsburg");
        var named = served.SelectMany(c => c.GetProperty("connectors").EnumerateArray()).SelectMany(c => c.GetProperty("tariff_ids").EnumerateArray()).Select(t => t.GetString());
        Assert.Equal(named.Distinct().Order(), tariffs.Select(t => t.GetProperty("tariff_id").GetString()).Order());
        Assert.Equal(5, tariffs.Count);
        Assert.Equal(
            ["charge_points power-disagrees 10", "tariffs currency-not-gbp 5", "tariffs expected-missing 5", "tariffs vat-unstated 5"],
            await replayed.FindingsAsync("ludwigsburg"));
    }

    [RealDataFact]
    public async Task Evio_a_bare_list()
    {
        var served = await EqualAsync("evio", ["evio", "ocpi_2_2_locations-evio.json"], []);

        Assert.Equal(29, served.Count);
        Assert.Equal(["AVAILABLE 19", "CHARGING 3", "OUTOFORDER 7"], Statuses(served));
        Assert.Equal(["fast 25", "rapid 2", "slow 1", "ultra_rapid 1"], Bands(served));
        Assert.Equal(
            ["charge_points placeholder-value 4", "charge_points power-derived 29", "charge_points text-as-number 58"],
            await replayed.FindingsAsync("evio"));
    }

    /// <summary>Every EVSE of the file is served exactly once, as it stands there.</summary>
    private async Task<List<JsonElement>> EqualAsync(string operatorId, string[] file, string[] at, Dictionary<string, string>? words = null)
    {
        var served = await replayed.AllAsync($"/v1/charge-points?limit=100&operator={operatorId}");
        var raw = RawEvse.ReadAll(RealData.Path(["data", "feeds", .. file]), at);
        string Ours(string id) => $"{operatorId}:{id}";
        Assert.Equal(raw.Select(e => Ours(e.Uid)).Order(StringComparer.Ordinal), served.Select(c => c.GetProperty("charge_point_id").GetString()!).Order(StringComparer.Ordinal));
        var byId = served.ToDictionary(c => c.GetProperty("charge_point_id").GetString()!);
        foreach (var evse in raw)
        {
            var c = byId[Ours(evse.Uid)];
            var connectors = c.GetProperty("connectors").EnumerateArray().ToList();
            Assert.Equal((evse.Latitude, evse.Longitude), (c.GetProperty("latitude").GetDecimal(), c.GetProperty("longitude").GetDecimal()));
            Assert.Equal(words?.GetValueOrDefault(evse.Status) ?? evse.Status, c.GetProperty("status").GetString());
            Assert.Equal(evse.Connectors.Select(n => (n.Id, n.Kw)), connectors.Select(n => (n.GetProperty("connector_id").GetString()!, (decimal?)n.GetProperty("max_power_kw").GetDecimal())));
            Assert.Equal(
                evse.Connectors.Select(n => string.Join(' ', n.TariffIds.Select(Ours))),
                connectors.Select(n => string.Join(' ', n.GetProperty("tariff_ids").EnumerateArray().Select(t => t.GetString()))));
            Assert.Equal(evse.Connectors.Max(n => n.Kw), c.GetProperty("max_power_kw").GetDecimal());
        }

        return served;
    }

    private static IEnumerable<string> Statuses(List<JsonElement> served) => Counts(served, "status");

    private static IEnumerable<string> Bands(List<JsonElement> served) => Counts(served, "power_band");

    private static IEnumerable<string> Counts(List<JsonElement> served, string field) =>
        served.GroupBy(c => c.GetProperty(field).GetString()).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}");
}
