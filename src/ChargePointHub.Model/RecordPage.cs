using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>A record that the judge accepted, with what it noticed (nothing of severity error).</summary>
public sealed record Judged<T>(T Record, IReadOnlyList<Finding> Findings);

/// <summary>A record that the judge refused: kept in quarantine with its findings, of which one at least is an error.</summary>
/// <param name="OwnId">The operator's own id where there was one.</param>
/// <param name="Document">The record as sent, cut to the allow-list: UTF-8 JSON that PostgreSQL accepts, nothing personal.</param>
public sealed record RefusedRecord(Dataset Dataset, string? OwnId, ReadOnlyMemory<byte> Document, IReadOnlyList<Finding> Findings)
{
    /// <summary>The operator's own id of the charge point that it names; null: none, or it is one.</summary>
    public string? ChargePoint { get; init; }

    /// <summary>The operator's own id of the charging session that it is or names, where such ids are compared without case, as those of OCPI are; null: none.</summary>
    public string? Session { get; init; }
}

/// <summary>
/// One page of an operator's answer after mapping and judging. One source page may hold several datasets (an OCPI location
/// brings charge points, their status, and with some operators their tariffs).
/// </summary>
public sealed record RecordPage
{
    public IReadOnlyList<Judged<ChargePoint>> ChargePoints { get; init; } = [];

    public IReadOnlyList<StatusObservation> Statuses { get; init; } = [];

    public IReadOnlyList<Judged<Tariff>> Tariffs { get; init; } = [];

    public IReadOnlyList<Judged<StatusChange>> StatusChanges { get; init; } = [];

    public IReadOnlyList<Judged<ChargingSession>> ChargingSessions { get; init; } = [];

    public IReadOnlyList<Judged<Outage>> Outages { get; init; } = [];

    public IReadOnlyList<Judged<ReportedUsage>> ReportedUsage { get; init; } = [];

    public IReadOnlyList<RefusedRecord> Refused { get; init; } = [];

    /// <summary>Records of this page that a dataset's key would count: accepted and refused.</summary>
    public int Count => ChargePoints.Count + Tariffs.Count + StatusChanges.Count + ChargingSessions.Count + Outages.Count + ReportedUsage.Count + Refused.Count;

    /// <summary>What was noticed about all of these records.</summary>
    public IEnumerable<Finding> Findings =>
        ChargePoints.SelectMany(r => r.Findings).Concat(Tariffs.SelectMany(r => r.Findings)).Concat(StatusChanges.SelectMany(r => r.Findings))
            .Concat(ChargingSessions.SelectMany(r => r.Findings)).Concat(Outages.SelectMany(r => r.Findings)).Concat(ReportedUsage.SelectMany(r => r.Findings)).Concat(Refused.SelectMany(r => r.Findings));
}

/// <summary>Area codes of one place under one version of the boundaries. Null where no loaded layer holds the place.</summary>
public sealed record AreaCodes(string? BoroughGss, string? BoroughName, string? WardGss, string? Lsoa21, string? BoundaryVersion)
{
    public static readonly AreaCodes None = new(null, null, null, null, null);
}

/// <summary>Whether a window's records are all here, or known never to come.</summary>
public enum ClaimKind
{
    /// <summary>Everything whose axis time lies in the window has been fetched.</summary>
    [JsonStringEnumMemberName("covered")] Covered,

    /// <summary>Lost: the operator can no longer serve it.</summary>
    [JsonStringEnumMemberName("unavailable")] Unavailable,
}
