using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>A status change becomes ours, or is refused. An unknown word is UNKNOWN: the change itself is true.</summary>
internal sealed class LotiStatusChanges(FeedDefinition feed, RecordReader reader, DateTimeOffset now)
{
    private static readonly FieldNames Fields = new("charge_point_id", "status", "at", "reported_at");

    private static readonly AllowList Allowed = new(Fields.All);

    public void Add(JsonElement row, PageBuilder page, Window? window, WindowAxis? axis)
    {
        reader.At = "";
        string? chargePoint = null;
        Status? status = null;
        DateTimeOffset? at = null, reported = null;
        var (expected, statusSent) = (0, false);
        if (row.ValueKind != JsonValueKind.Object) reader.Findings.Add(ValueRules.RecordNotObject, "", null);
        else
        {
            foreach (var property in row.EnumerateObject())
            {
                var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                switch (name)
                {
                    case "charge_point_id": chargePoint = reader.Id(property.Value, name, isKey: true); break;
                    case "status":
                        status = StatusWord.Read(reader, property.Value, name);
                        statusSent = property.Value.ValueKind != JsonValueKind.Null;
                        break;
                    case "at": at = reader.Instant(property.Value, name); break;
                    case "reported_at": reported = reader.Instant(property.Value, name); break;
                    default: OcpiWords.TellIfPersonal(reader, property); break;
                }
            }

            if (chargePoint is null && !reader.Findings.RefusesRecord) reader.Add(ValueRules.IdMissing, "charge_point_id", null);
            if (at is null) reader.Add(ValueRules.TimeMissing, "at", null);
            else if (!StatusChange.IsBelieved(at.Value, now)) reader.Add(StoredRules.TimeOutOfRange, "at", Instants.Format(at.Value));
        }

        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.StatusChanges, chargePoint, Allowed, row, reader.Findings.Take());
            return;
        }

        reader.Expect(statusSent, "status");
        if (at > now + SessionCheck.ClockSkew) reader.Add(ValueRules.TimeInFuture, "at", Instants.Format(at.Value));
        var (pointer, instant) = axis == WindowAxis.LastUpdated ? ("reported_at", reported) : ("at", at);
        if (window is { } asked && instant is { } stated && !asked.Contains(stated)) reader.Add(ValueRules.OutsideWindow, pointer, Instants.Format(stated));
        page.Add(
            new StatusChange
            {
                ChargePointId = $"{feed.OperatorId}:{chargePoint}",
                OperatorId = feed.OperatorId,
                Status = status ?? Status.Unknown,
                At = at!.Value,
                ReportedAt = reported,
                Evidence = Evidence.Event,
            },
            reader.Findings.Take());
    }
}
