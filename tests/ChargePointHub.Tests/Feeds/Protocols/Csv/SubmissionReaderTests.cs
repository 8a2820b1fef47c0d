using System.IO.Compression;
using System.Text;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

public sealed class SubmissionReaderTests
{
    private const string Header = "Session,Charger,Plugged in,Plugged out,Energy (kWh)\r\n";

    private static readonly Window Summer = new(new(2026, 6, 30, 23, 0, 0, TimeSpan.Zero), new(2026, 9, 30, 23, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_file_of_the_continent_day_first_comma_semicolon_and_Windows_1252()
    {
        var feed = HandedIn.FeedOf(
            """{"delimiter": "semicolon", "encoding": "windows-1252", "decimal": "comma", "group": "point", "nulls": ["k. A."], "times": "dd.MM.yyyy HH:mm"}""",
            """{"session_id": "/Nr", "charge_point_id": "/Säule", "plug_in_at": "/von", "plug_out_at": "/bis", "energy_kwh": {"path": "/Wh", "unit": "Wh"}, "cost_inc_vat": "/£", "last_updated": "/bis"}""");
        var text = "Nr;Säule;von;bis;Wh;£;Name\r\n007;A 1;01.07.2026 09:30;01.07.2026 11:00;12.345,0;\"4,56\";Jane\r\n008;A 1;01.07.2026 12:30;k. A.;12.5;;\r\n";

        var handed = HandedIn.Of(feed, new MemoryStream(CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(text)));

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        var first = handed.Sessions[0].Record;
        Assert.Equal(("example:007", "example:A 1", 12.345m, 4.56m), (first.SessionId, first.ChargePointId, first.EnergyKwh, first.CostIncVat));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 8, 30, 0, TimeSpan.Zero), first.PlugInAt);
        Assert.Equal((null, 0.125m), (handed.Sessions[1].Record.PlugOutAt, handed.Sessions[1].Record.EnergyKwh));
        Assert.Equal(["Name"], handed.Reader.UnreadColumns);
        Assert.Equal(["expected-missing 1", "time-without-zone 4"], handed.FindingCounts);
    }

    [Fact]
    public void A_number_with_the_other_sign_is_not_guessed_at()
    {
        var feed = HandedIn.FeedOf("""{"decimal": "comma", "delimiter": "semicolon"}""", """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "energy_kwh": "/e", "last_updated": "/t"}""");

        var handed = HandedIn.Of(feed, "s;c;t;e\n1;A;2026-07-01T09:30:00Z;1.234\n");

        Assert.Null(handed.Sessions[0].Record.EnergyKwh);
        Assert.Contains(handed.Findings, f => f is { Rule: "number-unusable", Pointer: "/2/e", Value: "1.234" });
    }

    [Fact]
    public void Places_are_the_line_and_the_column_also_behind_cells_of_several_lines()
    {
        var handed = Read("S1,\"CP\n1\",2026-07-01T09:30:00Z,,5\n\nS2,CP1,yesterday,,5\nS3,CP1,2026-07-01T10:30:00Z,,-5\nS1,CP1,2026-07-02T09:30:00Z,,5\n");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Equal(5, handed.Rows + 1);
        Assert.Contains(handed.Findings, f => f is { Rule: "id-unusable", Pointer: "/2/Charger" });
        Assert.Contains(handed.Findings, f => f is { Rule: "time-unusable", Pointer: "/5/Plugged in", Value: "yesterday" });
        Assert.Contains(handed.Findings, f => f is { Rule: "energy-negative", Pointer: "/6/Energy (kWh)" });
        Assert.Equal(3, handed.Refused.Count);
    }

    [Theory]
    [InlineData("", SubmissionFaultKind.Empty, null)]
    [InlineData("\n\n", SubmissionFaultKind.Empty, null)]
    [InlineData("Session;Charger;Plugged in\n1;2;3\n", SubmissionFaultKind.HeaderWrong, 1)]
    [InlineData("Session,Charger,Plug in,Plugged out,Energy (kWh)\n", SubmissionFaultKind.HeaderWrong, 1)]
    [InlineData("Session,Session,Charger,Plugged in,Plugged out,Energy (kWh)\n", SubmissionFaultKind.HeaderWrong, 1)]
    [InlineData(Header + "S1,CP1,2026-07-01T09:30:00Z,,5\nS2,CP1,2026-07-01T", SubmissionFaultKind.Cut, 3)]
    [InlineData(Header + "S1,CP1,2026-07-01T09:30:00Z,,5\nS2,CP1,2026-07-01T10:30:00Z,,\"5", SubmissionFaultKind.Cut, 3)]
    [InlineData("PK\u0003\u0004 no workbook", SubmissionFaultKind.NotATable, null)]
    [InlineData(Header + "S1,CP1,2025-07-01T09:30:00Z,,5\n", SubmissionFaultKind.PeriodWrong, null)]
    public void What_is_no_whole_file_has_a_named_answer(string text, SubmissionFaultKind kind, int? line)
    {
        var handed = Read(text);

        Assert.Equal((kind, line), (handed.Fault!.Kind, handed.Fault.Line));
        Assert.DoesNotContain(handed.Pages, p => p.IsLast);
    }

