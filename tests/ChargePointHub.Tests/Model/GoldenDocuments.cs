using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

/// <summary>One record of each kind with every property set, and its document, byte for byte.</summary>
internal static class GoldenDocuments
{
    public const string ConnectorJson =
        """{"connector_id":"1","standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_1_PHASE","max_voltage_v":230,"max_amperage_a":24,"max_power_kw":5.52,"power_derived":true,"tariff_ids":["lamplight:t1","lamplight:t2"]}""";

    public const string ChargePointJson =
        """{"charge_point_id":"lamplight:e1","operator_id":"lamplight","operator_name":"Lamplight","evse_id":"GB*LMP*E1","owner_name":"Lamplight Assets Ltd","contracting_authority_gss":"E09000022","location_id":"lamplight:l1","location_name":"Acre Lane","charge_station_id":"P-17","address":"17 Acre Lane","city":"London","postcode":"SW2 5DG","uprn":"000100021","usrn":"00021900","latitude":51.4609,"longitude":-0.1234567,"on_street":true,"location_type":"LAMP_COLUMN","manufacturer":"Volt & Son","model":"LC-5","commissioned_on":"2024-02-29","decommissioned_on":"2026-10-25","funding_stream":"TFL_EVCI","max_power_kw":5.52,"power_band":"slow","connectors":["""
        + ConnectorJson
        + """],"opening_hours":{"twentyfourseven":true},"access":"PUBLIC","accessible_bay":false,"max_stay_minutes":240,"parking_fee":true,"physical_restriction":"Kerb side","payment_methods":["APP","CONTACTLESS"],"price_pence_per_kwh":39.5,"price_vat_included":true,"price_state":"PRICED","energy_mix_green":true,"last_updated":"2026-11-20T08:15:00.000Z"}""";

    public const string BareChargePointJson =
        """{"charge_point_id":"lamplight:e2","operator_id":"lamplight","operator_name":"Lamplight","evse_id":null,"owner_name":null,"contracting_authority_gss":null,"location_id":"lamplight:l2","location_name":null,"charge_station_id":null,"address":null,"city":null,"postcode":null,"uprn":null,"usrn":null,"latitude":null,"longitude":null,"on_street":null,"location_type":null,"manufacturer":null,"model":null,"commissioned_on":null,"decommissioned_on":null,"funding_stream":null,"max_power_kw":null,"power_band":null,"connectors":[],"opening_hours":null,"access":null,"accessible_bay":null,"max_stay_minutes":null,"parking_fee":null,"physical_restriction":null,"payment_methods":[],"price_pence_per_kwh":null,"price_vat_included":null,"price_state":"UNKNOWN","energy_mix_green":null,"last_updated":null}""";

    public const string ChargingSessionJson =
        """{"session_id":"lamplight:s1","operator_id":"lamplight","charge_point_id":"lamplight:e1","connector_id":"1","plug_in_at":"2026-11-20T08:15:00.000Z","plug_out_at":"2026-11-20T09:15:00.000Z","charge_start_at":"2026-11-20T08:16:00.000Z","charge_end_at":"2026-11-20T08:46:00.123456Z","plug_in_minutes":60,"charging_minutes":30.002,"energy_kwh":3.5,"peak_kw":7.36,"average_kw":7,"cost_ex_vat":1.15,"cost_inc_vat":1.38,"currency":"GBP","tariff_id":"lamplight:t1","payment_method":"APP","user_type":"VISITOR","outcome":"SUCCESS","ended_by":"DRIVER","error_code":"E0","start_soc_percent":20,"end_soc_percent":33.5,"corrects_session_id":"lamplight:s0","last_updated":"2026-11-20T09:15:07.000Z"}""";

    public const string StatusChangeJson =
        """{"charge_point_id":"lamplight:e1","operator_id":"lamplight","status":"OUTOFORDER","at":"2026-11-20T08:15:00.000Z","reported_at":"2026-11-20T08:15:09.000Z","evidence":"EVENT"}""";

    public const string TariffJson =
        """{"tariff_id":"lamplight:t1","operator_id":"lamplight","valid_from":"2026-01-01T00:00:00.000Z","valid_to":"2027-01-01T00:00:00.000Z","currency":"GBP","elements":[{"price_components":[{"type":"ENERGY","price":0.395,"step_size":1}]}],"pence_per_kwh":39.5,"vat_included":false,"last_updated":"2026-11-20T08:15:00.000Z"}""";

