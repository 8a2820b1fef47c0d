using ChargePointHub.Feeds.Notices;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Hosting;

/// <summary>The operator files of this installation, and their faults in lines.</summary>
public static class OperatorFiles
{
    public static OperatorRegistry Registry { get; } = new(ProtocolCatalogue.Names);

    /// <summary>All of them, right.</summary>
    /// <exception cref="StartException">At least one is wrong; every fault is named.</exception>
    public static LoadedRegistry Load(string folder) => Registry.Load(folder) switch
    {
        LoadedRegistry loaded => loaded,
        RegistryRefused when !Path.Exists(folder) => throw new StartException(
        [
            $"There is no folder of operator files at {Path.GetFullPath(folder)}. Make it (empty will do at first), or name another one with --operators. README.md shows a complete file.",
        ]),
        RegistryRefused refused => throw new StartException(
        [
            $"The operator files in {Path.GetFullPath(folder)} cannot be used. Faults: {refused.Faults.Count}. README.md shows a complete file; --operators names another folder.",
            .. refused.Faults.Select(f => $"  {Line(f)}"),
        ]),
        _ => throw new InvalidOperationException("The registry's results are a closed list."),
    };

    /// <summary>What is not wrong, and probably not meant either; one sentence each.</summary>
    public static IReadOnlyList<string> Warnings(LoadedRegistry registry) =>
    [
        .. registry.Feeds.Where(f => !f.Active).Select(f => $"{f.OperatorId}/{f.FeedId} is not active: nothing is collected from it."),
        .. registry.Feeds.Where(f => f.Active && f.Credential is not null).Select(f => (Feed: f, Missing: Secrets.Resolve(f.Credential!) as SecretMissing))
            .Where(f => f.Missing is not null).Select(f => $"{f.Feed.OperatorId}/{f.Feed.FeedId}: {f.Missing!.Detail} Until it is there, nothing is collected."),
        .. registry.Operators.SelectMany(o => o.Notices.Select(n => (Operator: o.OperatorId, Receiver: n, Fault: NoticeClient.SecretFault(n))))
            .Where(n => n.Fault is not null).Select(n => $"{n.Operator}, receiver {n.Receiver.ReceiverId}: {n.Fault} Until it is right, notices wait."),
        .. registry.Feeds.Where(f => f.IsCollected).SelectMany(f => f.Datasets.Where(d => !d.Dataset.IsSnapshot && d.Earliest is null)
            .Select(d => $"{f.OperatorId}/{f.FeedId} names no earliest for {d.Dataset}: its history begins with the first collection, and nothing older is asked for.")),
    ];

    /// <summary>Place, what is wrong, what is allowed, code.</summary>
    public static string Line(RegistryFault fault)
    {
        var place = string.Join(' ', new[] { fault.File, fault.Pointer }.Where(p => p.Length > 0));
        var allowed = fault.Allowed is { Count: > 0 } values ? $" Allowed: {string.Join(", ", values)}." : "";
        return $"{place}{(place.Length > 0 ? ": " : "")}{fault.Message}{allowed} [{fault.Code}]";
    }

    /// <summary>Which hubs at work have other operator files than these, in a sentence; null: none.</summary>
    public static string? Differing(LeaseBoard board, LoadedRegistry registry)
    {
        var others = board.Instances.Where(i => i.RegistryHash != registry.Hash).Select(i => $"{i.Host} ({i.InstanceId})").ToList();
        return others.Count == 0 ? null : $"Other operator files than these are in use on: {string.Join(", ", others)}. Until all are the same, operators are not shared out evenly.";
    }
}
