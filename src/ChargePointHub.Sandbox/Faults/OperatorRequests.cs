using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>What was asked of one operator and how it went: what a proof measures the hub by. Safe to be read at any time.</summary>
public sealed class OperatorRequests
{
    private readonly Lock guard = new();
    private readonly SortedDictionary<string, int> byOutcome = new(StringComparer.Ordinal);
    private readonly HashSet<MarkedRecord> marked = [];
    private int total;

    /// <summary>Requests that arrived.</summary>
    public int Total => Volatile.Read(ref total);

    /// <summary>Requests that got what they asked for.</summary>
    public int Answered => CountOf(OperatorFaults.Answered);

    /// <summary>Requests over a limit: never one, if the hub keeps it.</summary>
    public int OverLimit => CountOf(LimitFault.Over);

    /// <summary>Most requests that a limit's interval ever held.</summary>
    public int MostInInterval { get; private set; }

    /// <summary>Requests by how they went: <c>ok</c>, <c>503</c>, <c>reset</c> and so on.</summary>
    public IReadOnlyDictionary<string, int> ByOutcome
    {
        get
        {
            lock (guard) return new SortedDictionary<string, int>(byOutcome, StringComparer.Ordinal);
        }
    }

    /// <summary>Records that were withheld or damaged at least once, in order of dataset and key.</summary>
    public IReadOnlyList<MarkedRecord> Marked
    {
        get
        {
            lock (guard) return [.. marked.OrderBy(m => m.Dataset, StringComparer.Ordinal).ThenBy(m => m.Key, StringComparer.Ordinal).ThenBy(m => m.Fault, StringComparer.Ordinal)];
        }
    }

    public int CountOf(string outcome)
    {
        lock (guard) return byOutcome.GetValueOrDefault(outcome);
    }

    internal int Arrived() => Interlocked.Increment(ref total);

    internal void Ended(string outcome)
    {
        lock (guard) byOutcome[outcome] = byOutcome.GetValueOrDefault(outcome) + 1;
    }

    internal void Held(int inInterval)
    {
        lock (guard) MostInInterval = Math.Max(MostInInterval, inInterval);
    }

    internal void Mark(Dataset dataset, string key, string kind)
    {
        lock (guard) marked.Add(new MarkedRecord(dataset.Name, key, kind));
    }
}

/// <summary>A record of the oracle that its operator withheld or damaged.</summary>
/// <param name="Key">The operator's own id.</param>
/// <param name="Fault">Kind of the fault.</param>
public sealed record MarkedRecord(string Dataset, string Key, string Fault);
