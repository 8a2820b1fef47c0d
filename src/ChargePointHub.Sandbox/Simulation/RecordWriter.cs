using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>
/// Writes records of the pretend London as JSON: as the operator sends them by loti-v1 (own ids), or, for the oracle, as the hub
/// is to name them (hub ids; without what the hub derives or joins). Written field by field and apart from the hub's own
/// code, so that the oracle is a second opinion.
/// </summary>
/// <param name="asHub">True: for the oracle.</param>
public sealed class RecordWriter(SimulatedOperator owner, bool asHub)
{
    private static readonly int[] Weekdays = [1, 2, 3, 4, 5];

    public void Session(Utf8JsonWriter json, SessionVersion version)
    {
        var session = version.Session;
        var point = owner.ChargePoints[session.ChargePoint];
        var tariff = owner.TariffFor(point.Kind);
        var open = version.Stage == SessionStage.Open;
        var kwh = version.EnergyWh / 1000m;
        var cost = decimal.Round(kwh * tariff.PoundsExVatAt(session.PlugInAt), 2, MidpointRounding.AwayFromZero);
        json.WriteStartObject();
        json.WriteString("session_id", Id(session.OwnId));
        if (asHub) json.WriteString("operator_id", owner.OperatorId);
        json.WriteString("charge_point_id", Id(point.OwnId));
        json.WriteString("connector_id", point.Connectors[session.Connector].OwnId);
        Instant(json, "plug_in_at", session.PlugInAt);
        Instant(json, "plug_out_at", open ? null : session.PlugOutAt);
        Instant(json, "charge_start_at", open ? null : session.ChargeStartAt);
        Instant(json, "charge_end_at", open ? null : session.ChargeEndAt);
        Number(json, "charging_minutes", open ? null : decimal.Round((session.ChargeEndAt - session.ChargeStartAt) / 60_000m, 3, MidpointRounding.AwayFromZero));
        Number(json, "energy_kwh", !open ? kwh : owner.OpenEnergyIsZero ? 0 : null);
        Number(json, "peak_kw", open ? null : session.PeakWatts / 1000m);
        Number(json, "cost_ex_vat", open ? null : cost);
        Number(json, "cost_inc_vat", open ? null : decimal.Round(cost * (1 + (SimulatedTariff.VatPercent / 100)), 2, MidpointRounding.AwayFromZero));
        json.WriteString("currency", "GBP");
        json.WriteString("tariff_id", Id(tariff.OwnId));
        json.WriteString("payment_method", Words<PaymentMethod>.Of(session.PaymentMethod));
        Text(json, "user_type", session.UserType is { } user ? Words<UserType>.Of(user) : asHub ? "UNKNOWN" : null);
        Text(json, "outcome", OutcomeOf(version));
        Text(json, "ended_by", open ? null : session.CutByFault ? "FAULT" : "DRIVER");
        Text(json, "error_code", !open && session.CutByFault ? "GROUND_FAILURE" : null);
        Number(json, "start_soc_percent", session.StartSoc);
        Number(json, "end_soc_percent", open ? null : session.EndSoc);
        json.WriteNull("corrects_session_id");
        Instant(json, "last_updated", version.LastUpdated);
        json.WriteEndObject();
    }

    public void StatusChange(Utf8JsonWriter json, SimulatedStatusChange change)
    {
        json.WriteStartObject();
        json.WriteString("charge_point_id", Id(owner.ChargePoints[change.ChargePoint].OwnId));
        if (asHub) json.WriteString("operator_id", owner.OperatorId);
        json.WriteString("status", Words<Status>.Of(change.Status));
        Instant(json, "at", change.At);
        Instant(json, "reported_at", owner.ReportsWhenSeen ? change.ReportedAt : null);
        if (asHub) json.WriteString("evidence", "EVENT");
        json.WriteEndObject();
    }

