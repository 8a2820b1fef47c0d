using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>Real files of real operators, taken in by an operator file alone. Counts of records were made by another program.</summary>
public sealed class MappedRealFeedsTests
{
    [RealDataFact]
    public async Task Swiss_open_data_551_charge_points_with_status_from_a_list_of_its_own()
    {
        var pulled = await PullAsync("opendata-swiss", Dataset.ChargePoints, url => url.AbsolutePath.EndsWith("static", StringComparison.Ordinal)
            ? ["opendata-swiss", "opendata_swiss_opendata_swiss_static.json"]
            : ["opendata-swiss", "opendata_swiss_opendata_swiss_realtime.json"]);

        Assert.Equal(551, pulled.ChargePoints.Count);
        Assert.Equal(["evse-id-malformed 52", "expected-missing 1102", "number-as-text 52", "outside-territory 1", "power-disagrees 52", "time-without-zone 52"], pulled.FindingCounts);
        Assert.Equal("opendata-swiss:CH*REPE662*01*1", pulled.ChargePoints.Single(c => c.Findings.Any(f => f.Rule == "outside-territory")).Record.ChargePointId);
        Assert.Equal(["413 Available", "63 Charging", "62 OutOfOrder", "13 Unknown"], Statuses(pulled));
        var first = pulled.ChargePoints[0].Record;
        Assert.Equal(("opendata-swiss:CH*REPE020*01*1", "PLUG N ROLL"), (first.ChargePointId, first.OwnerName));
        Assert.Equal(["IEC_62196_T2"], first.Connectors.Select(c => c.Standard));
        Assert.Equal([PaymentMethod.Rfid, PaymentMethod.App], first.PaymentMethods.Order().Reverse());
    }

    [RealDataFact]
    public async Task The_national_registry_five_devices_all_in_text()
    {
        var pulled = await PullAsync("ncr", Dataset.ChargePoints, _ => ["ncr", "ncr_registry_london_sample.json"]);

        Assert.Equal(5, pulled.ChargePoints.Count);
        Assert.Equal(["expected-missing 13", "number-as-text 37", "placeholder-value 9", "time-without-zone 4", "time-zero-date 1"], pulled.FindingCounts);
        Assert.Equal(["3 Available", "2 Inoperative"], Statuses(pulled));
        Assert.All(pulled.ChargePoints, c => Assert.Null(c.Record.DecommissionedOn));
        Assert.All(pulled.ChargePoints, c => Assert.True(c.Record.Published));
        Assert.Equal(new DateOnly(2014, 8, 19), pulled.ChargePoints[0].Record.CommissionedOn);
        Assert.Equal(new DateTimeOffset(2015, 8, 26, 10, 39, 37, TimeSpan.Zero), pulled.ChargePoints[0].Record.LastUpdated);
        Assert.Equal("Asda Roehampton Superstore, 31, Roehampton Vale, Roehampton", pulled.ChargePoints[0].Record.Address);
        Assert.Null(pulled.ChargePoints[4].Record.LastUpdated);
        Assert.Contains(pulled.Findings, f => f is { Rule: "placeholder-value", Pointer: "/DateDeleted" });
    }

    [RealDataFact]
    public async Task Qualicharge_500_charge_points_whose_connectors_are_flags()
    {
        var pulled = await PullAsync("qualicharge", Dataset.ChargePoints, _ => ["qualicharge", "irve_static_head500.ndjson"], isLines: true);

        Assert.Equal(500, pulled.ChargePoints.Count);
        Assert.All(pulled.ChargePoints, c => Assert.InRange(c.Record.Latitude!.Value, -22m, 52m));
        Assert.Equal(["CHADEMO", "DOMESTIC_E", "IEC_62196_T2", "IEC_62196_T2_COMBO"], pulled.ChargePoints.SelectMany(c => c.Record.Connectors).Select(c => c.Standard).Distinct().Order());
        Assert.Equal(["expected-missing 1348", "number-as-text 1001", "time-unusual-form 500", "time-without-zone 500", "word-unknown 7"], pulled.FindingCounts);
    }

    [RealDataFact]
    public async Task Qualicharge_3000_sessions_in_epoch_milliseconds()
    {
        var pulled = await PullAsync("qualicharge", Dataset.ChargingSessions, _ => ["qualicharge", "sessions_head3000.ndjson"], isLines: true);

        Assert.Equal(3000, pulled.Sessions.Count);
        Assert.Empty(pulled.Refused);
        Assert.Equal(["energy-low 40", "expected-missing 3000", "session-short 33"], pulled.FindingCounts);
        Assert.Equal(new DateTimeOffset(2024, 12, 10, 16, 28, 16, TimeSpan.Zero), pulled.Sessions[0].Record.PlugInAt);
        Assert.Equal(46.572m, pulled.Sessions[0].Record.EnergyKwh);
    }

