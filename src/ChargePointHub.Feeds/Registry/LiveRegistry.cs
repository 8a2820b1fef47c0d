namespace ChargePointHub.Feeds.Registry;

/// <summary>What a look at the operator files found. A closed union.</summary>
public abstract record RegistryChange
{
    private RegistryChange()
    {
    }

    /// <summary>Nothing new since the last look.</summary>
    public sealed record None : RegistryChange;

    /// <summary>The files changed and are right; <see cref="LiveRegistry.Current"/> is what they say now. Operators by operator_id.</summary>
    public sealed record TakenUp(IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed) : RegistryChange;

    /// <summary>The files changed and are wrong; <see cref="LiveRegistry.Current"/> stays the last good state.</summary>
    public sealed record Kept(IReadOnlyList<RegistryFault> Faults) : RegistryChange;
}

/// <summary>The registry in a running hub: a changed file is taken up without restart, a wrong change keeps the last good state.</summary>
public sealed class LiveRegistry(OperatorRegistry registry, string directory, LoadedRegistry first)
{
    private readonly Lock guard = new();

    private volatile LoadedRegistry current = first;

    private volatile IReadOnlyList<RegistryFault> faults = [];

    private string seen = first.Stamp;

    /// <summary>The last good state. Never changes in place: whoever holds one holds a whole one.</summary>
    public LoadedRegistry Current => current;

    /// <summary>Why the files as they are now are not in use; empty when they are.</summary>
    public IReadOnlyList<RegistryFault> Faults => faults;

    /// <summary>Looks at the files. Cheap when none was touched; tells the same faults once.</summary>
    public RegistryChange Refresh()
    {
        lock (guard)
        {
            // While there are faults, a look reads all: what is missing beside the files, such as a CA file, may have come.
            if (faults.Count == 0 && OperatorRegistry.Stamp(directory, current.CaFiles) == seen) return new RegistryChange.None();
            switch (registry.Load(directory))
            {
                case LoadedRegistry loaded:
                    (seen, faults) = (loaded.Stamp, []);
                    var before = current;
                    current = loaded;
                    return loaded.Hash == before.Hash ? new RegistryChange.None() : Difference(before, loaded);
                case RegistryRefused refused:
                    seen = refused.Stamp;
                    var same = faults.Select(Essence).SequenceEqual(refused.Faults.Select(Essence));
                    faults = refused.Faults;
                    return same ? new RegistryChange.None() : new RegistryChange.Kept(refused.Faults);
                default:
                    throw new InvalidOperationException("The registry's results are a closed list.");
            }
        }
    }

    private static (string, string, string, string) Essence(RegistryFault fault) => (fault.File, fault.Pointer, fault.Code, fault.Message);

    private static RegistryChange.TakenUp Difference(LoadedRegistry before, LoadedRegistry after) => new(
        [.. after.HashByOperator.Keys.Except(before.HashByOperator.Keys).Order(StringComparer.Ordinal)],
        [.. after.HashByOperator.Where(a => before.HashByOperator.TryGetValue(a.Key, out var hash) && hash != a.Value).Select(a => a.Key).Order(StringComparer.Ordinal)],
        [.. before.HashByOperator.Keys.Except(after.HashByOperator.Keys).Order(StringComparer.Ordinal)]);
}
