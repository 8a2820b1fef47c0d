using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>Real files of real operators, taken in by an operator file alone. Their counts were made by another program, from the same rules.</summary>
public sealed class RealFeedsTests
{
    [RealDataFact]
    public async Task Char_gy_a_recorded_page_of_many_is_kept_and_proves_nothing_when_the_next_is_refused()
    {
        var feed = new PretendFeed(url => url.Query.Contains("offset=0", StringComparison.Ordinal) ? Recorded("char-gy", "chargy_locations_page1.json") : PretendFeed.Fails(FailureKind.Forbidden));

        var pulled = await feed.PullAsync(OcpiFeed.Of("char-gy"), Dataset.ChargePoints);

        Assert.Equal((FailureKind.Forbidden, false), (pulled.Failure?.Kind, pulled.IsProven));
        Assert.Equal(["?offset=0&limit=50", "?offset=1&limit=2"], feed.Asked.Select(u => u.Query));
        Assert.NotNull(feed.Continuations[0]);
        Assert.Equal(2, pulled.ChargePoints.Count);
        Assert.Equal(["power-derived 2", "text-trimmed 2"], pulled.FindingCounts);
        Assert.Equal([Status.Available, Status.Available], pulled.Statuses.Select(s => s.Status));
        var first = pulled.ChargePoints[0].Record;
        Assert.Equal(("char-gy:7537c966-4204-480b-b886-b36da876a856", "GB*CGY*E*00022"), (first.ChargePointId, first.EvseId));
        Assert.Equal((51.5784972m, -0.0641408m), (first.Latitude, first.Longitude));
        Assert.Equal((5.06m, PowerBand.Slow, true, LocationType.OnStreet), (first.MaxPowerKw, first.PowerBand, first.OnStreet, first.LocationType));
        Assert.True(first.Connectors[0].PowerDerived);
        Assert.Equal(["char-gy:fd80692e-6fe0-42de-9f5f-88a292df9d42"], first.Connectors[0].TariffIds);
        Assert.Equal("Haringey", pulled.ChargePoints[1].Record.OwnerName);
        Assert.Equal("Seaford Road", pulled.ChargePoints[1].Record.Address);
    }

    [RealDataFact]
    public async Task Char_gy_two_lamp_columns_in_one_whole_answer()
    {
        var pulled = await PullAsync("char-gy", "chargy-locations-response.json");

        Assert.Equal(2, pulled.ChargePoints.Count);
        Assert.Equal(["power-derived 2", "text-trimmed 2"], pulled.FindingCounts);
        Assert.Equal((2, 0, 0), Statuses(pulled));
    }

    [RealDataFact]
    public async Task Evolt_14_tariffs_whose_dates_have_no_Z()
    {
        var pulled = await PullAsync("evolt", "evolt_tariffs.json", Dataset.Tariffs, isRecorded: true);

        Assert.Equal(14, pulled.Tariffs.Count);
        Assert.Equal([], pulled.FindingCounts);
        Assert.All(pulled.Tariffs, t => Assert.Equal("GBP", t.Record.Currency));
        Assert.Equal([null, 20m, 25m, 26.7m, 40m, 46.7m, 54.2m, 56.7m], pulled.Tariffs.Select(t => t.Record.PencePerKwh).Distinct().Order());
    }

    [RealDataFact]
    public async Task Char_gy_tariffs_in_three_currencies_are_told_and_only_a_plain_pound_price_is_derived()
    {
        var pulled = await PullAsync("char-gy", "chargy-tariffs-response.json", Dataset.Tariffs);

        Assert.Equal(["EUR", "GBP", "USD"], pulled.Tariffs.Select(t => t.Record.Currency).Distinct().Order());
        Assert.All(pulled.Tariffs, t => Assert.Equal(t.Record.Currency != "GBP", t.Findings.Any(f => f.Rule == "currency-not-gbp")));
        Assert.All(pulled.Tariffs, t => Assert.Contains(t.Findings, f => f.Rule == "vat-unstated"));
        Assert.All(pulled.Tariffs.Where(t => t.Record.Currency != "GBP"), t => Assert.Null(t.Record.PencePerKwh));
    }

    [RealDataFact]
    public async Task Ezvolt_222_charge_points()
    {
        var pulled = await PullAsync("ezvolt", "ocpi_2_2_1_locations-ezvolt.json");

        Assert.Equal(222, pulled.ChargePoints.Count);
        Assert.Equal(["evse-id-malformed 222", "placeholder-value 222", "power-disagrees 60", "text-trimmed 36"], pulled.FindingCounts);
        Assert.Equal(["140 Slow", "32 Fast", "38 Rapid", "12 UltraRapid"], Bands(pulled));
        Assert.Equal((144, 24, 54), Statuses(pulled));
        Assert.All(pulled.ChargePoints, c => Assert.InRange(c.Record.Latitude!.Value, -23.627272m, -12.981649m));
    }

