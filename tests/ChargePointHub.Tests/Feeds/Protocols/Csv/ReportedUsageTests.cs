using System.Buffers;
using System.Text;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>What operators report of periods, read from their files.</summary>
public sealed class ReportedUsageTests
{
    private const string Header = "Level,Charger,Site,Quarter,Sessions,Successful,kWh,Plugged (min),Charging (min),Open (min),Utilisation (%),Bays,Revenue\n";

    private static readonly Window Summer = LondonCalendar.Quarter(2026, 3);

    [Fact]
    public void Rows_of_charge_points_locations_and_the_whole_operator_have_ids_made_of_group_and_period()
    {
        var handed = Read("Bay,CP1,-,2026-07,10,9,70.5,600,500,44640,1.3,-,40\nsite,-,S1,2026-Q3,,,1500,,,,,4,\nall,-,-,2026-W30,1200,,,,,,,,\n");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Empty(handed.Findings);
        Assert.Equal(
            ["quarter-by-quarter:charge_point/CP1/2026-07", "quarter-by-quarter:location/S1/2026-Q3", "quarter-by-quarter:operator/2026-W30"], handed.Usage.Select(u => u.Record.ReportedUsageId));
        var (first, site) = (handed.Usage[0].Record, handed.Usage[1].Record);
        Assert.Equal((UsageGroup.ChargePoint, PeriodUnit.Month, "quarter-by-quarter:CP1", null), (first.Group, first.PeriodUnit, first.ChargePointId, first.LocationId));
        Assert.Equal(LondonCalendar.Month(2026, 7), new Window(first.PeriodFrom, first.PeriodTo));
        Assert.Equal((10, 9, 70.5m, 600m, 500m, 1.3m, 40m), (first.Sessions, first.SuccessfulSessions, first.EnergyKwh, first.PluggedMinutes, first.ChargingMinutes, first.UtilisationPercent, first.RevenueIncVat));
        Assert.Equal(("quarter-by-quarter:S1", 1500m, null, 4), (site.LocationId, site.EnergyKwh, site.Sessions, site.ChargePoints));
    }

    [Fact]
    public void Without_a_column_for_it_all_rows_are_of_the_stated_period_also_when_they_are_judged_again()
    {
        var feed = Feed("""{"group": {"constant": "charge_point"}, "charge_point_id": "/Id", "energy_kwh": {"path": "/Wh", "unit": "Wh"}, "utilisation_percent": {"path": "/Use", "unit": "fraction"}}""");

        var handed = HandedIn.Of(feed, "Id,Wh,Use\nA,12345,0.25\nB,-7,\n", Summer);
        var refused = Assert.Single(handed.Refused);
        var again = ProtocolCatalogue.JudgeAgain(feed, Dataset.ReportedUsage, refused.Document, HandedIn.Now)!;

        Assert.Equal(("example:charge_point/A/2026-Q3", 12.345m, 25m), (handed.Usage[0].Record.ReportedUsageId, handed.Usage[0].Record.EnergyKwh, handed.Usage[0].Record.UtilisationPercent));
        Assert.Equal(["usage-negative /3/Wh"], again.Refused.Single().Findings.Select(f => $"{f.Rule} {f.Pointer}"));
        Assert.Equal(("charge_point/B/2026-Q3", "charge_point/B/2026-Q3"), (refused.OwnId, again.Refused[0].OwnId));
    }

