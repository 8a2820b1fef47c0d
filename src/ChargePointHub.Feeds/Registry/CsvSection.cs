using System.Text;
using ChargePointHub.Feeds.Protocols.Csv;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The <c>csv</c> object of a feed whose files are handed in, with what is right only there, and of a request that is answered with delimited text.</summary>
internal static class CsvSection
{
    private static readonly string[] Delimiters = ["comma", "semicolon", "tab", "pipe"];

    private static readonly string[] OfRequests =
        ["base_url", "credential", "ca_file", "allow_private_hosts", "limit_group", "limits", "loti", "ocpi"];

    private static readonly string[] Properties = ["delimiter", "quote", "encoding", "decimal", "group", "nulls", "times", "dates", "header_line", "ends_with_newline"];

    /// <param name="isCsv">The request says that its answers are delimited text.</param>
    public static CsvDialect? OfAnswer(FileNode request, bool isCsv)
    {
        if (request.Value("csv") is not { } json) return isCsv ? CsvDialect.Plain : null;
        if (!isCsv) MappedListSection.Contradicts(request, "csv", "csv says how delimited text is written, and answer is not csv.");
        return Dialect(new FileNode(json, request.At("csv"), request.Faults, Properties));
    }

    public static CsvDialect? Read(FileNode feed, string protocol)
    {
        var isCsv = protocol == SubmittedFile.ProtocolName;
        if (!isCsv)
        {
            if (feed.Value("csv") is not null && protocol.Length > 0) feed.Fault("csv", RegistryFaultCodes.MappingNotPossible, "csv stands in a feed of the protocol csv-v1 alone; in one of mapped-json it stands in a request.");
            return null;
        }

        foreach (var name in OfRequests.Where(n => feed.Value(n) is not null))
        {
            feed.Fault(name, RegistryFaultCodes.MappingNotPossible, $"Files of a csv-v1 feed are handed in and nothing is asked for; take {name} out.");
        }

        if (feed.Value("zone") is null) feed.Fault("zone", RegistryFaultCodes.Missing, "zone is missing: a csv-v1 feed declares how times without an offset are read, such as Europe/London.");
        return feed.Value("csv") is { } json
            ? Dialect(new FileNode(json, feed.At("csv"), feed.Faults, [.. Properties, "sheet"]))
            : CsvDialect.Plain;
    }

    private static CsvDialect Dialect(FileNode node)
    {
        var delimiter = node.Word("delimiter", RegistryFaultCodes.BadValue, Delimiters) switch { "semicolon" => ';', "tab" => '\t', "pipe" => '|', _ => ',' };
        var quote = node.Word("quote", RegistryFaultCodes.BadValue, ["double", "single"]) == "single" ? '\'' : '"';
        var point = node.Word("decimal", RegistryFaultCodes.BadValue, ["point", "comma"]) == "comma" ? ',' : '.';
        char? group = node.Word("group", RegistryFaultCodes.BadValue, ["point", "comma", "space", "apostrophe"]) switch
        {
            "point" => '.',
            "comma" => ',',
            "space" => ' ',
            "apostrophe" => '\'',
            _ => null,
        };
        if (group == point) MappedListSection.Contradicts(node, "group", "The same sign cannot stand between thousands and before decimals.");
        var nulls = node.Texts("nulls", t => t.Trim().Length > 0, "a word of 1 character or more, within quotation marks");
        return new CsvDialect(
            delimiter, quote, Encoding(node), new CellText(point, group, [.. nulls.Select(n => n.Trim())]), Form(node, "times"), Form(node, "dates"),
            node.Number("header_line", 1, 1, 1000), node.Text("sheet", longest: 100), node.Flag("ends_with_newline", false));
    }

    private static string Form(FileNode node, string name) => node.Value(name) is null ? "rfc3339" : MappedListSection.TimeFormat(node, name);

    private static Encoding Encoding(FileNode node) => node.Word("encoding", RegistryFaultCodes.BadValue, ["utf-8", "windows-1252"]) == "windows-1252"
        ? CodePagesEncodingProvider.Instance.GetEncoding(1252)!
        : CsvDialect.Plain.Encoding;
}
