using System.Buffers;
using System.Net;
using System.Text.Json;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store;
using ChargePointHub.Store.Bulk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>The API alone, over a database of its own, with a clock that stands still.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    public const string Key = "cph_live_test_secret";

    /// <summary>Opens the same as <see cref="Key"/>.</summary>
    public const string OtherKey = "cph_live_next_secret";

    /// <summary>All tests of a host ask from one address.</summary>
    public static readonly QuotaLimits Generous = new(KeyUnits: 10_000, AddressUnits: 10_000, Answers: 64);

    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly SetClock clock = new();
    private HubDatabase database = null!;
    private WebApplication app = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Operators whose files are taken.</summary>
    public IReadOnlyList<OperatorDefinition> HandingIn { get; set; } = [];

    /// <summary>What its endpoints read with.</summary>
    public HubServices Hub => app.Services.GetRequiredService<HubServices>();

    public string ConnectionString => database.ConnectionString;

    public ChargePointHub.Store.Database Database => database.Database;

    public OperatorDirectory Directory { get; set; } = new(
    [
        new ListedOperator("alpha", "Alpha", "OGL-UK-3.0", "Contains data of Alpha",
        [
            Plan(Dataset.ChargePoints), Plan(Dataset.Tariffs), Plan(Dataset.ChargingSessions, WindowAxis.PlugInAt), Plan(Dataset.StatusChanges, WindowAxis.At),
        ]),
        new ListedOperator("beta", "Beta", null, null, [Plan(Dataset.ChargePoints)]),
    ])
    {
        Areas = SmallAreas.Index,
    };

    /// <summary>Scopes by key, beside the keys that every host knows.</summary>
    public Dictionary<string, Scope> Granted { get; } = [];

    /// <summary>At which everything is asked; <see cref="Now"/> unless set.</summary>
    public DateTimeOffset AskedAt { get => clock.Now; set => clock.Now = value; }

    /// <summary>Null: as it is. Otherwise what the database's place in the host throws.</summary>
    public Exception? CursorKeyFailure { get; set; }

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        (app, Http) = await StartAsync(database.Database);
    }

    public async Task<(WebApplication App, HttpClient Http)> StartAsync(ChargePointHub.Store.Database over, HttpProtocols protocols = HttpProtocols.Http1, AnswerSlots? answers = null, QuotaLimits? quotas = null, AnswerSlots? streams = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            ServerLimits.Set(k.Limits);
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = protocols);
        });
        builder.Services.AddHubApi(_ => new HubServices(over, CursorKeyAsync, CheckAsync, () => Directory, clock)
        {
            CountPatience = TimeSpan.FromSeconds(1),
            Desk = new SubmissionDesk(() => HandingIn, new SubmissionRun(new PageWriter(over), new RunLog(over), new SubmissionStore(over), new AreaIndex([]), clock)),
            Quotas = new Quotas(quotas ?? Generous),
            Answers = answers ?? new AnswerSlots(AnswerSlots.Usual, AnswerSlots.UsualPatience),
            Streams = streams ?? new AnswerSlots(AnswerSlots.Usual, TimeSpan.Zero),
        });
        var host = builder.Build();
        host.MapHubApi();
        await host.StartAsync();
        var address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return (host, new HttpClient { BaseAddress = new Uri(address) });
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>Alpha's files are taken from now on: status changes and sessions.</summary>
    public async Task TakeFilesAsync()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("cph-operators-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "alpha.json"), """
            {"operator_id": "alpha", "name": "Alpha", "feeds": [{"feed_id": "files", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [
              {"dataset": "status_changes", "axis": "at", "mapping": {"fields": {"charge_point_id": "/Charger", "status": "/Status", "at": "/At"}}},
              {"dataset": "charging_sessions", "axis": "plug_in_at", "mapping": {"fields": {"session_id": "/Session", "charge_point_id": "/Charger", "plug_in_at": "/In",
               "plug_out_at": "/Out", "energy_kwh": "/kWh"}}},
              {"dataset": "reported_usage", "mapping": {"fields": {"group": {"constant": "charge_point"}, "charge_point_id": "/Charger", "sessions": "/Sessions"}}}]}]}
            """);
        HandingIn = ((LoadedRegistry)new OperatorRegistry(ProtocolCatalogue.Names).Load(folder.FullName)).Operators;
        folder.Delete(recursive: true);
    }

    /// <summary>Asks with the good key, unless the headers say otherwise.</summary>
    public async Task<Answer> GetAsync(string path, string? key = Key, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        // Events have no end.
        var body = response.Content.Headers.ContentType?.MediaType == ApiRoute.EventStream ? "" : await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
            body);
    }

    public async Task ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync();
    }

    public Task TickAsync(long tick) => ExecuteAsync(
        """
        UPDATE hub_clock SET tick = @tick, recorded_at = @at;
        INSERT INTO hub_tick VALUES (@tick, @at) ON CONFLICT (tick) DO UPDATE SET recorded_at = excluded.recorded_at;
        INSERT INTO hub_setting (name, value) VALUES ('places_tick', int8send(@tick)) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        ("tick", tick), ("at", Now.AddMinutes(-5)));

    public Task CoverAsync(string operatorId, Dataset dataset, Window window, string kind = "covered", long tick = 0, string? cause = null) => ExecuteAsync(
        "INSERT INTO coverage VALUES (@operator, @dataset, @kind, @from, @to, @cause); INSERT INTO coverage_change VALUES (@tick, @operator, @dataset, @kind, @from, @to)",
        ("operator", operatorId), ("dataset", dataset.Name), ("kind", kind), ("from", window.From), ("to", window.To), ("tick", tick), ("cause", (object?)cause ?? DBNull.Value));

    /// <summary>A run of operator alpha at a time, of a page without records that claims a window as covered.</summary>
    public async Task ClaimAsync(Dataset dataset, RunKind kind, DateTimeOffset now, Window window)
    {
        var feed = new FeedKey("alpha", "main", dataset);
        var run = await new RunLog(database.Database).OpenAsync(feed, kind, window, now, CancellationToken.None);
        await new PageWriter(database.Database) { SimulatedClock = new StandingClock(now) }.WriteAsync(
            new PageToWrite
            {
                Feed = feed,
                RunId = run,
                PageNumber = 1,
                AskedAt = now,
                Records = new RecordPage(),
                Claims = [new Claim(dataset, window, ClaimKind.Covered, Late: new Lateness(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(2)))],
            },
            CancellationToken.None);
    }

    /// <summary>A page as a run writes it; the run's id.</summary>
    /// <param name="bound">Refused records that quarantine holds.</param>
    public async Task<Guid> WritePageAsync(string operatorId, Dataset dataset, RecordPage records, int bound = PageWriter.MostInQuarantine)
    {
        var page = new PageToWrite { Feed = new FeedKey(operatorId, "main", dataset), RunId = Guid.NewGuid(), PageNumber = 1, AskedAt = Now, Records = records };
        await new PageWriter(database.Database) { QuarantineBound = bound }.WriteAsync(page, CancellationToken.None);
        return page.RunId;
    }

    /// <summary>An operator counted more in a window than it sent.</summary>
    public Task AddDiscrepancyAsync(string operatorId, Dataset dataset, Window window) =>
        new DiscrepancyStore(database.Database).SeenAsync(operatorId, dataset, window, 100, 90, Now.AddHours(-3), CancellationToken.None);

    public async Task AddChargePointAsync(string id, string borough = "E09000022", bool published = true, string? findings = null, string? status = "AVAILABLE")
    {
        var operatorId = id.Split(':')[0];
        var point = new ChargePoint
        {
            ChargePointId = id,
            OperatorId = operatorId,
            OperatorName = operatorId,
            LocationId = operatorId + ":L1",
            Latitude = 51.4601m,
            Longitude = -0.1167m,
            MaxPowerKw = 7.4m,
            PowerBand = PowerBand.Slow,
            LocationName = "\"Café\" ",
        };
        await ExecuteAsync(
            """
            INSERT INTO charge_point VALUES (@operator, @id, 'L1', 51.4601, -0.1167, 7.4, 'slow', @published, NULL, '\x00', @findings::json, 'main', @run, 1, now(), @document::json);
            INSERT INTO charge_point_area VALUES (@operator, @id, @borough, 'Lambeth', 'E05014095', 'E01003014', '2024-12');
            """,
            ("operator", operatorId), ("id", id), ("published", published), ("run", Guid.Empty), ("borough", borough),
            ("findings", (object?)findings ?? DBNull.Value), ("document", Document(point)));
        if (status is null) return;
        await ExecuteAsync(
            "INSERT INTO charge_point_status VALUES (@operator, @id, @status, @since, 'EVENT', 1)",
            ("operator", operatorId), ("id", id), ("status", status), ("since", Now.AddHours(-1)));
    }

    public Task AddSessionAsync(string id, DateTimeOffset plugInAt, long tick = 1, string chargePoint = "alpha:P1", string table = "charging_session", long? tickTo = null) => AddAsync(
        new ChargingSession { SessionId = id, OperatorId = id.Split(':')[0], ChargePointId = chargePoint, PlugInAt = plugInAt, EnergyKwh = 12.4m, LastUpdated = plugInAt }, tick, tickTo, table);

    /// <param name="tickTo">Of a version the tick that replaced it.</param>
    /// <param name="table">Null: by whether it is a version.</param>
    public Task AddAsync(ChargingSession session, long tick, long? tickTo, string? table = null) => ExecuteAsync(
        $"INSERT INTO {table ?? (tickTo is null ? "charging_session" : "charging_session_version")} VALUES (@operator, @id, @point, @at, NULL, 12400, @at, '\\x00', NULL, 'main', @run, @tick, now(), @document::json{(tickTo is null ? "" : ", @tick_to, now()")})",
        ("operator", session.OperatorId), ("id", session.SessionId), ("point", session.ChargePointId), ("at", session.PlugInAt), ("run", Guid.Empty), ("tick", tick), ("document", Document(session)),
        ("tick_to", tickTo ?? 0));

    public async Task AddStatusChangeAsync(string point, DateTimeOffset at, Status status)
    {
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS status_change_2026_11 PARTITION OF status_change FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z')");
        await AddAsync(new StatusChange { ChargePointId = point, OperatorId = point.Split(':')[0], Status = status, At = at, Evidence = Evidence.Event }, 1);
    }

    /// <summary>Into a month that has a partition.</summary>
    public Task AddAsync(StatusChange change, long tick) => ExecuteAsync(
        "INSERT INTO status_change VALUES (@operator, @point, @at, @status, @evidence, 'main', @run, @tick, now(), NULL, @document::json)",
        ("operator", change.OperatorId), ("point", change.ChargePointId), ("at", change.At), ("status", Words<Status>.Of(change.Status)), ("evidence", Words<Evidence>.Of(change.Evidence)),
        ("run", Guid.Empty), ("tick", tick), ("document", Document(change)));

    public Task AddTariffAsync(string id)
    {
        var tariff = new Tariff { TariffId = id, OperatorId = id.Split(':')[0], Currency = "GBP", PencePerKwh = 59 };
        return ExecuteAsync(
            "INSERT INTO tariff VALUES (@operator, @id, NULL, NULL, NULL, '\\x00', NULL, 'main', @run, 1, now(), @document::json)",
            ("operator", tariff.OperatorId), ("id", id), ("run", Guid.Empty), ("document", Document(tariff)));
    }

    public Task AddAsync(ReportedUsage usage) => ExecuteAsync(
        "INSERT INTO reported_usage VALUES (@operator, @id, @group, @point, @location, @unit, @from, @to, NULL, NULL, '\\x00', NULL, 'main', @run, 1, now(), @document::json)",
        ("operator", usage.OperatorId), ("id", usage.ReportedUsageId), ("group", Words<UsageGroup>.Of(usage.Group)), ("point", (object?)usage.ChargePointId ?? DBNull.Value),
        ("location", (object?)usage.LocationId ?? DBNull.Value), ("unit", Words<PeriodUnit>.Of(usage.PeriodUnit)), ("from", usage.PeriodFrom), ("to", usage.PeriodTo), ("run", Guid.Empty), ("document", Document(usage)));

    public Task AddAsync(Outage outage, long tick = 1, long? tickTo = null) => ExecuteAsync(
        $"INSERT INTO outage{(tickTo is null ? "" : "_version")} VALUES (@operator, @id, @point, @from, @to, @category, @updated, '\\x00', NULL, 'main', @run, @tick, now(), @document::json{(tickTo is null ? "" : ", @tick_to, now()")})",
        ("operator", outage.OperatorId), ("id", outage.OutageId), ("point", outage.ChargePointId), ("from", outage.StartedAt), ("to", (object?)outage.EndedAt ?? DBNull.Value),
        ("category", outage.Category is { } category ? Words<OutageCategory>.Of(category) : DBNull.Value), ("updated", (object?)outage.LastUpdated ?? DBNull.Value), ("run", Guid.Empty), ("tick", tick),
        ("document", Document(outage)), ("tick_to", tickTo ?? 0));

    /// <summary>A file of October that holds no row, for whoever has this scope.</summary>
    public async Task AddBulkFileAsync(Scope scope, Dataset dataset)
    {
        var store = new BulkStore(database.Database);
        var (mark, october, hash) = (dataset.IsRestricted ? scope.Mark : Scope.Public.Mark, new DateOnly(2026, 10, 1), new byte[32]);
        var id = await store.BeginAsync(new BulkOrder(mark, dataset, october, IsOfAreas: false), 1, CancellationToken.None);
        await store.AddChunkAsync(id, "ndjson", 0, new byte[20], CancellationToken.None);
        using var example = JsonDocument.Parse(HubSchemas.Component("BulkFile").Example);
        var statement = System.Text.Encoding.UTF8.GetBytes(example.RootElement.GetProperty("meta").GetRawText());
        await store.PublishAsync(
            new BulkFile(id, mark, dataset, october, Now, 0, 1, 0, null, 0, [], statement, "", [.. new[] { "ndjson", "csv" }.Select(f => new BulkForm(f, 20, hash, 0, hash, null))]), 1, () => Now, CancellationToken.None);
    }

    /// <summary>The path of a route with the id of what tests call by the usual names: alpha, P1, T1, S1, O1, and figures of P1.</summary>
    public static string Asked(string path) => path switch
    {
        "/v1/errors/{id}" => "/v1/errors/CPH-1001",
        "/v1/schemas/{id}" => "/v1/schemas/hub/v1/tariffs",
        _ when path.StartsWith("/v1/tariffs/", StringComparison.Ordinal) => path.Replace("{id}", "alpha:T1", StringComparison.Ordinal),
        _ when path.StartsWith("/v1/charging-sessions/", StringComparison.Ordinal) => path.Replace("{id}", "alpha:S1", StringComparison.Ordinal),
        _ when path.StartsWith("/v1/outages/", StringComparison.Ordinal) => path.Replace("{id}", "alpha:O1", StringComparison.Ordinal),
        _ when path.StartsWith("/v1/reported-usage/", StringComparison.Ordinal) => path.Replace("{id}", "alpha:charge_point%2FP1%2F2026-Q3", StringComparison.Ordinal),
        _ when path.StartsWith("/v1/bulk/", StringComparison.Ordinal) => path.Replace("{id}", "2026-10.ndjson.gz", StringComparison.Ordinal),
        _ when path.StartsWith("/v1/operators/", StringComparison.Ordinal) => path.Replace("{id}", "alpha", StringComparison.Ordinal),
        _ => path.Replace("{id}", "alpha:P1", StringComparison.Ordinal),
    };

    private static ListedDataset Plan(Dataset dataset, WindowAxis? axis = null) =>
        new() { Dataset = dataset, Axis = axis, Protocol = "loti-v1", Earliest = Now.AddDays(-30) };

    private static string Document<T>(T record)
    {
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, record);
        return System.Text.Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private Task<byte[]> CursorKeyAsync(CancellationToken cancellationToken) =>
        CursorKeyFailure is { } failure ? Task.FromException<byte[]>(failure) : Task.FromResult(new byte[32]);

    private Task<KeyCheck> CheckAsync(string key, CancellationToken cancellationToken) => Task.FromResult(key switch
    {
        _ when Granted.TryGetValue(key, out var scope) => KeyCheck.Opens(scope, "Granted", null),
        Key or OtherKey => KeyCheck.Opens(Scope.Everything, "GLA", null),
        "cph_live_narrow_secret" => KeyCheck.Opens(Scope.Public, "Narrow", Now.AddDays(30)),
        "cph_live_expired_secret" => KeyCheck.Refused(KeyRefusal.Expired),
        "cph_live_revoked_secret" => KeyCheck.Refused(KeyRefusal.Revoked),
        _ => KeyCheck.Refused(KeyRefusal.Unknown),
    });

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = ApiHost.Now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public IReadOnlyList<JsonElement> Data => [.. Json.GetProperty("data").EnumerateArray()];

    public string? NextCursor => Json.GetProperty("next_cursor").GetString();

    /// <summary>The single fault of a problem.</summary>
    public JsonElement Fault => Assert.Single(Json.GetProperty("errors").EnumerateArray());

    public string Code => Json.GetProperty("code").GetString()!;
}
