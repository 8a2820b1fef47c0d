using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Trial;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Commands;

/// <summary>A tried dataset in lines of at most 80 characters.</summary>
public static class TriedLines
{
    private const int Width = 80;
    private const int MostUnread = 40;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<string> Of(TriedDataset tried)
    {
        yield return $"== {tried.Feed.OperatorId}/{tried.Feed.FeedId}: {tried.Plan.Dataset} by {tried.Feed.Protocol}";
        if (tried.Window is { } window) foreach (var line in Folded($"window {Instants.Format(window.From)} to {Instants.Format(window.To)}")) yield return line;
        foreach (var line in tried.Asked.Take(3).SelectMany(a => Folded(a.StartsWith("POST ", StringComparison.Ordinal) ? a : $"GET {a}"))) yield return line;
        if (tried.Asked.Count > 3) yield return $"... {tried.Asked.Count} requests in all";
        if (tried.Failure is { } failure) foreach (var line in Folded($"FAILED {Words<FailureKind>.Of(failure.Kind)}: {failure.Detail}")) yield return line;
        if (tried.Failure is null || tried.Kept + tried.Refused > 0)
        {
            var statuses = tried.Statuses > 0 ? $", with status: {tried.Statuses}" : "";
            var whole = tried.Failure is not null ? "nothing would be claimed." : tried.IsWhole ? "the whole list." : "the list goes on.";
            yield return $"Records that would be kept: {tried.Kept}{statuses}, refused: {tried.Refused}; {whole}";
        }

        foreach (var line in First(tried).Concat(Refused(tried)).Concat(Findings(tried)).Concat(Unread(tried))) yield return line;
        yield return "";
    }

    private static IEnumerable<string> First(TriedDataset tried)
    {
        if (tried.First.Count == 0) yield break;
        yield return "";
        yield return "The first record: our field, as kept <- where it came from, as sent";
        foreach (var line in Fields(tried.First)) yield return line;
    }

    /// <summary>A record field by field, as it is kept and as it came.</summary>
    public static IEnumerable<string> Fields(IReadOnlyList<TriedField> fields)
    {
        var said = fields.Where(f => f.Kept is not ("null" or "[]") || f.Path is not null).ToList();
        foreach (var field in said)
        {
            var sent = field.Path is null ? "<- derived" : field.Path == "constant" ? "<- constant" : $"<- {field.Path}: {field.Sent ?? "nothing there"}";
            var kept = $"  {field.Name,-27} {field.Kept}";
            if (field.Sent == field.Kept) sent = $"<- {field.Path}";
            if (kept.Length + 2 + sent.Length <= Width) yield return $"{kept}  {sent}";
            else
            {
                yield return Cut(kept);
                yield return Cut($"{new string(' ', 30)}{sent}");
            }
        }

        var silent = fields.Except(said).Select(f => f.Name).ToList();
        if (silent.Count > 0) foreach (var line in Folded($"Unknown, and not mapped: {string.Join(", ", silent)}")) yield return line;
    }

    private static IEnumerable<string> Refused(TriedDataset tried)
    {
        if (tried.FirstRefused is not { } refused) yield break;
        yield return "";
        yield return Cut($"The first refused record: {refused.OwnId ?? "without an id"}");
        foreach (var finding in refused.Findings.Where(f => f.Severity == Severity.Error))
            foreach (var line in Folded($"{finding.Rule} at {Place(finding.Pointer)}{(finding.Value is null ? "" : $" ({finding.Value})")}: {finding.Message}")) yield return line;
    }

    private static IEnumerable<string> Findings(TriedDataset tried)
    {
        if (tried.Findings.Count == 0) yield break;
        yield return "";
        yield return "Findings, the first of each as a sample";
        foreach (var finding in tried.Findings)
        {
            yield return Cut($"  {finding.Count,5} {Words<Severity>.Of(finding.Severity),-7} {finding.Rule} at {Place(finding.Sample.Pointer)}{(finding.Sample.Value is { } value ? $": {JsonSerializer.Serialize(value, Plain)}" : "")}");
            foreach (var line in Folded(finding.Sample.Message, 16)) yield return line;
        }
    }

    private static IEnumerable<string> Unread(TriedDataset tried)
    {
        if (tried.Unread is not { Count: > 0 } unread) yield break;
        yield return "";
        yield return "Not read, seen from the record, and how often a value stood there";
        foreach (var field in unread.Take(MostUnread)) yield return Cut($"  {field.Count,5} {field.Path}");
        if (unread.Count > MostUnread) yield return $"  ... and {unread.Count - MostUnread} more; --json lists all.";
    }

    private static string Place(string pointer) => pointer.Length == 0 ? "the record" : pointer;

    private static string Cut(string line)
    {
        var shown = line.ReplaceLineEndings(" ");
        return shown.Length <= Width ? shown : $"{shown[..(Width - 3)]}...";
    }

    /// <summary>At spaces where there are some.</summary>
    private static IEnumerable<string> Folded(string text, int indent = 2)
    {
        var rest = text.ReplaceLineEndings(" ");
        var width = Width - indent;
        while (rest.Length > width)
        {
            var at = rest.LastIndexOf(' ', width);
            if (at <= 0) at = width;
            yield return new string(' ', indent) + rest[..at];
            rest = rest[at..].TrimStart();
        }

        yield return new string(' ', indent) + rest;
    }
}
