using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>A charge point of <c>/charge-points</c> becomes ours, or is refused. The field table is in the room's README.</summary>
internal sealed class LotiChargePoints(FeedDefinition feed, RecordReader reader)
{
    private static readonly FieldNames Fields = new(
        "charge_point_id", "evse_id", "owner_name", "contracting_authority_gss", "location_id", "location_name", "charge_station_id", "address",
        "city", "postcode", "uprn", "usrn", "latitude", "longitude", "on_street", "location_type", "manufacturer", "model", "commissioned_on",
        "decommissioned_on", "funding_stream", "max_power_kw", "connectors", "opening_hours", "access", "accessible_bay", "max_stay_minutes",
        "parking_fee", "physical_restriction", "payment_methods", "price_pence_per_kwh", "price_vat_included", "price_state", "energy_mix_green",
        "status", "status_since", "last_updated", "publish");

    private static readonly FieldNames ConnectorFields = new(
        "connector_id", "standard", "format", "power_type", "max_voltage_v", "max_amperage_a", "max_power_kw", "tariff_ids");

    private static readonly AllowList Allowed = new(
        Fields.All, ("connectors", new AllowList(ConnectorFields.All)), ("opening_hours", OcpiWords.OpeningHours));

    public void Add(JsonElement row, PageBuilder page)
    {
        reader.At = "";
        string? id = null, locationId = null, evseId = null, owner = null, authority = null, locationName = null, post = null, address = null;
        string? city = null, postcode = null, uprn = null, usrn = null, manufacturer = null, model = null, restriction = null;
        decimal? latitude = null, longitude = null, maxPower = null, price = null;
        bool? onStreet = null, accessible = null, parkingFee = null, vat = null, green = null, publish = null;
        LocationType? locationType = null;
        DateOnly? commissioned = null, decommissioned = null;
        FundingStream? funding = null;
        Access? access = null;
        int? maxStay = null;
        PriceState? priceState = null;
        Status? status = null;
        DateTimeOffset? since = null, updated = null;
        JsonElement? hours = null;
        List<Connector> connectors = [];
        List<PaymentMethod> payment = [];
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
                    case "charge_point_id": id = reader.Id(value, name, isKey: true); break;
                    case "evse_id": evseId = reader.Text(value, name, 48); break;
                    case "owner_name": owner = reader.Text(value, name); break;
                    case "contracting_authority_gss": authority = reader.Text(value, name, 9); break;
                    case "location_id": locationId = reader.Id(value, name, isKey: false); break;
                    case "location_name": locationName = reader.Text(value, name); break;
                    case "charge_station_id": post = reader.Id(value, name, isKey: false); break;
                    case "address": address = reader.Text(value, name); break;
                    case "city": city = reader.Text(value, name); break;
                    case "postcode": postcode = reader.Text(value, name, 10); break;
                    case "uprn": uprn = reader.Text(value, name, 12); break;
                    case "usrn": usrn = reader.Text(value, name, 8); break;
                    case "latitude": latitude = reader.Number(value, name, -1000, 1000); break;
                    case "longitude": longitude = reader.Number(value, name, -1000, 1000); break;
                    case "on_street": onStreet = reader.Flag(value, name); break;
                    case "location_type": locationType = reader.Word<LocationType>(value, name); break;
                    case "manufacturer": manufacturer = reader.Text(value, name); break;
                    case "model": model = reader.Text(value, name); break;
                    case "commissioned_on": commissioned = reader.Day(value, name); break;
                    case "decommissioned_on": decommissioned = reader.Day(value, name); break;
                    case "funding_stream": funding = reader.Word<FundingStream>(value, name); break;
                    case "max_power_kw": maxPower = reader.Number(value, name, 0, 10_000_000); break;
                    case "connectors": connectors = Connectors(value); break;
                    case "opening_hours": hours = OcpiWords.Hours(reader, value, name); break;
                    case "access": access = reader.Word<Access>(value, name); break;
                    case "accessible_bay": accessible = reader.Flag(value, name); break;
                    case "max_stay_minutes": maxStay = reader.Whole(value, name, 1, 525_600); break;
                    case "parking_fee": parkingFee = reader.Flag(value, name); break;
                    case "physical_restriction": restriction = reader.Text(value, name); break;
                    case "payment_methods": payment = PaymentMethods(value); break;
                    case "price_pence_per_kwh": price = reader.Number(value, name, 0, 100_000); break;
                    case "price_vat_included": vat = reader.Flag(value, name); break;
                    case "price_state": priceState = reader.Word<PriceState>(value, name); break;
                    case "energy_mix_green": green = reader.Flag(value, name); break;
                    case "status": status = StatusWord.Read(reader, value, name); break;
                    case "status_since": since = reader.Instant(value, name); break;
                    case "last_updated": updated = reader.Instant(value, name); break;
                    case "publish": publish = reader.Flag(value, name); break;
                    default: OcpiWords.TellIfPersonal(reader, property); break;
                }
            }

            if (id is null && !reader.Findings.RefusesRecord) reader.Add(ValueRules.IdMissing, "charge_point_id", null);
        }

        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ChargePoints, id, Allowed, row, reader.Findings.Take());
            return;
        }

        reader.Expect(address is not null, "address");
        reader.Expect(locationId is not null, "location_id");
        reader.Expect(connectors.Count > 0, "connectors");
        reader.Expect(status is not null, "status");
        reader.Expect(since is not null, "status_since");
        reader.Expect(updated is not null, "last_updated");
        EvseIdCheck.Judge(evseId, feed.PartyIds, "/evse_id", reader.Findings);
        (latitude, longitude) = PlaceCheck.Judge(latitude, longitude, "/latitude", "/longitude", feed.Territory, reader.Findings);
        decimal? strongest = null;
        foreach (var connector in connectors) strongest = Max(strongest, connector.MaxPowerKw);
        if (maxPower is > 0) (maxPower, _) = PowerCheck.Judge(maxPower, null, null, null, "/max_power_kw", reader.Findings);
        maxPower = maxPower is > 0 ? maxPower : strongest;
        page.Add(
            new ChargePoint
            {
                ChargePointId = $"{feed.OperatorId}:{id}",
                OperatorId = feed.OperatorId,
                OperatorName = feed.OperatorName,
                EvseId = evseId,
                OwnerName = owner,
                ContractingAuthorityGss = authority,
                LocationId = $"{feed.OperatorId}:{locationId ?? id}",
                LocationName = locationName,
                ChargeStationId = post,
                Address = address,
                City = city,
                Postcode = postcode,
                Uprn = uprn,
                Usrn = usrn,
                Latitude = latitude,
                Longitude = longitude,
                OnStreet = onStreet,
                LocationType = locationType,
                Manufacturer = manufacturer,
                Model = model,
                CommissionedOn = commissioned,
                DecommissionedOn = decommissioned,
                FundingStream = funding,
                MaxPowerKw = maxPower,
                PowerBand = PowerBands.Of(maxPower),
                Connectors = connectors,
                OpeningHours = hours,
                Access = access,
                AccessibleBay = accessible,
                MaxStayMinutes = maxStay,
                ParkingFee = parkingFee,
                PhysicalRestriction = restriction,
                PaymentMethods = payment,
                PricePencePerKwh = price,
                PriceVatIncluded = vat,
                PriceState = priceState ?? PriceState.Unknown,
                EnergyMixGreen = green,
                LastUpdated = updated,
                Published = publish ?? true,
            },
            reader.Findings.Take(),
            status,
            since,
            "/charge_point_id");
    }

    private List<Connector> Connectors(JsonElement value)
    {
        var connectors = new List<Connector>();
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind != JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, "connectors", null);
            return connectors;
        }

        var index = -1;
        foreach (var item in value.EnumerateArray())
        {
            index++;
            reader.At = $"/connectors/{index}";
            if (item.ValueKind == JsonValueKind.Object) connectors.Add(Connector(item, index));
            else reader.Findings.Add(ValueRules.ValueWrongType, reader.At, null);
        }

        reader.At = "";
        return connectors;
    }

    private Connector Connector(JsonElement item, int index)
    {
        string? id = null, standard = null;
        ConnectorFormat? format = null;
        PowerType? type = null;
        int? volts = null, amperes = null;
        decimal? power = null;
        IReadOnlyList<string> tariffs = [];
        var expected = 0;
        foreach (var property in item.EnumerateObject())
        {
            var name = ConnectorFields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
            var value = property.Value;
            switch (name)
            {
                case "connector_id": id = reader.Id(value, name, isKey: false); break;
                case "standard": standard = OcpiWords.Standard(reader, value, name); break;
                case "format": format = reader.Word<ConnectorFormat>(value, name); break;
                case "power_type": type = reader.Word<PowerType>(value, name); break;
                case "max_voltage_v": volts = reader.Whole(value, name, 1, 2000); break;
                case "max_amperage_a": amperes = reader.Whole(value, name, 1, 3000); break;
                case "max_power_kw": power = reader.Number(value, name, 0, 10_000_000); break;
                case "tariff_ids": tariffs = TariffIds.Read(reader, value, name, feed.OperatorId); break;
            }
        }

        reader.Expect(id is not null, "connector_id");
        reader.Expect(standard is not null, "standard");
        reader.Expect(format is not null, "format");
        reader.Expect(type is not null, "power_type");
        var (kw, derived) = PowerCheck.Judge(power, volts, amperes, type, $"{reader.At}/max_power_kw", reader.Findings);
        return new Connector
        {
            ConnectorId = id ?? ConnectorNumber.Of(index),
            Standard = standard,
            Format = format,
            PowerType = type,
            MaxVoltageV = volts,
            MaxAmperageA = amperes,
            MaxPowerKw = kw,
            PowerDerived = derived,
            TariffIds = tariffs,
        };
    }

    private List<PaymentMethod> PaymentMethods(JsonElement value)
    {
        var methods = new List<PaymentMethod>();
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind != JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, "payment_methods", null);
            return methods;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, "payment_methods", null);
            else if (reader.Word<PaymentMethod>(item, "payment_methods") is { } method && !methods.Contains(method)) methods.Add(method);
        }

        return methods;
    }

    private static decimal? Max(decimal? a, decimal? b) => a is null || b > a ? b : a;
}
