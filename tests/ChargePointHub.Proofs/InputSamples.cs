using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>What an operator sends when all is right: every field that a parser knows, once.</summary>
internal static class InputSamples
{
    public const string LotiPoints = """
        {"data": [{"charge_point_id": "CP-1", "evse_id": "GB*EXA*E1", "owner_name": "Lambeth", "location_id": "L-1", "location_name": "Station", "charge_station_id": "P1", "address": "12 Example Street", "city": "London", "postcode": "WC1H 9JE",
          "uprn": "00123", "usrn": "0456", "latitude": 51.529086, "longitude": -0.124834, "max_power_kw": 7.36, "on_street": true, "location_type": "LAMP_COLUMN", "manufacturer": "A", "model": "B", "commissioned_on": "2024-01-02",
          "decommissioned_on": null, "funding_stream": "ORCS", "opening_hours": {"twentyfourseven": false, "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}], "exceptional_closings": [{"period_begin": "2026-12-25T00:00:00Z", "period_end": "2026-12-26T00:00:00Z"}]},
          "access": "PUBLIC", "accessible_bay": false, "max_stay_minutes": 240, "parking_fee": true, "physical_restriction": "2 m", "payment_methods": ["APP", "RFID"], "price_pence_per_kwh": 45.5, "price_vat_included": true, "price_state": "PRICED", "energy_mix_green": true,
          "connectors": [{"connector_id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_1_PHASE", "max_voltage_v": 230, "max_amperage_a": 32, "max_power_kw": 7.36, "tariff_ids": ["T-1"]}],
          "status": "AVAILABLE", "status_since": "2026-11-20T07:58:12Z", "last_updated": "2026-11-20T07:58:12Z"}], "next_cursor": null, "total": 1}
        """;

    public const string LotiSessions = """
        {"data": [{"session_id": "S-1", "charge_point_id": "CP-1", "connector_id": "1", "plug_in_at": "2026-11-20T08:00:00Z", "plug_out_at": "2026-11-20T10:00:00Z", "charge_start_at": "2026-11-20T08:00:10Z", "charge_end_at": "2026-11-20T09:40:00Z",
          "charging_minutes": 100, "energy_kwh": 12.345, "peak_kw": 7.2, "cost_ex_vat": 5.0, "cost_inc_vat": 6.0, "currency": "GBP", "tariff_id": "T-1", "payment_method": "APP", "user_type": "RESIDENT", "outcome": "SUCCESS", "ended_by": "DRIVER",
          "error_code": null, "start_soc_percent": 20, "end_soc_percent": 80, "corrects_session_id": null, "last_updated": "2026-11-20T10:00:07Z"}], "next_cursor": null, "window": {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}}
        """;

    public const string LotiChanges = """
        {"data": [{"charge_point_id": "CP-1", "status": "CHARGING", "at": "2026-11-20T08:00:00Z", "reported_at": "2026-11-20T08:00:05Z"}], "next_cursor": null, "window": {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}}
        """;

    public const string Tariffs = """
        {"data": [{"tariff_id": "T-1", "id": "T-1", "currency": "GBP", "valid_from": "2026-01-01T00:00:00Z", "valid_to": null, "start_date_time": "2026-01-01T00:00:00Z",
          "elements": [{"price_components": [{"type": "ENERGY", "price": 0.45, "vat": 20.0, "step_size": 1}], "restrictions": {"start_time": "07:00", "day_of_week": ["MONDAY"], "min_kwh": 1.5}}], "last_updated": "2026-11-20T08:00:00Z"}], "status_code": 1000, "next_cursor": null}
        """;