    [RealDataFact]
    public async Task Ev24_13_charge_points_whose_watts_are_kilowatts()
    {
        var pulled = await PullAsync("ev24", "ocpi_2_2_1_locations-ev24.json");

        Assert.Equal(13, pulled.ChargePoints.Count);
        Assert.Equal(20, pulled.ChargePoints.Sum(c => c.Record.Connectors.Count));
        Assert.Equal(
            [
                "country-not-alpha-3 13", "evse-id-malformed 13", "expected-missing 20", "placeholder-value 2", "power-disagrees 2",
                "power-unit-suspected-kw 20", "text-trimmed 8",
            ],
            pulled.FindingCounts);
        Assert.Equal(["13 Fast"], Bands(pulled));
        Assert.Equal((49.7699775m, 20.8313227m), (pulled.ChargePoints[0].Record.Latitude, pulled.ChargePoints[0].Record.Longitude));
        Assert.Equal(new DateTimeOffset(2025, 10, 31, 15, 13, 7, TimeSpan.Zero), pulled.ChargePoints[0].Record.LastUpdated);
        Assert.Equal((13, 0, 0), Statuses(pulled));
    }

    [RealDataFact]
    public async Task Ludwigsburg_273_charge_points_with_tariffs_from_their_EVSEs()
    {
        var pulled = await PullAsync("ludwigsburg", "ocpi_chargecloud_ludwigsburg_data_request_1.json");

        Assert.Equal(273, pulled.ChargePoints.Count);
        Assert.Equal(5, pulled.Tariffs.Count);
        Assert.Equal(["currency-not-gbp 5", "expected-missing 5", "power-disagrees 10", "vat-unstated 5"], pulled.FindingCounts);
        Assert.Equal(["253 Fast", "12 Rapid", "8 UltraRapid"], Bands(pulled));
        Assert.All(pulled.ChargePoints, c => Assert.All(c.Record.Connectors, n => Assert.NotEmpty(n.TariffIds)));
        Assert.Equal((226, 40, 7), Statuses(pulled));
    }

    [RealDataFact]
    public async Task Evio_29_charge_points_in_a_bare_list()
    {
        var pulled = await PullAsync("evio", "ocpi_2_2_locations-evio.json");

        Assert.Equal(29, pulled.ChargePoints.Count);
        Assert.Equal(["placeholder-value 4", "power-derived 29", "text-as-number 58"], pulled.FindingCounts);
        Assert.Equal(["1 Slow", "25 Fast", "2 Rapid", "1 UltraRapid"], Bands(pulled));
        Assert.Equal((19, 3, 7), Statuses(pulled));
        Assert.Equal((40.579958m, -8.581911m), (pulled.ChargePoints[0].Record.Latitude, pulled.ChargePoints[0].Record.Longitude));
    }

    private static IEnumerable<string> Bands(Pulled pulled) =>
        pulled.ChargePoints.GroupBy(c => c.Record.PowerBand).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}");

    private static (int Available, int Charging, int Other) Statuses(Pulled pulled) =>
        (pulled.Statuses.Count(s => s.Status == Status.Available),
            pulled.Statuses.Count(s => s.Status == Status.Charging),
            pulled.Statuses.Count(s => s.Status is not (Status.Available or Status.Charging)));

    /// <param name="isRecorded">The file holds the answer with its headers.</param>
    private static async Task<Pulled> PullAsync(string name, string file, Dataset? dataset = null, bool isRecorded = false)
    {
        var pulled = await new PretendFeed(_ => isRecorded ? Recorded(name, file) : PretendFeed.Json(File.ReadAllText(RealData.Path("data", "feeds", name, file))))
            .PullAsync(OcpiFeed.Of(name), dataset ?? Dataset.ChargePoints);
        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Empty(pulled.Refused);
        return pulled;
    }

    private static FetchResult Recorded(string name, string file)
    {
        using var recorded = JsonDocument.Parse(File.ReadAllText(RealData.Path("data", "feeds", name, file)));
        var response = recorded.RootElement.GetProperty("response");
        return PretendFeed.Json(response.GetProperty("body").GetRawText(), [.. response.GetProperty("headers").EnumerateObject().Select(h => (h.Name, h.Value.GetString()!))]);
    }
}
