using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about charging sessions. Thresholds are those that national aggregators use.</summary>
public static class SessionRules
{
    private const string Reference = "Clause C14, management information";

    public static readonly Rule EnergyFinerThanWh = new("energy-finer-than-wh", Severity.Info, "Energy is finer than a watt-hour and was rounded.",
        "Meters of this class do not know it.", "Send three decimals of a kWh.", Reference);

    public static readonly Rule EnergyNegative = new("energy-negative", Severity.Error, "Energy is negative.",
        "It would take away from what others used.", "Correct by a new session with corrects_session_id.", Reference);

    public static readonly Rule EnergyTooHigh = new("energy-too-high", Severity.Error, "Energy is over 1,000 kWh.",
        "No vehicle takes it; most likely Wh sent as kWh.", "Send kilowatt-hours.", Reference);

    public static readonly Rule EnergyHigh = new("energy-high", Severity.Warning, "Energy is over 250 kWh.",
        "Few vehicles take it.", "Check meter and unit.", Reference);

    public static readonly Rule EnergyLow = new("energy-low", Severity.Warning, "A finished session delivered less than 0.5 kWh.",
        "It does not count as a success.", "Send the failure's error code.", Reference);

    public static readonly Rule EndsBeforeStart = new("session-ends-before-start", Severity.Error, "A session ends before it starts.",
        "Its times cannot be used.", "Check clock and zone.", Reference);

    public static readonly Rule TooLong = new("session-too-long", Severity.Error, "A session is longer than 7 days.",
        "It is most likely two sessions with a lost end.", "Close sessions when the vehicle leaves.", Reference);

    public static readonly Rule Long = new("session-long", Severity.Warning, "A session is longer than 48 hours.",
        "A lost end is likely.", "Close sessions when the vehicle leaves.", Reference);

    public static readonly Rule Short = new("session-short", Severity.Warning, "A session is shorter than a minute.",
        "It counts plug-ins that were none.", "Leave out handshakes, or send their outcome.", Reference);

    public static readonly Rule ZeroDurationEnergy = new("session-zero-duration-energy", Severity.Warning, "A session without duration delivered more than 1 kWh.",
        "Its times or its energy are wrong.", "Send plug-in and plug-out, not the time of billing.", Reference);

    public static readonly Rule ChargingLongerThanPlugged = new("charging-longer-than-plugged", Severity.Warning, "Charging lasted longer than the vehicle was plugged in.",
        "Idle time would be negative.", "Check minutes against hours.", Reference);

    public static readonly Rule CostVatOrder = new("cost-vat-order", Severity.Warning, "Cost with VAT is lower than cost before VAT.",
        "The two are most likely swapped.", "Check both fields.", Reference);

    public static readonly Rule Late = new("session-late", Severity.Warning, "A session was last changed more than 15 days after its start; of a file that does not say when, it came more than 15 days after it was due.",
        "Figures of its day have been read without it.", "Send sessions as they end, and corrections within days.", "Clause C6");

    public static readonly Rule CdrCredited = new("cdr-credited", Severity.Info, "A CDR takes an earlier one back.",
        "What was billed holds no longer; until another CDR comes, the session's cost is unknown.", "Nothing, if that was meant; send the corrected CDR after it.", "OCPI 2.2.1 and 2.3.0, CDRs");
}