    public const string OutageJson =
        """{"outage_id":"lamplight:o1","operator_id":"lamplight","charge_point_id":"lamplight:e1","started_at":"2026-11-20T08:15:00.000Z","detected_at":"2026-11-20T08:15:30.000Z","reported_at":"2026-11-20T08:25:00.000Z","attended_at":"2026-11-20T10:15:00.000Z","ended_at":"2026-11-20T10:40:00.000Z","category":"POWER_SUPPLY","cause":"Feeder pillar without supply","exempt":true,"exempt_reason":"Fault of the network","derived":true,"last_updated":"2026-11-20T10:41:00.000Z"}""";

    public const string ReportedUsageJson =
        """{"reported_usage_id":"lamplight:charge_point/e1/2026-Q3","operator_id":"lamplight","group":"charge_point","charge_point_id":"lamplight:e1","location_id":"lamplight:l1","period":"2026-Q3","period_unit":"quarter","period_from":"2026-06-30T23:00:00.000Z","period_to":"2026-09-30T23:00:00.000Z","sessions":184,"successful_sessions":176,"energy_kwh":2310.45,"plugged_minutes":31220,"charging_minutes":19806.5,"idle_minutes":11413.5,"open_minutes":132480,"utilisation_percent":23.6,"charging_utilisation_percent":15,"sessions_per_day":2,"charge_points":1,"unused_charge_points":0,"revenue_inc_vat":1363.17,"currency":"GBP","last_updated":"2026-11-20T08:15:00.000Z"}""";

    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 8, 15, 0, TimeSpan.Zero);

    public static readonly Connector Connector = new()
    {
        ConnectorId = "1",
        Standard = "IEC_62196_T2",
        Format = ConnectorFormat.Socket,
        PowerType = PowerType.Ac1Phase,
        MaxVoltageV = 230,
        MaxAmperageA = 24,
        MaxPowerKw = 5.520m,
        PowerDerived = true,
        TariffIds = ["lamplight:t1", "lamplight:t2"],
    };

    public static readonly ChargePoint ChargePoint = new()
    {
        ChargePointId = "lamplight:e1",
        OperatorId = "lamplight",
        OperatorName = "Lamplight",
        EvseId = "GB*LMP*E1",
        OwnerName = "Lamplight Assets Ltd",
        ContractingAuthorityGss = "E09000022",
        LocationId = "lamplight:l1",
        LocationName = "Acre Lane",
        ChargeStationId = "P-17",
        Address = "17 Acre Lane",
        City = "London",
        Postcode = "SW2 5DG",
        Uprn = "000100021",
        Usrn = "00021900",
        Latitude = 51.4609000m,
        Longitude = -0.1234567m,
        OnStreet = true,
        LocationType = LocationType.LampColumn,
        Manufacturer = "Volt & Son",
        Model = "LC-5",
        CommissionedOn = new DateOnly(2024, 2, 29),
        DecommissionedOn = new DateOnly(2026, 10, 25),
        FundingStream = FundingStream.TflEvci,
        MaxPowerKw = 5.520m,
        PowerBand = PowerBand.Slow,
        Connectors = [Connector],
        OpeningHours = Json("""{ "twentyfourseven": true }"""),
        Access = Access.Public,
        AccessibleBay = false,
        MaxStayMinutes = 240,
        ParkingFee = true,
        PhysicalRestriction = "Kerb side",
        PaymentMethods = [PaymentMethod.App, PaymentMethod.Contactless],
        PricePencePerKwh = 39.50m,
        PriceVatIncluded = true,
        PriceState = PriceState.Priced,
        EnergyMixGreen = true,
        LastUpdated = Morning.ToOffset(TimeSpan.FromHours(1)),
    };

    public static readonly ChargePoint BareChargePoint = new()
    {
        ChargePointId = "lamplight:e2",
        OperatorId = "lamplight",
        OperatorName = "Lamplight",
        LocationId = "lamplight:l2",
    };

    public static readonly ChargingSession ChargingSession = new()
    {
        SessionId = "lamplight:s1",
        OperatorId = "lamplight",
        ChargePointId = "lamplight:e1",
        ConnectorId = "1",
        PlugInAt = Morning,
        PlugOutAt = Morning.AddHours(1),
        ChargeStartAt = Morning.AddMinutes(1),
        ChargeEndAt = Morning.AddMinutes(31).AddTicks(1_234_567),
        PlugInMinutes = 60.000m,
        ChargingMinutes = 30.002m,
        EnergyKwh = 3.500m,
        PeakKw = 7.36m,
        AverageKw = 7.000m,
        CostExVat = 1.15m,
        CostIncVat = 1.38m,
        Currency = "GBP",
        TariffId = "lamplight:t1",
        PaymentMethod = PaymentMethod.App,
        UserType = UserType.Visitor,
        Outcome = Outcome.Success,
        EndedBy = "DRIVER",
        ErrorCode = "E0",
        StartSocPercent = 20m,
        EndSocPercent = 33.5m,
        CorrectsSessionId = "lamplight:s0",
        LastUpdated = Morning.AddHours(1).AddSeconds(7),
    };

    public static readonly StatusChange StatusChange = new()
    {
        ChargePointId = "lamplight:e1",
        OperatorId = "lamplight",
        Status = Status.OutOfOrder,
        At = Morning,
        ReportedAt = Morning.AddSeconds(9),
        Evidence = Evidence.Event,
    };

    public static readonly Tariff Tariff = new()
    {
        TariffId = "lamplight:t1",
        OperatorId = "lamplight",
        ValidFrom = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ValidTo = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Currency = "GBP",
        Elements = Json("""[ { "price_components": [ { "type": "ENERGY", "price": 0.395, "step_size": 1 } ] } ]"""),
        PencePerKwh = 39.50m,
        VatIncluded = false,
        LastUpdated = Morning,
    };

    public static readonly Outage Outage = new()
    {
        OutageId = "lamplight:o1",
        OperatorId = "lamplight",
        ChargePointId = "lamplight:e1",
        StartedAt = Morning,
        DetectedAt = Morning.AddSeconds(30),
        ReportedAt = Morning.AddMinutes(10),
        AttendedAt = Morning.AddHours(2),
        EndedAt = Morning.AddMinutes(145),
        Category = OutageCategory.PowerSupply,
        Cause = "Feeder pillar without supply",
        Exempt = true,
        ExemptReason = "Fault of the network",
        Derived = true,
        LastUpdated = Morning.AddMinutes(146),
    };

    public static readonly ReportedUsage ReportedUsage = new()
    {
        ReportedUsageId = "lamplight:charge_point/e1/2026-Q3",
        OperatorId = "lamplight",
        Group = UsageGroup.ChargePoint,
        ChargePointId = "lamplight:e1",
        LocationId = "lamplight:l1",
        Period = "2026-Q3",
        PeriodUnit = PeriodUnit.Quarter,
        PeriodFrom = new DateTimeOffset(2026, 6, 30, 23, 0, 0, TimeSpan.Zero),
        PeriodTo = new DateTimeOffset(2026, 9, 30, 23, 0, 0, TimeSpan.Zero),
        Sessions = 184,
        SuccessfulSessions = 176,
        EnergyKwh = 2310.450m,
        PluggedMinutes = 31_220m,
        ChargingMinutes = 19_806.50m,
        IdleMinutes = 11_413.5m,
        OpenMinutes = 132_480m,
        UtilisationPercent = 23.60m,
        ChargingUtilisationPercent = 15.0m,
        SessionsPerDay = 2m,
        ChargePoints = 1,
        UnusedChargePoints = 0,
        RevenueIncVat = 1363.17m,
        Currency = "GBP",
        LastUpdated = Morning,
    };

    /// <summary>The record of a type with every property set, and its document.</summary>
    public static (object Record, string Json) Full(Type type) =>
        type == typeof(ChargePoint) ? (ChargePoint, ChargePointJson)
        : type == typeof(Connector) ? (Connector, ConnectorJson)
        : type == typeof(ChargingSession) ? (ChargingSession, ChargingSessionJson)
        : type == typeof(StatusChange) ? (StatusChange, StatusChangeJson)
        : type == typeof(Outage) ? (Outage, OutageJson)
        : type == typeof(ReportedUsage) ? (ReportedUsage, ReportedUsageJson)
        : (Tariff, TariffJson);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