    public const string OcpiLocations = """
        {"data": [{"country_code": "GB", "party_id": "EXA", "id": "L-1", "publish": true, "name": "Station", "address": "12 Example Street", "city": "London", "postal_code": "WC1H 9JE", "country": "GBR", "coordinates": {"latitude": "51.529086", "longitude": "-0.124834"},
          "parking_type": "ON_STREET", "owner": {"name": "Lambeth"}, "opening_times": {"twentyfourseven": true}, "energy_mix": {"is_green_energy": true}, "time_zone": "Europe/London", "last_updated": "2026-11-20T07:58:12Z",
          "evses": [{"uid": "E-1", "evse_id": "GB*EXA*E1", "status": "AVAILABLE", "capabilities": ["RFID_READER", "CONTACTLESS_CARD_SUPPORT"], "parking_restrictions": ["EV_ONLY"], "coordinates": {"latitude": "51.53", "longitude": "-0.12"},
            "tariffs": [{"id": "T-1", "currency": "GBP", "elements": [{"price_components": [{"type": "ENERGY", "price": 0.45, "step_size": 1}]}], "last_updated": "2026-11-20T07:58:12Z"}],
            "connectors": [{"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32, "max_electric_power": 22000, "tariff_ids": ["T-1"], "last_updated": "2026-11-20T07:58:12Z"}], "last_updated": "2026-11-20T07:58:12Z"}]}],
         "status_code": 1000, "status_message": "OK", "timestamp": "2026-11-20T08:00:00Z"}
        """;

    public const string OcpiSessions = """
        {"data": [{"country_code": "GB", "party_id": "EXA", "id": "S-1", "session_id": "S-1", "start_date_time": "2026-11-20T08:00:00Z", "end_date_time": "2026-11-20T10:00:00Z", "kwh": 12.345, "total_energy": 12.345, "total_time": 2.0, "auth_method": "WHITELIST",
          "cdr_token": {"uid": "04AA", "type": "RFID", "contract_id": "C"}, "location_id": "L-1", "evse_uid": "E-1", "connector_id": "1", "currency": "GBP", "total_cost": {"excl_vat": 5.0, "incl_vat": 6.0}, "status": "COMPLETED",
          "cdr_location": {"id": "L-1", "evse_uid": "E-1", "evse_id": "GB*EXA*E1", "connector_id": "1"}, "charging_periods": [{"start_date_time": "2026-11-20T08:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 12.345}], "tariff_id": "T-1"}],
          "last_updated": "2026-11-20T10:00:07Z"}], "status_code": 1000}
        """;

    public const string Mapping = """
        {"accept": {"path": "/ok", "is": ["yes"]}, "records": ["/sites", {"at": "/chargers", "as": "object"}],
         "status": {"records": ["/states"], "fields": {"charge_point_id": "/cp", "status": {"path": "/s", "words": {"on": "AVAILABLE"}}, "status_since": {"path": "/at", "format": "epoch_s"}}},
         "fields": {"charge_point_id": "#key", "location_id": "../id", "latitude": "../geo/0", "longitude": {"path": "../point", "match": " (\\S+)$"}, "max_power_kw": {"path": "/w", "match": "^([0-9.]+) kW$", "unit": "kW"},
          "price_pence_per_kwh": {"path": "/price", "unit": "pounds", "decimal": ","}, "payment_methods": {"path": "/pay", "split": ",", "words": {"card": "CONTACTLESS"}, "otherwise": "APP"}, "opening_hours": "/hours",
          "last_updated": {"path": "/seen", "format": "dd/MM/yyyy HH:mm"}, "connectors": {"at": "/plugs", "fields": {"standard": {"path": "/t", "words": {"CCS": "IEC_62196_T2_COMBO"}}, "max_power_kw": "/k", "tariff_ids": "/tariffs/*/id"}}}}
        """;

    public const string Mapped = """
        {"ok": "yes", "states": [{"cp": "A", "s": "on", "at": 1782895000}], "sites": [{"id": 7, "geo": [51.5, -0.1], "point": "51.5 -0.1",
         "chargers": {"A": {"w": "7.4 kW", "price": "0,45", "pay": "card,app", "hours": {"twentyfourseven": true}, "seen": "01/07/2026 09:30", "plugs": [{"t": "CCS", "k": 50, "tariffs": [{"id": "x"}]}]}}}]}
        """;

    public const string SessionMapping = """
        {"request": {"query": {"since": "{from}"}}, "fields": {"session_id": {"path": ["/id", "#index"], "join": "-"}, "charge_point_id": "/cp", "plug_in_at": {"path": "/from", "format": "epoch_ms"},
         "plug_in_minutes": {"path": "/secs", "unit": "seconds"}, "energy_kwh": {"path": "/wh", "unit": "Wh"}, "cost_inc_vat": {"path": "/cost", "unit": "pence"}, "outcome": {"path": "/ok", "words": {"true": "SUCCESS"}, "ignore": ["false"]}}}
        """;

