using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules that need more than the record: a hub judges by them when it writes, beside what it has already.</summary>
public static class StoredRules
{
    public static readonly Rule ChargePointUnknown = new("charge-point-unknown", Severity.Error, "A session is of a charge point that the hub does not know.",
        "It belongs to no place; it waits in quarantine and is released when the charge point appears.", "List the charge point among your charge points, under the same id.", "Clause C14");

    public static readonly Rule EnergyAboveRating = new("energy-above-rating", Severity.Warning, "A session delivered more than 1.1 times what its charge point can give in the time.",
        "Meter, times, power or the charge point's id is wrong.", "Check the charge point's power, the session's times and its charge point.", "Clause C14, management information");

    public static readonly Rule EnergyExcessive = new("energy-excessive", Severity.Warning, "A session delivered over 50 kWh, and more than twice what its charge point can give in the time.",
        "No tolerance of meter or clock explains it.", "Check the charge point's power, the session's times and its charge point.", "Clause C14, management information");

    public static readonly Rule EnergyUnitSuspected = new("energy-unit-suspected", Severity.Warning, "A session's energy is 500 to 2,000 times what its charge point can give in the time.",
        "It is most likely Wh sent as kWh; it was kept as sent.", "Send kilowatt-hours, or state the unit in the operator file.", "Clause C14, management information");

    public static readonly Rule CdrSeveral = new("cdr-several", Severity.Warning, "Several CDRs of one charge hold, and none takes another back.",
        "The newest counts; energy and cost of the others are left out.", "Take back what holds no longer by a credit CDR; give each charge its own session_id.", "OCPI 2.2.1 and 2.3.0, CDRs");

    public static readonly Rule UsageChargePointUnknown = new("usage-charge-point-unknown", Severity.Warning, "Figures are of a charge point or location that the hub does not know.",
        "They were kept as sent, and belong to no place.", "List the charge point among your charge points, and the location with them, under the same id.", "Clause C14, management information");

    public static readonly Rule UsageAboveRating = new("usage-energy-above-rating", Severity.Warning, "Energy is more than 1.1 times what the charge point can give in the time.",
        "Wh sent as kWh, several charge points reported as one, or a wrong power; it was kept as sent.", "Check unit, period, plugged_minutes and the charge point's power.", "Clause C14, management information");

    public static readonly Rule AbsentFromTwoCrawls = new("absent-from-two-crawls", Severity.Warning, "A charge point or tariff that was listed is in neither of two whole lists in a row.",
        "The hub takes it as gone: the charge point gets status REMOVED, the tariff ends.", "Nothing, if it is gone; otherwise list it again, under the same id.", "Clause C8");

    public static readonly Rule TimeOutOfRange = new("time-out-of-range", Severity.Error, "A status change lies before 2015, or 32 days or more after it was asked for.",
        "It is a default or a slip, and would be the first or the last word about its charge point.", "Send the time at which the status changed, as UTC with Z.", "Clause C6");
}
