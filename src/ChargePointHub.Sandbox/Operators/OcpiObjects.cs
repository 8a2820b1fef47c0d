using System.Globalization;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>What is in one simulated operator's books, as OCPI objects of one version.</summary>
public sealed class OcpiObjects(OperatorTruth truth, string version)
{
    private readonly RecordWriter writer = new(truth.Operator, asHub: false);

    public void Location(Utf8JsonWriter json, SimulatedChargePoint[] evses, SimulatedStatusChange[] statuses, DateTimeOffset now)
    {
        var first = evses[0];
        json.WriteStartObject();
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", truth.Operator.Party);
        json.WriteString("id", first.LocationOwnId);
        json.WriteBoolean("publish", true);
        if (first.LocationName is not null) json.WriteString("name", first.LocationName);
        json.WriteString("address", first.Address);
        json.WriteString("city", "London");
        if (first.Postcode is not null) json.WriteString("postal_code", first.Postcode);
        json.WriteString("country", "GBR");
        Coordinates(json, first);
        if (ParkingType(first) is { } parkingType) json.WriteString("parking_type", parkingType);
        json.WriteStartArray("evses");
        foreach (var evse in evses) Evse(json, evse, statuses[evse.Index].Status, now);
        json.WriteEndArray();
        json.WriteStartObject("operator");
        json.WriteString("name", truth.Operator.Name);
        json.WriteEndObject();
        if (first.OwnerName is not null)
        {
            json.WriteStartObject("owner");
            json.WriteString("name", first.OwnerName);
            json.WriteEndObject();
        }

        json.WriteString("time_zone", "Europe/London");
        if (first.WeekdaysOnly is not null) RecordWriter.OpeningHours(json, first, "opening_times");
        if (first.EnergyMixGreen is { } green)
        {
            json.WriteStartObject("energy_mix");
            json.WriteBoolean("is_green_energy", green);
            json.WriteEndObject();
        }

        writer.Instant(json, "last_updated", evses.Max(e => truth.LastUpdated(e, now)));
        json.WriteEndObject();
    }

    private void Evse(Utf8JsonWriter json, SimulatedChargePoint evse, Status status, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("uid", evse.OwnId);
        json.WriteString("evse_id", evse.EvseId);
        json.WriteString("status", Words<Status>.Of(status));
        json.WriteStartArray("capabilities");
        foreach (var capability in CapabilitiesOf(evse)) json.WriteStringValue(capability);
        json.WriteEndArray();
        json.WriteStartArray("connectors");
        foreach (var connector in evse.Connectors)
        {
            json.WriteStartObject();
            json.WriteString("id", connector.OwnId);
            json.WriteString("standard", connector.Standard);
            json.WriteString("format", Words<ConnectorFormat>.Of(connector.Format));
            json.WriteString("power_type", Words<PowerType>.Of(connector.PowerType));
            json.WriteNumber("max_voltage", connector.Volts);
            json.WriteNumber("max_amperage", connector.Amperes);
            json.WriteNumber("max_electric_power", (int)(connector.PowerKw * 1000));
            json.WriteStartArray("tariff_ids");
            json.WriteStringValue(truth.Operator.TariffFor(evse.Kind).OwnId);
            json.WriteEndArray();
            writer.Instant(json, "last_updated", truth.LastUpdated(evse, now));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Coordinates(json, evse);
        if (evse.ChargeStationOwnId is not null) json.WriteString("physical_reference", evse.ChargeStationOwnId);
        writer.Instant(json, "last_updated", truth.LastUpdated(evse, now));
        json.WriteEndObject();
    }

    public void Tariff(Utf8JsonWriter json, SimulatedTariff tariff, long now)
    {
        json.WriteStartObject();
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", truth.Operator.Party);
        json.WriteString("id", tariff.OwnId);
        json.WriteString("currency", "GBP");
        RecordWriter.TariffElements(json, tariff, now);
        if (now >= tariff.ChangedAt) writer.Instant(json, "start_date_time", tariff.ChangedAt);
        if (version == "2.3.0") json.WriteString("tax_included", "NO");
        writer.Instant(json, "last_updated", tariff.LastUpdatedAt(now));
        json.WriteEndObject();
    }

    private static void Coordinates(Utf8JsonWriter json, SimulatedChargePoint point)
    {
        json.WriteStartObject("coordinates");
        json.WriteString("latitude", point.Latitude.ToString("F6", CultureInfo.InvariantCulture));
        json.WriteString("longitude", point.Longitude.ToString("F6", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>OCPI ParkingType; null where none of its words fits.</summary>
    public static string? ParkingType(SimulatedChargePoint point) => point.LocationType switch
    {
        LocationType.LampColumn or LocationType.OnStreet => "ON_STREET",
        LocationType.CarPark => "PARKING_LOT",
        _ => null,
    };

    /// <summary>OCPI Capability words.</summary>
    public static IEnumerable<string> CapabilitiesOf(SimulatedChargePoint point) => point.PaymentMethods.Select(m => m switch
    {
        PaymentMethod.Contactless => "CONTACTLESS_CARD_SUPPORT",
        PaymentMethod.Rfid => "RFID_READER",
        _ => "REMOTE_START_STOP_CAPABLE",
    }).Distinct();

    /// <summary>Before VAT and with it, in the version's own words.</summary>
    /// <param name="exVat">Pounds.</param>
    public void Price(Utf8JsonWriter json, string name, decimal exVat)
    {
        var incVat = decimal.Round(exVat * (1 + (SimulatedTariff.VatPercent / 100)), 2, MidpointRounding.AwayFromZero);
        json.WriteStartObject(name);
        if (version == "2.3.0")
        {
            json.WriteNumber("before_taxes", exVat);
            json.WriteStartArray("taxes");
            json.WriteStartObject();
            json.WriteString("name", "VAT");
            json.WriteNumber("percentage", SimulatedTariff.VatPercent);
            json.WriteNumber("amount", incVat - exVat);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            json.WriteNumber("excl_vat", exVat);
            json.WriteNumber("incl_vat", incVat);
        }

        json.WriteEndObject();
    }

    public void Instant(Utf8JsonWriter json, string name, long at) => writer.Instant(json, name, at);

    public void CdrLocation(Utf8JsonWriter json, SimulatedChargePoint point, SimulatedConnector connector)
    {
        json.WriteString("id", point.LocationOwnId);
        json.WriteString("address", point.Address);
        json.WriteString("city", "London");
        json.WriteString("country", "GBR");
        Coordinates(json, point);
        json.WriteString("evse_uid", point.OwnId);
        json.WriteString("evse_id", point.EvseId);
        json.WriteString("connector_id", connector.OwnId);
        json.WriteString("connector_standard", connector.Standard);
        json.WriteString("connector_format", Words<ConnectorFormat>.Of(connector.Format));
        json.WriteString("connector_power_type", Words<PowerType>.Of(connector.PowerType));
    }
}
