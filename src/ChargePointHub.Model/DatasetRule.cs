namespace ChargePointHub.Model;

/// <summary>
/// A rule over what is stored of an operator: what no single record shows. What each means is in the rule catalogue; here are its limits, each with its reason. A hand-written
/// catalogue; a test holds it against that of the rules.
/// </summary>
/// <param name="Code">Its slug in the rule catalogue.</param>
/// <param name="Dataset">Under which it is listed.</param>
/// <param name="Threshold">What a measured value must exceed; in <paramref name="Unit"/>.</param>
/// <param name="Unit">Of value and threshold.</param>
public sealed record DatasetRule(string Code, Dataset Dataset, decimal Threshold, FindingUnit Unit)
{
    /// <summary>It tells of charging sessions: who may not read findings of those does not read it.</summary>
    public bool TellsOfSessions { get; init; }

    /// <summary>The same of status changes.</summary>
    public bool TellsOfStatuses { get; init; }

    /// <summary>Two systems' clocks, and rounding to the minute, differ by as much.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    /// <summary>A shorter session may come and go between two looks of the operator's own system.</summary>
    public static readonly TimeSpan ShortestSession = TimeSpan.FromMinutes(5);

    /// <summary>A shorter status CHARGING may be a vehicle that was plugged in and never charged.</summary>
    public static readonly TimeSpan LongestCharging = TimeSpan.FromMinutes(15);

    /// <summary>How far apart the clocks of an operator's sessions and statuses may be.</summary>
    public static readonly TimeSpan Nearness = TimeSpan.FromMinutes(10);

    /// <summary>So long a session may take to end, or to be told, before it is missed: the longest session that is not called long (<c>session-long</c>).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(48);

    /// <summary>A longer session is refused (<c>session-too-long</c>): none reaches further into a window than this, or out of it.</summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromDays(7);

    /// <summary>QualiCharge's: no status or session for a month.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromDays(30);

    /// <summary>Of fewer records no share is told: one of twenty is the least share of five percent.</summary>
    public const int FewestJudged = 20;

    /// <summary>Shares of five percent: one in twenty is more than a slip, and bends sums by as much as two operators differ.</summary>
    public const decimal ManyPercent = 5;

    /// <summary>Two percent: an end that never comes is a fault of the operator's system, as the Patience leaves it room (QualiCharge's share for what must not be).</summary>
    public const decimal FewPercent = 2;

    /// <summary>Twenty percent: QualiCharge's share from which a contradiction is no chance.</summary>
    public const decimal HighPercent = 20;

    public static readonly DatasetRule SessionsOverlap = new("sessions-overlap", Dataset.ChargingSessions, (decimal)Overlap.TotalMinutes, FindingUnit.Minutes) { TellsOfSessions = true };

    public static readonly DatasetRule SessionNotOccupied =
        new("session-not-occupied", Dataset.ChargingSessions, (decimal)ShortestSession.TotalMinutes, FindingUnit.Minutes) { TellsOfSessions = true, TellsOfStatuses = true };

    public static readonly DatasetRule OccupiedWithoutSession =
        new("occupied-without-session", Dataset.StatusChanges, (decimal)LongestCharging.TotalMinutes, FindingUnit.Minutes) { TellsOfSessions = true, TellsOfStatuses = true };

    public static readonly DatasetRule ChargePointSilent =
        new("charge-point-silent", Dataset.ChargePoints, (decimal)Silence.TotalDays, FindingUnit.Days) { TellsOfSessions = true, TellsOfStatuses = true };

    public static readonly DatasetRule EnergyMissing = new("sessions-energy-missing", Dataset.ChargingSessions, ManyPercent, FindingUnit.Percent) { TellsOfSessions = true };

    public static readonly DatasetRule EndMissing = new("sessions-end-missing", Dataset.ChargingSessions, FewPercent, FindingUnit.Percent) { TellsOfSessions = true };

    public static readonly DatasetRule OftenFailed = new("sessions-failed-often", Dataset.ChargingSessions, HighPercent, FindingUnit.Percent) { TellsOfSessions = true };

    public static readonly DatasetRule OftenLate = new("sessions-late-often", Dataset.ChargingSessions, ManyPercent, FindingUnit.Percent) { TellsOfSessions = true };

    public static readonly DatasetRule OftenUnknown = new("status-unknown-often", Dataset.StatusChanges, HighPercent, FindingUnit.Percent) { TellsOfStatuses = true };

    public static readonly DatasetRule PositionsMissing = new("positions-missing", Dataset.ChargePoints, ManyPercent, FindingUnit.Percent);

    public static readonly DatasetRule PowerMissing = new("power-missing", Dataset.ChargePoints, ManyPercent, FindingUnit.Percent);

    public static readonly DatasetRule OpeningHoursMissing = new("opening-hours-missing", Dataset.ChargePoints, ManyPercent, FindingUnit.Percent);

    /// <summary>In the order in which they are listed.</summary>
    public static readonly IReadOnlyList<DatasetRule> All =
    [
        SessionsOverlap, SessionNotOccupied, OccupiedWithoutSession, ChargePointSilent,
        EnergyMissing, EndMissing, OftenFailed, OftenLate, OftenUnknown, PositionsMissing, PowerMissing, OpeningHoursMissing,
    ];

    /// <summary>Null for a code that no rule over a dataset has.</summary>
    public static DatasetRule? Named(string code) => All.FirstOrDefault(r => r.Code == code);

    public override string ToString() => Code;
}
