using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Which operators an instance should collect from: no more than its share while others are at work with the same operator files.
/// Instances with other files do not count, for nobody knows whether they would take what is handed over.
/// </summary>
/// <param name="operators">Of this instance's registry.</param>
public sealed class FairShare(Guid me, string registryHash, IReadOnlyCollection<string> operators, LeaseBoard board)
{
    /// <summary>At least 1 where there are operators.</summary>
    public int Most
    {
        get
        {
            var sharing = board.Instances.Count(i => i.InstanceId != me && i.RegistryHash == registryHash) + 1;
            return (operators.Count + sharing - 1) / sharing;
        }
    }

    /// <summary>Operators that nobody collects from, as many as there is room for.</summary>
    public IReadOnlyList<string> ToTake(int held) => [.. operators.Where(o => !board.Holders.ContainsKey(o)).Order(StringComparer.Ordinal).Take(Math.Max(0, Most - held))];

    /// <summary>What is held beyond the share, for the others to take.</summary>
    public IReadOnlyList<string> ToHandOver(IEnumerable<string> held) => [.. held.Order(StringComparer.Ordinal).Skip(Most)];
}
