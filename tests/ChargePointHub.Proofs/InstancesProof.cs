using System.Diagnostics;
using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Npgsql;

namespace ChargePointHub.Proofs;

/// <summary>
/// Several hubs on one database collect from simulated operators: they share them out, one is ended, one killed, and one paused
/// until another has taken its operators and then woken. Two operators share one limit, which all hubs together keep. The operators' own log counts polls; the page in the paused one's hand must
/// not be committed, and nothing else recorded under a lease that was another's by then. With the planted bug something must be.
/// </summary>
internal static class InstancesProof
{
    private static readonly TimeSpan Cadence = TimeSpan.FromSeconds(5);

    /// <summary>Requests an hour, of both operators of one host together.</summary>
    private const int Allowed = 30;

    private static readonly string[] Limited = [SimulatedStory.IdOf(0), SimulatedStory.IdOf(1)];
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromMinutes(1);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var (operators, chargePoints, counts, watched) = options.Full ? (50, 500, new[] { 2, 5 }, TimeSpan.FromMinutes(3)) : (6, 30, [2], TimeSpan.FromSeconds(20));
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        using var log = new PollLog();
        var rounds = new List<Round>();
        foreach (var count in counts)
        {
            // Each round has its own: what operators allow in an hour is counted from their start.
            var world = new SandboxOptions
            {
                Port = 0,
                DataFolder = Path.Combine(options.Data, $"london-{count}"),
                Operators = operators,
                ChargePoints = chargePoints,
                Days = 1,
                Seed = options.Seed,
                OracleFolder = Path.Combine(options.Data, $"oracle-{count}"),
                Faults = [.. Limited.Select(o => $"{o}=limit:{Allowed}/PT1H/429/{nameof(Limited)}")],
            };
            if (await PretendLondonHost.StartAsync(world, TimeProvider.System, CancellationToken.None) is not SandboxStart.Started { Host: var london })
                throw new ProofFailedException("The pretend London did not start.");
            await using var operatorsAreUp = london;
            Hurry(london.OperatorsFolder);
            rounds.Add(await RoundAsync(options, report, log, london, count, operators, watched));
        }

