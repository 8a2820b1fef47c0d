using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols;

/// <summary>
/// Names what a feed's records are judged by: rules and mapping as built, and what its operator file says about reading them. Another
/// name: a refused record may pass now.
/// </summary>
public static class JudgeVersion
{
    /// <summary>16 hexadecimal digits.</summary>
    public static string Of(FeedDefinition feed) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '|', Built(typeof(JudgeVersion)), Built(typeof(RecordPage)), feed.Protocol, feed.Zone.Id, feed.FoldIsEarlier, feed.LastUpdatedLies, feed.Territory, string.Join(',', feed.PartyIds), DialectOf(feed.Csv),
        string.Join('|', feed.Datasets.Select(d => $"{d.Axis} {d.Mapping?.Written}"))))))[..16];

    /// <summary>All of it: a file that could not be read under another one is read anew.</summary>
    private static string DialectOf(CsvDialect? csv) => csv is null ? "" : string.Join(
        '|', csv.Delimiter, csv.Quote, csv.Encoding.WebName, csv.HeaderLine, csv.Sheet, csv.EndsWithNewline, csv.Times, csv.Dates, csv.Cells.Decimal, csv.Cells.Group, string.Join(',', csv.Cells.Nulls));

    /// <summary>The same sources give the same id.</summary>
    private static Guid Built(Type type) => type.Module.ModuleVersionId;
}
