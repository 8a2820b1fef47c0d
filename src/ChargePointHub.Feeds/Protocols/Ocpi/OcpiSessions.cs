using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>An OCPI Session becomes a part of a charging session, or is refused. A reservation is left out: it is no charge yet, and may never be one.</summary>
internal sealed class OcpiSessions(FeedDefinition feed, OcpiVersion version, DateTimeOffset now)
{
    /// <summary>Stands for an EVSE or connector that a reservation has not been given yet.</summary>
    public const string NotAssigned = "#NA";

    private static readonly FieldNames Fields = new(
        "id", "start_date_time", "end_date_time", "kwh", "cdr_token", "auth_method", "authorization_reference", "location_id", "evse_uid", "connector_id", "meter_id", "currency",
        "charging_periods", "total_cost", "status", "last_updated");

    private static readonly AllowList Allowed = new(
        [
            "country_code", "party_id", "id", "start_date_time", "end_date_time", "kwh", "location_id", "evse_uid", "connector_id", "currency", "status",
            "last_updated",
        ],
        ("charging_periods", OcpiPeriods.Allowed),
        ("total_cost", OcpiPrice.Allowed));

    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["/energy_kwh"] = "/kwh",
        ["/plug_in_at"] = "/start_date_time",
        ["/plug_out_at"] = "/end_date_time",
        ["/charging_minutes"] = "/charging_periods",
        ["/cost_inc_vat"] = "/total_cost",
    };

    private readonly RecordReader _reader = new(feed, naiveIsUtc: true);

    /// <param name="window">On <c>last_updated</c>; null: none was asked for.</param>
    public void Add(JsonElement row, PageBuilder page, Window? window)
    {
        string? id = null, evse = null, connector = null, currency = null, status = null;
        DateTimeOffset? start = null, end = null, updated = null;
        decimal? energy = null, exVat = null, incVat = null;
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
                    case "kwh": energy = Energy.Read(_reader, value, name); break;
                    case "evse_uid": evse = _reader.Id(value, name, isKey: true); break;
                    case "connector_id": connector = _reader.Id(value, name, isKey: false); break;
                    case "currency": currency = _reader.Text(value, name, 3); break;
                    case "charging_periods": sentPeriods = value; break;
                    case "total_cost": (exVat, incVat) = OcpiPrice.Read(_reader, version, value, name); break;
                    case "status": status = StatusOf(value); break;
                    case "last_updated": updated = _reader.Instant(value, name); break;
                    case null: OcpiWords.TellIfPersonal(_reader, property); break;
                }
            }

            if (status is "RESERVATION" || (status is "PENDING" && evse is null or NotAssigned))
            {
                _reader.Findings.Take();
                return;
            }

            var refused = _reader.Findings.RefusesRecord;
            if (id is null && !refused) _reader.Add(ValueRules.IdMissing, "id", null);
            if (evse is null or NotAssigned && !refused) _reader.Add(ValueRules.IdMissing, "evse_uid", evse);
            if (start is null) _reader.Add(ValueRules.TimeMissing, "start_date_time", null);
        }

        if (_reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ChargingSessions, id, Allowed, row, _reader.Findings.Take(), evse, id);
            return;
        }

        _reader.Expect(energy is not null, "kwh");
        _reader.Expect(status is not null, "status");
        _reader.Expect(updated is not null, "last_updated");
        var periods = OcpiPeriods.Read(_reader, sentPeriods);
        var session = new ChargingSession
        {
            SessionId = $"{feed.OperatorId}:{id}",
            OperatorId = feed.OperatorId,
            ChargePointId = $"{feed.OperatorId}:{evse}",
            ConnectorId = connector is NotAssigned ? null : connector,
            PlugInAt = start!.Value,
            PlugOutAt = end,
            ChargingMinutes = periods.ChargingHours * 60,
            EnergyKwh = energy,
            PeakKw = periods.PeakKw,
            CostExVat = exVat,
            CostIncVat = incVat,
            Currency = currency,
            TariffId = periods.TariffId is null ? null : $"{feed.OperatorId}:{periods.TariffId}",
            Outcome = status is "INVALID" ? Outcome.Failed : Outcome.Unknown,
            ErrorCode = status is "INVALID" ? status : null,
            StartSocPercent = periods.StartSoc,
            EndSocPercent = periods.EndSoc,
            LastUpdated = updated ?? end ?? start.Value,
            Part = new SessionPart(SessionPartKind.Session, $"{feed.OperatorId}:{id}", NamesSession: true, IsFinal: status is "COMPLETED" or "INVALID", Credits: null),
        }.WithDerived();
        _reader.Findings.Places = Places;
        SessionCheck.Check(session, now, window, WindowAxis.LastUpdated, _reader.Findings, feed.LastUpdatedLies ? null : session.LastUpdated);
        _reader.Findings.Places = null;
        if (_reader.Findings.RefusesRecord) page.Refuse(Dataset.ChargingSessions, id, Allowed, row, _reader.Findings.Take(), evse, id);
        else page.Add(session, _reader.Findings.Take());
    }

    private string? StatusOf(JsonElement value)
    {
        if (_reader.Text(value, "status") is not { } word) return null;
        var upper = word.ToUpperInvariant();
        if (upper is not ("ACTIVE" or "COMPLETED" or "INVALID" or "PENDING" or "RESERVATION")) _reader.Add(ValueRules.WordUnknown, "status", word);
        else if (upper != word) _reader.Add(ValueRules.WordCase, "status", word);
        return upper;
    }
}