    public const string MappedSessions = """[{"id": 1, "cp": "A", "from": 1795161600000, "wh": 7421, "cost": "640", "secs": 5400, "ok": true}]""";

    public const string CsvMapping = """
        {"fields": {"session_id": "/Session", "charge_point_id": "/Charger", "plug_in_at": "/In", "plug_out_at": "/Out", "energy_kwh": "/kWh"}}
        """;

    public const string CsvFile = "Session,Charger,In,Out,kWh\nS1,CP1,2026-11-20T08:00:00Z,2026-11-20T09:00:00Z,7.4\nS2,\"CP \"\"2\"\"\",2026-11-20T10:00:00Z,,12.25\n";

    public const string TableMapping = """
        {"request": {"answer": "csv", "csv": {"delimiter": "semicolon", "decimal": "comma"}}, "fields": {"tariff_id": "/Id", "currency": "/Currency", "price_per_kwh": "/Price", "last_updated": "/Changed"}}
        """;

    public const string TableAnswer = "Id;Currency;Price;Changed\nT1;GBP;0,45;2026-11-01T08:00:00Z\n\"T\n;2\";GBP;0,50;2026-11-01T08:00:00Z\n";

    public const string ArchiveMapping = """
        {"request": {"query": {"since": "{from}"}, "answer": "csv", "zip_entry": "changes.csv"}, "fields": {"charge_point_id": "/Unit", "status": {"path": "/State", "words": {"on": "AVAILABLE"}}, "at": "/At"}}
        """;

    public const string ArchiveFile = "Unit,State,At\nCP1,on,2026-11-20T08:00:00Z\nCP2,CHARGING,2026-11-20T09:00:00Z\n";

    public const string LotiOutages = """
        {"data": [{"outage_id": "OUT-1", "charge_point_id": "CP1", "started_at": "2026-11-20T08:00:00Z", "detected_at": "2026-11-20T08:00:30Z", "reported_at": null, "attended_at": "2026-11-20T11:00:00Z",
         "ended_at": "2026-11-20T12:00:00.5Z", "category": "PAYMENT_TERMINAL", "cause": "Screen dark since 05-11-2026 08:15, ring 020 7946 0958", "exempt": true, "exempt_reason": "hit by AB12 CDE",
         "last_updated": "2026-11-20T12:00:07Z"}], "next_cursor": null, "total": 1, "window": {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}}
        """;

    public const string OutageMapping = """
        {"fields": {"outage_id": "/Ref", "charge_point_id": "/Bay", "started_at": "/From", "ended_at": "/To", "category": {"path": "/Kind", "words": {"no power": "POWER_SUPPLY"}, "otherwise": "OTHER"}, "cause": "/What"}}
        """;

    public const string OutageFile = "Ref,Bay,From,To,Kind,What\nO1,CP1,2026-11-20T08:00:00Z,2026-11-20T12:00:00Z,no power,\"Feeder \"\"B\"\" tripped\"\nO2,CP2,2026-11-20T09:00:00Z,,screen,a@b.example\n";

    public const string UsageMapping = """
        {"fields": {"group": {"path": "/Level", "words": {"bay": "charge_point", "site": "location"}}, "charge_point_id": "/Bay", "location_id": "/Site", "period": "/Period", "sessions": "/Charges",
         "energy_kwh": {"path": "/Wh", "unit": "Wh"}, "plugged_minutes": {"path": "/Hours", "unit": "hours"}, "utilisation_percent": {"path": "/Use", "unit": "fraction"}, "revenue_inc_vat": "/Paid"}}
        """;

    public const string UsageFile = "Level,Bay,Site,Period,Charges,Wh,Hours,Use,Paid\nbay,CP1,,2026-11-20,7,74250,5.5,0.229,31.07\nsite,,\"S \"\"2\"\"\",2026-11-20,12,122500,,,\noperator,,,2026-11-20,19,196750,,,\n";

    public static string Loti(Dataset dataset) =>
        dataset == Dataset.ChargePoints ? LotiPoints : dataset == Dataset.Tariffs ? Tariffs : dataset == Dataset.StatusChanges ? LotiChanges : dataset == Dataset.Outages ? LotiOutages : LotiSessions;
}
