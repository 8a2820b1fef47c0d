using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules over all that is stored of an operator: each night a hub judges the last five weeks by them, and <c>findings check</c> any time. Limits and their reasons: <see cref="DatasetRule"/>.</summary>
public static class DatasetRules
{
    private const string Weekly = "Clause C14, management information";

    public static readonly Rule SessionsOverlap = new(DatasetRule.SessionsOverlap.Code, Severity.Warning,
        $"Two sessions of one charge point overlap by more than {DatasetRule.Overlap.TotalMinutes} minute; one that is open ends when it was last updated.",
        "A charge point serves one vehicle at a time: its use is counted twice, or one of the two is of another charge point.",
        "Close the earlier session when its vehicle leaves, send one session under one id, and give each EVSE its own charge point id.", "OCPI 2.2.1, EVSE; clause C14");

    public static readonly Rule SessionNotOccupied = new(DatasetRule.SessionNotOccupied.Code, Severity.Warning,
        $"During a session of more than {DatasetRule.ShortestSession.TotalMinutes} minutes the status was never CHARGING, BLOCKED or RESERVED, from {DatasetRule.Nearness.TotalMinutes} minutes before it to as long after it.",
        "Apps called the charge point free while a vehicle stood there; its reliability and use cannot both be right.",
        "Report a status change when a session begins and when it ends, under the same charge point id and by the same clock.", "Public Charge Point Regulations 2023, availability within 30 s; clause C14");

    public static readonly Rule OccupiedWithoutSession = new(DatasetRule.OccupiedWithoutSession.Code, Severity.Warning,
        $"The status was CHARGING for more than {DatasetRule.LongestCharging.TotalMinutes} minutes with no session within {DatasetRule.Nearness.TotalMinutes} minutes of it, {DatasetRule.Patience.TotalHours} hours later.",
        "Sessions are missing from the data, or apps call a free charge point taken.",
        "Send every session, those of roaming and without payment too; report AVAILABLE when the vehicle leaves.", "Public Charge Point Regulations 2023, availability within 30 s; clause C14");

    public static readonly Rule ChargePointSilent = new(DatasetRule.ChargePointSilent.Code, Severity.Warning,
        $"A charge point that is listed, and neither planned nor out of service, has had no session and no change of status for {DatasetRule.Silence.TotalDays} days, while others of its operator have.",
        "Either nobody can use it, or it no longer reports: its status is then an old one.", "See that it is connected; report OUTOFORDER or PLANNED while it is not in use, and decommissioned_on when it is gone.", "Clause C14");

    public static readonly Rule EnergyMissing = new(DatasetRule.EnergyMissing.Code, Severity.Warning,
        $"In a week more than {DatasetRule.ManyPercent} % of the finished sessions are without energy.", "Energy of the week is too low, and by how much nobody can tell.",
        "Send energy_kwh of every finished session; 0 where nothing was delivered.", Weekly);

    public static readonly Rule EndMissing = new(DatasetRule.EndMissing.Code, Severity.Warning,
        $"In a week more than {DatasetRule.FewPercent} % of the sessions are without an end {DatasetRule.Patience.TotalHours} hours after they began.", "They hold their charge point for ever, and their minutes are in no sum.",
        "Send the session again when it ends, also when its charge point lost its connection meanwhile.", Weekly);

    public static readonly Rule OftenFailed = new(DatasetRule.OftenFailed.Code, Severity.Info,
        $"In a week more than {DatasetRule.HighPercent} % of the sessions whose outcome is known have failed.", "Drivers came and left without energy, or outcomes are set wrongly.",
        "Look at the charge points with the most failed sessions, and at how outcome is set.", Weekly);

    public static readonly Rule OftenLate = new(DatasetRule.OftenLate.Code, Severity.Warning,
        $"In a week more than {DatasetRule.ManyPercent} % of the sessions are late, by the rule session-late.", "Figures of the week were wrong for more than two weeks.", "Send sessions when they end, and corrections within 15 days.", Weekly);

    public static readonly Rule OftenUnknown = new(DatasetRule.OftenUnknown.Code, Severity.Warning,
        $"In a week the status was UNKNOWN for more than {DatasetRule.HighPercent} % of the minutes in which charge points were operated and the hub was told of them.",
        "Nobody can say whether they worked: such minutes count neither as reliable nor as not.", "See that charge points stay connected; report OUTOFORDER of one that does not work.", "Public Charge Point Regulations 2023, reliability");

    public static readonly Rule PositionsMissing = new(DatasetRule.PositionsMissing.Code, Severity.Warning,
        $"More than {DatasetRule.ManyPercent} % of the charge points are without a position.", "Nobody finds them, and they belong to no borough.", "Send latitude and longitude of every charge point, to five decimals at least.", "Public Charge Point Regulations 2023, reference data");

    public static readonly Rule PowerMissing = new(DatasetRule.PowerMissing.Code, Severity.Warning,
        $"More than {DatasetRule.ManyPercent} % of the charge points are without a power.", "They belong to no power band, and their sessions are held against nothing.",
        "Send max_power_kw, or max_electric_power of each connector.", "Public Charge Point Regulations 2023, reference data");

    public static readonly Rule OpeningHoursMissing = new(DatasetRule.OpeningHoursMissing.Code, Severity.Info,
        $"More than {DatasetRule.ManyPercent} % of the charge points are without opening hours.", "Reliability is counted in opening hours, and drivers cannot plan.",
        "Send opening_hours (opening_times by OCPI); twentyfourseven true where it is always open.", "Public Charge Point Regulations 2023, reliability");
}
