using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>A file that an operator hands in: delimited text or an XLSX workbook, told apart by its first bytes.</summary>
public static class SubmittedFile
{
    public const string ProtocolName = "csv-v1";

    private static ReadOnlySpan<byte> Zip => "PK\u0003\u0004"u8;

    private static ReadOnlySpan<byte> OldOffice => [0xD0, 0xCF, 0x11, 0xE0];

    /// <param name="content">Seekable; read from its beginning, and left open.</param>
    internal static (ITable? Table, SubmissionFault? Fault) Open(Stream content, CsvDialect dialect, CancellationToken cancellationToken)
    {
        Span<byte> first = stackalloc byte[4];
        content.Position = 0;
        var read = content.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        content.Position = 0;
        if (first[..read].SequenceEqual(OldOffice))
            return (null, new SubmissionFault(SubmissionFaultKind.NotATable, null, "This is a workbook of before Excel 2007, or one behind a password. Save it as XLSX without a password, or as CSV."));
        return first[..read].SequenceEqual(Zip) ? (new SheetTable(content, dialect, cancellationToken), null) : (new CsvTable(content, dialect), null);
    }
}