        var duplicates = 100.0 * rounds.Sum(r => r.Duplicates) / rounds.Sum(r => r.Polls);
        var stale = rounds.Sum(r => r.StaleWrites);
        var most = rounds.Max(r => r.MostInAnHour);
        var verdicts = rounds.SelectMany(r => r.Verdicts).ToList();
        var isTrue = verdicts.All(v => v.IsAllThereOrListed(Limited));
        var slowest = rounds.SelectMany(r => new[] { r.TakenFromKilledSeconds, r.TakenFromPausedSeconds }).Max();
        var (held, sentence) = options.NoFencing
            ? (stale > 0, $"with the planted bug, {stale} writes under a lost lease were found")
            : (stale == 0 && duplicates <= 1 && slowest <= TakeOverLimit.TotalSeconds && most == Allowed && rounds.All(r => r.OverLimit == 0) && isTrue,
                string.Create(CultureInfo.InvariantCulture, $"what is served {(isTrue ? "equals" : "DOES NOT EQUAL")} the truth, {stale} stale writes, {duplicates:0.00} % duplicate polls, operators taken over within {slowest} s, {most} requests in an hour of two operators that allow {Allowed} together"));
        return await report.CloseAsync(held, sentence, verdicts, new { Operators = operators, Rounds = rounds.Select(r => r with { Verdicts = [] }), log.Requests });
    }

    private static async Task<Round> RoundAsync(
        ProofOptions options, ProofReport report, PollLog log, PretendLondonHost london, int count, int operators, TimeSpan watched)
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.Data, $"postgres-{count}") }, CancellationToken.None);
        await using var database = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(database, CancellationToken.None);
        var key = (KeyMade)await new AccessKeys(database, TimeProvider.System).CreateAsync("proof", Scope.Everything, CancellationToken.None);
        var certificate = PemPair.Of(london, london.DataFolder);
        var port = 0;
        var hubs = new List<ChildHub>();
        try
        {
            async Task StartAsync()
            {
                var number = hubs.Count;
                var data = Path.Combine(options.Data, $"hub-{count}-{number}");
                var orders = new InstanceOrders(server.ConnectionString, london.OperatorsFolder, london.AreasFile, data, port = ChildHub.FreePort(), options.NoFencing) { Certificate = certificate };
                var hub = ChildHub.Start("instance-child", orders.ToArgument(), Path.Combine(options.Data, "log", $"hub-{count}-{number}.log"));
                hubs.Add(hub);
                await hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
            }

            for (var n = 0; n < count; n++) await StartAsync();
            var share = (operators + count - 1) / count;
            await UntilAsync(database, $"SELECT count(*) = {operators} AND max(n) <= {share} FROM (SELECT count(*) OVER (PARTITION BY holder) AS n FROM operator_lease WHERE holder IS NOT NULL) h");
            report.Tell($"{count} hubs share {operators} operators, at most {share} each; watching for {watched.TotalSeconds} s");
            var from = TimeProvider.System.GetUtcNow();
            await Task.Delay(watched);

            await hubs[0].EndAsync();
            await StartAsync();
            await UntilAsync(database, $"SELECT count(DISTINCT holder) = {count} AND count(*) = {operators} FROM operator_lease WHERE holder IS NOT NULL");
            report.Tell("one ended in good order and another came");
            var polls = Counted(log, from);

            var killed = await TakenAsync(database, operators, hubs[1].KillAsync);
            report.Tell($"one killed with -9; its operators were taken after {killed} s");
            await StartAsync();
            await UntilAsync(database, $"SELECT count(DISTINCT holder) = {count} FROM operator_lease WHERE holder IS NOT NULL AND expires_at > clock_timestamp()");

            var paused = hubs[^1];
            await paused.TellAsync(InstanceChild.Hold);
            var held = await paused.UntilItSaysAsync(HubChild.Inside, StartLimit);
            var taken = await TakenAsync(database, operators, () => paused.SignalAsync("STOP"));
            report.Tell($"one paused with a page in hand ({held}); its operators were taken after {taken} s");
            await paused.TellAsync(InstanceChild.Go);
            await paused.SignalAsync("CONT");
            await UntilAsync(database, $"SELECT count(DISTINCT holder) = {count} FROM operator_lease WHERE holder IS NOT NULL AND expires_at > clock_timestamp()");
            await paused.TellAsync(InstanceChild.Tell);
            var committed = await paused.UntilItSaysAsync(InstanceChild.Committed, StartLimit);
            var stale = await StaleWritesAsync(database) + (committed.EndsWith('1') ? 1 : 0);
            report.Tell($"woken, and has its share again; {stale} writes under a lost lease");
            var verdicts = options.NoFencing ? [] : await CompareAsync(london, new Uri($"https://localhost:{port}"), key.Key.Token, Path.Combine(options.Data, $"oracle-{count}"));
            foreach (var hub in hubs.Where(h => !h.HasEnded)) await hub.EndAsync();
            var limited = Limited.Select(o => london.Requests[o]).ToList();
            return new Round(count, polls.Polls, polls.Duplicates, killed, taken, stale, limited.Max(r => r.MostInInterval), limited.Sum(r => r.OverLimit), verdicts);
        }
        finally
        {
            foreach (var hub in hubs) await hub.DisposeAsync();
        }
    }

    /// <summary>By the hub that came last. Of operators that allow 30 requests an hour not all can be there, and what is not must be listed.</summary>
    private static async Task<IReadOnlyList<Verdict>> CompareAsync(PretendLondonHost london, Uri hub, string key, string oracle)
    {
        london.WriteSandboxFile(hub, new Dictionary<string, string> { ["gla"] = key });
        var sandboxFile = Path.Combine(london.DataFolder, "sandbox.json");
        using (var reading = new HubReading(sandboxFile)) await reading.UntilNoGapAsync(StartLimit, Limited);
        return await TruthCheck.RunAsync(sandboxFile, oracle);
    }

    /// <summary>Seconds from what is done to an instance until no operator is in the hands that held it, and all are in some.</summary>
    private static async Task<double> TakenAsync(Database database, int operators, Func<Task> stop)
    {
        var before = Convert.ToString(await OneAsync(database, "SELECT sum(token) FROM operator_lease"), CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        await stop();
        await UntilAsync(database, $"SELECT sum(token) > {before} AND count(*) FILTER (WHERE expires_at > clock_timestamp()) = {operators} FROM operator_lease WHERE holder IS NOT NULL");
        return ProofReport.Rounded(clock.Elapsed);
    }

    private static (int Polls, int Duplicates) Counted(PollLog log, DateTimeOffset from)
    {
        var byOperator = log.Polls.Where(p => p.At >= from).GroupBy(p => p.Port, p => p.At).Select(g => g.Order().ToList()).ToList();
        return (byOperator.Sum(p => p.Count), byOperator.Sum(p => p.Zip(p.Skip(1)).Count(pair => pair.Second - pair.First < Cadence / 4)));
    }

    /// <summary>Rows of runs whose lease had been taken by another before they were recorded.</summary>
    private static async Task<long> StaleWritesAsync(Database database) => Convert.ToInt64(
        await OneAsync(
            database,
            """
            SELECT count(*) FROM coverage_change c JOIN hub_tick t USING (tick) JOIN run r ON r.run_id = c.run_id
            JOIN operator_lease l ON l.operator_id = r.operator_id AND r.lease_token < l.token AND t.recorded_at > l.taken_at
            """),
        CultureInfo.InvariantCulture);

    private static async Task<object?> OneAsync(Database database, string sql)
    {
        await using var command = database.Reads.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task UntilAsync(Database database, string condition)
    {
        using var patience = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await OneAsync(database, condition) is not true)
        {
            if (patience.IsCancellationRequested) throw new ProofFailedException($"After {StartLimit.TotalSeconds} s this is still not so: {condition}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Tariffs are what polls are counted by: often, so that there is something to count.</summary>
    private static void Hurry(string folder) => OperatorEdits.EachDataset(folder, dataset =>
    {
        if ((string?)dataset["dataset"] == "tariffs") dataset["cadence"] = "PT5S";
    });

    private sealed record Round(int Instances, int Polls, int Duplicates, double TakenFromKilledSeconds, double TakenFromPausedSeconds, long StaleWrites, int MostInAnHour, int OverLimit, IReadOnlyList<Verdict> Verdicts);
}