    [RealDataTheory]
    [InlineData("ezvolt", "ocpi_2_2_1_locations-ezvolt.json", "/data", true)]
    [InlineData("ev24", "ocpi_2_2_1_locations-ev24.json", "/data", true)]
    [InlineData("evio", "ocpi_2_2_locations-evio.json", "", false)]
    [InlineData("ludwigsburg", "ocpi_chargecloud_ludwigsburg_data_request_1.json", "/items", false)]
    public async Task What_a_mapping_reads_of_OCPI_is_what_the_protocol_itself_reads(string name, string file, string pointer, bool hasEnvelope)
    {
        var pages = 0;
        var mapped = await PullAsync(name, Dataset.ChargePoints, _ => pages++ == 0 ? [name, file] : []);
        var ocpi = PretendFeed.Feed("ocpi-2.2.1", f => f with
        {
            OperatorId = name,
            OperatorName = MappedFeed.Of(name).OperatorName,
            Ocpi = new OcpiSettings { Discovery = false, Paged = false, RecordsPointer = pointer, Envelope = hasEnvelope && name != "ev24" },
        });
        var expected = await new PretendFeed(_ => Answer([name, file], false)).PullAsync(ocpi, Dataset.ChargePoints);

        Assert.True(expected.IsProven, expected.Failure?.Detail);
        Assert.Equal(expected.ChargePoints.Select(c => Shown(c.Record)), mapped.ChargePoints.Select(c => Shown(c.Record)));
        Assert.Equal(expected.Statuses.Select(s => (s.ChargePointId, s.Status)), mapped.Statuses.Select(s => (s.ChargePointId, s.Status)));
    }

    [RealDataFact]
    public async Task Char_gy_locations_in_their_own_words_and_tariffs_in_three_currencies()
    {
        var pulled = await PullAsync("char-gy", Dataset.ChargePoints, _ => ["char-gy", "chargy_locations_page1.json"]);
        var tariffs = await PullAsync("char-gy", Dataset.Tariffs, _ => ["char-gy", "chargy-tariffs-response.json"]);

        Assert.Equal(["2 Available"], Statuses(pulled));
        Assert.Equal(["expected-missing 2", "number-as-text 4", "power-derived 2", "text-trimmed 2", "word-unknown 2"], pulled.FindingCounts);
        Assert.Equal(["EUR", "GBP", "USD"], tariffs.Tariffs.Select(t => t.Record.Currency).Distinct().Order());
        Assert.All(tariffs.Tariffs, t => Assert.NotNull(t.Record.Elements));
        Assert.All(tariffs.Tariffs.Where(t => t.Record.Currency != "GBP"), t => Assert.Contains(t.Findings, f => f.Rule == "currency-not-gbp"));
    }

    private static string Shown(ChargePoint c) =>
        $"{c.ChargePointId} {c.EvseId} {c.LocationId} {c.OwnerName} {c.Address} {c.City} {c.Postcode} {c.Latitude} {c.Longitude} {c.LocationType} {c.OpeningHours} {string.Join('+', c.PaymentMethods.Order())} {c.Published} {c.MaxPowerKw} "
        + string.Join('|', c.Connectors.Select(n => $"{n.ConnectorId} {n.Standard} {n.Format} {n.PowerType} {n.MaxVoltageV} {n.MaxAmperageA} {n.MaxPowerKw} {n.PowerDerived}"));

    private static IEnumerable<string> Statuses(Pulled pulled) =>
        pulled.Statuses.GroupBy(s => s.Status).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}");

    private static async Task<Pulled> PullAsync(string operatorFile, Dataset dataset, Func<Uri, string[]> file, bool isLines = false)
    {
        var pulled = await new PretendFeed(url => Answer(file(url), isLines)).PullAsync(MappedFeed.Of(operatorFile), dataset);
        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Empty(pulled.Refused);
        return pulled;
    }

    /// <param name="file">Empty: a last page without records.</param>
    private static FetchResult Answer(string[] file, bool isLines)
    {
        if (file.Length == 0) return PretendFeed.Json("""{"items": [], "next": null}""");
        var path = RealData.Path(["data", "feeds", .. file]);
        return PretendFeed.Json(isLines ? $"[{string.Join(',', File.ReadLines(path))}]" : File.ReadAllText(path));
    }
}
