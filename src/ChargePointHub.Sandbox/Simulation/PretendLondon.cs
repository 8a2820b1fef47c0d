using ChargePointHub.Sandbox.Areas;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>A London that never was: operators, charge points and what happens at them, a function of (world, areas, time).</summary>
public sealed class PretendLondon
{
    public PretendLondon(World world, AreaLayer areas)
    {
        World = world;
        Operators = [.. Placing.Place(world, areas).Select(o => new OperatorTruth(world, o))];
    }

    public World World { get; }

    /// <summary>In order of their index.</summary>
    public IReadOnlyList<OperatorTruth> Operators { get; }
}