    [Fact]
    public void A_mended_mapping_lets_a_refused_row_pass()
    {
        const string fields = """{"group": {"constant": "charge_point"}, "charge_point_id": "/Id", "period": WHEN, "sessions": "/N"}""";
        var wrong = Feed(fields.Replace("WHEN", "\"/When\"", StringComparison.Ordinal));
        var right = Feed(fields.Replace("WHEN", """{"path": "/When", "words": {"Q3 26": "2026-Q3"}}""", StringComparison.Ordinal));

        var refused = Assert.Single(HandedIn.Of(wrong, "Id,When,N,Driver\nA,Q3 26,4,Jane\n", Summer).Refused);
        var again = ProtocolCatalogue.JudgeAgain(right, Dataset.ReportedUsage, refused.Document, HandedIn.Now)!;

        Assert.Equal("example:charge_point/A/2026-Q3", again.ReportedUsage.Single().Record.ReportedUsageId);
        Assert.DoesNotContain("Jane", Encoding.UTF8.GetString(refused.Document.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01/07/2026,30/09/2026", "2026-Q3")]
    [InlineData("01/08/2026,31/08/2026", "2026-08")]
    [InlineData("20/07/2026,26/07/2026", "2026-W30")]
    [InlineData("20/07/2026,20/07/2026", "2026-07-20")]
    [InlineData("01/07/2026,29/09/2026", null)]
    [InlineData("01/07/2026,", null)]
    [InlineData(",", null)]
    public void A_first_and_a_last_day_make_a_period_where_they_are_a_whole_one(string days, string? period)
    {
        var feed = Feed("""{"group": {"constant": "operator"}, "first_day": "/From", "last_day": "/To", "sessions": "/N"}""", """{"dates": "dd/MM/yyyy"}""");

        // A cell is left empty and does not mean the stated period: a line of totals would stand for it.
        var handed = HandedIn.Of(feed, $"From,To,N\n01/09/2026,30/09/2026,1\n{days},4\n", Summer);

        Assert.Equal(period is null ? 1 : 2, handed.Usage.Count);
        if (period is not null) Assert.Equal(period, handed.Usage[1].Record.Period);
        else Assert.Contains(handed.Refused.Single().Findings, f => f.Rule == UsageRules.PeriodUnusable.Code);
    }

    [Theory]
    [InlineData("bay,-,-,2026-Q3,1,,,,,,,,\n", "id-missing /3/Charger")]
    [InlineData("site,CP1,-,2026-Q3,1,,,,,,,,\n", "id-missing /3/Site")]
    [InlineData("-,CP1,-,2026-Q3,1,,,,,,,,\n", "id-missing /3/Level")]
    [InlineData("socket,CP1,-,2026-Q3,1,,,,,,,,\n", "id-missing /3/Level")]
    public void A_row_that_does_not_say_what_it_is_of_never_stands_for_more(string row, string expected)
    {
        var handed = Read("bay,CP9,-,2026-Q3,1,,,,,,,,\n" + row);

        Assert.Contains(expected, handed.Refused.Single().Findings.Select(f => $"{f.Rule} {f.Pointer}"));
        Assert.Single(handed.Usage);
    }

    [Fact]
    public void The_same_group_and_period_twice_keeps_the_first_and_says_whether_they_differ()
    {
        var handed = Read("bay,CP1,-,2026-Q3,1,,,,,,,,\nbay,CP1,-,2026-Q3,1,,,,,,,,\nbay,CP1,-,2026-Q3,2,,,,,,,,\n");

        Assert.Equal(1, handed.Usage.Single().Record.Sessions);
        Assert.Equal(["duplicate-id /3/Level", "duplicate-id-differs /4/Level"], handed.Findings.Select(f => $"{f.Rule} {f.Pointer}"));
    }

    [Fact]
    public void The_first_is_told_again_when_its_page_has_gone()
    {
        var rows = string.Concat(Enumerable.Range(1, SubmissionReader.RowsInPage).Select(i => $"bay,CP{i},-,2026-Q3,1,,,,,,,,\n"));

        var handed = Read(rows + "bay,CP1,-,2026-Q3,2,,,,,,,,\n");

        Assert.Equal(["duplicate-id-differs"], handed.Findings.Select(f => f.Rule));
        Assert.Equal([1, 1], handed.Usage.Where(u => u.Record.ChargePointId == "quarter-by-quarter:CP1").Select(u => u.Record.Sessions!.Value));
    }

    [Fact]
    public void A_period_that_is_not_over_is_not_read_and_one_of_other_months_is_refused()
    {
        var running = HandedIn.Of(HandedIn.Operator("usage").Feeds[0], Header + "bay,CP1,-,2026-10,1,,,,,,,,\n", LondonCalendar.Quarter(2026, 4)).Fault!;
        var others = Read("bay,CP1,-,2026-04,1,,,,,,,,\nbay,CP1,-,2026-05,1,,,,,,,,\nbay,CP1,-,2026-07,1,,,,,,,,\n").Fault!;

        Assert.Equal(SubmissionFaultKind.PeriodNotOver, running.Kind);
        Assert.Contains("2026-Q4 ends at 2027-01-01T00:00:00.000Z", running.Message, StringComparison.Ordinal);
        Assert.Equal(SubmissionFaultKind.PeriodWrong, others.Kind);
    }

    [Fact]
    public void All_faults_of_a_wrong_feed_are_found_in_one_go()
    {
        using var files = new OperatorFiles();
        files.Write("wrong.json", """
            {"operator_id": "example", "name": "Example", "feeds": [
             {"feed_id": "aa", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [
              {"dataset": "reported_usage", "axis": "at", "mapping": {"fields": {"group": {"constant": "location"}, "period": "/P", "first_day": "/F", "sessions": {"path": "/S", "unit": "kWh"}}}}]},
             {"feed_id": "bb", "protocol": "loti-v1", "base_url": "https://operator.example/", "datasets": [{"dataset": "reported_usage"}]},
             {"feed_id": "cc", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [{"dataset": "tariffs", "mapping": {"fields": {"tariff_id": "/T", "group": "/G"}}}]}]}
            """);

        const string A = "/feeds/0/datasets/0";
        (string, string)[] expected =
        [
            ($"{A}/axis", "axis-not-possible"), ($"{A}/mapping/fields", "mapping-not-possible"), ($"{A}/mapping/fields", "mapping-not-possible"), ($"{A}/mapping/fields", "mapping-not-possible"),
            ($"{A}/mapping/fields/sessions/unit", "mapping-not-possible"), ("/feeds/1/datasets/0/dataset", "mapping-not-possible"), ("/feeds/2/datasets/0/mapping/fields/group", "unknown-property"),
        ];
        Assert.Equal(expected.Order(), files.Faults().Select(f => (f.Pointer, f.Code)).Order());
    }

    [Fact]
    public void The_example_of_the_reference_is_read_as_it_says()
    {
        var blocks = File.ReadAllText(RepositoryRoot.Path("src", "ChargePointHub.Feeds", "Protocols", "Csv", "README.md")).Split("## Reported usage")[1].Split("```");
        using var files = new OperatorFiles();
        files.Write("operator.json", blocks[1]["json".Length..]);

        var handed = HandedIn.Of(files.Loaded().Feeds.Single(), blocks[3]["csv\n".Length..], Summer);
        var document = new ArrayBufferWriter<byte>();
        HubJson.Write(document, handed.Usage[0].Record);

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Empty(handed.Findings);
        Assert.Equal(3, handed.Usage.Count);
        Assert.Equal(blocks[5]["json\n".Length..].Trim(), Encoding.UTF8.GetString(document.WrittenSpan));
    }

    private static HandedIn Read(string rows) => HandedIn.Of(HandedIn.Operator("usage").Feeds[0], Header + rows, Summer);

    private static FeedDefinition Feed(string fields, string csv = "{}")
    {
        using var files = new OperatorFiles();
        files.Write("operator.json", $$"""
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London", "csv": {{csv}},
             "datasets": [{"dataset": "reported_usage", "mapping": {"fields": {{fields}} } }]}]}
            """);
        return files.Loaded().Feeds.Single();
    }
}
