using System.IO.Compression;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>Lists that come as delimited text, bare or in a zip archive.</summary>
public sealed class MappedTableTests
{
    private const string Header = "Unit,Lat,Lon,kW,State\n";

    private const string Fields = """
        {"charge_point_id": "/Unit", "latitude": "/Lat", "longitude": "/Lon", "status": "/State", "connectors": {"fields": {"connector_id": {"constant": "1"}, "standard": {"constant": "IEC_62196_T2"}, "max_power_kw": "/kW"}}}
        """;

    [Fact]
    public async Task Rows_are_records_and_a_bad_one_loses_no_good_one()
    {
        var pulled = await PullAsync("", $"\uFEFF{Header}A,51.5,-0.1,7.4,AVAILABLE\nB,51.5\n\"C\",51.5,-0.1,seven,\"CHARG\"\"ING\"\nD,51.5,-0.1,22,CHARGING\n");

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(["example:A 7.4", "example:C ", "example:D 22"], pulled.ChargePoints.Select(p => FormattableString.Invariant($"{p.Record.ChargePointId} {p.Record.MaxPowerKw}")));
        Assert.Equal(["number-unusable /4/kW", "word-unknown /4/State"], pulled.Findings.Where(f => f.Rule is "number-unusable" or "word-unknown").Select(f => $"{f.Rule} {f.Pointer}").Order());
        Assert.Contains(Assert.Single(pulled.Refused).Findings, f => f is { Rule: "row-width", Pointer: "/3" });
        Assert.DoesNotContain("51.5", Encoding.UTF8.GetString(pulled.Refused[0].Document.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_column_of_the_mapping_is_kept_nowhere_and_a_person_is_told_of_once()
    {
        var pulled = await PullAsync("", "Unit,Lat,Lon,kW,State,Driver name\nA,51.5,-0.1,7.4,AVAILABLE,canary\n,51.5,-0.1,7.4,AVAILABLE,canary\n");

        Assert.Equal("/2/Driver name", Assert.Single(pulled.Findings, f => f.Rule == "personal-data-present").Pointer);
        Assert.DoesNotContain("canary", Encoding.UTF8.GetString(Assert.Single(pulled.Refused).Document.Span), StringComparison.Ordinal);
        Assert.Contains("51.5", Encoding.UTF8.GetString(pulled.Refused[0].Document.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_may_go_on_over_lines_and_hold_the_delimiter()
    {
        var feed = MappedFeed.With("charge_points", """
            {"request": {"answer": "csv", "csv": {"delimiter": "tab", "quote": "single", "encoding": "windows-1252"}}, "fields": {"charge_point_id": "/Unit", "address": "/Where"}}
            """);
        var text = "Unit\tWhere\r\nA\t'Caf\u00E9\r\n1\tHigh Street'\r\nB\tHere";
        var pulled = await new PretendFeed(_ => PretendFeed.Bytes(CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(text))).PullAsync(feed, Dataset.ChargePoints);

        Assert.Matches("^Caf\u00E9\\s+1\tHigh Street$", pulled.ChargePoints[0].Record.Address);
        Assert.Equal("/4", Assert.Single(pulled.Findings, f => f.Rule == "end-of-line-missing").Pointer);
    }

    [Theory]
    [InlineData("Unit,Lat,Lon,Power,State\nA,51.5,-0.1,7.4,AVAILABLE\n", FailureKind.ProtocolError, "Columns are missing: \"kW\"")]
    [InlineData("<html><body>no</body></html>", FailureKind.ProtocolError, "There is one column only")]
    [InlineData("", FailureKind.ProtocolError, "There is no row of column names")]
    [InlineData("PK\u0003\u0004", FailureKind.ProtocolError, "zip_entry in the request names the file")]
    public async Task What_is_no_such_table_is_named(string text, FailureKind kind, string said)
    {
        var pulled = await PullAsync("", text);

        Assert.Empty(pulled.Pages);
        Assert.Equal(kind, pulled.Failure!.Kind);
        Assert.Contains(said, pulled.Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("B,51.5", FailureKind.Truncated, "up to line 3. The file ends within this row")]
    [InlineData("B,51.5,-0.1,7.4,\"AVAIL", FailureKind.Truncated, "The file ends within quotation marks")]
    [InlineData("\"B,51.5,-0.1,7.4,AVAILABLE\nC,51.5,-0.1,7.4,\"AVAILABLE\nD,51.5,-0.1,7.4,AVAILABLE\n", FailureKind.ProtocolError, "a quotation mark is not closed")]
    public async Task Rows_before_a_place_where_the_text_breaks_are_kept_and_nothing_is_claimed(string end, FailureKind kind, string said)
    {
        var pulled = await PullAsync("", $"{Header}A,51.5,-0.1,7.4,AVAILABLE\n{end}");

        Assert.Equal("example:A", Assert.Single(pulled.ChargePoints).Record.ChargePointId);
        Assert.DoesNotContain(pulled.Pages, p => p.IsLast);
        Assert.Equal(kind, pulled.Failure!.Kind);
        Assert.Contains(said, pulled.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_lists_of_one_archive_are_joined()
    {
        var mapping = """
            {"request": {"path": "all.zip", "zip_entry": "out/points.csv", "answer": "csv"},
             "status": {"request": {"path": "all.zip", "zip_entry": "out/states.csv", "answer": "csv", "csv": {"delimiter": "pipe", "times": "dd/MM/yyyy HH:mm"}},
              "fields": {"charge_point_id": "/id", "status": {"path": "/s", "words": {"0": "AVAILABLE"}}, "status_since": "/at"}},
             "fields": {"charge_point_id": "/id", "latitude": "/lat", "longitude": "/lon"}}
            """;
        var archive = Zip(("out/points.csv", "id,lat,lon\n1,51.5,-0.1\n"), ("out/states.csv", "id|s|at\n1|0|01/07/2026 09:30\n"));
        var feed = MappedFeed.With("charge_points", mapping);
        var pulled = await new PretendFeed(_ => PretendFeed.Bytes(archive)).PullAsync(feed, Dataset.ChargePoints);

        var status = Assert.Single(pulled.Statuses);
        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(("example:1", Status.Available, new DateTimeOffset(2026, 7, 1, 8, 30, 0, TimeSpan.Zero)), (status.ChargePointId, status.Status, status.Since));
    }

    [Fact]
    public async Task An_archive_may_hold_JSON()
    {
        var feed = MappedFeed.With("charge_points", """{"request": {"zip_entry": "a.json"}, "fields": {"charge_point_id": "/id"}}""");
        var pulled = await new PretendFeed(_ => PretendFeed.Bytes(Zip(("a.json", """[{"id": "7"}]""")))).PullAsync(feed, Dataset.ChargePoints);

        Assert.Equal("example:7", Assert.Single(pulled.ChargePoints).Record.ChargePointId);
    }

    [Fact]
    public async Task Pages_of_rows_are_walked_to_their_end()
    {
        var feed = MappedFeed.With("tariffs", """
            {"request": {"path": "t.csv", "answer": "csv", "query": {"page": "{page}"}}, "paging": {"by": "page"}, "fields": {"tariff_id": "/Id", "currency": {"constant": "GBP"}, "price_per_kwh": "/Price"}}
            """);
        string[] pages = ["Id,Price\nT1,0.45\nT2,0.5\n", "Id,Price\nT3,0.55\n", "Id,Price\n"];
        var pretend = new PretendFeed(url => PretendFeed.Text(pages[int.Parse(url.Query.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture) - 1]));
        var pulled = await pretend.PullAsync(feed, Dataset.Tariffs);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(["example:T1", "example:T2", "example:T3"], pulled.Tariffs.Select(t => t.Record.TariffId));
        Assert.Equal(3, pretend.Asked.Count);
    }

    [Fact]
    public async Task Names_of_columns_cannot_make_a_small_answer_large()
    {
        var header = string.Join(',', Enumerable.Range(0, 995).Select(i => $"a{new string('x', 55)}{(char)('a' + (i / 26 % 26))}{(char)('a' + (i % 26))}{(char)('a' + (i / 676))}"));
        var rows = string.Concat(Enumerable.Repeat($"A,51.5,-0.1,7.4,AVAILABLE{string.Concat(Enumerable.Repeat(",1", 995))}\n", 1_200));
        var pulled = await PullAsync("", $"{Header.TrimEnd()},{header}\n{rows}");

        Assert.Equal(FailureKind.TooLarge, pulled.Failure!.Kind);
        Assert.Empty(pulled.Pages);
    }

    private static FeedDefinition Feed(string more) => MappedFeed.With("charge_points", $$"""{"request": {"path": "units", "answer": "csv"{{more}}}, "fields": {{Fields}}}""");

    private static Task<Pulled> PullAsync(string more, string text) => new PretendFeed(_ => PretendFeed.Text(text)).PullAsync(Feed(more), Dataset.ChargePoints);

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return stream.ToArray();
    }
}
