using System.IO.Compression;
using System.Text;
using ChargePointHub.Feeds.Protocols.Csv;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>No file makes the reader throw: bytes of good ones are changed, cut out, doubled and cut off at random, the same each time.</summary>
public sealed class HostileFileTests
{
    private const string Good =
        "Session,Charger,Plugged in,Plugged out,Energy (kWh)\r\nS1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\r\n\"S,2\",\"CP\"\"1\",2026-07-02T09:30:00Z,,\"7\n\"\r\n";

    private static readonly byte[] Bytes = [0, (byte)'"', (byte)',', (byte)'\n', (byte)'\r', 0xFF, 0xFE, 0xEF, 0xBB, (byte)'9', (byte)'-', (byte)'<', (byte)'&', 0x80];

    [Fact]
    public void Whatever_is_done_to_delimited_text() => Spoil(Encoding.UTF8.GetBytes(Good), 3_000);

    [Fact]
    public void Whatever_is_done_to_a_workbook() => Spoil(Workbook.Of(Sheet).ToArray(), 1_500);

    /// <summary>Within the archive, where its checksums do not stand before it.</summary>
    [Fact]
    public void Whatever_is_done_to_a_sheet()
    {
        var (random, good) = (new Random(7), Encoding.UTF8.GetBytes(Sheet));
        for (var i = 0; i < 1_500; i++) Read(Workbook.Of(Encoding.Latin1.GetString(Spoilt(good, random))));
    }

    [Fact]
    public void Merged_and_marked_cells_without_end_take_no_time()
    {
        var ranges = string.Concat(Enumerable.Range(1, 20_000).Select(i => $"<mergeCell ref=\"A{i}:XFD1048576\"/>"));

        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], Workbook.Of(Sheet.Replace("</sheetData>", $"</sheetData><mergeCells>{ranges}</mergeCells>", StringComparison.Ordinal)));

        Assert.Equal(1, handed.Rows);
    }

    [Theory]
    [InlineData("A1:Z10000")]
    [InlineData("E1:A1048576")]
    public void Merged_ranges_that_overlap_are_looked_at_no_more_often_than_there_are_cells_to_mark(string range)
    {
        var ranges = string.Concat(Enumerable.Repeat($"<mergeCell ref=\"{range}\"/>", 200_000));

        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], Workbook.Of(Sheet.Replace("</sheetData>", $"</sheetData><mergeCells>{ranges}</mergeCells>", StringComparison.Ordinal)));

        Assert.Equal(1, handed.Rows);
    }

    [Theory]
    [InlineData(1_048_576, null)]
    [InlineData(1_048_577, SubmissionFaultKind.TooLarge)]
    [InlineData(2_147_483_647, SubmissionFaultKind.TooLarge)]
    public void A_row_of_a_number_that_no_sheet_has_ends_the_reading(int row, SubmissionFaultKind? kind)
    {
        var last = $"<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>S2</t></is></c></row></sheetData>";

        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], Workbook.Of(Sheet.Replace("</sheetData>", last, StringComparison.Ordinal)));

        Assert.Equal((kind, kind is null ? 2 : 1), (handed.Fault?.Kind, handed.Rows));
    }

    [Theory]
    [InlineData("xl/styles.xml", 17, SubmissionFaultKind.TooLarge)]
    [InlineData("xl/sharedStrings.bin", 129, SubmissionFaultKind.TooLarge)]
    [InlineData("xl/media/photo.png", 100, null)]
    [InlineData("xl/workbook.bin", 1, SubmissionFaultKind.NotATable)]
    public void A_part_that_is_kept_whole_is_of_a_size_to_be_kept(string name, int mebibytes, SubmissionFaultKind? kind)
    {
        var workbook = Workbook.Of(Sheet);
        using (var parts = new ZipArchive(workbook, ZipArchiveMode.Update, leaveOpen: true))
        {
            parts.GetEntry(name)?.Delete();
            // What packs well is a bomb by its growth alone, so some of the parts do not.
            var noise = new byte[4 << 20];
            new Random(1).NextBytes(noise);
            using (var padding = parts.CreateEntry("xl/media/noise.png", CompressionLevel.NoCompression).Open()) padding.Write(noise);
            using var part = parts.CreateEntry(name, CompressionLevel.Fastest).Open();
            for (var i = 0; i < mebibytes; i++) part.Write(new byte[1 << 20]);
        }

        Assert.Equal(kind, HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], workbook).Fault?.Kind);
    }

    [Fact]
    public void An_archive_without_a_workbook_is_no_table()
    {
        var archive = new MemoryStream();
        using (var parts = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true)) parts.CreateEntry("q3.csv").Open().Dispose();

        var fault = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], archive).Fault!;

        Assert.Equal(SubmissionFaultKind.NotATable, fault.Kind);
        Assert.Contains("archive without an XLSX workbook", fault.Message, StringComparison.Ordinal);
    }

    private static string Sheet { get; } = Workbook.Sheet(
        ["Session", "Charger", "Plugged in", "Plugged out", "Energy (kWh)"], ["S1", "CP1", "<s=\"1\"><v>46204.3958333333</v>", "", "<><f>5*2.5</f><v>12.5</v>"]);

    private static void Spoil(byte[] good, int times)
    {
        var random = new Random(42);
        for (var i = 0; i < times; i++) Read(new MemoryStream(Spoilt(good, random)));
    }

    private static void Read(Stream content)
    {
        var handed = HandedIn.Of(HandedIn.Operator("sessions").Feeds[0], content);
        Assert.Equal(handed.Fault is null, handed.Pages.Any(p => p.IsLast));
        Assert.All(handed.Findings, f => Assert.Matches("^/[0-9]+(/|$)", f.Pointer));
    }

    private static byte[] Spoilt(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 1; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = Bytes[random.Next(Bytes.Length)]; break;
                case 1: bytes.Insert(at, Bytes[random.Next(Bytes.Length)]); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at))); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }
}
