using ChargePointHub.Model;
using ChargePointHub.Server.Submissions;

namespace ChargePointHub.Server.Commands;

/// <summary>The report on a file in lines, for whoever mends it.</summary>
internal static class SubmissionLines
{
    public static IEnumerable<string> Of(SubmissionReport report)
    {
        yield return $"{report.OperatorId} {report.Dataset} {report.Period}: rows read {report.RowsRead}, accepted {report.Accepted}, refused {report.Refused}";
        if (report.Fault is { } fault) yield return $"The file is not whole: {(fault.Line is { } line ? $"line {line}: " : "")}{fault.Message} [{fault.Code}]";
        if (report.Written is { } written)
        {
            var late = written.Late > 0 ? $", {written.Late} older than what there is" : "";
            var waiting = written.Waiting > 0 ? $"; {written.Waiting} sessions wait until their charge point is known" : "";
            var keptOut = written.KeptOut > 0 ? $"; {written.KeptOut} were purged and are kept out" : "";
            var unplaced = written.Unplaced > 0 ? $"; {written.Unplaced} are of charge points or locations that are not known: list these under the same ids" : "";
            yield return $"Records: {written.Added} new, {written.Changed} changed{late}, {written.Unchanged} known already{waiting}{keptOut}{unplaced}.";
            yield return report.Claimed is not { } claimed ? "No time is claimed: send the whole file once it is right."
                : LondonCalendar.TryParsePeriod(report.Period, out var stated) && string.CompareOrdinal(claimed.To, Instants.Format(stated.Value.To)) < 0
                    ? $"All of {claimed.From} to {claimed.To} has come, when this file first came; of the rest of {report.Period} send a new one."
                    : $"All of {claimed.From} to {claimed.To} has come.";
        }
        else
        {
            yield return "A dry run: nothing has been written.";
        }

        if (report.PersonalColumns.Count > 0) yield return $"Do not send these columns, which concern people; they were not read: {string.Join(", ", report.PersonalColumns)}";
        if (report.ColumnsUnread.Count > 0) yield return $"Columns that are not read: {string.Join(", ", report.ColumnsUnread)}";
        foreach (var rule in report.Findings)
        {
            yield return "";
            yield return $"{rule.Severity} {rule.Rule}, found {rule.Count}: {rule.Summary} {rule.Fix}";
            foreach (var place in rule.Samples)
                yield return $"  line {place.Line}{(place.Column.Length > 0 ? $", {place.Column}" : "")}{(place.Value is { } value ? $": \"{value}\"" : "")}{(place.Message == rule.Summary ? "" : $". {place.Message}")}";
            if (rule.Count > rule.Samples.Count) yield return $"  and {rule.Count - rule.Samples.Count} more";
        }
    }
}
