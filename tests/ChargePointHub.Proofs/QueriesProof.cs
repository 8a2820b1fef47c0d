using System.Globalization;

namespace ChargePointHub.Proofs;

/// <summary>Random questions to a hub that goes on collecting, answered by another program from the operators' truth.</summary>
internal static class QueriesProof
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HistoryLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AskingLimit = TimeSpan.FromMinutes(60);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (questions, world) = options.Full
            ? (10_000, new WorldSize(Operators: 12, ChargePoints: 600, Days: 7, LongestWindow: "P1D"))
            : (300, new WorldSize(Operators: 3, ChargePoints: 60, Days: 3, LongestWindow: "P1D"));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var oracle = Path.Combine(options.Data, "oracle");
        var log = Path.Combine(options.Data, "log", "hub-children.log");
        await using var hub = ChildHub.Start(new ChildOrders { Data = options.Data, Seed = options.Seed, World = world, Oracle = oracle }, log);
        await hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using (var reading = new HubReading(sandboxFile)) await reading.UntilNoGapAsync(HistoryLimit);
        report.Tell("no gap is open; asking");
        var (_, answer) = await ContractProgram.RunAsync(
            "check_queries.py", AskingLimit, [sandboxFile, oracle, "--json", "--queries", questions.ToString(CultureInfo.InvariantCulture), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture)]);
        await hub.EndAsync();

        var held = (bool)answer["equal"]!;
        foreach (var fault in answer["first_faults"]?.AsArray() ?? []) report.Tell((string)fault!);
        return await report.CloseAsync(held, held ? $"{questions} questions were answered as the truth answers them" : $"{answer["could_not_check"] ?? $"{answer["faults"]} differences"}", [], answer);
    }
}
