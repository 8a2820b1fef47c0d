using System.Diagnostics;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>
/// Stops the whole process for a while and starts it again, then switches one operator off for a minute: the gap is listed with its
/// bounds, answers over it say that they are not complete, it closes by itself, and what is served equals the truth.
/// </summary>
internal static class OutageProof
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Convergence = TimeSpan.FromMinutes(5);

    /// <summary>What the pretend London's operator files say of windowed datasets: one poll, and its settling.</summary>
    private static readonly TimeSpan Cadence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    /// <summary>How much a slow machine may be late.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (stopped, world) = options.Full
            ? (TimeSpan.FromSeconds(60), new WorldSize(Operators: 5, ChargePoints: 240, Days: 14, LongestWindow: "P1D"))
            : (TimeSpan.FromSeconds(5), new WorldSize(Operators: 3, ChargePoints: 60, Days: 3, LongestWindow: "P1D"));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var log = Path.Combine(options.Data, "log", "hub-children.log");
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        var orders = new ChildOrders
        {
            Data = options.Data,
            Seed = options.Seed,
            World = world,
            Oracle = Path.Combine(options.Data, "oracle"),
        };

        string switchedOff;
        await using (var first = ChildHub.Start(orders, log))
        {
            await first.UntilItSaysAsync(HubChild.Ready, StartLimit);
            using var reading = new HubReading(sandboxFile);
            switchedOff = reading.OperatorIds[1];
            await reading.UntilNoGapAsync(Convergence);
            report.Tell($"history is here; the process stops for {stopped.TotalSeconds} s");
            await first.EndAsync();
        }

        var ended = Stopwatch.StartNew();
        await Task.Delay(stopped);

        // Long enough after the start that the gap of the stop has closed.
        var from = TimeProvider.System.GetUtcNow().AddSeconds(options.Full ? 90 : 45);
        var off = new Window(from, from.AddSeconds(60));
        await using var second = ChildHub.Start(orders with { Outages = [$"{switchedOff}={Instants.Format(off.From)}/{Instants.Format(off.To)}"] }, log);
        await second.UntilItSaysAsync(HubChild.Ready, StartLimit);
        using var hub = new HubReading(sandboxFile);
        await hub.UntilNoGapAsync(StartLimit);
        var afterStop = await TruthCheck.RunAsync(sandboxFile, orders.Oracle);
        if (TimeProvider.System.GetUtcNow() >= off.From) throw new ProofFailedException("The machine is too slow: the outage began before the gap of the stop was closed and compared.");
        report.Tell($"started again {ended.Elapsed.TotalSeconds:0} s after it ended; compared. {switchedOff} is off from {Instants.Format(off.From)} to {Instants.Format(off.To)}");

        var seen = await SeenAsync(hub, switchedOff, off);
        foreach (var dataset in seen) report.Tell($"{dataset.Dataset}: gap {dataset.Bounds}, first listed {dataset.FirstListedAfterSeconds} s into the outage, answers complete: {dataset.SaidComplete}");
        await hub.UntilNoGapAsync(Convergence);
        var closed = TimeProvider.System.GetUtcNow() - off.To;
        report.Tell($"the gap closed {closed.TotalSeconds:0} s after the operator came back; comparing with the truth");
        var afterOutage = await TruthCheck.RunAsync(sandboxFile, orders.Oracle);
        var completeAgain = await CompleteAsync(hub, "charging-sessions") is true;
        await second.EndAsync();

        IReadOnlyList<Verdict> verdicts =
            [.. afterStop.Select(v => v with { Of = $"after the stop, {v.Of}" }), .. afterOutage.Select(v => v with { Of = $"after the outage, {v.Of}" })];
        string?[] faults =
        [
            verdicts.All(v => v.IsEqual) ? null : "what is served does not equal the truth",
            .. seen.Select(s => s.Fault),
            completeAgain ? null : "answers do not say that they are complete again",
        ];
        var told = faults.OfType<string>().ToList();
        var sentence = told.Count == 0 ? "the gap was listed, told and closed by itself, and what is served equals the truth" : string.Join("; ", told);
        return await report.CloseAsync(told.Count == 0, sentence, verdicts, new
        {
            StoppedSeconds = stopped.TotalSeconds,
            SwitchedOff = switchedOff,
            Outage = off.ToString(),
            Seen = seen,
            ClosedSecondsAfterOutage = ProofReport.Rounded(closed),
        });
    }

    /// <summary>Looks on until just before the operator comes back.</summary>
    private static async Task<IReadOnlyList<SeenGap>> SeenAsync(HubReading hub, string operatorId, Window off)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var firstListed = new Dictionary<Dataset, TimeSpan>();
        var gaps = new Dictionary<Dataset, SeenGap>();
        Dataset[] windowed = [.. Dataset.All.Where(d => !d.IsSnapshot && !d.IsHandedIn && d != Dataset.Outages)];
        while (await timer.WaitForNextTickAsync() && TimeProvider.System.GetUtcNow() is var now && now < off.To - Settle)
        {
            var open = await hub.OpenGapsAsync();
            foreach (var dataset in windowed)
            {
                if (open.FirstOrDefault(g => (string?)g["operator_id"] == operatorId && (string?)g["dataset"] == dataset.Name) is not { } gap) continue;
                firstListed.TryAdd(dataset, now - off.From);
                gaps[dataset] = Judged(dataset, gap, now, off, firstListed[dataset], await CompleteAsync(hub, dataset.Name.Replace('_', '-')));
            }
        }

        return [.. windowed.Select(d => gaps.GetValueOrDefault(d) ?? new SeenGap(d.Name, null, null, null, null, $"{d}: the gap was never listed"))];
    }

    private static SeenGap Judged(Dataset dataset, JsonNode gap, DateTimeOffset now, Window off, TimeSpan firstListed, bool? complete)
    {
        var (from, to) = (DateTimeOffset.Parse((string)gap["from"]!, null), DateTimeOffset.Parse((string)gap["to"]!, null));
        var fault = from < off.From - Cadence - Settle - Slack || from > off.From ? $"{dataset}: the gap begins at {Instants.Format(from)}, which is more than one poll from the outage's beginning"
            : to < now - Settle - Slack || to > now ? $"{dataset}: at {Instants.Format(now)} the gap ends at {Instants.Format(to)}, which is not what had settled by then"
            : firstListed > 3 * Cadence + Settle + Slack ? $"{dataset}: the gap was first listed {firstListed.TotalSeconds:0} s into the outage"
            : complete is not false ? $"{dataset}: an answer over the gap does not say that it is incomplete"
            : null;
        return new SeenGap(dataset.Name, new Window(from, to).ToString(), ProofReport.Rounded(firstListed), complete, (string?)gap["cause"], fault);
    }

    /// <summary>What an answer about the last 24 hours says of itself.</summary>
    private static async Task<bool?> CompleteAsync(HubReading hub, string route) =>
        (bool?)(await hub.GetAsync($"/v1/{route}?limit=1"))["meta"]?["completeness"]?["complete"];

    /// <param name="Bounds">As last listed before the operator came back.</param>
    private sealed record SeenGap(string Dataset, string? Bounds, double? FirstListedAfterSeconds, bool? SaidComplete, string? Cause, string? Fault);
}
