using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>Rules that the store itself refuses by, described in the rule catalogue; all others are the judge's.</summary>
public static class QuarantineRules
{
    /// <summary>A session waits for its charge point; it loses this finding when it is released.</summary>
    public const string Wait = "charge-point-unknown";

    /// <summary>A status change lies before 2015, or more than a month in the future.</summary>
    public const string OutOfRange = "time-out-of-range";
}

/// <summary>Rules by which the store holds a session against the power of its charge point, described in the rule catalogue.</summary>
public static class SessionRatingRules
{
    /// <summary>More than 1.1 times what the charge point can give in the time.</summary>
    public const string AboveRating = "energy-above-rating";

    /// <summary>More than twice, and over 50 kWh.</summary>
    public const string Excessive = "energy-excessive";

    /// <summary>About a thousand times: 500 to 2,000.</summary>
    public const string UnitSuspected = "energy-unit-suspected";
}

/// <summary>Rules by which the store holds reported figures against the charge points that it knows, described in the rule catalogue.</summary>
public static class ReportedUsageRules
{
    /// <summary>No such charge point or location is known.</summary>
    public const string ChargePointUnknown = "usage-charge-point-unknown";

    /// <summary>More than 1.1 times what the charge point can give in the time.</summary>
    public const string AboveRating = "usage-energy-above-rating";
}

/// <summary>Which refused record of an operator.</summary>
/// <param name="OwnId">The operator's own id; empty: it had none.</param>
/// <param name="Hash">Of its content, hexadecimal.</param>
public sealed record QuarantineKey(Dataset Dataset, string OwnId, string Hash);

/// <summary>A refused record that was checked again.</summary>
/// <param name="Judged">Holds one record: a charging session, a status change or figures of a period where it passes, else a refused one.</param>
public sealed record Rechecked(QuarantineKey Key, RecordPage Judged)
{
    public bool Passes => Judged.Refused.Count == 0;

    /// <summary>As the store takes it: a status change whose time it does not believe is refused all the same.</summary>
    public Rechecked AsTaken(string operatorId, DateTimeOffset now) => EventTimes.Refuse(this, operatorId, now);
}

/// <summary>What became of records that were checked again. What another hub or page had taken meanwhile is counted nowhere.</summary>
/// <param name="Waiting">They pass, and wait for their charge point.</param>
public sealed record RecheckCounts(int Released, int Waiting, int Refused)
{
    public static RecheckCounts operator +(RecheckCounts a, RecheckCounts b) => new(a.Released + b.Released, a.Waiting + b.Waiting, a.Refused + b.Refused);
}
