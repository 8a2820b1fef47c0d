using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Proofs;

/// <summary>
/// Kills the hub, each time inside an open page transaction, while it collects a pretend London's history; then lets it finish and
/// compares all that it serves with the truth. With a planted bug the comparison must differ, or the proof proves nothing.
/// </summary>
internal static class KillProof
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromMinutes(2);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (kills, pages, world) = options.Full
            ? (20, 30, new WorldSize(Operators: 8, ChargePoints: 320, Days: 14, LongestWindow: "PT6H", PageSize: 10))
            : (3, 15, new WorldSize(Operators: 3, ChargePoints: 30, Days: 10, LongestWindow: "PT12H"));
        var report = new ProofReport(options);
        var random = new Random(options.Seed);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var orders = new ChildOrders
        {
            Data = options.Data,
            Port = ChildHub.FreePort(),
            Seed = options.Seed,
            World = world,
            ClaimBeforeRows = options.ClaimBeforeRows,
        };
        var log = Path.Combine(options.Data, "log", "hub-children.log");
        var killed = new List<object>();
        for (var kill = 1; kill <= kills; kill++)
        {
            // History is filled dataset by dataset, so the first half of the kills is for the one, the second for the other. A live
            // page that was claimed without its rows is read again a little later: only history shows the planted bug.
            var half = kill <= kills / 2 ? Dataset.StatusChanges : Dataset.ChargingSessions;
            var inHistory = options.ClaimBeforeRows || kill % 4 is 1 or 2;
            var stop = new StopAt(random.Next(1, pages + 1), kill % 2 == 1 ? CommitPoint.RowsWritten : CommitPoint.Staged, inHistory ? half.Name : null);
            await using var hub = ChildHub.Start(orders with { Stop = stop }, log);
            var said = await hub.UntilItSaysAsync(HubChild.Inside, KillLimit);
            var lived = hub.Lived;
            await hub.KillAsync();
            report.Tell($"kill -9 {kill} of {kills}, process {hub.ProcessId}: {said}");
            killed.Add(new { Stop = stop.Point.ToString(), stop.Page, stop.HistoryOf, Said = said, SecondsLived = ProofReport.Rounded(lived) });
        }

        var oracle = Path.Combine(options.Data, "oracle");
        await using var last = ChildHub.Start(orders with { Oracle = oracle }, log);
        await last.UntilItSaysAsync(HubChild.Ready, KillLimit);
        var started = last.Lived;
        report.Tell("started once more, not to be killed");
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using (var reading = new HubReading(sandboxFile)) await reading.UntilNoGapAsync(TimeSpan.FromMinutes(10));
        var converged = last.Lived;
        report.Tell("no gap is open; comparing with the truth");
        var verdicts = await TruthCheck.RunAsync(sandboxFile, oracle);
        await last.EndAsync();

        var (held, sentence) = options.ClaimBeforeRows
            ? (verdicts[0].Missing > 0, $"with the planted bug, {verdicts[0].Missing} records were found missing after {kills} kills")
            : (verdicts.All(v => v.IsEqual), $"after {kills} kills -9 inside page transactions, what is served {(verdicts.All(v => v.IsEqual) ? "equals" : "DOES NOT EQUAL")} the truth");
        return await report.CloseAsync(held, sentence, verdicts, new
        {
            world.Operators,
            world.ChargePoints,
            world.Days,
            Kills = killed.Count,
            LastStartSeconds = ProofReport.Rounded(started),
            ConvergedSecondsAfterLastStart = ProofReport.Rounded(converged),
            Killed = killed,
        });
    }
}
