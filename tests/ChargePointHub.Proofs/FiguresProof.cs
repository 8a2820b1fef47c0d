using System.Globalization;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Proofs;

/// <summary>Random figures of a hub, of use and of status, worked out anew by other programs from the operators' truth: over nine months, so that clocks change twice.</summary>
internal static class FiguresProof
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan HistoryLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AskingLimit = TimeSpan.FromMinutes(60);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        // From before the last change of clocks in spring to now.
        var (questions, profiles, world) = options.Full
            ? (1_000, 250, new WorldSize(Operators: 8, ChargePoints: 240, Days: DaysOverBothChanges(), LongestWindow: "P14D"))
            : (150, 25, new WorldSize(Operators: 3, ChargePoints: 12, Days: DaysOverBothChanges(), LongestWindow: "P28D"));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var oracle = Path.Combine(options.Data, "oracle");
        var log = Path.Combine(options.Data, "log", "hub-children.log");

        // Of one operator the oldest history is lost for good.
        var orders = new ChildOrders { Data = options.Data, Seed = options.Seed, World = world, Oracle = oracle, LookBacks = ["lamplight=P100D"], Stories = options.Full ? new LongStories(HandedOver: 16, LeftBroken: 4) : new LongStories(4, 1) };
        await using var hub = ChildHub.Start(orders, log);
        await hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using (var reading = new HubReading(sandboxFile)) await reading.UntilNoGapAsync(HistoryLimit);
        await hub.TellAsync(HubChild.Still);
        await hub.UntilItSaysAsync(HubChild.Still, StartLimit);
        report.Tell("no gap is open, and nothing is collected any more; asking");
        var (_, answer) = await ContractProgram.RunAsync(
            "check_figures.py", AskingLimit,
            [sandboxFile, oracle, "--json", "--questions", questions.ToString(CultureInfo.InvariantCulture), "--profiles", profiles.ToString(CultureInfo.InvariantCulture), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture)]);
        var (_, status) = await ContractProgram.RunAsync(
            "check_reliability.py", AskingLimit, [sandboxFile, oracle, "--json", "--queries", questions.ToString(CultureInfo.InvariantCulture), "--seed", options.Seed.ToString(CultureInfo.InvariantCulture)]);
        await hub.EndAsync();

        foreach (var fault in (answer["first_faults"]?.AsArray() ?? []).Concat(status["first_faults"]?.AsArray() ?? [])) report.Tell((string)fault!);
        // A world without a rapid network would show nothing of how reliable one is; the small one has none.
        if (options.Full && (bool)status["equal"]! && (int)status["rows_with_reliability"]! == 0) (status["equal"], status["could_not_check"]) = (false, "no row tells how reliable a network was");
        if ((bool)answer["equal"]! && (int)answer["linked"]! == 0) (answer["equal"], answer["could_not_check"]) = (false, "no charge point is told by two operators");
        var held = (bool)answer["equal"]! && (bool)status["equal"]!;
        var failed = (bool)answer["equal"]! ? status : answer;
        answer["reliability"] = status.DeepClone();
        return await report.CloseAsync(held, held ? $"{questions} questions about use, {profiles} about hours of the week and as many as the first about status were answered as the truth adds up" : $"{failed["could_not_check"] ?? $"{failed["faults"]} differences"}", [], answer);
    }

    private static int DaysOverBothChanges()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var spring = new DateOnly(today.Month > 10 ? today.Year : today.Year - 1, 3, 20);
        return today.DayNumber - spring.DayNumber;
    }
}
