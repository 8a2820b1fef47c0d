using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

public enum MappedKind
{
    Text,
    Number,
    Flag,
    Word,
    Words,
    Instant,
    Day,

    /// <summary>An object or array in OCPI's own form.</summary>
    Ocpi,
}

/// <summary>One of our fields, as a mapping may fill it.</summary>
/// <param name="Units">Units that it may be sent in, each with its factor to ours; empty: none is needed.</param>
/// <param name="Allowed">Its closed list of words; empty: it has none.</param>
public sealed record MappedTarget(string Name, MappedKind Kind, IReadOnlyDictionary<string, decimal> Units, IReadOnlyList<string> Allowed);

/// <summary>Every field that a mapping may fill, by dataset. Names are those of <c>loti-v1</c>, two that make a form of OCPI's out of a plain value, and a duration in the place of an end.</summary>
internal static class MappedTargets
{
    /// <summary>A flag: open at all hours, as <c>opening_hours</c> says it.</summary>
    public const string TwentyFourSeven = "twentyfourseven";

    /// <summary>A price before VAT in the tariff's currency, as <c>elements</c> says it.</summary>
    public const string PricePerKwh = "price_per_kwh";

    /// <summary>How long the vehicle was plugged in: the end, where none is sent, is the start and this.</summary>
    public const string PlugInMinutes = "plug_in_minutes";

    private static readonly Dictionary<string, decimal> None = [];
    private static readonly Dictionary<string, decimal> Power = new() { ["kW"] = 1, ["W"] = 0.001m, ["MW"] = 1000 };
    private static readonly Dictionary<string, decimal> Energy = new() { ["kWh"] = 1, ["Wh"] = 0.001m, ["MWh"] = 1000 };
    private static readonly Dictionary<string, decimal> Pence = new() { ["pence"] = 1, ["pounds"] = 100 };
    private static readonly Dictionary<string, decimal> Pounds = new() { ["pounds"] = 1, ["pence"] = 0.01m };
    private static readonly Dictionary<string, decimal> Minutes = new() { ["minutes"] = 1, ["hours"] = 60, ["seconds"] = 1m / 60, ["milliseconds"] = 1m / 60_000 };
    private static readonly Dictionary<string, decimal> Percent = new() { ["percent"] = 1, ["fraction"] = 100 };
    private static readonly Dictionary<string, decimal> Degrees = new() { ["degrees"] = 1, ["microdegrees"] = 0.000001m };
    private static readonly Dictionary<string, decimal> Volts = new() { ["V"] = 1, ["kV"] = 1000 };
    private static readonly Dictionary<string, decimal> Amperes = new() { ["A"] = 1, ["mA"] = 0.001m };

    public static readonly IReadOnlyList<MappedTarget> Connector =
    [
        Text("connector_id"), Word("standard", ConnectorStandards.All), Word<ConnectorFormat>("format"), Word<PowerType>("power_type"),
        Number("max_voltage_v", Volts), Number("max_amperage_a", Amperes), Number("max_power_kw", Power), Texts("tariff_ids"),
    ];

    public static readonly IReadOnlyList<MappedTarget> Status = [Text("charge_point_id"), Word("status", Reported), Instant("status_since")];

    private static readonly IReadOnlyList<MappedTarget> ChargePoints =
    [
        Text("charge_point_id"), Text("evse_id"), Text("owner_name"), Text("contracting_authority_gss"), Text("location_id"), Text("location_name"),
        Text("charge_station_id"), Text("address"), Text("city"), Text("postcode"), Text("uprn"), Text("usrn"), Number("latitude", Degrees),
        Number("longitude", Degrees), Flag("on_street"), Word<LocationType>("location_type"), Text("manufacturer"), Text("model"),
        Day("commissioned_on"), Day("decommissioned_on"), Word<FundingStream>("funding_stream"), Number("max_power_kw", Power),
        Ocpi("opening_hours"), Flag(TwentyFourSeven), Word<Access>("access"), Flag("accessible_bay"), Number("max_stay_minutes", Minutes),
        Flag("parking_fee"), Text("physical_restriction"), Word<PaymentMethod>("payment_methods", MappedKind.Words),
        Number("price_pence_per_kwh", Pence), Flag("price_vat_included"), Word<PriceState>("price_state"), Flag("energy_mix_green"),
        Word("status", Reported), Instant("status_since"), Instant("last_updated"), Flag("publish"),
    ];

    private static readonly IReadOnlyList<MappedTarget> Tariffs =
    [
        Text("tariff_id"), Instant("valid_from"), Instant("valid_to"), Text("currency"), Ocpi("elements"), Number(PricePerKwh, Pounds), Instant("last_updated"),
    ];

    private static readonly IReadOnlyList<MappedTarget> StatusChanges = [Text("charge_point_id"), Word("status", Reported), Instant("at"), Instant("reported_at")];

