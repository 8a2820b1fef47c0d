using System.Net;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChargePointHub.Proofs;

/// <summary>A hub's API over a database of its own, both of which can be started again, and the database set back to a copy of itself.</summary>
internal sealed class MirrorHub : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly string name;
    private readonly Func<string, Scope?> scopes;
    private WebApplication? app;

    private MirrorHub(string connectionString, string name, MirrorClock clock, Func<string, Scope?> scopes)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        (this.name, this.scopes, Clock) = (name, scopes, clock);
    }

    public MirrorClock Clock { get; }

    public Database Database { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public OperatorDirectory Directory { get; } = new([.. MirrorStory.Operators.Select(o => new ListedOperator(o, o, null, null, [.. Dataset.All.Select(Plan)]))]);

    public static async Task<MirrorHub> StartAsync(string connectionString, string name, MirrorClock clock, Func<string, Scope?> scopes)
    {
        var hub = new MirrorHub(connectionString, name, clock, scopes);
        await hub.ExecuteAsync($"CREATE DATABASE {name}");
        await hub.BeginAsync();
        await Migrator.MigrateAsync(hub.Database, CancellationToken.None);
        return hub;
    }

    public async Task RestartAsync()
    {
        await EndAsync();
        await BeginAsync();
    }

    public async Task CopyAsync()
    {
        await EndAsync();
        await ExecuteAsync($"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)");
        await ExecuteAsync($"CREATE DATABASE {name}_copy TEMPLATE {name}");
        await BeginAsync();
    }

    public async Task SetBackAsync()
    {
        await EndAsync();
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {name}_copy");
        await BeginAsync();
    }

    /// <summary>As the hub does every few seconds.</summary>
    public async Task LookAtFreshnessAsync()
    {
        var services = app!.Services.GetRequiredService<HubServices>();
        var fresh = await services.Completeness.ReadFreshAsync(Directory, Clock.GetUtcNow(), Scope.Everything, CancellationToken.None);
        await new FreshnessStore(Database) { SimulatedClock = Clock }.WriteAsync(fresh, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await ExecuteAsync($"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)");
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
    }

    private static ListedDataset Plan(Dataset dataset) => new()
    {
        Dataset = dataset,
        Axis = dataset.IsSnapshot ? null : dataset == Dataset.ChargingSessions ? WindowAxis.PlugInAt : dataset == Dataset.Outages ? WindowAxis.StartedAt : dataset == Dataset.ReportedUsage ? WindowAxis.PeriodFrom : WindowAxis.At,
        Protocol = "loti-v1",
        Earliest = MirrorClock.Begin,
    };

    private async Task BeginAsync()
    {
        Database = Database.Open(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, CommandTimeout = 120 }.ConnectionString);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var database = Database;
        builder.Services.AddHubApi(_ => new HubServices(
            database, ct => new HubSettings(database).GetOrCreateSecretAsync("cursor_key", ct),
            (key, _) => Task.FromResult(scopes(key) is { } scope ? KeyCheck.Opens(scope, key, null) : KeyCheck.Refused(KeyRefusal.Unknown)), () => Directory, Clock)
        {
            Quotas = new Quotas(new QuotaLimits(100_000, 100_000, 64)),
        });
        app = builder.Build();
        app.MapHubApi();
        await app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    private async Task EndAsync()
    {
        Http.Dispose();
        await app!.StopAsync();
        await app.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Stands still until it is moved. It begins after any time at which a database can have been made, as the hub's clock only rises.</summary>
internal sealed class MirrorClock : TimeProvider
{
    public static readonly DateTimeOffset Begin = new(2080, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private DateTimeOffset now = Begin;

    public override DateTimeOffset GetUtcNow() => now;

    public void Move(TimeSpan time) => now += time;

    /// <summary>Into the next hour: what is told by the hour is told up to now.</summary>
    public void NextHour() => now = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(1).AddMinutes(1);
}
