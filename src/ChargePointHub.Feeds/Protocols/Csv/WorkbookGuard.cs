using System.IO.Compression;
using System.Xml;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>What is looked at in a workbook before its cells are read: how large it unpacks, and which cells hold formulas and errors.</summary>
internal static class WorkbookGuard
{
    private const long MostUnpacked = 1L << 30;

    /// <summary>Of each part but the sheet: what is kept in memory as a whole is among them.</summary>
    private const long MostTexts = 128L << 20;

    /// <summary>Of the forms of cells, each of which takes many times its bytes.</summary>
    private const long MostStyles = 16L << 20;

    /// <summary>Up to here any growth is taken; beyond it a workbook of people's data does not grow fortyfold.</summary>
    private const long AnyGrowth = 64L << 20;

    private const int MostGrowth = 40;

    /// <summary>Cells that are marked; of more nothing is told.</summary>
    private const int MostMarks = 500_000;

    /// <summary>Merged ranges that are looked at, as many as no table has.</summary>
    private const int MostRanges = 100_000;

    private const int MostParts = 10_000;

    private const string WorkbookPart = "xl/workbook.xml";

    private const string RelationsPart = "xl/_rels/workbook.xml.rels";

    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>False: a binary workbook, one of another program, or no workbook at all.</summary>
    public static bool IsXlsx(Stream workbook)
    {
        using var parts = new ZipArchive(workbook, ZipArchiveMode.Read, leaveOpen: true);
        return parts.GetEntry(WorkbookPart) is not null && !parts.Entries.Any(p => p.FullName.Equals("xl/workbook.bin", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A sentence where it is too large; null: it can be read.</summary>
    /// <param name="sheet">Null: the first.</param>
    public static string? TooLarge(Stream workbook, string? sheet, CancellationToken cancellationToken)
    {
        using var parts = new ZipArchive(workbook, ZipArchiveMode.Read, leaveOpen: true);
        if (parts.Entries.Count > MostParts) return $"The workbook has more than {MostParts} parts.";
        var (total, block, large) = (0L, new byte[81_920], new List<string>());
        foreach (var part in parts.Entries)
        {
            // The stated size is the sender's word, so it is counted.
            using var content = part.Open();
            var ofPart = 0L;
            var most = part.FullName.EndsWith("styles.xml", StringComparison.OrdinalIgnoreCase) ? MostStyles : MostUnpacked;
            for (int read; (read = content.Read(block)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (total, ofPart) = (total + read, ofPart + read);
                if (ofPart > most || total > MostUnpacked || (total > AnyGrowth && total > MostGrowth * workbook.Length)) return $"The workbook unpacks to more than {total >> 20} MiB.";
            }

            if (ofPart > MostTexts) large.Add(part.FullName);
        }

        // What names the sheet is small before it is looked at.
        var isSheet = large is [not (WorkbookPart or RelationsPart)] && large[0] == PathOf(parts, sheet);
        return large.Count == 0 || isSheet ? null : $"{FileNode.Shown(large.Find(p => p is WorkbookPart or RelationsPart) ?? large[^1])} in the workbook unpacks to more than {MostTexts >> 20} MiB.";
    }

    /// <summary>Cells of the sheet that hold a formula or an error, by <see cref="Place"/>.</summary>
    /// <param name="sheet">Null: the first.</param>
    public static Dictionary<long, Rule> Marked(Stream workbook, string? sheet, CancellationToken cancellationToken)
    {
        using var parts = new ZipArchive(workbook, ZipArchiveMode.Read, leaveOpen: true);
        var found = new Dictionary<long, Rule>();
        if (PathOf(parts, sheet) is not { } path || parts.GetEntry(path) is not { } part) return found;
        using var xml = Reader(part);
        for (long? cell = null; xml.Read() && found.Count < MostMarks;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "c")
            {
                cell = xml.GetAttribute("r") is { } reference ? PlaceOf(reference) : null;
                if (cell is { } wrong && xml.GetAttribute("t") == "e") found[wrong] = TableRules.CellError;
            }
            else if (xml.LocalName == "f" && cell is { } place)
            {
                found.TryAdd(place, TableRules.CellFormula);
            }
        }

        return found;
    }

    /// <summary>Of merged cells all but the first. Ranges may overlap, so what is looked at is counted, marked or not.</summary>
    public static void Merge(Dictionary<long, Rule> marked, IEnumerable<(int FromRow, int ToRow, int FromColumn, int ToColumn)> ranges, CancellationToken cancellationToken)
    {
        var looked = 0;
        foreach (var range in ranges.Take(MostRanges).Where(r => r.FromColumn <= r.ToColumn))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var row = range.FromRow; row <= range.ToRow; row++)
            {
                for (var column = range.FromColumn; column <= range.ToColumn; column++)
                {
                    if (marked.Count >= MostMarks || ++looked > MostMarks) return;
                    if (row != range.FromRow || column != range.FromColumn) marked.TryAdd(Place(row, column), TableRules.CellMerged);
                }
            }
        }
    }

    /// <param name="row">From 1.</param>
    /// <param name="column">From 1.</param>
    public static long Place(int row, int column) => ((long)row << 20) | (uint)column;

    private static long? PlaceOf(string reference)
    {
        var column = 0;
        var letters = reference.TakeWhile(char.IsAsciiLetterUpper).Count();
        foreach (var letter in reference.AsSpan(0, letters)) column = (column * 26) + (letter - 'A' + 1);
        return letters is > 0 and <= 3 && int.TryParse(reference.AsSpan(letters), out var row) ? Place(row, column) : null;
    }

    private static string? PathOf(ZipArchive parts, string? sheet)
    {
        string? id = null, target = null;
        if (parts.GetEntry(WorkbookPart) is not { } workbook || parts.GetEntry(RelationsPart) is not { } relations) return null;
        using (var xml = Reader(workbook))
        {
            while (id is null && xml.Read())
            {
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "sheet" } && (sheet is null || string.Equals(xml.GetAttribute("name"), sheet, StringComparison.OrdinalIgnoreCase)))
                    id = xml.GetAttribute("id", Relations);
            }
        }

        using (var xml = Reader(relations))
        {
            while (target is null && xml.Read())
            {
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "Relationship" } && xml.GetAttribute("Id") == id) target = xml.GetAttribute("Target");
            }
        }

        return target is null ? null : target.StartsWith('/') ? target[1..] : $"xl/{target}";
    }

    private static XmlReader Reader(ZipArchiveEntry part) => XmlReader.Create(part.Open(), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CloseInput = true });
}
