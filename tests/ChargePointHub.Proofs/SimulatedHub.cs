using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Proofs;

/// <summary>
/// A hub whose every part goes by a simulated clock, but for the leases, which are counted on the database's: taken once and held,
/// as nobody else is there.
/// </summary>
internal sealed class SimulatedHub(HubHost hub, LiveRegistry registry) : IAsyncDisposable
{
    private readonly List<Task> collections = [];
    private CancellationTokenSource stopping = new();

    public static async Task<SimulatedHub> StartAsync(PretendLondonHost london, string database, SimulatedClock clock, string log)
    {
        var options = new HubOptions
        {
            Database = database,
            Data = london.DataFolder,
            Operators = london.OperatorsFolder,
            Areas = [london.AreasFile],
            Port = ChildHub.FreePort(),
            Collect = false,
            // It looks once a minute, and what is proved here is no file.
            Bulk = false,
        };
        var hub = await HubHost.StartAsync(
            options,
            new HubParts
            {
                Time = clock,
                RequestCount = new RequestCount(clock),
                PageWriter = store => new PageWriter(store) { SimulatedClock = clock },
                Certificate = new Certificate(london.HubCertificate, [], london.CaFile),
                Logging = logging => logging.ClearProviders().AddProvider(new LogFile(log)).SetMinimumLevel(LogLevel.Warning),
            },
            CancellationToken.None);
        return new SimulatedHub(hub, hub.Services.GetRequiredService<LiveRegistry>());
    }

    public Database Database => hub.Services.GetRequiredService<Database>();

    /// <summary>As a start of the hub does: each operator's collection takes up what the ledger says.</summary>
    public async Task BeginAsync()
    {
        stopping = new CancellationTokenSource();
        var (leases, start, me) = (hub.Services.GetRequiredService<OperatorLeases>(), hub.Services.GetRequiredService<CollectionStart>(), Guid.NewGuid());
        foreach (var definition in registry.Current.Operators)
        {
            var lease = await leases.TryTakeAsync(me, definition.OperatorId, CancellationToken.None)
                ?? throw new ProofFailedException($"The lease of {definition.OperatorId} is somebody else's.");
            collections.Add(Task.Run(() => start(definition, lease).CollectAsync(CancellationToken.None, stopping.Token)));
        }
    }

    /// <summary>As kill does: at once, wherever it is.</summary>
    public async Task EndAsync()
    {
        await stopping.CancelAsync();
        foreach (var collection in collections) await collection.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        collections.Clear();
        stopping.Dispose();

        // Whoever dies without leaving is waited for; in simulated time that is nothing.
        await using var command = Database.Reads.CreateCommand("UPDATE operator_lease SET holder = NULL");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What ended a collection that nobody ended; null: all go on.</summary>
    public Exception? Fault => collections.FirstOrDefault(c => c.IsCompleted) is { } ended ? ended.Exception ?? (Exception)new InvalidOperationException("A collection ended by itself.") : null;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    /// <summary>Lines to a file.</summary>
    private sealed class LogFile(string path) : ILoggerProvider, ILogger
    {
        private readonly StreamWriter file = new(path, append: true) { AutoFlush = true };
        private readonly Lock guard = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (guard) file.WriteLine($"{logLevel} {formatter(state, exception)} {exception}");
        }

        public void Dispose() => file.Dispose();
    }
}