    public void Outage(Utf8JsonWriter json, OutageVersion version)
    {
        var outage = version.Outage;
        json.WriteStartObject();
        json.WriteString("outage_id", Id(outage.OwnId));
        if (asHub) json.WriteString("operator_id", owner.OperatorId);
        json.WriteString("charge_point_id", Id(owner.ChargePoints[outage.ChargePoint].OwnId));
        Instant(json, "started_at", outage.StartedAt);
        Instant(json, "detected_at", outage.DetectedAt);
        json.WriteNull("reported_at");
        Instant(json, "attended_at", version.IsOpen ? null : outage.AttendedAt);
        Instant(json, "ended_at", version.IsOpen ? null : outage.EndedAt);
        json.WriteString("category", Words<OutageCategory>.Of(outage.Category));
        Text(json, "cause", outage.Cause);
        json.WriteBoolean("exempt", outage.IsExempt);
        Text(json, "exempt_reason", outage.IsExempt ? "Fault of the distribution network" : null);
        if (asHub) json.WriteBoolean("derived", false);
        Instant(json, "last_updated", version.LastUpdated);
        json.WriteEndObject();
    }

    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="lastUpdated">Milliseconds since 1970.</param>
    public void ChargePoint(Utf8JsonWriter json, SimulatedChargePoint point, SimulatedStatusChange status, long lastUpdated, long now)
    {
        json.WriteStartObject();
        json.WriteString("charge_point_id", Id(point.OwnId));
        if (asHub)
        {
            json.WriteString("operator_id", owner.OperatorId);
            json.WriteString("operator_name", owner.Name);
        }

        json.WriteString("evse_id", point.EvseId);
        Text(json, "owner_name", point.OwnerName);
        Text(json, "contracting_authority_gss", point.ContractingAuthorityGss);
        json.WriteString("location_id", Id(point.LocationOwnId));
        Text(json, "location_name", point.LocationName);
        Text(json, "charge_station_id", point.ChargeStationOwnId);
        json.WriteString("address", point.Address);
        json.WriteString("city", "London");
        Text(json, "postcode", point.Postcode);
        json.WriteNull("uprn");
        Text(json, "usrn", point.Usrn);
        Number(json, "latitude", point.Latitude);
        Number(json, "longitude", point.Longitude);
        json.WriteBoolean("on_street", point.OnStreet);
        json.WriteString("location_type", Words<LocationType>.Of(point.LocationType));
        Text(json, "manufacturer", point.Manufacturer);
        Text(json, "model", point.Model);
        Text(json, "commissioned_on", Day(point.CommissionedOn));
        Text(json, "decommissioned_on", point.IsRemovedAt(now) ? Day(LondonCalendar.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(point.RemovedAt!.Value))) : null);
        Text(json, "funding_stream", point.Funding is { } funding ? Words<FundingStream>.Of(funding) : null);
        Number(json, "max_power_kw", point.MaxPowerKw);
        Connectors(json, point);
        OpeningHours(json, point);
        json.WriteString("access", Words<Access>.Of(point.Access));
        Flag(json, "accessible_bay", point.AccessibleBay);
        Number(json, "max_stay_minutes", point.MaxStayMinutes);
        Flag(json, "parking_fee", point.ParkingFee);
        json.WriteNull("physical_restriction");
        json.WriteStartArray("payment_methods");
        foreach (var method in point.PaymentMethods) json.WriteStringValue(Words<PaymentMethod>.Of(method));
        json.WriteEndArray();
        Number(json, "price_pence_per_kwh", owner.TariffFor(point.Kind).PenceIncVatAt(now));
        json.WriteBoolean("price_vat_included", true);
        json.WriteString("price_state", "PRICED");
        Flag(json, "energy_mix_green", point.EnergyMixGreen);
        if (!asHub)
        {
            json.WriteString("status", Words<Status>.Of(status.Status));
            Instant(json, "status_since", status.At);
            json.WriteBoolean("publish", true);
        }

