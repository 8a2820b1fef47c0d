using System.IO.Compression;
using System.Text;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>An XLSX workbook of the parts that a reader needs.</summary>
internal static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <param name="sheet">The worksheet part.</param>
    /// <param name="is1904">Its days are counted from 1904.</param>
    public static MemoryStream Of(string sheet, bool is1904 = false, string name = "Sessions")
    {
        var content = new MemoryStream();
        using (var parts = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(parts, "[Content_Types].xml", """
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>
                <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>
                """);
            Write(parts, "_rels/.rels", $"""
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>
                """);
            Write(parts, "xl/workbook.xml", $"""
                <workbook xmlns="{Main}" xmlns:r="{Relations}"><workbookPr date1904="{(is1904 ? 1 : 0)}"/><sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>
                """);
            Write(parts, "xl/_rels/workbook.xml.rels", $"""
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/>
                <Relationship Id="r2" Type="{Relations}/styles" Target="styles.xml"/></Relationships>
                """);
            // Style 1 is Excel's own form of date and time.
            Write(parts, "xl/styles.xml", $"""
                <styleSheet xmlns="{Main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>
                """);
            Write(parts, "xl/worksheets/sheet1.xml", sheet);
        }

        content.Position = 0;
        return content;
    }

    /// <summary>Rows of cells as XML writes them after the reference: <c>t="inlineStr"&gt;...</c>; plain text becomes such.</summary>
    public static string Sheet(params IReadOnlyList<string[]> rows) => $"""
        <worksheet xmlns="{Main}"><sheetData>{string.Concat(rows.Select((cells, r) => $"<row r=\"{r + 1}\">{string.Concat(cells.Select((c, i) => Cell($"{(char)('A' + i)}{r + 1}", c)))}</row>"))}</sheetData></worksheet>
        """;

    private static string Cell(string at, string cell) =>
        cell.Length == 0 ? "" : cell.StartsWith('<') ? $"<c r=\"{at}\" {cell[1..]}</c>" : $"<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>";

    private static void Write(ZipArchive parts, string name, string text)
    {
        using var writer = new StreamWriter(parts.CreateEntry(name).Open(), new UTF8Encoding(false));
        writer.Write(text);
    }
}
