using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>One thing that the rules over datasets found.</summary>
/// <param name="RecordId">Hub id of a session or charge point; null: it is of no one record.</param>
/// <param name="OtherId">Of the session that it overlaps.</param>
/// <param name="ChargePointId">Hub id; null: of the operator as a whole.</param>
/// <param name="From">Inclusive; null: of the list as it stands, or nothing was ever heard.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Measured">In the rule's unit.</param>
/// <param name="Judged">Of a share: sessions, minutes or charge points that it is a share of.</param>
public sealed record DatasetFinding(
    string? RecordId, string? OtherId, string? ChargePointId, DateTimeOffset? From, DateTimeOffset? To, decimal Measured, decimal Threshold, long? Judged, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt);

/// <summary>How a rule over datasets stands for one operator.</summary>
/// <param name="Window">That was last looked at.</param>
/// <param name="JudgedPercent">Of that window; the rest is not all here, or not yet settled.</param>
/// <param name="Open">Findings that held when last looked at.</param>
/// <param name="Ended">Findings that no longer hold.</param>
/// <param name="Worst">Of the open ones, those first that exceed the threshold most.</param>
public sealed record DatasetRuleState(DatasetRule Rule, Window Window, DateTimeOffset CheckedAt, decimal JudgedPercent, long Open, long Ended, IReadOnlyList<DatasetFinding> Worst);
