using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>One fault with all that its operator will ever write of it. Times: milliseconds since 1970.</summary>
/// <param name="ChargePoint">Index within its operator.</param>
/// <param name="StartedAt">Inclusive.</param>
/// <param name="DetectedAt">When it was in the books first.</param>
/// <param name="EndedAt">Exclusive.</param>
/// <param name="ClosedAt">When its end was in the books.</param>
public sealed record SimulatedOutage(int ChargePoint, long StartedAt, long DetectedAt, long? AttendedAt, long EndedAt, long ClosedAt, OutageCategory Category)
{
    private const long CauseStream = 6;

    private const long Minute = 60_000;

    /// <summary>Longest time from a fault to its first mention in the books, and from its end to its last.</summary>
    public const long LongestLag = 1000;

    /// <summary>The operator's own id.</summary>
    public string OwnId => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"OUT-{ChargePoint}-{StartedAt / 1000}");

    /// <summary>Street works and the network's own faults are not the operator's.</summary>
    public bool IsExempt => Category == OutageCategory.PowerSupply;

    public string? Cause => Category switch
    {
        OutageCategory.Comms => "No contact with the back office",
        OutageCategory.PowerSupply => "Supply of the street cut",
        OutageCategory.Vandalism => "Cable cut",
        OutageCategory.Hardware => "Contactor \"stuck\", part ordered",
        _ => null,
    };

    /// <summary>What the books say at an instant: open, with an end, or null: nothing yet.</summary>
    public OutageVersion? AsOf(long now) => DetectedAt > now ? null : ClosedAt <= now ? new OutageVersion(this, IsOpen: false) : new OutageVersion(this, IsOpen: true);

    /// <param name="began">The change into the fault.</param>
    /// <param name="ended">The change out of it.</param>
    public static SimulatedOutage Of(World world, SimulatedChargePoint point, SimulatedStatusChange began, SimulatedStatusChange ended)
    {
        var random = new Seeded(world.Seed, CauseStream, point.WorldIndex, began.At / 1000);
        OutageCategory[] categories = [OutageCategory.Comms, OutageCategory.Hardware, OutageCategory.PowerSupply, OutageCategory.PaymentTerminal, OutageCategory.Vandalism, OutageCategory.Other];
        var category = categories[random.Below(categories.Length)];
        var attended = began.At + ((ended.At - began.At) / 2 / Minute * Minute);
        return new SimulatedOutage(point.Index, began.At, began.ReportedAt, category == OutageCategory.Comms ? null : attended, ended.At, ended.ReportedAt, category);
    }
}

/// <summary>An outage as the books had it for some time.</summary>
public readonly record struct OutageVersion(SimulatedOutage Outage, bool IsOpen)
{
    /// <summary>Milliseconds since 1970.</summary>
    public long LastUpdated => IsOpen ? Outage.DetectedAt : Outage.ClosedAt;

    /// <summary>This and what the books said before.</summary>
    public IEnumerable<OutageVersion> History => IsOpen ? [this] : [this with { IsOpen = true }, this];
}
