using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>Random questions to a hub that goes on collecting, answered by another program from the operators' truth. It has wards and LSOAs beside its boroughs, and its first operator hands in figures of use.</summary>
internal static class QueriesProof
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HistoryLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FilesLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AskingLimit = TimeSpan.FromHours(5);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        // Two days of the month before lie in it, so that there is a month which is over and has a file.
        var days = LondonCalendar.DayOf(TimeProvider.System.GetUtcNow()).Day + 1;
        var (questions, world) = options.Full
            ? (10_000, new WorldSize(Operators: 12, ChargePoints: 240, Days: Math.Max(7, days), LongestWindow: "P1D"))
            : (300, new WorldSize(Operators: 3, ChargePoints: 30, Days: Math.Max(3, days), LongestWindow: "P1D"));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var oracle = Path.Combine(options.Data, "oracle");
        var log = Path.Combine(options.Data, "log", "hub-children.log");
        var orders = new ChildOrders { Data = options.Data, Seed = options.Seed, World = world, Oracle = oracle, FinerAreas = PretendAreas.Write(options.Data), HandsInUsage = true };
        await using var hub = ChildHub.Start(orders, log);
        await hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using (var reading = new HubReading(sandboxFile))
        {
            var first = reading.OperatorIds[0];
            foreach (var (period, file) in HandedUsage.Write(options.Data, oracle, first, options.Seed, TimeProvider.System.GetUtcNow()))
            {
                await hub.TellAsync($"{HubChild.Handed} {first} {period} {file}");
                await hub.UntilItSaysAsync(HubChild.Handed, StartLimit);
            }

            await reading.UntilNoGapAsync(HistoryLimit);
            await reading.GetAsync("/v1/bulk");
        }

        await hub.TellAsync(HubChild.Bulk);
        await hub.UntilItSaysAsync(HubChild.Bulk, FilesLimit);
        report.Tell("no gap is open and the month before is a file; asking");
        var (_, answer) = await ContractProgram.RunAsync(
            "check_queries.py", AskingLimit, [sandboxFile, oracle, "--json", "--queries", questions.ToString(CultureInfo.InvariantCulture), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture)]);
        await hub.EndAsync();

        var held = (bool)answer["equal"]! && (int)answer["rows_in_settled_months"]! is > 0 and var settled && (int)answer["rows_in_bulk_files"]! == settled;
        foreach (var fault in answer["first_faults"]?.AsArray() ?? []) report.Tell((string)fault!);
        return await report.CloseAsync(held, held ? $"{questions} questions were answered as the truth answers them" : $"{answer["could_not_check"] ?? $"{answer["faults"]} differences"}", [], answer);
    }
}
