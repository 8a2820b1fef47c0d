using System.Text;

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
