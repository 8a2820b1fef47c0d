using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>An outage becomes ours, or is refused. Free texts of refused records are not kept.</summary>
internal sealed class LotiOutages(FeedDefinition feed, RecordReader reader, DateTimeOffset now)
{
    private static readonly FieldNames Fields = new(
        "outage_id", "charge_point_id", "started_at", "detected_at", "reported_at", "attended_at", "ended_at", "category", "cause", "exempt", "exempt_reason", "last_updated");

    private static readonly AllowList Allowed = new(Fields.All.Except(MappedTargets.FreeTexts));

    /// <summary>No column of a file says when a row changed.</summary>
    private readonly bool saysNoChange = feed.Datasets.Any(d => d.Dataset == Dataset.Outages && d.LaterArrivalWins);

    public void Add(JsonElement row, PageBuilder page, Window? window, WindowAxis? axis)
    {
        reader.At = "";
        string? id = null, chargePoint = null, cause = null, reason = null;
        DateTimeOffset? started = null, detected = null, reported = null, attended = null, ended = null, updated = null;
        OutageCategory? category = null;
        bool? exempt = null;
        var expected = 0;
        if (row.ValueKind != JsonValueKind.Object) reader.Findings.Add(ValueRules.RecordNotObject, "", null);
        else
        {
            foreach (var property in row.EnumerateObject())
            {
                var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                var value = property.Value;
                switch (name)
                {
                    case "outage_id": id = reader.Id(value, name, isKey: true); break;
                    case "charge_point_id": chargePoint = reader.Id(value, name, isKey: true); break;
                    case "started_at": started = reader.Instant(value, name); break;
                    case "detected_at": detected = reader.Instant(value, name); break;
                    case "reported_at": reported = reader.Instant(value, name); break;
                    case "attended_at": attended = reader.Instant(value, name); break;
                    case "ended_at": ended = reader.Instant(value, name); break;
                    case "category": category = reader.Word<OutageCategory>(value, name); break;
                    case "cause": cause = FreeText.Read(reader, value, name); break;
                    case "exempt": exempt = reader.Flag(value, name); break;
                    case "exempt_reason": reason = FreeText.Read(reader, value, name); break;
                    case "last_updated": updated = reader.Instant(value, name); break;
                    default: OcpiWords.TellIfPersonal(reader, property); break;
                }
            }

            var refused = reader.Findings.RefusesRecord;
            if (id is null && !refused) reader.Add(ValueRules.IdMissing, "outage_id", null);
            if (chargePoint is null && !refused) reader.Add(ValueRules.IdMissing, "charge_point_id", null);
            if (started is null) reader.Add(ValueRules.TimeMissing, "started_at", null);
        }

        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.Outages, id, Allowed, row, reader.Findings.Take(), chargePoint);
            return;
        }

        reader.Expect(updated is not null || saysNoChange, "last_updated");
        var outage = new Outage
        {
            OutageId = $"{feed.OperatorId}:{id}",
            OperatorId = feed.OperatorId,
            ChargePointId = $"{feed.OperatorId}:{chargePoint}",
            StartedAt = started!.Value,
            DetectedAt = detected,
            ReportedAt = reported,
            AttendedAt = attended,
            EndedAt = ended,
            Category = category,
            Cause = cause,
            Exempt = exempt,
            ExemptReason = reason,
            LastUpdated = updated,
        };
        OutageCheck.Check(outage, now, window, axis, reader.Findings);
        if (reader.Findings.RefusesRecord) page.Refuse(Dataset.Outages, id, Allowed, row, reader.Findings.Take(), chargePoint);
        else page.Add(outage, reader.Findings.Take());
    }
}
