using System.Diagnostics;
using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Embedded;
using Npgsql;

namespace ChargePointHub.Proofs;

/// <summary>
/// Two hubs on one database are read by many at once, a grant ends under streams of both, and one hub is killed under another stream. Each reading must have
/// its opened and its closed row but for the one that was killed, the table must hold against every checkpoint of the hubs' logs, and whatever
/// is then done to it must be found for what it is.
/// </summary>
internal static class AuditProof
{
    private const int Sessions = 20_000;
    private const int AtOnce = 16;
    private const string One = "/v1/charging-sessions?period=2026-11-20&limit=1";
    private const string Stream = "/v1/charging-sessions?period=2026-11-20&format=ndjson";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var readings = options.Full ? 10_000 : 500;
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.Data, "postgres") }, CancellationToken.None);
        await using var database = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await FillAsync(connection);
        var (gla, tfl) = await AgreeAsync(database);

        await using var first = Start(options, server.ConnectionString, 0);
        await using var second = Start(options, server.ConnectionString, 1);
        using var readers = new HubReaders([await first.ReadyAsync(), await second.ReadyAsync()]);
        var reading = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, readings), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, ct) => await readers.ReadAsync(n % 2, One, gla, ct));
        var perSecond = Math.Round(readings / reading.Elapsed.TotalSeconds);
        report.Tell($"{readings} readings by {AtOnce} at once, {perSecond} a second");

        await readers.OpenAsync(0, Stream, tfl);
        await readers.OpenAsync(1, Stream, tfl);
        var ended = TimeProvider.System.GetUtcNow();
        await new GrantStore(database).ApplyAsync(Register(withTfl: false), "proof", ended, CancellationToken.None);
        var cut = await UntilAsync(connection, "SELECT extract(epoch FROM max(written_at) - $1)::float8 FROM audit_event WHERE outcome = 'rights_ended' HAVING count(*) = 2", ended.UtcDateTime);
        report.Tell(string.Create(CultureInfo.InvariantCulture, $"a grant ended; the streams of both hubs did {cut:0.00} s after it"));

        await readers.OpenAsync(0, Stream, gla);
        await first.Hub.KillAsync();
        report.Tell("one hub killed with -9 under a stream");
        readers.Dispose();
        await second.Hub.EndAsync();
        return await JudgeAsync(report, database, connection, readings, perSecond, cut, [first.Log, second.Log]);
    }

    private static async Task<bool> JudgeAsync(ProofReport report, Database database, NpgsqlConnection connection, int readings, double perSecond, double cut, IEnumerable<string> logs)
    {
        var told = logs.SelectMany(File.ReadLines).Where(l => l.Contains("Audit checkpoint ", StringComparison.Ordinal)).Select(l => AuditCheckpoint.Parse(l[(l.LastIndexOf(' ') + 1)..])!).ToList();
        var chains = await new AuditVerification(database).VerifyAsync(told, (_, _) => { }, CancellationToken.None);
        var left = chains.SelectMany(c => c.Unclosed).Count();
        var complete = (long)await ScalarAsync(connection, "SELECT count(*) FROM audit_event WHERE outcome = 'complete'");
        var isWhole = chains.All(c => c.Broken is null) && chains.Sum(c => c.Readings) == readings + 3 && complete == readings && left == 1 && told.Count > 0 && !chains.Any(c => c.IsRunning) && chains.Count(c => c.HasEnd) == 1;
        report.Tell($"{chains.Sum(c => c.Rows)} rows in {chains.Count} chains, held against {told.Count} checkpoints of the logs; {left} reading without an end");
        var missed = isWhole ? await AuditTampering.MissedAsync(database, connection, told) : [];
        foreach (var one in missed) report.Tell($"NOT FOUND: {one}");
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{readings} readings left {complete} pairs of rows{(isWhole ? "" : " BUT THE RECORD IS NOT WHOLE")}, {left} was left open by kill -9, a grant's end showed in both hubs' streams within {cut:0.00} s, and {AuditTampering.Count} ways to spoil the table were {(missed.Count == 0 ? "all found" : "NOT ALL FOUND")}");
        return await report.CloseAsync(isWhole && missed.Count == 0 && cut <= 1, sentence, [], new
        {
            Readings = readings,
            ReadingsASecond = perSecond,
            SecondsFromGrantsEndToStreamsEnd = Math.Round(cut, 2),
            Rows = chains.Sum(c => c.Rows),
            Checkpoints = told.Count,
            LeftOpen = left,
            Spoilt = AuditTampering.Count,
            NotFound = missed,
        });
    }

    private static AuditedHub Start(ProofOptions options, string connectionString, int number)
    {
        var operators = Directory.CreateDirectory(Path.Combine(options.Data, "operators")).FullName;
        File.WriteAllText(Path.Combine(operators, "alpha.json"), """{"operator_id": "alpha", "name": "Alpha", "feeds": [{"feed_id": "main", "protocol": "loti-v1", "base_url": "https://alpha.invalid/v1", "datasets": [{"dataset": "charge_points"}]}]}""");
        var log = Path.Combine(options.Data, "log", $"hub-{number}.log");
        var orders = new InstanceOrders(connectionString, operators, "", Path.Combine(options.Data, $"hub-{number}"), ChildHub.FreePort(), NoFencing: false) { Collect = false };
        return new AuditedHub(ChildHub.Start("instance-child", orders.ToArgument(), log), orders.Port, log);
    }

    private static async Task FillAsync(NpgsqlConnection connection) => await ScalarAsync(
        connection,
        $"""
        INSERT INTO charge_point VALUES ('alpha', 'alpha:P1', 'L1', 51.4601, -0.1167, 7.4, 'slow', true, NULL, '\x00', NULL, 'main', '{Guid.Empty}', 1, now(), json_build_object('charge_point_id', 'alpha:P1'));
        INSERT INTO charging_session SELECT 'alpha', 'alpha:S' || n, 'alpha:P1', '2026-11-20T08:00:00Z', NULL, 1, now(), '\x00', NULL, 'main', '{Guid.Empty}', 1, now(),
            json_build_object('session_id', 'alpha:S' || n, 'x', repeat('x', 2000)) FROM generate_series(1, {Sessions}) n;
        UPDATE hub_clock SET tick = 1;
        ANALYZE
        """);

    private static AccessRegister Register(bool withTfl) => new(
        [new Organisation("gla", "Greater London Authority", OrganisationRole.Gla, null), new Organisation("tfl", "Transport for London", OrganisationRole.Tfl, null)],
        [new Agreement("alpha", "Alpha", "alpha", null, null)],
        [.. (withTfl ? new[] { "gla", "tfl" } : ["gla"]).Select(o => new Grant("alpha-" + o, "alpha", o, ["charging_sessions"], null, null, null))]);

    private static async Task<(string Gla, string Tfl)> AgreeAsync(Database database)
    {
        await new GrantStore(database).ApplyAsync(Register(withTfl: true), "proof", TimeProvider.System.GetUtcNow(), CancellationToken.None);
        var keys = new AccessKeys(database, TimeProvider.System);
        async Task<string> KeyOfAsync(string organisation) => ((KeyMade)await keys.CreateForAsync(organisation, organisation, CancellationToken.None)).Key.Token;
        return (await KeyOfAsync("gla"), await KeyOfAsync("tfl"));
    }

    private static async Task<double> UntilAsync(NpgsqlConnection connection, string sql, object parameter)
    {
        using var patience = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if (await ScalarAsync(connection, sql, parameter) is double seconds) return seconds;
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    internal static async Task<object> ScalarAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync() ?? 0L;
    }

    /// <summary>A hub and where its log goes.</summary>
    private sealed record AuditedHub(ChildHub Hub, int Port, string Log) : IAsyncDisposable
    {
        /// <summary>Its address, and the file of the authority that its readers trust.</summary>
        public async Task<(Uri Hub, string Authority)> ReadyAsync()
        {
            var said = await Hub.UntilItSaysAsync(HubChild.Ready, StartLimit);
            return (new Uri($"https://localhost:{Port.ToString(CultureInfo.InvariantCulture)}"), said[(HubChild.Ready.Length + 1)..]);
        }

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }
}
