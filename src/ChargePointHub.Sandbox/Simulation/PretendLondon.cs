using ChargePointHub.Sandbox.Areas;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>A London that never was: operators, charge points and what happens at them, a function of (world, areas, time).</summary>
public sealed class PretendLondon
{
    public PretendLondon(World world, AreaLayer areas)
        : this(world, Placing.Place(world, areas))
    {
    }

    private PretendLondon(World world, IEnumerable<SimulatedOperator> operators)
    {
        World = world;
        Operators = [.. operators.Select(o => new OperatorTruth(world, o))];
    }

    public World World { get; }

    /// <summary>In order of their index.</summary>
    public IReadOnlyList<OperatorTruth> Operators { get; }

    /// <summary>The same London where operators have other habits.</summary>
    public PretendLondon With(Func<SimulatedOperator, SimulatedOperator> habits) => new(World, Operators.Select(o => habits(o.Operator)));
}
