using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Writing;

/// <summary>Which times of events are believed.</summary>
internal static class EventTimes
{
    /// <summary>A later change does not become the current status.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The page with changes outside the range moved to its refused records: each month that is written makes a partition, which
    /// stays, so a page must not name any month it likes.
    /// </summary>
    public static PageToWrite Refuse(PageToWrite page)
    {
        if (page.Rechecks.Count > 0) page = page with { Rechecks = [.. page.Rechecks.Select(r => Refuse(r, page.Feed.OperatorId, page.AskedAt))] };
        var changes = page.Records.StatusChanges.ToLookup(c => StatusChange.IsBelieved(c.Record.At, page.AskedAt));
        if (!changes[false].Any()) return page;
        return page with
        {
            Records = page.Records with
            {
                StatusChanges = [.. changes[true]],
                Refused = [.. page.Records.Refused, .. changes[false].Select(c => Refused(page.Feed.OperatorId, c))],
            },
        };
    }

    /// <summary>When a refused record's event was, where its document says so without doubt: an instant with an offset, and believed.</summary>
    public static DateTimeOffset? Of(RefusedRecord refused, DateTimeOffset askedAt)
    {
        string[] names = refused.Dataset == Dataset.ChargingSessions ? ["plug_in_at", "start_date_time"] : refused.Dataset == Dataset.StatusChanges ? ["at"] : refused.Dataset == Dataset.Outages ? ["started_at"] : [];
        if (refused.Dataset == Dataset.ReportedUsage) return PeriodOf(refused)?.Window.From;
        if (names.Length == 0) return null;
        using var document = JsonDocument.Parse(refused.Document);
        var value = document.RootElement.ValueKind != JsonValueKind.Object ? default
            : names.Select(n => document.RootElement.TryGetProperty(n, out var named) ? named : default).FirstOrDefault(v => v.ValueKind == JsonValueKind.String);
        return value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 16 } text && (text[^1] == 'Z' || text[^6] is '+' or '-')
            && value.TryGetDateTimeOffset(out var at) && StatusChange.IsBelieved(at, askedAt)
            ? at : null;
    }

    /// <summary>What the file was handed in for.</summary>
    private static Period? PeriodOf(RefusedRecord refused)
    {
        using var document = JsonDocument.Parse(refused.Document);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("period", out var period) && period.ValueKind == JsonValueKind.String
            ? Period.Parse(period.GetString()) : null;
    }

    public static Rechecked Refuse(Rechecked recheck, string operatorId, DateTimeOffset askedAt) =>
        recheck.Judged.StatusChanges is [var change] && !StatusChange.IsBelieved(change.Record.At, askedAt)
            ? recheck with { Judged = new RecordPage { Refused = [Refused(operatorId, change)] } }
            : recheck;

    private static RefusedRecord Refused(string operatorId, Judged<StatusChange> judged)
    {
        var change = judged.Record;
        var document = new ArrayBufferWriter<byte>();
        HubJson.Write(document, change);
        var wrong = new Finding(
            QuarantineRules.OutOfRange, Severity.Error, "/at", Instants.Format(change.At),
            "A status change lies before 2015 or more than a month in the future; it was refused.");
        return new RefusedRecord(
            Dataset.StatusChanges, change.ChargePointId[(operatorId.Length + 1)..], document.WrittenMemory, [.. judged.Findings, wrong]);
    }
}
