using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>An OCPI CDR becomes a part of a charging session, or is refused. One of a reservation that was never used is left out.</summary>
internal sealed class OcpiCdrs(FeedDefinition feed, OcpiVersion version, DateTimeOffset now)
{
    private static readonly FieldNames Fields = new(
        "id", "start_date_time", "end_date_time", "session_id", "cdr_token", "auth_method", "authorization_reference", "cdr_location", "meter_id", "currency", "tariffs",
        "charging_periods", "signed_data", "total_cost", "total_energy", "total_time", "total_parking_time", "remark", "invoice_reference_id", "credit", "credit_reference_id",
        "last_updated");

    private static readonly AllowList Allowed = new(
        [
            "country_code", "party_id", "id", "start_date_time", "end_date_time", "session_id", "currency", "total_energy", "total_time", "total_parking_time",
            "credit", "credit_reference_id", "last_updated",
        ],
        ("cdr_location", new AllowList(["id", "evse_uid", "evse_id", "connector_id"])),
        ("tariffs", new AllowList(["id"])),
        ("charging_periods", OcpiPeriods.Allowed),
        ("total_cost", OcpiPrice.Allowed));

    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["/energy_kwh"] = "/total_energy",
        ["/plug_in_at"] = "/start_date_time",
        ["/plug_out_at"] = "/end_date_time",
        ["/charging_minutes"] = "/total_time",
        ["/cost_inc_vat"] = "/total_cost",
    };

    private readonly RecordReader _reader = new(feed, naiveIsUtc: true);

    /// <summary>Whether a refused record of charging sessions, cut to what is kept, was a CDR.</summary>
    public static bool IsOne(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && ((string[])["total_energy", "total_time", "cdr_location", "session_id", "credit"]).Any(n => row.TryGetProperty(n, out _));

    /// <param name="window">On <c>last_updated</c>; null: none was asked for.</param>
    public void Add(JsonElement row, PageBuilder page, Window? window)
    {
        string? id = null, sessionId = null, evse = null, connector = null, currency = null, tariff = null, credited = null;
        DateTimeOffset? start = null, end = null, updated = null;
        decimal? energy = null, exVat = null, incVat = null, total = null, parking = null;
        var credit = false;
        JsonElement sentPeriods = default;
        var expected = 0;
        if (row.ValueKind != JsonValueKind.Object) _reader.Findings.Add(ValueRules.RecordNotObject, "", null);
        else
        {
            foreach (var property in row.EnumerateObject())
            {
                var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                var value = property.Value;
                switch (name)
                {
                    case "id": id = _reader.Id(value, name, isKey: true); break;
                    case "start_date_time": start = _reader.Instant(value, name); break;
                    case "end_date_time": end = _reader.Instant(value, name); break;
                    case "session_id": sessionId = _reader.Id(value, name, isKey: false); break;
                    case "cdr_location": (evse, connector) = Place(value); break;
                    case "currency": currency = _reader.Text(value, name, 3); break;
                    case "tariffs": tariff = OnlyTariff(value); break;
                    case "charging_periods": sentPeriods = value; break;
                    case "total_cost": (exVat, incVat) = OcpiPrice.Read(_reader, version, value, name); break;
                    case "total_energy": energy = Energy.Read(_reader, value, name); break;
                    case "total_time": total = _reader.Number(value, name, 0, OcpiPeriods.MostHours); break;
                    case "total_parking_time": parking = _reader.Number(value, name, 0, OcpiPeriods.MostHours); break;
                    case "credit": credit = _reader.Flag(value, name) ?? false; break;
                    case "credit_reference_id": credited = _reader.Id(value, name, isKey: false); break;
                    case "last_updated": updated = _reader.Instant(value, name); break;
                    case null: OcpiWords.TellIfPersonal(_reader, property); break;
                }
            }

            if (evse == OcpiSessions.NotAssigned && energy is null or 0)
            {
                _reader.Findings.Take();
                return;
            }

            var refused = _reader.Findings.RefusesRecord;
            if (id is null && !refused) _reader.Add(ValueRules.IdMissing, "id", null);
            if (evse is null or OcpiSessions.NotAssigned && !refused) _reader.Add(ValueRules.IdMissing, "cdr_location/evse_uid", evse);
            if (credit && credited is null && !refused) _reader.Add(ValueRules.IdMissing, "credit_reference_id", null);
            if (start is null) _reader.Add(ValueRules.TimeMissing, "start_date_time", null);
        }

        if (_reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ChargingSessions, id is null ? null : GoesBy(id), Allowed, row, _reader.Findings.Take(), evse, sessionId);
            return;
        }

        _reader.Expect(energy is not null, "total_energy");
        _reader.Expect(end is not null, "end_date_time");
        _reader.Expect(updated is not null, "last_updated");
        var periods = OcpiPeriods.Read(_reader, sentPeriods);
        tariff = periods.TariffId ?? tariff;
        if (credit) _reader.Add(SessionRules.CdrCredited, "credit_reference_id", credited);
        var session = new ChargingSession
        {
            SessionId = $"{feed.OperatorId}:{sessionId ?? GoesBy(id!)}",
            OperatorId = feed.OperatorId,
            ChargePointId = $"{feed.OperatorId}:{evse}",
            ConnectorId = connector is OcpiSessions.NotAssigned ? null : connector,
            PlugInAt = start!.Value,
            PlugOutAt = end,
            ChargingMinutes = credit ? null : (total >= parking ? total - parking : periods.ChargingHours) * 60,
            // A credit's figures only take those of another back.
            EnergyKwh = credit ? null : energy,
            PeakKw = periods.PeakKw,
            CostExVat = credit ? null : exVat,
            CostIncVat = credit ? null : incVat,
            Currency = currency,
            TariffId = tariff is null ? null : $"{feed.OperatorId}:{tariff}",
            StartSocPercent = periods.StartSoc,
            EndSocPercent = periods.EndSoc,
            LastUpdated = updated ?? end ?? start.Value,
            Part = new SessionPart(
                SessionPartKind.Cdr, $"{feed.OperatorId}:{GoesBy(id!)}", NamesSession: sessionId is not null, IsFinal: true, credit ? $"{feed.OperatorId}:{GoesBy(credited!)}" : null),
        }.WithDerived();
        _reader.Findings.Places = Places;
        SessionCheck.Check(session, now, window, WindowAxis.LastUpdated, _reader.Findings, feed.LastUpdatedLies ? null : session.LastUpdated);
        _reader.Findings.Places = null;
        if (_reader.Findings.RefusesRecord) page.Refuse(Dataset.ChargingSessions, GoesBy(id!), Allowed, row, _reader.Findings.Take(), evse, sessionId);
        else page.Add(session, _reader.Findings.Take());
    }

    /// <summary>Apart from the ids of sessions: numbers of both may be the same, of different charges.</summary>
    private static string GoesBy(string id) => $"CDR {id}";

    private (string? Evse, string? Connector) Place(JsonElement location)
    {
        if (location.ValueKind != JsonValueKind.Object)
        {
            if (location.ValueKind != JsonValueKind.Null) _reader.Add(ValueRules.ValueWrongType, "cdr_location", null);
            return (null, null);
        }

        return (
            location.TryGetProperty("evse_uid", out var evse) ? _reader.Id(evse, "cdr_location/evse_uid", isKey: true) : null,
            location.TryGetProperty("connector_id", out var connector) ? _reader.Id(connector, "cdr_location/connector_id", isKey: false) : null);
    }

    private string? OnlyTariff(JsonElement tariffs) =>
        tariffs.ValueKind == JsonValueKind.Array && tariffs.GetArrayLength() == 1 && tariffs[0].ValueKind == JsonValueKind.Object && tariffs[0].TryGetProperty("id", out var id)
            ? _reader.Id(id, "tariffs/0/id", isKey: false)
            : null;
}
