using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>A charging session becomes ours, or is refused.</summary>
internal sealed class LotiSessions(FeedDefinition feed, RecordReader reader, DateTimeOffset now)
{
    private const decimal MostMoney = 1_000_000;

    private static readonly FieldNames Fields = new(
        "session_id", "charge_point_id", "connector_id", "plug_in_at", "plug_out_at", "charge_start_at", "charge_end_at", "charging_minutes",
        "energy_kwh", "peak_kw", "cost_ex_vat", "cost_inc_vat", "currency", "tariff_id", "payment_method", "user_type", "outcome", "ended_by",
        "error_code", "start_soc_percent", "end_soc_percent", "corrects_session_id", "last_updated");

    private static readonly AllowList Allowed = new(Fields.All);

    /// <summary>Of a file no column of which says when a row changed, how often one comes; null: records say it.</summary>
    private readonly TimeSpan? fileCadence = feed.Csv is null ? null : feed.Datasets.FirstOrDefault(d => d.Dataset == Dataset.ChargingSessions && d.LaterArrivalWins)?.Cadence;

    public void Add(JsonElement row, PageBuilder page, Window? window, WindowAxis? axis)
    {
        reader.At = "";
        string? id = null, chargePoint = null, connector = null, currency = null, tariff = null, endedBy = null, error = null, corrects = null;
        DateTimeOffset? plugIn = null, plugOut = null, chargeStart = null, chargeEnd = null, updated = null;
        decimal? charging = null, energy = null, peak = null, costEx = null, costInc = null, startSoc = null, endSoc = null;
        PaymentMethod? payment = null;
        UserType? user = null;
        Outcome? outcome = null;
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
                    case "session_id": id = reader.Id(value, name, isKey: true); break;
                    case "charge_point_id": chargePoint = reader.Id(value, name, isKey: true); break;
                    case "connector_id": connector = reader.Id(value, name, isKey: false); break;
                    case "plug_in_at": plugIn = reader.Instant(value, name); break;
                    case "plug_out_at": plugOut = reader.Instant(value, name); break;
                    case "charge_start_at": chargeStart = reader.Instant(value, name); break;
                    case "charge_end_at": chargeEnd = reader.Instant(value, name); break;
                    case "charging_minutes": charging = reader.Number(value, name, 0, 1_000_000); break;
                    case "energy_kwh": energy = Energy.Read(reader, value, name); break;
                    case "peak_kw": peak = reader.Number(value, name, 0, 4000); break;
                    case "cost_ex_vat": costEx = reader.Number(value, name, -MostMoney, MostMoney); break;
                    case "cost_inc_vat": costInc = reader.Number(value, name, -MostMoney, MostMoney); break;
                    case "currency": currency = reader.Text(value, name, 3); break;
                    case "tariff_id": tariff = reader.Id(value, name, isKey: false); break;
                    case "payment_method": payment = reader.Word<PaymentMethod>(value, name); break;
                    case "user_type": user = reader.Word<UserType>(value, name); break;
                    case "outcome": outcome = reader.Word<Outcome>(value, name); break;
                    case "ended_by": endedBy = reader.Text(value, name, 40); break;
                    case "error_code": error = reader.Text(value, name, 40); break;
                    case "start_soc_percent": startSoc = reader.Number(value, name, 0, 100); break;
                    case "end_soc_percent": endSoc = reader.Number(value, name, 0, 100); break;
                    case "corrects_session_id": corrects = reader.Id(value, name, isKey: false); break;
                    case "last_updated": updated = reader.Instant(value, name); break;
                    default: OcpiWords.TellIfPersonal(reader, property); break;
                }
            }

            var refused = reader.Findings.RefusesRecord;
            if (id is null && !refused) reader.Add(ValueRules.IdMissing, "session_id", null);
            if (chargePoint is null && !refused) reader.Add(ValueRules.IdMissing, "charge_point_id", null);
            if (plugIn is null) reader.Add(ValueRules.TimeMissing, "plug_in_at", null);
        }

        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ChargingSessions, id, Allowed, row, reader.Findings.Take(), chargePoint);
            return;
        }

        reader.Expect(energy is not null, "energy_kwh");
        reader.Expect(updated is not null || fileCadence is not null, "last_updated");
        var session = new ChargingSession
        {
            SessionId = $"{feed.OperatorId}:{id}",
            OperatorId = feed.OperatorId,
            ChargePointId = $"{feed.OperatorId}:{chargePoint}",
            ConnectorId = connector,
            PlugInAt = plugIn!.Value,
            PlugOutAt = plugOut,
            ChargeStartAt = chargeStart,
            ChargeEndAt = chargeEnd,
            ChargingMinutes = charging,
            EnergyKwh = energy,
            PeakKw = peak,
            CostExVat = costEx,
            CostIncVat = costInc,
            Currency = currency,
            TariffId = tariff is null ? null : $"{feed.OperatorId}:{tariff}",
            PaymentMethod = payment,
            UserType = user ?? UserType.Unknown,
            Outcome = outcome ?? Outcome.Unknown,
            EndedBy = endedBy,
            ErrorCode = error,
            StartSocPercent = startSoc,
            EndSocPercent = endSoc,
            CorrectsSessionId = corrects is null ? null : $"{feed.OperatorId}:{corrects}",
            LastUpdated = updated ?? plugOut ?? plugIn.Value,
        }.WithDerived();
        SessionCheck.Check(session, now, window, axis, reader.Findings, fileCadence is not null ? now : feed.LastUpdatedLies ? null : session.LastUpdated, fileCadence ?? TimeSpan.Zero);
        if (reader.Findings.RefusesRecord) page.Refuse(Dataset.ChargingSessions, id, Allowed, row, reader.Findings.Take(), chargePoint);
        else page.Add(session, reader.Findings.Take());
    }
}