        Instant(json, "last_updated", lastUpdated);
        json.WriteEndObject();
    }

    /// <summary>What the oracle says of a charge point's status.</summary>
    public void ChargePointStatus(Utf8JsonWriter json, SimulatedStatusChange status)
    {
        json.WriteStartObject();
        json.WriteString("charge_point_id", Id(owner.ChargePoints[status.ChargePoint].OwnId));
        json.WriteString("status", Words<Status>.Of(status.Status));
        Instant(json, "status_since", status.At);
        json.WriteEndObject();
    }

    /// <param name="now">Milliseconds since 1970.</param>
    public void Tariff(Utf8JsonWriter json, SimulatedTariff tariff, long now)
    {
        json.WriteStartObject();
        json.WriteString("tariff_id", Id(tariff.OwnId));
        if (asHub) json.WriteString("operator_id", owner.OperatorId);
        Instant(json, "valid_from", now < tariff.ChangedAt ? null : tariff.ChangedAt);
        json.WriteNull("valid_to");
        json.WriteString("currency", "GBP");
        TariffElements(json, tariff, now);
        Instant(json, "last_updated", tariff.LastUpdatedAt(now));
        json.WriteEndObject();
    }

    /// <summary>OCPI 2.2.1 TariffElement array: one unrestricted price for energy, before VAT.</summary>
    public static void TariffElements(Utf8JsonWriter json, SimulatedTariff tariff, long now)
    {
        json.WriteStartArray("elements");
        json.WriteStartObject();
        json.WriteStartArray("price_components");
        json.WriteStartObject();
        json.WriteString("type", "ENERGY");
        Number(json, "price", tariff.PoundsExVatAt(now));
        Number(json, "vat", SimulatedTariff.VatPercent);
        json.WriteNumber("step_size", 1);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>OCPI 2.2.1 Hours; null where the operator does not say.</summary>
    public static void OpeningHours(Utf8JsonWriter json, SimulatedChargePoint point, string name = "opening_hours")
    {
        if (point.WeekdaysOnly is not { } weekdaysOnly)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteBoolean("twentyfourseven", !weekdaysOnly);
        if (weekdaysOnly)
        {
            json.WriteStartArray("regular_hours");
            foreach (var weekday in Weekdays)
            {
                json.WriteStartObject();
                json.WriteNumber("weekday", weekday);
                json.WriteString("period_begin", "08:00");
                json.WriteString("period_end", "20:00");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public void Instant(Utf8JsonWriter json, string name, long? at)
    {
        if (at is not { } given) json.WriteNull(name);
        else json.WriteString(name, InstantText(given));
    }

    /// <summary>As this operator writes times; the oracle always writes milliseconds.</summary>
    public string InstantText(long at)
    {
        var text = Instants.Format(DateTimeOffset.FromUnixTimeMilliseconds(at));
        return !asHub && owner.WholeSeconds && at % 1000 == 0 ? string.Concat(text.AsSpan(0, 19), "Z") : text;
    }

    public static void Number(Utf8JsonWriter json, string name, decimal? value)
    {
        // Division by a long one takes trailing zeros away.
        if (value is { } given) json.WriteNumber(name, given / 1.0000000000000000000000000000m);
        else json.WriteNull(name);
    }

    public static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null) json.WriteNull(name);
        else json.WriteString(name, value);
    }

    private static void Flag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } given) json.WriteBoolean(name, given);
        else json.WriteNull(name);
    }

    private static string Day(DateOnly day) => day.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private string Id(string ownId) => asHub ? $"{owner.OperatorId}:{ownId}" : ownId;

    // Where the operator does not say, the hub has a rule: more than two minutes and more than half a kilowatt-hour.
    private string? OutcomeOf(SessionVersion version)
    {
        if (version.Stage == SessionStage.Open) return asHub ? "UNKNOWN" : null;
        var succeeded = version.Session.PlugOutAt - version.Session.PlugInAt > 120_000 && version.EnergyWh > 500;
        return owner.ReportsOutcome || asHub ? succeeded ? "SUCCESS" : "FAILED" : null;
    }

    private void Connectors(Utf8JsonWriter json, SimulatedChargePoint point)
    {
        json.WriteStartArray("connectors");
        foreach (var connector in point.Connectors)
        {
            json.WriteStartObject();
            json.WriteString("connector_id", connector.OwnId);
            json.WriteString("standard", connector.Standard);
            json.WriteString("format", Words<ConnectorFormat>.Of(connector.Format));
            json.WriteString("power_type", Words<PowerType>.Of(connector.PowerType));
            json.WriteNumber("max_voltage_v", connector.Volts);
            json.WriteNumber("max_amperage_a", connector.Amperes);
            Number(json, "max_power_kw", connector.PowerKw);
            if (asHub) json.WriteBoolean("power_derived", false);
            json.WriteStartArray("tariff_ids");
            json.WriteStringValue(Id(owner.TariffFor(point.Kind).OwnId));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
