using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Proofs;

/// <summary>
/// An ordinary hour: a hub in a process of its own asks every operator for every dataset once a minute. Counted are its processor time,
/// its memory and its requests, and in the end all that it serves is compared with the truth. Linux only: it reads <c>/proc</c>.
/// </summary>
internal static class SteadyProof
{
    /// <summary>Of the hub alone, since it was started: its history is in it.</summary>
    private const double MostMegabytes = 400;

    private const string Cadence = "PT1M";
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (scale, operators, chargePoints, watched) = options.Full
            ? (SandboxScale.London, 50, 27_893, TimeSpan.FromHours(1))
            : (SandboxScale.Small, 5, 240, TimeSpan.FromMinutes(3));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var (held, sentence, verdicts, figures) = await WatchAsync(options, report, scale, operators, chargePoints, watched);
        return await report.CloseAsync(held, sentence, verdicts, figures);
    }

    /// <summary>All that wrote into the data folder has ended when this returns.</summary>
    private static async Task<(bool Held, string Sentence, IReadOnlyList<Verdict> Verdicts, object Figures)> WatchAsync(
        ProofOptions options, ProofReport report, SandboxScale scale, int operators, int chargePoints, TimeSpan watched)
    {
        using var log = new PollLog();
        var oracle = Path.Combine(options.Data, "oracle");
        var world = new SandboxOptions { Port = 0, DataFolder = options.Data, Scale = scale, Days = 2, Seed = options.Seed, OracleFolder = oracle };
        if (await PretendLondonHost.StartAsync(world, TimeProvider.System, CancellationToken.None) is not SandboxStart.Started { Host: var london })
            throw new ProofFailedException("The pretend London did not start.");
        await using var operatorsAreUp = london;
        EachMinute(london.OperatorsFolder);
        await using var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.Data, "postgres") }, CancellationToken.None);
        await using var database = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(database, CancellationToken.None);
        var key = (KeyMade)await new AccessKeys(database, TimeProvider.System).CreateAsync("proof", Scope.Everything, CancellationToken.None);

        var orders = new InstanceOrders(
            server.ConnectionString, london.OperatorsFolder, london.AreasFile, Path.Combine(options.Data, "hub"), ChildHub.FreePort(), NoFencing: false)
        {
            Certificate = PemPair.Of(london, options.Data),
        };
        await using var hub = ChildHub.Start("instance-child", orders.ToArgument(), Path.Combine(options.Data, "log", "hub.log"));
        await hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
        london.WriteSandboxFile(new Uri($"https://localhost:{orders.Port}"), new Dictionary<string, string> { ["gla"] = key.Key.Token });
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using var reading = new HubReading(sandboxFile);
        await reading.UntilNoGapAsync(FillLimit);
        report.Tell($"history is here; watching {operators} operators for {watched.TotalMinutes} min");

        var (from, requests) = (TimeProvider.System.GetUtcNow(), log.Requests);
        var postgres = KillProof.ServerOf(options.Data) ?? throw new ProofFailedException("PostgreSQL does not run.");
        var (hubBefore, postgresBefore) = (ProcessReading.ProcessorTime(hub.ProcessId), ProcessReading.ProcessorTimeWithChildren(postgres));
        var (highest, told) = (0.0, TimeSpan.Zero);
        using (var timer = new PeriodicTimer(Look))
        {
            while (TimeProvider.System.GetUtcNow() - from < watched)
            {
                await timer.WaitForNextTickAsync(CancellationToken.None);
                highest = Math.Max(highest, ProcessReading.ResidentMegabytes(hub.ProcessId));
                var passed = TimeProvider.System.GetUtcNow() - from;
                if (passed - told < TellEvery) continue;
                told = passed;
                report.Tell(FormattableString.Invariant($"{passed.TotalMinutes:0} of {watched.TotalMinutes} min: {log.Requests - requests} requests, {(ProcessReading.ProcessorTime(hub.ProcessId) - hubBefore) / passed:P1} of a core, {ProcessReading.ResidentMegabytes(hub.ProcessId):0} MB"));
            }
        }

        var lasted = TimeProvider.System.GetUtcNow() - from;
        var hubShare = (ProcessReading.ProcessorTime(hub.ProcessId) - hubBefore) / lasted;
        var postgresShare = (ProcessReading.ProcessorTimeWithChildren(postgres) - postgresBefore) / lasted;
        var asked = log.Requests - requests;
        var pauses = await PausesAsync(database, from);
        var peak = ProcessReading.PeakMegabytes(hub.ProcessId);
        await reading.UntilNoGapAsync(TimeSpan.FromMinutes(1));
        var verdicts = await TruthCheck.RunAsync(sandboxFile, oracle);
        await hub.EndAsync();
        var polled = (operators * Dataset.All.Count(d => !d.IsHandedIn && d != Dataset.Outages)) + Enumerable.Range(0, operators).Count(SimulatedOperator.ReportsOutagesAt);

        var held = verdicts.All(v => v.IsEqual) && peak < MostMegabytes && pauses.Count == polled && pauses.Max() <= LongestPause;
        return (
            held,
            FormattableString.Invariant($"{operators} operators each minute: {hubShare:P1} of a core, at most {peak:0} MB (asked: under {MostMegabytes:0}), {asked} requests, no dataset left alone for longer than {pauses.DefaultIfEmpty().Max().TotalSeconds:0} s"),
            verdicts,
            new
            {
                Operators = operators,
                ChargePoints = chargePoints,
                Minutes = Math.Round(lasted.TotalMinutes, 1),
                Requests = asked,
                RequestsASecond = Math.Round(asked / lasted.TotalSeconds, 1),
                HubShareOfACore = Math.Round(hubShare, 4),
                PostgresShareOfACore = Math.Round(postgresShare, 4),
                HighestMegabytesInTheHour = Math.Round(highest),
                HighestMegabytesSinceItsStart = Math.Round(peak),
                LongestPauseSeconds = pauses.Select(p => Math.Round(p.TotalSeconds, 1)).DefaultIfEmpty().Max(),
                DatasetsPolled = pauses.Count,
            });
    }

    /// <summary>The longest time between two polls, of each dataset of each operator.</summary>
    private static async Task<List<TimeSpan>> PausesAsync(Database database, DateTimeOffset from)
    {
        await using var command = database.Reads.CreateCommand(
            """
            SELECT max(pause) FROM (
                SELECT operator_id, dataset, started_at - lag(started_at) OVER (PARTITION BY operator_id, dataset ORDER BY started_at) AS pause
                FROM run WHERE started_at >= $1 AND kind IN ('live', 'crawl')) polls
            GROUP BY operator_id, dataset HAVING count(pause) > 0
            """);
        command.Parameters.AddWithValue(from);
        await using var reader = await command.ExecuteReaderAsync();
        var pauses = new List<TimeSpan>();
        while (await reader.ReadAsync()) pauses.Add(reader.GetTimeSpan(0));
        return pauses;
    }

    private static void EachMinute(string folder) =>
        OperatorEdits.EachDataset(folder, dataset => dataset["cadence"] = Cadence);
}
