using System.Text.Json;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Store;

namespace ChargePointHub.Proofs;

/// <summary>The pretend London that a proof plays in.</summary>
/// <param name="Days">Of history before the first start.</param>
/// <param name="LongestWindow">ISO 8601: shorter windows make more pages.</param>
/// <param name="PageSize">Null: the protocol's own.</param>
internal sealed record WorldSize(int Operators, int ChargePoints, int Days, string LongestWindow, int? PageSize = null);

/// <summary>Where a hub stops for ever: at the n-th page's transaction that reaches the point.</summary>
/// <param name="Page">From 1.</param>
/// <param name="HistoryOf">Only pages of this dataset count whose records are all older than what live polls read again; null: all pages count.</param>
internal sealed record StopAt(int Page, CommitPoint Point, string? HistoryOf);

/// <summary>All that a hub child is told, as one argument.</summary>
internal sealed record ChildOrders
{
    public required string Data { get; init; }

    public required int Seed { get; init; }

    public required WorldSize World { get; init; }

    /// <summary>Folder for the operators' truth; null: not written.</summary>
    public string? Oracle { get; init; }

    /// <summary>As OPERATOR=FROM/TO.</summary>
    public IReadOnlyList<string> Outages { get; init; } = [];

    /// <summary>As OPERATOR=DURATION.</summary>
    public IReadOnlyList<string> LookBacks { get; init; } = [];

    /// <summary>Null: nothing takes months.</summary>
    public LongStories? Stories { get; init; }

    /// <summary>Boundary files beyond the boroughs of the pretend London.</summary>
    public IReadOnlyList<string> FinerAreas { get; init; } = [];

    /// <summary>The first operator hands in figures of its own use.</summary>
    public bool HandsInUsage { get; init; }

    public bool ClaimBeforeRows { get; init; }

    /// <summary>Null: runs until told to end.</summary>
    public StopAt? Stop { get; init; }

    public string ToArgument() => JsonSerializer.Serialize(this);

    public static ChildOrders Parse(string argument) =>
        JsonSerializer.Deserialize<ChildOrders>(argument) ?? throw new ArgumentException("There are no orders.", nameof(argument));
}
