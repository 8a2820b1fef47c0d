using System.Diagnostics;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Proofs;

/// <summary>
/// Asks operators that send bombs, endless bodies, single bytes and broken JSON, each in another process, and watches what that costs
/// this one: a named failure within the budget, and no more memory than one body may have.
/// </summary>
internal static class HostileProof
{
    /// <summary>What the asking process may grow by at each answer: the largest body allowed, and two MiB around it.</summary>
    private const long Allowed = 66L << 20;

    /// <summary>
    /// What all answers together may leave behind when they come a second time: a quarter of one body, which is what the runtime's own housekeeping
    /// comes to. One body that was kept would show.
    /// </summary>
    private const long LeftBehind = 16L << 20;

    private static readonly (string Fault, FailureKind Kind)[] Cases =
    [
        ("bomb:gzip", FailureKind.TooLarge), ("bomb:br", FailureKind.TooLarge), ("bomb:deflate", FailureKind.TooLarge), ("endless", FailureKind.TooLarge),
        ("drip", FailureKind.TimedOut), ("hang", FailureKind.TimedOut), ("truncate:length", FailureKind.Truncated), ("truncate:chunked", FailureKind.Truncated),
        ("hostile-json:deep", FailureKind.NotJson), ("hostile-json:nan", FailureKind.NotJson), ("hostile-json:cp1252", FailureKind.NotJson), ("html-200", FailureKind.NotJson),
    ];

    /// <summary>The child: operators with a fault each, until its input ends.</summary>
    public static async Task<int> ServeAsync(string folder)
    {
        var options = new SandboxOptions { Port = 0, DataFolder = folder, Operators = Cases.Length + 1, ChargePoints = 400, Days = 1 };
        string[] ids = [.. OperatorNames.All.Skip(1).Take(Cases.Length).Select(o => OperatorNames.SlugOf(o.Name))];
        var start = await PretendLondonHost.StartAsync(
            options with { Faults = [.. Cases.Select((c, i) => $"{ids[i]}={c.Fault}")] }, TimeProvider.System, CancellationToken.None);
        if (start is SandboxStart.Refused refused) throw new ProofFailedException(string.Join("; ", refused.Faults));
        await using var london = ((SandboxStart.Started)start).Host;
        Console.WriteLine(HubChild.Ready);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        await using var child = ChildHub.Start("hostile-child", options.Data, Path.Combine(options.Data, "log", "operators.log"));
        await child.UntilItSaysAsync(HubChild.Ready, TimeSpan.FromMinutes(2));
        var registry = (LoadedRegistry)new OperatorRegistry(ProtocolCatalogue.Names).Load(Path.Combine(options.Data, "operators"));
        var rules = new FetchRules { Budget = options.Full ? FetchRules.Default.Budget : TimeSpan.FromSeconds(5), Attempts = 1 };
        using var factory = new FeedClientFactory(TimeProvider.System, rules);
        await AskAsync(factory, registry.Operators.Single(o => o.OperatorId == "lamplight"));
        var seen = new List<object>();
        var faults = new List<string>();
        var asked = Cases.Zip(registry.Operators.Where(o => o.OperatorId != "lamplight").OrderBy(o => Array.FindIndex([.. OperatorNames.All], n => n.Name == o.Name))).ToList();
        await RoundAsync(asked, factory, report, seen, faults);
        var once = Settled();
        await RoundAsync(asked, factory, report, seen, faults);
        var left = Math.Round((Settled() - once) / 1048576.0, 1);
        if (left * 1048576 > LeftBehind) faults.Add($"the second time left {left} MiB behind");

        var sentence = faults.Count == 0
            ? FormattableString.Invariant($"every hostile answer was a named failure within its budget and within 64 MiB and a little, and the second time left {left} MiB behind")
            : string.Join("; ", faults);
        return await report.CloseAsync(faults.Count == 0, sentence, [], new { Cases = seen, LeftMib = left });
    }

    /// <summary>Bytes of this process without what nobody holds any more.</summary>
    private static long Settled()
    {
        GC.Collect();
        return Environment.WorkingSet;
    }

    private static async Task RoundAsync(
        List<((string Fault, FailureKind Kind) First, OperatorDefinition Second)> asked, FeedClientFactory factory, ProofReport report, List<object> seen, List<string> faults)
    {
        foreach (var (@case, definition) in asked)
        {
            var before = Settled();
            var peak = before;
            var watch = Stopwatch.StartNew();
            var asking = AskAsync(factory, definition);
            using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5)))
            {
                while (!asking.IsCompleted && await timer.WaitForNextTickAsync()) peak = Math.Max(peak, Environment.WorkingSet);
            }

            var kind = (await asking as FetchFailed)?.Failure.Kind;
            var grown = Math.Round((peak - before) / 1048576.0, 1);
            report.Tell($"{@case.Fault,-22} {kind,-10} {ProofReport.Rounded(watch.Elapsed),5} s  +{grown} MiB");
            seen.Add(new { @case.Fault, Failure = kind is { } named ? Words<FailureKind>.Of(named) : "none", Seconds = ProofReport.Rounded(watch.Elapsed), GrownMib = grown });
            if (kind != @case.Kind) faults.Add($"{@case.Fault} was {kind}");
            if (peak - before > Allowed) faults.Add($"{@case.Fault} cost {grown} MiB");
        }
    }

    private static async Task<FetchResult> AskAsync(FeedClientFactory factory, OperatorDefinition definition)
    {
        var feed = definition.Feeds.First(f => f.Protocol == "loti-v1");
        using var client = factory.Create(feed);
        var result = await client.FetchAsync(new Uri($"{feed.BaseUrl.ToString().TrimEnd('/')}/charge-points?limit=1000"), new Dictionary<string, string>(), CancellationToken.None);
        (result as Fetched)?.Json.Dispose();
        return result;
    }
}
