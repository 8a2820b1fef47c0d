using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>Which rows of a dataset, as of which tick, from where on. Null filters admit everything.</summary>
public sealed record RecordQuery
{
    public required Dataset Dataset { get; init; }

    /// <summary>Rows as they were when this tick had been committed.</summary>
    public required long Tick { get; init; }

    /// <summary>Most rows that come back.</summary>
    public required int Limit { get; init; }

    /// <summary>Null for snapshot datasets. Of whole units of <see cref="PrecisionUnder"/>.</summary>
    public Window? Window { get; init; }

    /// <summary>The time that <see cref="Window"/> is about; the order is the event time's whatever it is. Anything but the event only where times are exact.</summary>
    public TimeField TimeField { get; init; }

    /// <summary>Last first.</summary>
    public bool IsDescending { get; init; }

    /// <summary>Charge points: statuses as they were known then, out of their history; null: as they stand.</summary>
    public DateTimeOffset? StatusesAt { get; init; }

    public PageKey? After { get; init; }

    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>GSS codes, judged by today's areas.</summary>
    public IReadOnlyList<string>? Boroughs { get; init; }

    public IReadOnlyList<string>? PowerBands { get; init; }

    /// <summary>Charge points: the status as served, MISSING included. Status changes: the status that began.</summary>
    public IReadOnlyList<string>? Statuses { get; init; }

    /// <summary>Outages: kinds of fault.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Reported usage: what its figures are of.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Reported usage: what its periods are.</summary>
    public IReadOnlyList<string>? PeriodUnits { get; init; }

    /// <summary>Outages: those of operators that report none at <see cref="Tick"/> are derived from status changes. False: only what is reported.</summary>
    public bool IsWithDerived { get; init; }

    /// <summary>Outages: false: those alone that are derived.</summary>
    public bool IsWithReported { get; init; } = true;

    /// <summary>Conditions beyond these; all must be met.</summary>
    public IReadOnlyList<RecordFilter> Filters { get; init; } = [];

    /// <summary>Hub id.</summary>
    public string? ChargePointId { get; init; }

    /// <summary>These records alone, in any order; null: all.</summary>
    public IReadOnlyList<RecordKey>? Only { get; init; }

    /// <summary>Each version that was current at some tick up to <see cref="Tick"/>, newest first; false: what is current at it. Only of <see cref="Only"/>.</summary>
    public bool IsOfVersions { get; init; }

    /// <summary>Of versions: those of earlier ticks alone; null: all.</summary>
    public long? BeforeVersion { get; init; }

    /// <summary>Joined in memory instead of in SQL; null: in SQL. See <see cref="TakesPlaces"/>.</summary>
    public ChargePointPlaces? Places { get; init; }

    /// <summary>The key of any row may be asked for, not of the last alone: each row is here as a whole.</summary>
    public bool TellsKeys { get; init; }

    /// <summary>Records of many charge points that take something of them which neither a filter nor the scope asks about.</summary>
    public bool TakesPlaces(Scope scope) =>
        (Dataset == Dataset.ChargingSessions || Dataset == Dataset.StatusChanges) && ChargePointId is null && Boroughs is null && PowerBands is null && Filters.Count == 0 && scope.AreasOf(Dataset) is null or { Boroughs.Count: 0, IsFull: true };

    /// <summary>The coarsest in which a scope tells times of the records that the filters admit.</summary>
    public TimePrecision PrecisionUnder(Scope scope) =>
        scope.AreasOf(Dataset)?.Coarsest(ChargePointId is { } id ? [id.Split(':')[0]] : Operators, Boroughs) ?? TimePrecision.Exact;

    /// <summary>Operators whose current status may be believed; all others' is MISSING. Charge points only.</summary>
    public IReadOnlyList<string> FreshOperators { get; init; } = [];
}

/// <summary>What a record goes by.</summary>
/// <param name="Id">Hub id; of a status change its charge point's.</param>
/// <param name="At">Of status changes alone.</param>
/// <param name="Status">Of status changes alone.</param>
/// <param name="Version">The tick that brought it, where versions are asked for; null: any.</param>
public readonly record struct RecordKey(string OperatorId, string Id, DateTimeOffset? At = null, string? Status = null, long? Version = null);
