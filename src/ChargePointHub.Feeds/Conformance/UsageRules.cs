using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about the figures that operators report of a period.</summary>
public static class UsageRules
{
    private const string Reference = "Clause C14, management information";

    public static readonly Rule PeriodUnusable = new("usage-period-unusable", Severity.Error, "Figures are of no whole London day, week, month, quarter or year.",
        "Nobody can tell what they are of.", "Write the period as 2026-Q3, 2026-07, 2026-W27, 2026-07-01 or 2026, or send its first and its last day.", Reference);

    public static readonly Rule PeriodNotOver = new("usage-period-not-over", Severity.Error, "Figures are of a period that is not over.",
        "What is still to come is missing in them, and nothing says how much.", "Send the figures once the period is over, or those of the shorter periods in it that are.", Reference);

    public static readonly Rule FiguresMissing = new("usage-figures-missing", Severity.Error, "A row holds no figure at all.",
        "It would stand for a report, and there is none.", "Send 0 where nothing was used; leave out what is not known.", Reference);

    public static readonly Rule Negative = new("usage-negative", Severity.Error, "A count, an energy, a time or a share is negative.",
        "It would take away from what others used.", "Send the corrected figures of the period as a whole, not what is to be taken off them.", Reference);

    public static readonly Rule PercentOverHundred = new("usage-percent-over-100", Severity.Warning, "A utilisation is over 100 %; it was kept as sent.",
        "No charge point is used for longer than it is open.", "Check minutes, opening hours and the number of charge points that it was worked out of.", Reference);

    public static readonly Rule MinutesOverPeriod = new("usage-minutes-over-period", Severity.Warning, "Minutes are more than the period has for these charge points; they were kept as sent.",
        "Seconds or hours sent as minutes, or several charge points reported as one.", "Check the unit, and what the row is of.", Reference);

    public static readonly Rule PartOverWhole = new("usage-part-over-whole", Severity.Warning, "A figure is larger than the one that it is a part of; both were kept as sent.",
        "One of the two is wrong, and nobody can tell which.", "Check successful_sessions against sessions, charging_minutes and idle_minutes against plugged_minutes, unused_charge_points against charge_points.", Reference);

    public static readonly Rule UtilisationDisagrees = new("usage-utilisation-disagrees", Severity.Warning, "A utilisation is not that of the minutes beside it; all were kept as sent.",
        "A share sent as a fraction looks like a percentage, and another base makes it no longer comparable.", "Send percent of open_minutes: 12.5, not 0.125; or state its unit in the operator file.", Reference);
}
