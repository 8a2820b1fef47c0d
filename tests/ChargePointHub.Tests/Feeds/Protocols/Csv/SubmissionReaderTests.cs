using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
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
        Assert.Equal((null, null), (handed.Sessions[1].Record.PlugOutAt, handed.Sessions[1].Record.EnergyKwh));
        Assert.Contains(handed.Findings, f => f is { Rule: "number-unusable", Pointer: "/3/Wh", Value: "12.5" });
        Assert.Equal(["Name"], handed.Reader.UnreadColumns);
        Assert.Equal(["expected-missing 2", "number-unusable 1", "time-without-zone 4"], handed.FindingCounts);
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

    [Theory]
    [InlineData("07700 900123", "x", "99999 999999")]
    [InlineData("4111111111111111", "7", "9999999999999999")]
    [InlineData("Jane Doe", "5", "xxxx xxx")]
    public void A_refused_row_is_kept_without_what_looks_personal_and_with_all_else_of_the_same_form(string time, string energy, string form)
    {
        const string fields = """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "energy_kwh": "/e", "last_updated": "/t"}""";

        var refused = Assert.Single(HandedIn.Of(HandedIn.FeedOf("{}", fields), $"s,c,t,e\n{form.Replace('9', '4').Replace('x', 'q')},Jean Roe,{time},{energy}\n").Refused);
        using var kept = JsonDocument.Parse(refused.Document);

        var item = kept.RootElement.GetProperty("levels").EnumerateArray().Last().GetProperty("item");
        Assert.Equal((form.Replace('9', '4').Replace('x', 'q'), "Jean Roe", form), (item.GetProperty("s").GetString(), item.GetProperty("c").GetString(), item.GetProperty("t").GetString()));
        Assert.Equal(energy, item.GetProperty("e").GetString());
    }

    [Theory]
    [InlineData("""{"delimiter": "semicolon"}""")]
    [InlineData("""{"quote": "single"}""")]
    [InlineData("""{"encoding": "windows-1252"}""")]
    [InlineData("""{"header_line": 3}""")]
    [InlineData("""{"sheet": "Q3"}""")]
    [InlineData("""{"nulls": ["n/a"]}""")]
    [InlineData("""{"ends_with_newline": true}""")]
    public void A_file_is_read_anew_once_its_dialect_is_mended(string mended)
    {
        const string fields = """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "energy_kwh": "/e"}""";

        Assert.NotEqual(JudgeVersion.Of(HandedIn.FeedOf("{}", fields)), JudgeVersion.Of(HandedIn.FeedOf(mended, fields)));
        Assert.Equal(JudgeVersion.Of(HandedIn.FeedOf(mended, fields)), JudgeVersion.Of(HandedIn.FeedOf(mended, fields)));
    }

    [Fact]
    public void What_a_record_is_held_against_is_part_of_what_it_was_judged_by()
    {
        var feed = HandedIn.FeedOf("{}", """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t"}""");

        FeedDefinition[] others = [feed with { LastUpdatedLies = true }, feed with { Territory = Territory.World }, feed with { PartyIds = ["GB*LMP"] }, feed with { Datasets = [feed.Datasets[0] with { Axis = WindowAxis.PlugOutAt }] }];

        Assert.Equal(5, others.Append(feed).Select(JudgeVersion.Of).Distinct().Count());
    }

    [Theory]
    [InlineData("comma", "point", "1.234.567,5", 1234567.5)]
    [InlineData("comma", "point", "-1.234", -1234.0)]
    [InlineData("comma", "point", "7.5", null)]
    [InlineData("comma", "point", "1234.567", null)]
    [InlineData("comma", "point", "1,234.5", null)]
    [InlineData("comma", "point", "1..234", null)]
    [InlineData("comma", "space", "1\u202F234,5", 1234.5)]
    [InlineData("point", "comma", "7,5", null)]
    [InlineData("point", "apostrophe", "1'234.5", 1234.5)]
    public void The_sign_between_thousands_stands_between_groups_of_three(string point, string group, string cell, double? expected)
    {
        var feed = HandedIn.FeedOf(
            $$"""{"decimal": "{{point}}", "group": "{{group}}", "delimiter": "semicolon"}""",
            """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "cost_inc_vat": {"path": "/e", "unit": "pence"}, "last_updated": "/t"}""");

        var handed = HandedIn.Of(feed, $"s;c;t;e\n1;A;2026-07-01T09:30:00Z;{cell}\n");

        Assert.Equal((decimal?)expected, handed.Sessions.Single().Record.CostIncVat * 100);
        Assert.Equal(expected is null, handed.Findings.Any(f => f is { Rule: "number-unusable", Pointer: "/2/e" } && f.Value == cell));
    }

    [Theory]
    [InlineData("S2,\"CP1,2026-07-01T10:30:00Z,,5\n", 3)]
    [InlineData("S2,CP1,2026-07-01T10:30:00Z,,\"5\nS3,CP1,2026-07-01T11:30:00Z,,5\nS4,CP1,2026-07-01T12:30:00Z,,5\n", 3)]
    [InlineData("S2,CP1,2026-07-01T10:30:00Z,,\"5\nS3,\"CP1\",2026-07-01T11:30:00Z,,5\nS4,CP1,2026-07-01T12:30:00Z,,5\"\n", 3)]
    [InlineData("S2,CP1,2026-07-01T10:30:00Z,,\"5\nS3,CP1,2026-07-01T11:30:00Z,,5\"\nS4,CP1,2026-07-01T12:30:00Z,,5\n", 3)]
    [InlineData("S2,\"CP1,2026-07-01T10:30:00Z,,5\nS3,CP1\",2026-07-01T11:30:00Z,,5\n", 3)]
    public void A_quotation_mark_that_is_not_closed_swallows_no_row_unseen(string rows, int line)
    {
        var handed = Read(Header + "S1,CP1,2026-07-01T09:30:00Z,,5\n" + rows);

        Assert.Contains(handed.Fault?.Kind, new SubmissionFaultKind?[] { SubmissionFaultKind.Cut, SubmissionFaultKind.QuotesWrong });
        Assert.Equal(line, handed.Fault!.Line);
        Assert.Equal("quarter-by-quarter:S1", handed.Sessions.Single().Record.SessionId);
        Assert.DoesNotContain(handed.Pages, p => p.IsLast);
    }

    [Theory]
    [InlineData("5\" cable,CP1,2026-07-01T10:30:00Z,,5\n")]
    [InlineData("S2,\"CP\"\"1\",2026-07-01T10:30:00Z,,5,\"Two lines,\nof text, and more\"\n")]
    public void Quotation_marks_that_are_part_of_a_cell_are_no_fault(string row) =>
        Assert.True(Read(Header.Replace("\r", ",Note\r", StringComparison.Ordinal) + row.Replace(",,5\n", ",,5,\n", StringComparison.Ordinal)).IsWhole);

    [Fact]
    public void Rows_of_one_id_end_pages_and_are_told_in_one_finding_of_each()
    {
        var handed = Read(string.Concat(Enumerable.Range(0, 3500).Select(i => $"S1,CP1,2026-07-01T09:30:00Z,2026-07-01T{10 + (i % 2)}:30:00Z,5\n")));

        Assert.Equal([1, 1, 1, 1], handed.Pages.Select(p => p.Records.ChargingSessions.Count));
        var told = handed.Findings.Where(f => f.Rule == "duplicate-id").ToList();
        Assert.Equal(4, told.Count);
        Assert.Equal(("/3/Session", "Came 1000 times; the last updated was kept. Also at /4/Session, /5/Session, /6/Session, /7/Session, /8/Session and elsewhere."), (told[0].Pointer, told[0].Message));
        Assert.All(handed.Sessions, s => Assert.Equal(11, s.Record.PlugOutAt!.Value.Hour));
        Assert.True(handed.IsWhole);
    }

    [Theory]
    [InlineData("", 10, "/last_updated")]
    [InlineData(", \"last_updated\": \"/o\"", 11, null)]
    public void Where_no_column_says_when_a_row_changed_the_last_row_holds_and_its_arrival_says_whether_it_is_late(string mapped, int end, string? late)
    {
        var feed = HandedIn.FeedOf("{}", $$"""{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "plug_out_at": "/o", "energy_kwh": "/e"{{mapped}}}""");

        var handed = HandedIn.Of(feed, "s,c,t,o,e\n1,A,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,5\n1,A,2026-07-01T09:30:00Z,2026-07-01T10:30:00Z,5\n");

        Assert.Equal(end, handed.Sessions.Single().Record.PlugOutAt!.Value.Hour);
        Assert.Equal(late is null ? null : "/3" + late, handed.Findings.SingleOrDefault(f => f.Rule == "session-late")?.Pointer);
        Assert.DoesNotContain(handed.Findings, f => f.Rule == "expected-missing");
        Assert.DoesNotContain(HandedIn.Of(feed, "s,c,t,o,e\n1,A,2026-08-07T09:30:00Z,2026-08-07T11:30:00Z,5\n").Findings, f => f.Rule == "session-late");
    }

    [Fact]
    public void A_status_change_of_a_time_that_is_not_believed_is_refused_with_its_line()
    {
        var handed = HandedIn.Of(HandedIn.Read("""
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London",
             "datasets": [{"dataset": "status_changes", "axis": "at", "mapping": {"fields": {"charge_point_id": "/c", "status": "/s", "at": "/t"} } }]}]}
            """).Feeds.Single(), "c,s,t\nA,AVAILABLE,2014-12-31T23:00:00Z\nA,CHARGING,2026-07-01T09:30:00Z\n");

        Assert.Single(handed.StatusChanges);
        Assert.Contains(Assert.Single(handed.Refused).Findings, f => f is { Rule: "time-out-of-range", Pointer: "/2/t" });
    }

    [Theory]
    [InlineData(false, "S2,CP1,2026-07-02T09:30:00Z,,5", null, 2)]
    [InlineData(true, "S2,CP1,2026-07-02T09:30:00Z,,5", SubmissionFaultKind.Cut, 1)]
    [InlineData(true, "S2,CP1,2026-07-02T09:30:00Z,,5\n", null, 2)]
    [InlineData(false, "S2,CP1,2026-07-02T09:30:00Z,,-", null, 2)]
    [InlineData(false, "S2,CP1,2026-07-02T09:30:00Z,2026-07-01,5", SubmissionFaultKind.Cut, 1)]
    public void A_last_row_without_an_end_of_line_may_have_been_cut(bool endsWithNewline, string last, SubmissionFaultKind? kind, int accepted)
    {
        var feed = HandedIn.Operator("sessions").Feeds[0];

        var handed = HandedIn.Of(feed with { Csv = feed.Csv! with { EndsWithNewline = endsWithNewline } }, $"{Header}S1,CP1,2026-07-01T09:30:00Z,,5\n{last}");

        Assert.Equal((kind, accepted), (handed.Fault?.Kind, handed.Sessions.Count));
        Assert.Equal(!last.EndsWith('\n') && !endsWithNewline, handed.Findings.Any(f => f is { Rule: "end-of-line-missing", Pointer: "/3" }));
    }

    [Fact]
    public void Times_that_can_be_read_only_the_other_way_round_say_that_the_others_were_misread()
    {
        var feed = HandedIn.FeedOf("""{"times": "dd/MM/yyyy HH:mm"}""", """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "energy_kwh": "/e"}""");

        var exchanged = HandedIn.Of(feed, "s,c,t,e\n1,A,07/08/2026 09:30,5\n2,A,08/08/2026 09:30,5\n3,A,07/25/2026 09:30,5\n");
        var wrong = HandedIn.Of(feed, "s,c,t,e\n1,A,07/08/2026 09:30,5\n2,A,08/08/2026 09:30,5\n3,A,soon,5\n");

        Assert.Equal((SubmissionFaultKind.DatesExchanged, 2, 1), (exchanged.Fault?.Kind, exchanged.Sessions.Count, exchanged.Refused.Count));
        Assert.True(wrong.IsWhole);
    }

    [Fact]
    public void Without_a_row_of_column_names_no_cell_is_repeated()
    {
        var rows = string.Concat(Enumerable.Range(1, 3).Select(i => $"S{i},CP1,2026-07-01T09:30:00Z,,5,Jane Roe,jane@example.com,AB12 CDE\n"));

        var fault = Read("\n" + rows).Fault!;
        var named = Read("Session,Charger,Plugged in,Plugged out,Energy kWh,Driver,jane@example.com,07700 900123\n" + rows);

        Assert.Equal(SubmissionFaultKind.HeaderWrong, fault.Kind);
        foreach (var word in new[] { "Jane", "jane", "AB12", "S1", "CP1", "2026" }) Assert.DoesNotContain(word, fault.Message, StringComparison.Ordinal);
        Assert.Contains("\"Energy (kWh)\" (is it \"Energy kWh\"?)", named.Fault!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", named.Fault.Message, StringComparison.Ordinal);
        Assert.Equal(["Driver", "column 7", "column 8"], Read("Session,Charger,Plugged in,Plugged out,Energy (kWh),Driver,jane@example.com,07700 900123\n" + rows).Reader.UnreadColumns);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("-INF")]
    public void A_cell_of_a_workbook_that_is_no_number_there_is_an_error(string number)
    {
        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], Workbook.Of(Workbook.Sheet(
            ["Session", "Charger", "Plugged in", "Plugged out", "Energy (kWh)"], ["S1", "CP1", "2026-07-01T09:30:00Z", "", $"<><v>{number}</v>"])));

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Null(handed.Sessions.Single().Record.EnergyKwh);
        Assert.Contains(handed.Findings, f => f is { Rule: "cell-error" or "value-wrong-type" or "number-unusable", Pointer: "/2/Energy (kWh)" });
    }

    [Fact]
    public void A_duration_that_no_session_has_is_unusable_whatever_its_unit()
    {
        var feed = HandedIn.FeedOf("{}", """{"session_id": "/s", "charge_point_id": "/c", "plug_in_at": "/t", "plug_in_minutes": {"path": "/h", "unit": "hours"}, "last_updated": "/t"}""");

        var handed = HandedIn.Of(feed, "s,c,t,h\n1,A,2026-07-01T09:30:00Z,90000000\n2,A,2026-07-01T09:30:00Z,2\n3,A,9000-07-01T09:30:00Z,1600000\n");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Contains(handed.Findings, f => f is { Rule: "number-unusable", Pointer: "/2/h", Value: "90000000" });
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 11, 30, 0, TimeSpan.Zero), handed.Sessions.Single(s => s.Record.SessionId == "example:2").Record.PlugOutAt);
    }

    [Fact]
    public void Blank_rows_of_a_wide_sheet_take_no_memory_and_can_be_given_up()
    {
        var sheet = Workbook.Sheet(["Session", "Charger", "Plugged in", "Plugged out", "Energy (kWh)"], ["S1", "CP1", "2026-07-01T09:30:00Z", "", "5"])
            .Replace("</row><row", "<c r=\"AHP1\" t=\"inlineStr\"><is><t>x</t></is></c></row><row", StringComparison.Ordinal)
            .Replace("</sheetData>", "<row r=\"50000\"><c r=\"A50000\" t=\"inlineStr\"><is><t>S2</t></is></c></row></sheetData>", StringComparison.Ordinal);
        var feed = HandedIn.Operator("sessions").Feeds[0];
        using var given = new CancellationTokenSource();
        given.Cancel();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var handed = HandedIn.Of(feed, Workbook.Of(sheet));
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(2, handed.Rows);
        Assert.InRange(taken, 0, 100 << 20);
        Assert.Throws<OperationCanceledException>(() => new SubmissionReader(feed, feed.Datasets[0], null, HandedIn.Now).Read(Workbook.Of(sheet), given.Token).Count());
    }

    [Fact]
    public void Of_a_row_without_end_no_more_cells_are_taken_than_columns_are_read()
    {
        var handed = Read("S1" + new string(',', 20_000) + "x\nS2,CP1,2026-07-01T09:30:00Z,,5\n");

        Assert.Contains(handed.Findings, f => f is { Rule: "row-width", Message: "The row has 1001 cells, and there are 5 columns." });
        Assert.Single(handed.Sessions);
    }

    [Fact]
    public void A_file_of_which_nothing_is_accepted_or_most_lies_outside_of_the_period_is_not_whole()
    {
        var refused = Read("S1,CP1,yesterday,,5\nS2,CP1,13/01/2026,,5\n");
        var misread = Read("S1,CP1,2026-01-07T09:30:00Z,,5\nS2,CP1,2026-02-07T09:30:00Z,,5\nS3,CP1,2026-07-07T09:30:00Z,,5\n");
        var mostWithin = Read("S1,CP1,2026-01-07T09:30:00Z,,5\nS2,CP1,2026-07-08T09:30:00Z,,5\nS3,CP1,2026-07-07T09:30:00Z,,5\n");

        Assert.Equal((SubmissionFaultKind.AllRefused, 2), (refused.Fault?.Kind, refused.Refused.Count));
        Assert.Equal((SubmissionFaultKind.PeriodWrong, 3), (misread.Fault?.Kind, misread.Sessions.Count));
        Assert.True(mostWithin.IsWhole);
        Assert.All(new[] { refused, misread }, h => Assert.True(h.Fault!.KeepsNothing));
    }

    [Fact]
    public void Of_a_file_that_was_misread_and_cut_it_is_said_that_it_was_misread()
    {
        var feed = HandedIn.FeedOf("{\"times\": \"dd/MM/yyyy HH:mm\"}", "{\"session_id\": \"/s\", \"charge_point_id\": \"/c\", \"plug_in_at\": \"/t\", \"energy_kwh\": \"/e\"}");

        var exchanged = HandedIn.Of(feed, "s,c,t,e\n1,A,07/08/2026 09:30,5\n2,A,07/25/2026 09:30,5\n3,A,\"08/0");
        var outside = Read("S1,CP1,2026-01-07T09:30:00Z,,5\nS2,CP1,2026-0");

        Assert.Equal((SubmissionFaultKind.DatesExchanged, SubmissionFaultKind.PeriodWrong), (exchanged.Fault!.Kind, outside.Fault!.Kind));
    }

    [Theory]
    [InlineData("S1,CP1,2026-07-01T09:30:00Z,,5,test\nS2,CP1,2026-07-02T09:30:00Z,,5,test\n", SubmissionFaultKind.NothingTaken)]
    [InlineData("S1,CP1,2026-07-01T09:30:00Z,,5,test\nS2,CP1,yesterday,,5,real\n", SubmissionFaultKind.AllRefused)]
    [InlineData("S1,CP1,2026-07-01T09:30:00Z,,5,test\nS2,CP1,2026-07-02T09:30:00Z,,5,real\n", null)]
    [InlineData("", null)]
    public void Rows_of_which_none_is_taken_are_no_file_of_a_period_in_which_nothing_happened(string rows, SubmissionFaultKind? kind)
    {
        var feed = HandedIn.Read("""
            {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London",
             "datasets": [{"dataset": "charging_sessions", "axis": "plug_in_at", "mapping": {"only": {"path": "/Kind", "is": ["real"]},
              "fields": {"session_id": "/Session", "charge_point_id": "/Charger", "plug_in_at": "/Plugged in", "energy_kwh": "/Energy (kWh)"} } }]}]}
            """).Feeds.Single();

        var handed = HandedIn.Of(feed, Header.Replace("\r", ",Kind\r", StringComparison.Ordinal) + rows, Summer);

        Assert.Equal((kind, kind is not null), (handed.Fault?.Kind, handed.Fault?.KeepsNothing ?? false));
        Assert.Equal(rows.Length == 0, handed.Findings.Any(f => f is { Rule: "no-rows", Pointer: "/1" }));
    }

    private static HandedIn Read(string text) =>
        HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], text.StartsWith('S') && !text.StartsWith("Session", StringComparison.Ordinal) ? Header + text : text, Summer);
}
