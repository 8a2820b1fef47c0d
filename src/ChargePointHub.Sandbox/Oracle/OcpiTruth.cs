using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Operators;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Oracle;

/// <summary>What a hub can know of a charge point that was told of by OCPI 2.2.1: what OCPI has no word for is null.</summary>
public sealed class OcpiTruth(OperatorTruth truth)
{
    private readonly SimulatedOperator owner = truth.Operator;

    private readonly ILookup<string, SimulatedChargePoint> byLocation = truth.Operator.ChargePoints.ToLookup(p => p.LocationOwnId);

    /// <summary>A change at one EVSE lifts its location, and with it what is known of the EVSEs beside it.</summary>
    /// <returns>Milliseconds since 1970.</returns>
    public long LastUpdated(SimulatedChargePoint point, DateTimeOffset asOf) => byLocation[point.LocationOwnId].Max(p => truth.LastUpdated(p, asOf));

    /// <param name="lastUpdated">Milliseconds since 1970.</param>
    public void ChargePoint(Utf8JsonWriter json, SimulatedChargePoint point, long lastUpdated)
    {
        var parkingType = OcpiObjects.ParkingType(point);
        json.WriteStartObject();
        json.WriteString("charge_point_id", Id(point.OwnId));
        json.WriteString("operator_id", owner.OperatorId);
        json.WriteString("operator_name", owner.Name);
        json.WriteString("evse_id", point.EvseId);
        RecordWriter.Text(json, "owner_name", point.OwnerName);
        json.WriteNull("contracting_authority_gss");
        json.WriteString("location_id", Id(point.LocationOwnId));
        RecordWriter.Text(json, "location_name", point.LocationName);
        json.WriteNull("charge_station_id");
        json.WriteString("address", point.Address);
        json.WriteString("city", "London");
        RecordWriter.Text(json, "postcode", point.Postcode);
        json.WriteNull("uprn");
        json.WriteNull("usrn");
        RecordWriter.Number(json, "latitude", point.Latitude);
        RecordWriter.Number(json, "longitude", point.Longitude);
        if (parkingType is null) json.WriteNull("on_street");
        else json.WriteBoolean("on_street", parkingType == "ON_STREET");
        RecordWriter.Text(json, "location_type", parkingType switch { "ON_STREET" => "ON_STREET", "PARKING_LOT" => "CAR_PARK", _ => null });
        json.WriteNull("manufacturer");
        json.WriteNull("model");
        json.WriteNull("commissioned_on");
        json.WriteNull("decommissioned_on");
        json.WriteNull("funding_stream");
        RecordWriter.Number(json, "max_power_kw", point.MaxPowerKw);
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
            RecordWriter.Number(json, "max_power_kw", connector.PowerKw);
            json.WriteBoolean("power_derived", false);
            json.WriteStartArray("tariff_ids");
            json.WriteStringValue(Id(owner.TariffFor(point.Kind).OwnId));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        RecordWriter.OpeningHours(json, point);
        json.WriteNull("access");
        json.WriteNull("accessible_bay");
        json.WriteNull("max_stay_minutes");
        json.WriteNull("parking_fee");
        json.WriteNull("physical_restriction");
        json.WriteStartArray("payment_methods");
        foreach (var capability in OcpiObjects.CapabilitiesOf(point))
        {
            if (capability == "CONTACTLESS_CARD_SUPPORT") json.WriteStringValue("CONTACTLESS");
            else if (capability == "RFID_READER") json.WriteStringValue("RFID");
            else json.WriteStringValue("APP");
        }

        json.WriteEndArray();
        json.WriteNull("price_pence_per_kwh");
        json.WriteNull("price_vat_included");
        json.WriteString("price_state", "UNKNOWN");
        if (point.EnergyMixGreen is { } green) json.WriteBoolean("energy_mix_green", green);
        else json.WriteNull("energy_mix_green");
        json.WriteString("last_updated", Instants.Format(DateTimeOffset.FromUnixTimeMilliseconds(lastUpdated)));
        json.WriteEndObject();
    }

    private string Id(string ownId) => $"{owner.OperatorId}:{ownId}";
}
