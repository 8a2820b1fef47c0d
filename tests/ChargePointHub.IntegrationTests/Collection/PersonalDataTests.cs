using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ChargePointHub.IntegrationTests.Hosting;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>
/// Operators that name a driver in everything they send, by each protocol and through each way of failing: nothing of it is in the database,
/// the log, metrics, an answer or a report.
/// </summary>
public sealed class PersonalDataTests : IDisposable
{
    private const string Number = "700731910007731";

    /// <summary>Operators that never answer as they should, and how that is told.</summary>
    private static readonly Dictionary<string, string> Failing = new()
    {
        ["marlpit-electric"] = "not_json",
        ["bramble-amps"] = "truncated",
        ["quillfeather"] = "server_error",
        ["tanner-row-energy"] = "throttled",
    };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("cph-personal-").FullName;

    [Fact]
    public async Task Nothing_that_names_a_driver_is_kept_logged_or_served()
    {
        using var patience = new CancellationTokenSource(Patience);
        var options = new SandboxOptions
        {
            Port = 0,
            DataFolder = Path.Combine(folder, "data"),
            Operators = 9,
            ChargePoints = 100,
            Days = 1,
            // The first one given stands outermost: what the others make of an answer goes out with a driver in it; damaged records are damaged with a driver in them.
            Faults =
            [
                .. Failing.Keys.Select(o => $"{o}=personal-data"), "marlpit-electric=html-200", "bramble-amps=truncate", "quillfeather=503:100", "tanner-row-energy=429:100/words",
                "kerbside-volt=personal-data", "kerbside-volt=hostile-json", "thames-rapid=personal-data", "lamplight=invalid-rows:40", "lamplight=personal-data",
                "foxglove-power=invalid-rows:30", "foxglove-power=negative-energy:20", "foxglove-power=personal-data",
            ],
        };
        await using var london = Assert.IsType<SandboxStart.Started>(await PretendLondonHost.StartAsync(options, TimeProvider.System, patience.Token)).Host;
        WriteMapped(london);
        using var log = new WholeLog();
        await using var hub = await StartAsync(london, log, patience.Token);
        using var http = HubOfItsOwn.ClientOf(hub);
        http.BaseAddress = new Uri(hub.BaseUrl);
        var made = Assert.IsType<KeyMade>(await hub.Services.GetRequiredService<AccessKeys>().CreateAsync("everything", Scope.Everything, CancellationToken.None)).Key;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Token);
        var database = hub.Services.GetRequiredService<ChargePointHub.Store.Database>();

        // Each protocol has brought records, refused ones, findings about drivers; and each kind of failure has been met.
        string[] awaited =
        [
            "SELECT count(*) > 0 FROM charge_point WHERE operator_id = 'foxglove-power'", "SELECT count(*) > 0 FROM charge_point WHERE operator_id = 'mapped-mill'",
            "SELECT count(*) > 0 FROM charging_session WHERE operator_id = 'mapped-mill'", "SELECT count(*) > 0 FROM charging_session WHERE operator_id = 'thames-rapid'",
            "SELECT count(*) > 0 FROM quarantine WHERE operator_id = 'lamplight'", "SELECT count(*) > 0 FROM quarantine WHERE operator_id = 'foxglove-power'",
            "SELECT count(*) > 0 FROM charge_point WHERE findings::text LIKE '%personal-data-present%'", "SELECT count(*) > 0 FROM quarantine WHERE findings::text LIKE '%personal-data-present%'",
            .. Failing.Select(f => $"SELECT count(*) > 0 FROM run WHERE operator_id = '{f.Key}' AND failure = '{f.Value}'"),
        ];
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        foreach (var sql in awaited)
        {
            while (!await TrueAsync(database, sql))
            {
                Assert.False(patience.IsCancellationRequested, $"{sql} stays false: {await FailuresAsync(database)}");
                await next.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        foreach (var path in ApiRoutes.All.SelectMany(Paths))
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
            AssertNothing(path, await answer.Content.ReadAsStringAsync(patience.Token) + answer.Headers);
        }

        var settings = $"--data '{Path.Combine(london.DataFolder, "hub")}' --operators '{london.OperatorsFolder}' --areas '{london.AreasFile}'";
        foreach (var command in new[] { "feeds status", "feeds status --json", "quarantine list", "doctor", $"feeds try '{Path.Combine(london.OperatorsFolder, "lamplight.json")}'" })
        {
            var (_, said) = await ChildProgram.RunAsync(
                $"dotnet '{Path.Combine(AppContext.BaseDirectory, "ChargePointHub.Server.dll")}' {command} {settings}", folder, TimeSpan.FromMinutes(1));
            Assert.True(said.Length > 100, $"{command}: {said}");
            AssertNothing(command, said);
        }

        AssertNothing("the database", await WholeDatabase.DumpAsync(database));
        Assert.True(log.Lines.Count > 100, $"{log.Lines.Count} lines of log");
        AssertNothing("the log", string.Join('\n', log.Lines));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void AssertNothing(string where, string text)
    {
        foreach (var mark in new[] { PersonalDataFault.Mark, "b.example", Number })
        {
            var at = text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            Assert.True(at < 0, $"{where} has {mark}: {text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100 + mark.Length)]}");
        }
    }

    private static IEnumerable<string> Paths(ApiRoute route)
    {
        var path = route.Path.Contains("{id}", StringComparison.Ordinal) && !route.Path.StartsWith("/v1/operators/", StringComparison.Ordinal) ? [] : new[] { "lamplight", "kerbside-volt", "thames-rapid", "foxglove-power", "mapped-mill" }.Concat(Failing.Keys)
            .Select(o => route.Path.Replace("{id}", o, StringComparison.Ordinal)).Distinct();
        return path.Select(p => route.Parameters.Any(x => x.Name == "limit") ? $"{p}?limit=50000" : p);
    }

    /// <summary>A hub that says all it has to say.</summary>
    private static Task<HubHost> StartAsync(PretendLondonHost london, WholeLog log, CancellationToken cancellationToken)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var options = new HubOptions { Data = Path.Combine(london.DataFolder, "hub"), Operators = london.OperatorsFolder, Areas = [london.AreasFile], Port = port, DrainSeconds = 0 };
        return HubHost.StartAsync(
            options,
            new HubParts
            {
                Time = TimeProvider.System,
                Logging = logging =>
                {
                    logging.ClearProviders();
                    logging.AddProvider(log);
                    logging.SetMinimumLevel(LogLevel.Trace);
                },
            },
            cancellationToken);
    }

