using System.Diagnostics;
using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Proofs;

/// <summary>
/// Kills the hub, each time inside an open page transaction, while it collects a pretend London's history; then kills PostgreSQL under
/// it; then lets it finish and compares all that it serves with the truth. With a planted bug the comparison must differ, or the proof proves nothing.
/// </summary>
internal static class KillProof
{
    /// <summary>From the last kill, of PostgreSQL, until no gap is open.</summary>
    private static readonly TimeSpan Convergence = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan KillLimit = TimeSpan.FromMinutes(2);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (kills, serverKills, pages, world) = options.Full
            ? (100, 20, 60, new WorldSize(Operators: 50, ChargePoints: 1000, Days: 14, LongestWindow: "PT6H", PageSize: 10))
            : (3, 2, 15, new WorldSize(Operators: 3, ChargePoints: 30, Days: 10, LongestWindow: "PT12H"));
        var report = new ProofReport(options);
        var random = new Random(options.Seed);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var orders = new ChildOrders
        {
            Data = options.Data,
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
        var (back, lastKill) = (new List<double>(), Stopwatch.StartNew());
        for (var kill = 1; kill <= serverKills; kill++)
        {
            // At any moment of the ingest: not the proof, but chance, chooses it.
            await Task.Delay(random.Next(200, 8000));
            lastKill.Restart();
            back.Add(await KillServerAsync(options.Data, sandboxFile));
            report.Tell($"kill -9 of PostgreSQL, {kill} of {serverKills}; the hub was ready again after {back[^1]} s");
        }

        using (var reading = new HubReading(sandboxFile)) await reading.UntilNoGapAsync(TimeSpan.FromMinutes(10));
        var converged = lastKill.Elapsed;
        var isLate = converged > Convergence;
        report.Tell("no gap is open; comparing with the truth");
        var verdicts = await TruthCheck.RunAsync(sandboxFile, oracle);
        await last.EndAsync();

        var (held, sentence) = options.ClaimBeforeRows
            ? (verdicts[0].Missing > 0, $"with the planted bug, {verdicts[0].Missing} records were found missing after {kills} kills")
            : (verdicts.All(v => v.IsEqual) && !isLate, $"{(isLate ? $"TOOK {converged.TotalSeconds:0} s TO CONVERGE; " : "")}after {kills} kills -9 inside page transactions and {serverKills} of PostgreSQL, what is served {(verdicts.All(v => v.IsEqual) ? "equals" : "DOES NOT EQUAL")} the truth");
        return await report.CloseAsync(held, sentence, verdicts, new
        {
            world.Operators,
            world.ChargePoints,
            world.Days,
            Kills = killed.Count,
            LastStartSeconds = ProofReport.Rounded(started),
            ServerKills = back.Count,
            LongestSecondsUntilReady = back.Max(),
            ConvergedSecondsAfterLastKill = ProofReport.Rounded(converged),
            Killed = killed,
        });
    }

    /// <summary>Seconds until the hub is ready again.</summary>
    private static async Task<double> KillServerAsync(string data, string sandboxFile)
    {
        var killed = ServerOf(data) ?? throw new ProofFailedException("PostgreSQL does not run.");
        using (var server = Process.GetProcessById(killed)) server.Kill();
        var since = Stopwatch.StartNew();

        // Its backends outlive it for a moment, and would still say that all is well.
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50)))
        {
            while ((ServerOf(data) ?? killed) == killed)
            {
                if (since.Elapsed > KillLimit) throw new ProofFailedException("PostgreSQL was not started again.");
                await timer.WaitForNextTickAsync();
            }
        }

        using var hub = new HubReading(sandboxFile);
        await hub.UntilReadyAsync(KillLimit);
        return ProofReport.Rounded(since.Elapsed);
    }

    /// <summary>Process id of the server that keeps the hub's data; null: none runs, or it is about to.</summary>
    public static int? ServerOf(string data)
    {
        try
        {
            return Directory.GetFiles(data, "postmaster.pid", SearchOption.AllDirectories) is [var file] && File.ReadLines(file).FirstOrDefault() is { Length: > 0 } first
                ? int.Parse(first, CultureInfo.InvariantCulture)
                : null;
        }
        catch (FileNotFoundException)
        {
            // A server that starts removes what the killed one left.
            return null;
        }
    }
}