    private static readonly IReadOnlyList<MappedTarget> ChargingSessions =
    [
        Text("session_id"), Text("charge_point_id"), Text("connector_id"), Instant("plug_in_at"), Instant("plug_out_at"), Number(PlugInMinutes, Minutes), Instant("charge_start_at"),
        Instant("charge_end_at"), Number("charging_minutes", Minutes), Number("energy_kwh", Energy), Number("peak_kw", Power),
        Number("cost_ex_vat", Pounds), Number("cost_inc_vat", Pounds), Text("currency"), Text("tariff_id"), Word<PaymentMethod>("payment_method"),
        Word<UserType>("user_type"), Word<Outcome>("outcome"), Text("ended_by"), Text("error_code"), Number("start_soc_percent", Percent),
        Number("end_soc_percent", Percent), Text("corrects_session_id"), Instant("last_updated"),
    ];

    private static readonly IReadOnlyList<MappedTarget> Outages =
    [
        Text("outage_id"), Text("charge_point_id"), Instant("started_at"), Instant("detected_at"), Instant("reported_at"), Instant("attended_at"), Instant("ended_at"),
        Word<OutageCategory>("category"), Text("cause"), Flag("exempt"), Text("exempt_reason"), Instant("last_updated"),
    ];

    /// <summary>What somebody wrote in his own words: it may hold anything, so it is kept of accepted records alone, where it was looked at.</summary>
    public static readonly IReadOnlyList<string> FreeTexts = ["cause", "exempt_reason"];

    private static readonly IReadOnlyList<MappedTarget> ReportedUsage =
    [
        Word<UsageGroup>("group"), Text("charge_point_id"), Text("location_id"), Text("period"), Day("first_day"), Day("last_day"), Plain("sessions"), Plain("successful_sessions"),
        Number("energy_kwh", Energy), Number("plugged_minutes", Minutes), Number("charging_minutes", Minutes), Number("idle_minutes", Minutes), Number("open_minutes", Minutes),
        Number("utilisation_percent", Percent), Number("charging_utilisation_percent", Percent), Plain("sessions_per_day"), Plain("charge_points"), Plain("unused_charge_points"),
        Number("revenue_inc_vat", Pounds), Text("currency"), Instant("last_updated"),
    ];

    /// <summary>Of what figures are of: where a file names none of these, all its rows are of the period that it is handed in for.</summary>
    public static readonly IReadOnlyList<string> Periods = ["period", "first_day", "last_day"];

    private static IReadOnlyList<string> Reported => [.. Words<Status>.All.Where(w => w != Words<Status>.Of(Model.Status.Missing))];

    public static IReadOnlyList<MappedTarget> Of(Dataset dataset) =>
        dataset == Dataset.ChargePoints ? ChargePoints
        : dataset == Dataset.Tariffs ? Tariffs
        : dataset == Dataset.StatusChanges ? StatusChanges
        : dataset == Dataset.Outages ? Outages
        : dataset == Dataset.ReportedUsage ? ReportedUsage
        : ChargingSessions;

    /// <summary>Fields without which no record of the dataset can be kept.</summary>
    public static IReadOnlyList<string> Required(Dataset dataset) =>
        dataset == Dataset.ChargePoints ? ["charge_point_id"]
        : dataset == Dataset.Tariffs ? ["tariff_id"]
        : dataset == Dataset.StatusChanges ? ["charge_point_id", "status", "at"]
        : dataset == Dataset.Outages ? ["outage_id", "charge_point_id", "started_at"]
        : dataset == Dataset.ReportedUsage ? ["group"]
        : ["session_id", "charge_point_id", "plug_in_at"];

    private static MappedTarget Text(string name) => new(name, MappedKind.Text, None, []);

    private static MappedTarget Texts(string name) => new(name, MappedKind.Words, None, []);

    private static MappedTarget Flag(string name) => new(name, MappedKind.Flag, None, ["true", "false"]);

    private static MappedTarget Instant(string name) => new(name, MappedKind.Instant, None, []);

    private static MappedTarget Day(string name) => new(name, MappedKind.Day, None, []);

    private static MappedTarget Ocpi(string name) => new(name, MappedKind.Ocpi, None, []);

    private static MappedTarget Number(string name, IReadOnlyDictionary<string, decimal> units) => new(name, MappedKind.Number, units, []);

    private static MappedTarget Plain(string name) => Number(name, None);

    private static MappedTarget Word(string name, IReadOnlyList<string> allowed) => new(name, MappedKind.Word, None, allowed);

    private static MappedTarget Word<TEnum>(string name, MappedKind kind = MappedKind.Word)
        where TEnum : struct, Enum => new(name, kind, None, Words<TEnum>.All);
}