    [Fact]
    public void Good_rows_before_the_place_are_kept()
    {
        var handed = Read(Header + string.Concat(Enumerable.Range(0, 2500).Select(i => $"S{i},CP1,2026-07-01T09:30:00Z,,5\n")) + "S,CP1,\"" + new string('x', 20_000));

        Assert.Equal((2500, SubmissionFaultKind.QuotesWrong), (handed.Sessions.Count, handed.Fault!.Kind));
        Assert.Equal((3, 2502), (handed.Pages.Count, handed.Fault.Line));
    }

    [Fact]
    public void Encodings_are_told_apart_by_their_marks_or_refused()
    {
        const string row = "S1,Säule,2026-07-01T09:30:00Z,,5\n";
        var feed = HandedIn.Operator("sessions").Feeds[0];
        foreach (var marked in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            var handed = HandedIn.Of(feed, new MemoryStream([.. marked.GetPreamble(), .. marked.GetBytes(Header + row)]));
            Assert.Equal("quarter-by-quarter:Säule", handed.Sessions.Single().Record.ChargePointId);
        }

        Assert.Equal(SubmissionFaultKind.EncodingWrong, HandedIn.Of(feed, new MemoryStream(Encoding.Latin1.GetBytes(Header + row))).Fault!.Kind);
        Assert.Equal(SubmissionFaultKind.EncodingWrong, HandedIn.Of(feed, new MemoryStream(Encoding.Unicode.GetBytes(Header + row))).Fault!.Kind);
        Assert.Contains(Read("S\01,CP1,2026-07-01T09:30:00Z,,5\n").Findings, f => f.Rule == "text-unstorable");
    }

    [Theory]
    [InlineData(false, 46204.3958333333)]
    [InlineData(true, 44742.3958333333)]
    public void Dates_of_a_workbook_follow_its_calendar_and_lost_zeros_are_told(bool is1904, double days)
    {
        var sheet = Workbook.Sheet(["Session", "Charger", "Plugged in", "Plugged out", "Energy (kWh)"], ["<><v>17</v>", "CP1", $"<s=\"1\"><v>{days}</v>", "", "12.5"]);

        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], Workbook.Of(sheet, is1904));

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 8, 30, 0, TimeSpan.Zero), handed.Sessions.Single().Record.PlugInAt);
        Assert.Equal(12.5m, handed.Sessions.Single().Record.EnergyKwh);
        Assert.Contains(handed.Findings, f => f is { Rule: "text-as-number", Pointer: "/2/Session", Value: "17" });
        Assert.Contains(handed.Findings, f => f is { Rule: "number-as-text", Pointer: "/2/Energy (kWh)" });
    }

    [Fact]
    public void A_workbook_may_be_a_bomb_an_old_one_or_without_the_sheet()
    {
        var feed = HandedIn.Operator("sessions").Feeds[0];
        var bomb = new MemoryStream();
        using (var parts = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var part = parts.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.SmallestSize).Open();
            for (var i = 0; i < 70; i++) part.Write(new byte[1 << 20]);
        }

        Assert.Equal(SubmissionFaultKind.TooLarge, HandedIn.Of(feed, bomb).Fault!.Kind);
        Assert.Equal(SubmissionFaultKind.NotATable, HandedIn.Of(feed, new MemoryStream([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])).Fault!.Kind);
        var missing = HandedIn.Of(feed with { Csv = feed.Csv! with { Sheet = "Q3" } }, Workbook.Of(Workbook.Sheet(["a"]))).Fault!;
        Assert.Equal(SubmissionFaultKind.SheetMissing, missing.Kind);
        Assert.Contains("\"Sessions\"", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_row_is_judged_again_when_the_dialect_is_mended()
    {
        const string fields = """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "energy_kwh": "/e", "last_updated": "/t"}""";
        var wrong = HandedIn.FeedOf("""{"delimiter": "semicolon", "times": "MM/dd/yyyy HH:mm"}""", fields);
        var right = HandedIn.FeedOf("""{"delimiter": "semicolon", "times": "dd/MM/yyyy HH:mm", "decimal": "comma"}""", fields);

        var refused = Assert.Single(HandedIn.Of(wrong, "s;c;t;e;name\n1;A;25/07/2026 09:30;12,5;Jane\n").Refused);
        var again = ProtocolCatalogue.JudgeAgain(right, Dataset.ChargingSessions, refused.Document, HandedIn.Now)!;

        Assert.Equal(12.5m, Assert.Single(again.ChargingSessions).Record.EnergyKwh);
        Assert.Contains(again.ChargingSessions[0].Findings, f => f is { Rule: "time-without-zone", Pointer: "/2/t" });
        Assert.DoesNotContain("Jane", Encoding.UTF8.GetString(refused.Document.Span), StringComparison.Ordinal);
        Assert.NotEqual(JudgeVersion.Of(wrong), JudgeVersion.Of(right));
    }

    private static HandedIn Read(string text) =>
        HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], text.StartsWith('S') && !text.StartsWith("Session", StringComparison.Ordinal) ? Header + text : text, Summer);
}
