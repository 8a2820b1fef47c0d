namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>What operators call our fields and words. Guesses for a proposal, which people look at; no record is ever read by them.</summary>
internal static class GuessedWords
{
    /// <summary>By our field, the names it has with others, the likeliest first; in lower case without anything but letters and digits.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ChargePoints = new Dictionary<string, string[]>
    {
        ["charge_point_id"] = ["chargepointid", "evseuid", "chargerid", "chargedeviceid", "deviceid", "unitid", "evseid", "idpdcitinerance", "uid", "unit", "id", "reference", "ref", "code"],
        ["evse_id"] = ["evseid", "emi3id", "idpdcitinerance"],
        ["owner_name"] = ["ownername", "owner"],
        ["location_id"] = ["locationid", "siteid", "stationid", "poolid", "chargingstationid", "idstationitinerance"],
        ["location_name"] = ["locationname", "sitename", "stationname", "nomstation", "name", "title", "label"],
        ["address"] = ["address", "addressline1", "streetaddress", "street", "thoroughfare", "adressestation"],
        ["city"] = ["city", "town", "posttown"],
        ["postcode"] = ["postcode", "postalcode", "zip", "zipcode"],
        ["latitude"] = ["latitude", "lat"],
        ["longitude"] = ["longitude", "lng", "lon", "long"],
        ["max_power_kw"] = ["maxpowerkw", "powerkw", "ratedpowerkw", "kw", "maxpower", "ratedpower", "puissancenominale", "power", "watts"],
        ["status"] = ["status", "state", "availability", "evsestatus", "chargepointstatus"],
        ["status_since"] = ["statussince", "statechangedat", "statuschangedat", "statesince"],
        ["last_updated"] = ["lastupdated", "lastupdate", "updatedat", "updated", "modifiedat", "modified", "dateupdated", "datemaj", "changed"],
    };

    public static readonly IReadOnlyDictionary<string, string[]> Connectors = new Dictionary<string, string[]>
    {
        ["connector_id"] = ["connectorid", "id", "number"],
        ["standard"] = ["standard", "connectortype", "plugtype", "type"],
        ["format"] = ["format"],
        ["power_type"] = ["powertype"],
        ["max_voltage_v"] = ["maxvoltage", "ratedoutputvoltage", "voltage", "volts"],
        ["max_amperage_a"] = ["maxamperage", "ratedoutputcurrent", "amperage", "amps"],
        ["max_power_kw"] = ["maxelectricpower", "maxpowerkw", "ratedoutputkw", "powerkw", "kw", "maxpower", "power", "watts"],
    };

    public static readonly IReadOnlyDictionary<string, string[]> Tariffs = new Dictionary<string, string[]>
    {
        ["tariff_id"] = ["tariffid", "id", "code"],
        ["currency"] = ["currency", "currencycode"],
        ["price_per_kwh"] = ["priceperkwh", "perkwh", "kwhprice", "energyprice", "unitprice", "price", "pence"],
        ["last_updated"] = ["lastupdated", "updatedat", "updated", "modified"],
    };

    public static readonly IReadOnlyDictionary<string, string[]> Sessions = new Dictionary<string, string[]>
    {
        ["session_id"] = ["sessionid", "transactionid", "chargeid", "id", "reference", "ref"],
        ["charge_point_id"] = ["chargepointid", "evseuid", "chargerid", "deviceid", "evseid", "pointid", "point", "charger", "unit", "idpdcitinerance"],
        ["connector_id"] = ["connectorid", "connector", "plug"],
        ["plug_in_at"] = ["pluginat", "startedat", "startdatetime", "starttime", "startdate", "started", "start", "begin", "from"],
        ["plug_out_at"] = ["plugoutat", "endedat", "enddatetime", "endtime", "enddate", "stoptime", "ended", "end", "stop", "until"],
        ["energy_kwh"] = ["energykwh", "totalenergy", "kwh", "energy", "energywh", "wh", "consumption"],
        ["cost_inc_vat"] = ["costincvat", "totalcost", "cost", "amount"],
        ["currency"] = ["currency"],
        ["last_updated"] = ["lastupdated", "updatedat", "updated", "modified"],
    };

    /// <summary>Names of lists that hold charge points within sites.</summary>
    public static readonly string[] WithinSites = ["evses", "evse", "chargers", "chargepoints", "chargedevices", "devices", "units", "points", "stations", "chargingpoints"];

    /// <summary>Names of lists that hold connectors within charge points.</summary>
    public static readonly string[] WithinChargePoints = ["connectors", "connector", "plugs", "sockets", "outlets"];

    private static readonly (string Part, string Meaning)[] Statuses =
    [
        ("outoforder", "OUTOFORDER"), ("outofservice", "OUTOFORDER"), ("notinservice", "OUTOFORDER"), ("fault", "OUTOFORDER"), ("broken", "OUTOFORDER"), ("error", "OUTOFORDER"), ("unavailable", "INOPERATIVE"),
        ("inoperative", "INOPERATIVE"), ("offline", "INOPERATIVE"), ("maintenance", "INOPERATIVE"), ("reserved", "RESERVED"), ("blocked", "BLOCKED"), ("planned", "PLANNED"), ("removed", "REMOVED"), ("decommission", "REMOVED"),
        ("inuse", "CHARGING"), ("occupied", "CHARGING"), ("charging", "CHARGING"), ("busy", "CHARGING"), ("preparing", "CHARGING"), ("finishing", "CHARGING"), ("suspended", "CHARGING"),
        ("available", "AVAILABLE"), ("free", "AVAILABLE"), ("working", "AVAILABLE"), ("operative", "AVAILABLE"), ("idle", "AVAILABLE"), ("inservice", "AVAILABLE"), ("online", "AVAILABLE"),
    ];

    private static readonly (string Part, string Meaning)[] Standards =
    [
        ("chademo", "CHADEMO"), ("ccs", "IEC_62196_T2_COMBO"), ("combo", "IEC_62196_T2_COMBO"), ("type1", "IEC_62196_T1"), ("j1772", "IEC_62196_T1"), ("type2", "IEC_62196_T2"), ("mennekes", "IEC_62196_T2"),
        ("bs1363", "DOMESTIC_G"), ("3pin", "DOMESTIC_G"), ("schuko", "DOMESTIC_F"),
    ];

    /// <summary>Null: nothing that it reminds of.</summary>
    public static string? Status(string word) => Of(Statuses, word);

    public static string? Standard(string word) => Of(Standards, word);

    public static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static string? Of((string Part, string Meaning)[] words, string word) =>
        words.FirstOrDefault(w => Plain(word).Contains(w.Part, StringComparison.Ordinal)).Meaning;
}