    /// <summary>Another operator, whose API is the first one's, described in its file.</summary>
    private static void WriteMapped(PretendLondonHost london)
    {
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(london.OperatorsFolder, "lamplight.json")))!.AsObject();
        var feed = file["feeds"]![0]!.AsObject();
        (file["operator_id"], file["name"], feed["protocol"], feed["limit_group"]) = ("mapped-mill", "Mapped Mill", "mapped-json", "mapped-mill");
        file.Remove("party_ids");
        foreach (var dataset in feed["datasets"]!.AsArray().OfType<JsonObject>().ToList())
        {
            if (Mapping(dataset["dataset"]!.GetValue<string>()) is { } mapping) dataset["mapping"] = JsonNode.Parse(mapping);
            else feed["datasets"]!.AsArray().Remove(dataset);
        }

        File.WriteAllText(Path.Combine(london.OperatorsFolder, "mapped-mill.json"), file.ToJsonString());
    }

    private static string? Mapping(string dataset) => dataset switch
    {
        "charge_points" => """
            {"request": {"path": "charge-points", "headers": {"Authorization": "Bearer {credential}"}}, "paging": {"by": "none"}, "records": ["/data"],
             "fields": {"charge_point_id": "/charge_point_id", "location_id": "/location_id", "latitude": "/latitude", "longitude": "/longitude", "status": "/status", "last_updated": "/last_updated"}}
            """,
        "charging_sessions" => """
            {"request": {"path": "charging-sessions", "query": {"updated_from": "{from}", "updated_to": "{to}"}, "headers": {"Authorization": "Bearer {credential}"}}, "paging": {"by": "none"}, "records": ["/data"],
             "fields": {"session_id": "/session_id", "charge_point_id": "/charge_point_id", "plug_in_at": "/plug_in_at", "plug_out_at": "/plug_out_at", "energy_kwh": "/energy_kwh", "last_updated": "/last_updated"}}
            """,
        _ => null,
    };

    private static async Task<bool> TrueAsync(ChargePointHub.Store.Database database, string sql)
    {
        await using var command = database.Reads.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> FailuresAsync(ChargePointHub.Store.Database database)
    {
        await using var command = database.Reads.CreateCommand(
            "SELECT string_agg(DISTINCT concat_ws(' ', operator_id, dataset, outcome, failure, detail), E'\\n') FROM run");
        return await command.ExecuteScalarAsync() as string ?? "";
    }

    /// <summary>Every row of every table of every schema but PostgreSQL's own, as text.</summary>
    /// <summary>Everything that any class says, with its exceptions.</summary>
    private sealed class WholeLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
