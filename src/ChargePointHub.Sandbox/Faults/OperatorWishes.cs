using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Operators;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>What the options say of single operators, read and judged before anything starts.</summary>
public static class OperatorWishes
{
    /// <summary>By operator_id, each operator.</summary>
    public static Dictionary<string, Coverage> Outages(SandboxOptions options, string[] ids, DateTimeOffset now, List<string> faults)
    {
        var outages = ids.Distinct().ToDictionary(id => id, _ => Coverage.None, StringComparer.Ordinal);
        foreach (var text in options.Outages)
        {
            if (OutageWish.Parse(text, now, out var fault) is not { } wish) faults.Add(fault!);
            else if (outages.TryGetValue(wish.OperatorId, out var others)) outages[wish.OperatorId] = others.Union(wish.Window);
            else faults.Add($"--outage {text}: there is no operator \"{wish.OperatorId}\"; there are {string.Join(", ", ids)}.");
        }

        return outages;
    }

    /// <summary>By operator_id, those that have one.</summary>
    public static Dictionary<string, TimeSpan> LookBacks(SandboxOptions options, string[] ids, List<string> faults)
    {
        var lookBacks = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var text in options.LookBacks)
        {
            var parts = text.Split('=', 2);
            try
            {
                var reach = XmlConvert.ToTimeSpan(parts[^1]);
                if (parts.Length == 2 && ids.Contains(parts[0], StringComparer.Ordinal) && reach > TimeSpan.Zero) lookBacks[parts[0]] = reach;
                else faults.Add($"--look-back {text}: expected OPERATOR=DURATION with one of the operators {string.Join(", ", ids)} and a length above nothing.");
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                faults.Add($"--look-back {text}: \"{parts[^1]}\" is no ISO 8601 duration; write P2D or PT36H.");
            }
        }

        return lookBacks;
    }

    /// <summary>By operator_id, each operator, in the order in which they were wished for; limits of one group count together.</summary>
    /// <param name="readByOcpi">Operators whose charge points are read by OCPI.</param>
    public static Dictionary<string, List<ActiveFault>> Faults(SandboxOptions options, string[] ids, IReadOnlyCollection<string> readByOcpi, DateTimeOffset now, List<string> faults)
    {
        var wished = ids.Distinct().ToDictionary(id => id, _ => new List<ActiveFault>(), StringComparer.Ordinal);
        var groups = new Dictionary<string, LimitFault>(StringComparer.Ordinal);
        foreach (var text in options.Faults)
        {
            if (FaultWish.Parse(text, now, out var fault) is not { } wish)
            {
                faults.Add(fault!);
                continue;
            }

            string[] named = wish.OperatorId == FaultWish.Everyone ? [.. wished.Keys] : wished.ContainsKey(wish.OperatorId) ? [wish.OperatorId] : [];
            if (named.Length == 0) faults.Add($"--fault {text}: there is no operator \"{wish.OperatorId}\"; there are {string.Join(", ", ids)}, and * for all.");
            string[] able = wish.Kind.NeedsOcpi ? [.. named.Where(readByOcpi.Contains)] : named;
            if (named.Length > 0 && able.Length == 0)
                faults.Add($"--fault {text}: {wish.Kind.Name} needs an operator whose charge points are read by OCPI: {(readByOcpi.Count == 0 ? "there is none (--operators 5 has one)" : string.Join(", ", readByOcpi))}.");
            foreach (var id in able)
            {
                var active = wish.Make();
                if (active.Fault is LimitFault { Group.Length: > 0 } limit && !groups.TryAdd(limit.Group, limit)) limit.ShareWith(groups[limit.Group]);
                wished[id].Add(active);
            }
        }

        return wished;
    }

    /// <summary>Limits that operators have by themselves, within those that were wished for; limits of one group count together.</summary>
    public static void AddLimits(Dictionary<string, List<ActiveFault>> wished, IEnumerable<(string OperatorId, LimitFault? Limit)> limits)
    {
        var groups = new Dictionary<string, LimitFault>(StringComparer.Ordinal);
        foreach (var (id, limit) in limits)
        {
            if (limit is null || wished[id].Any(f => f.Fault is LimitFault)) continue;
            if (limit.Group.Length > 0 && !groups.TryAdd(limit.Group, limit)) limit.ShareWith(groups[limit.Group]);
            wished[id].Add(new ActiveFault(limit, null));
        }
    }
}
